"""What a checkpoint says about where it comes from."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.prompt import PROMPT_FORMAT
from slmfix_bot.validators import VALIDATORS
from slmfix_training.corpora.corpus import LANGUAGES
from slmfix_training.sft.packing import MAX_NEW, MAX_TOKENS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slmfix_bot.validators.base import Validator


def training_record(
    corpus: Path | None,
    *,
    languages: Sequence[str] = LANGUAGES,
    validators: Mapping[str, Validator] = VALIDATORS,
    name: str = "slmfix-mini",
) -> dict[str, Any]:
    """Date, prompt format, validators with versions, and the corpus manifest's hash, counts and licences."""
    training: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "method": "supervised fine-tuning on synthetic faults",
        "validators": {
            language: f"{validators[language].name} {validators[language].version()}".strip() for language in languages
        },
    }
    if corpus is not None:
        data = (corpus / "manifest.json").read_bytes()
        manifest = json.loads(data)
        training["corpus"] = {
            "manifest_sha256": hashlib.sha256(data).hexdigest(),
            "licences": manifest["licences"],
            "snippets_by_source": manifest["snippets_by_source"],
            "files": {
                name: {key: entry[key] for key in ("snippets", "dropped") if key in entry}
                for name, entry in manifest["files"].items()
            },
        }
    return {
        "schema": "slmfix.training/1",
        "name": name,
        "version": "0.1.0",
        "licence": "Apache-2.0",
        "prompt_format": PROMPT_FORMAT,
        "languages": sorted(languages),
        "max_prompt_tokens": MAX_TOKENS,
        "max_new_tokens": MAX_NEW,
        "training": training,
    }


def samples_record(folders: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """What the shards of some folders hold, by language: repairs, copy tasks and the shares of the categories.

    From the state files that `slmfix-train samples` writes beside its shards (sample_files.py).
    """
    totals: dict[str, Counter[str]] = {}
    for file in sorted(path for folder in folders for path in folder.glob("*.state.json")):
        language = file.name.removesuffix(".state.json").rpartition("-")[0]
        totals.setdefault(language, Counter()).update(json.loads(file.read_text(encoding="utf-8"))["counts"])
    found: dict[str, dict[str, Any]] = {}
    for language, counts in totals.items():
        faults = Counter({key.removeprefix("category "): n for key, n in counts.items() if key.startswith("category ")})
        shares = {name: round(n / faults.total(), 3) for name, n in faults.most_common()}
        found[language] = {"repair": counts["repair"], "copy": counts["copy"], "categories": shares}
    return found
