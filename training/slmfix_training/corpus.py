"""Builds the corpus of clean programs: one JSONL file a language and a manifest with counts, licences and hashes."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from dataclasses import asdict, dataclass
from random import Random
from typing import TYPE_CHECKING

from slmfix_bot.core.globs import matches_any
from slmfix_bot.errors import UsageError
from slmfix_training.generate_data import random_bash, random_json, random_toml, random_yaml
from slmfix_training.generate_sql import random_query
from slmfix_training.snippets import cut, own_snippets, yaml_from_json
from slmfix_training.sources import find_root, read_files, sources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
THINNED = {"python": 4}  # only one file in so many is read, chosen by the hash of its name
GENERATED = {"sql": 60_000, "bash": 8_000, "json": 9_000, "yaml": 5_000, "toml": 7_000}


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


def normalised_hash(text: str) -> str:
    """Equal for texts that differ in white space and case only."""
    return hashlib.md5(re.sub(r"\s+", " ", text).strip().lower().encode(), usedforsecurity=False).hexdigest()


def excluded_hashes(paths: tuple[Path, ...]) -> frozenset[str]:
    """Hashes of the `broken`, `fixed` and `code` fields of evaluation sets in JSONL files or folders of them."""
    files = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    found = set()
    for file in files:
        for line in file.read_text().split("\n"):
            row = json.loads(line) if line.strip() else {}
            found |= {normalised_hash(row[key]) for key in ("broken", "fixed", "code") if row.get(key)}
    return frozenset(found)


def _number(name: str) -> int:
    return int(hashlib.md5(name.encode(), usedforsecurity=False).hexdigest(), 16)


def _is_held_out(name: str) -> bool:
    return _number(name) % HELD_OUT == 0


def collect(language: str, roots: tuple[Path, ...], seed: int) -> Iterator[Snippet]:
    """Every snippet of one language, duplicates included."""
    for source in sources():
        root = find_root(source, roots)
        if root is None or language not in source.languages:
            continue
        for file, text in read_files(root, language):
            if _number(f"thin {file}") % THINNED.get(language, 1):
                continue
            for snippet in cut(language, text):
                held_out = _is_held_out(f"{source.name}/{file}")
                yield Snippet(language=language, text=snippet, source=source.name, file=file, held_out=held_out)
    rng = Random(f"{seed}{language}")
    for i in range(GENERATED.get(language, 0)):
        yield _generate(language, rng, i)


def _generate(language: str, rng: Random, index: int) -> Snippet:
    dialect = schema = None
    if language == "sql":
        query = random_query(rng)
        text, dialect, schema = query.text, query.dialect, query.schema or None
    elif language == "yaml" and rng.random() < 0.5:
        text = next(iter(yaml_from_json(random_json(rng))), "key: value\n")
    else:
        text = {"bash": random_bash, "json": random_json, "yaml": random_yaml, "toml": random_toml}[language](rng)
    return Snippet(
        language=language,
        text=text,
        source="generated",
        file=str(index),
        held_out=_is_held_out(text),
        dialect=dialect,
        schema=schema,
    )


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
    rows = [json.dumps(asdict(snippet), ensure_ascii=False) + "\n" for snippet in unique.values()]
    target.write_text("".join(rows), encoding="utf-8")
    manifest: dict[str, object] = {
        "schema": "slmfix.corpus/1",
        "files": {target.name: {"snippets": len(rows), "sha256": hashlib.sha256(target.read_bytes()).hexdigest()}},
        "programs": len({snippet.file for snippet in unique.values()}),
        "held_out_programs": len({snippet.file for snippet in unique.values() if snippet.held_out}),
        "snippets_by_source": {f"own files | {language}": len(rows)},
        "licences": {"own files": licence},
    }
    (output / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def build_corpus(roots: tuple[Path, ...], output: Path, excluded: frozenset[str], seed: int) -> dict[str, object]:
    """Writes `<language>.jsonl` and `manifest.json`; returns the manifest. Sources that are not there are listed."""
    output.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    files = {}
    refused = 0
    for language in LANGUAGES:
        seen: set[str] = set()
        target = output / f"{language}.jsonl"
        with target.open("w") as file:
            for snippet in collect(language, roots, seed):
                digest = normalised_hash(snippet.text)
                refused += digest in excluded
                if digest in seen or digest in excluded:
                    continue
                seen.add(digest)
                counts[f"{snippet.source} | {language}"] += 1
                file.write(json.dumps(asdict(snippet), ensure_ascii=False) + "\n")
        files[target.name] = {"snippets": len(seen), "sha256": hashlib.sha256(target.read_bytes()).hexdigest()}
    manifest: dict[str, object] = {
        "schema": "slmfix.corpus/1",
        "seed": seed,
        "files": files,
        "snippets_by_source": dict(sorted(counts.items())),
        "licences": {source.name: source.licence for source in sources() if find_root(source, roots)},
        "absent": [source.name for source in sources() if find_root(source, roots) is None],
        "refused_because_in_evaluation_sets": refused,
    }
    (output / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest
