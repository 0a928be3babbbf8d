"""Builds the corpus of clean programs: one JSONL file a language and a manifest with counts, licences and hashes.

A build that was interrupted goes on: finished languages are kept, and of the unfinished one the validators' verdicts
(verdicts.py), which are what costs time. Everything else is decided again in the same order, so the bytes are the same.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.globs import matches_any
from slmfix_bot.core.program import Program
from slmfix_bot.errors import UsageError
from slmfix_training.corpora.exclusion import Exclusion, excluded_hashes, normalised_hash
from slmfix_training.corpora.generated import GENERATED, LICENCE, SOURCE, generate_clean
from slmfix_training.corpora.licences import licence_of
from slmfix_training.corpora.near_duplicates import THRESHOLD, NearDuplicates, shingles, signature
from slmfix_training.corpora.snippets import cut, own_snippets
from slmfix_training.corpora.sources import TABLE, find_root, read_files, sources
from slmfix_training.corpora.verdicts import Verdicts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["LANGUAGES", "Snippet", "build_corpus", "build_own_corpus", "collect", "excluded_hashes", "normalised_hash"]

SCHEMA = "slmfix.corpus/2"
LANGUAGES = (
    "bash",
    "sql",
    "ansible",
    "python",
    "json",
    "yaml",
    "toml",
    "verilog",
    "terraform",
    "dockerfile",
    "workflow",
)
OWN_HELD_OUT = 8  # the same for the files of a user, which are few
MAX_OWN_BYTES = 3000  # longer programs do not fit into a window anyway (samples.py)
HELD_OUT = 33  # one file in so many is kept out of training
PER_SOURCE = {  # snippets that one package may give to one language: many packages are worth more than many of one
    "bash": 2000,
    "sql": 15_000,
    "ansible": 12_000,
    "python": 80,
    "json": 80,
    "yaml": 300,
}
PER_FILE = {"sql": 300, "ansible": 60, "bash": 60}  # and one file; the first are taken
LEAST_PER_SOURCE, LEAST_PER_FILE = 3000, 25  # for the other languages


@dataclass(frozen=True, kw_only=True)
class Snippet:
    """One clean program. `held_out` follows from the file (generated: from the text), so no file is on both sides."""

    language: str
    text: str
    source: str
    file: str
    held_out: bool
    dialect: str | None = None
    schema: str | None = None
    licence: str = ""
    validated: bool = False  # the validator accepts it, so `samples` need not ask again


def _number(name: str) -> int:
    return int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), 16)


def _is_held_out(name: str) -> bool:
    return _number(name) % HELD_OUT == 0


def collect(
    language: str, roots: tuple[Path, ...], seed: int, is_full: Callable[[str], bool] = lambda _: False
) -> Iterator[Snippet]:
    """Every snippet of one language, duplicates included; of a package only until it `is_full`.

    The files of a package come in an order that follows no folder, so those that are left out are any.
    """
    for source in sources():
        root = find_root(source, roots)
        if root is None or language not in source.languages:
            continue
        for file, text in read_files(root, language):
            if is_full(source.name):
                break
            held_out = _is_held_out(f"{source.name}/{file}")
            dialect = source.dialect_of(file) if language == "sql" else None
            if language == "sql" and dialect is None:
                continue
            licence = licence_of(root, file, text, source.licence)
            for snippet in islice(dict.fromkeys(cut(language, text)), PER_FILE.get(language, LEAST_PER_FILE)):
                yield Snippet(
                    language=language,
                    text=snippet,
                    source=source.name,
                    file=file,
                    held_out=held_out,
                    dialect=dialect,
                    licence=licence,
                )
    for number, made in generate_clean(language, seed):
        yield Snippet(
            language=language,
            text=made.text,
            source=SOURCE,
            file=str(number),
            held_out=_is_held_out(made.text),
            dialect=made.dialect,
            schema=made.schema,
            licence=LICENCE,
        )


class Filter:
    """Decides which snippets of a language stay, and counts why the others go."""

    def __init__(self, language: str, verdicts: Verdicts, exclusion: Exclusion, share: float) -> None:
        self._limit = round(share * PER_SOURCE.get(language, LEAST_PER_SOURCE))
        self.counts: Counter[str] = Counter()
        self.by_source: Counter[str] = Counter()
        self.by_licence: Counter[str] = Counter()
        self._verdicts, self._exclusion = verdicts, exclusion
        self._seen: set[str] = set()
        self._near = NearDuplicates()

    def is_full(self, source: str) -> bool:
        """Whether a package has given all it may."""
        return self.by_source[source] >= self._limit

    def keeps(self, snippet: Snippet) -> bool:
        """Whether the snippet is new, in no evaluation set, and accepted by the validator."""
        reason = self._reason(snippet)
        self.counts[reason or "kept"] += 1
        if reason:
            return False
        self.by_source[snippet.source] += 1
        self.by_licence[snippet.licence] += 1
        return True

    def _reason(self, snippet: Snippet) -> str:
        if snippet.source != SOURCE and self.is_full(snippet.source):
            return "beyond_the_limit_per_package"
        digest = normalised_hash(snippet.text)
        if digest in self._seen:
            return "equal"
        self._seen.add(digest)
        if found := self._exclusion.reason(snippet.text, digest):
            return f"{found}_to_evaluation_sets"
        seen = signature(shingles(snippet.text))
        if self._near.knows(seen):
            return "near_duplicates"
        program = Program(language=snippet.language, text=snippet.text, dialect=snippet.dialect, schema=snippet.schema)
        if not self._verdicts.is_clean(program):
            return "refused_by_the_validator"
        self._near.add(seen)
        return ""


def build_language(
    language: str, roots: tuple[Path, ...], output: Path, exclusion: Exclusion, seed: int, share: float = 1.0
) -> dict[str, Any]:
    """Writes `<language>.jsonl`; its entry of the manifest. A finished file of the same inputs is kept."""
    target, state = output / f"{language}.jsonl", output / "state" / f"{language}.json"
    inputs = _inputs(language, roots, exclusion, seed, share)
    if state.exists() and target.exists():
        kept: dict[str, Any] = json.loads(state.read_text())
        if kept["inputs"] == inputs and kept["sha256"] == hashlib.sha256(target.read_bytes()).hexdigest():
            return kept
    part = output / "state" / f"{language}.jsonl.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    with Verdicts(output / "state" / f"{language}.verdicts", language) as verdicts, part.open("w") as file:
        chosen = Filter(language, verdicts, exclusion, share)
        for snippet in collect(language, roots, seed, chosen.is_full):
            if chosen.keeps(snippet):
                file.write(json.dumps(asdict(replace(snippet, validated=True)), ensure_ascii=False) + "\n")
    entry = {
        "snippets": chosen.counts["kept"],
        "sha256": hashlib.sha256(part.read_bytes()).hexdigest(),
        "dropped": {reason: count for reason, count in sorted(chosen.counts.items()) if reason != "kept"},
        "by_source": dict(sorted(chosen.by_source.items())),
        "by_licence": dict(chosen.by_licence.most_common()),
        "inputs": inputs,
    }
    part.replace(target)
    state.write_text(json.dumps(entry, indent=2) + "\n")
    return entry


def _inputs(language: str, roots: tuple[Path, ...], exclusion: Exclusion, seed: int, share: float) -> str:
    """A hash of what the result depends on, besides the code."""
    present = [source.name for source in sources() if language in source.languages and find_root(source, roots)]
    facts = [
        language,
        seed,
        share,
        GENERATED.get(language, 0),
        PER_SOURCE.get(language),
        PER_FILE.get(language),
        THRESHOLD,
        exclusion.digest,
        *present,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def build_corpus(
    roots: tuple[Path, ...],
    output: Path,
    exclusion: Exclusion,
    seed: int,
    languages: tuple[str, ...] = LANGUAGES,
    share: float = 1.0,
) -> dict[str, Any]:
    """Writes the languages and `manifest.json`; returns the manifest. Packages that are not there are listed.

    `share` of the usual number of snippets is taken of each package; generated programs are always all there.
    """
    output.mkdir(parents=True, exist_ok=True)
    entries = {name: build_language(name, roots, output, exclusion, seed, share) for name in languages}
    fields = ("snippets", "sha256", "dropped", "by_source", "by_licence")
    used = {name for entry in entries.values() for name in entry["by_source"]}
    manifest: dict[str, Any] = {
        "schema": SCHEMA,
        "seed": seed,
        "share_of_the_limits_per_package": share,
        "near_duplicates": {"method": "MinHash over shingles of 4 tokens", "threshold": THRESHOLD},
        "evaluation_sets": {"texts": len(exclusion.hashes), "sha256": exclusion.digest},
        "source_table_sha256": hashlib.sha256(TABLE.read_bytes()).hexdigest(),
        "files": {f"{name}.jsonl": {key: entry[key] for key in fields} for name, entry in entries.items()},
        "snippets_by_source": {
            f"{source} | {name}": count
            for name, entry in entries.items()
            for source, count in entry["by_source"].items()
        },
        "licences": {s.name: s.licence for s in sources() if s.name in used} | {SOURCE: LICENCE},
        "absent": [s.name for s in sources() if set(s.languages) & set(languages) and find_root(s, roots) is None],
    }
    (output / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def collect_own(language: str, folder: Path, patterns: tuple[str, ...]) -> Iterator[Snippet]:
    """Every file of a folder that one of the patterns names, and the parts of it that stand between empty lines.

    Parts that do not stand for themselves are sorted out later by the validator (samples.py).
    """
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_file() or not matches_any(name, patterns) or path.stat().st_size > MAX_OWN_BYTES:
            continue
        text = path.read_bytes().decode(errors="replace")
        if "\ufffd" in text or not text.strip():
            continue
        held_out = _number(name) % OWN_HELD_OUT == 0
        for part in dict.fromkeys((text, *own_snippets(text))):
            yield Snippet(language=language, text=part, source="own files", file=name, held_out=held_out)


def build_own_corpus(
    language: str, folders: tuple[Path, ...], patterns: tuple[str, ...], output: Path, licence: str
) -> dict[str, object]:
    """Like `build_corpus`, for one language of the user's: writes `<language>.jsonl` and `manifest.json`.

    Raises UsageError when no file fits.
    """
    output.mkdir(parents=True, exist_ok=True)
    target = output / f"{language}.jsonl"
    unique: dict[str, Snippet] = {}
    for snippet in (one for folder in folders for one in collect_own(language, folder, patterns)):
        unique.setdefault(normalised_hash(snippet.text), snippet)
    if not unique:
        msg = f"no file below {', '.join(map(str, folders))} matches {', '.join(patterns)}"
        raise UsageError(msg)
    named = (replace(snippet, licence=licence) for snippet in unique.values())
    rows = [json.dumps(asdict(snippet), ensure_ascii=False) + "\n" for snippet in named]
    target.write_text("".join(rows), encoding="utf-8")
    manifest: dict[str, object] = {
        "schema": SCHEMA,
        "files": {target.name: {"snippets": len(rows), "sha256": hashlib.sha256(target.read_bytes()).hexdigest()}},
        "programs": len({snippet.file for snippet in unique.values()}),
        "held_out_programs": len({snippet.file for snippet in unique.values() if snippet.held_out}),
        "snippets_by_source": {f"own files | {language}": len(rows)},
        "licences": {"own files": licence},
    }
    (output / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest
