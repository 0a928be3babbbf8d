"""What a checkpoint says about where it comes from."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.prompt import PROMPT_FORMAT
from slmfix_bot.validators import VALIDATORS
from slmfix_training.corpus import LANGUAGES
from slmfix_training.packing import MAX_NEW, MAX_TOKENS

if TYPE_CHECKING:
    from pathlib import Path


def training_record(corpus: Path | None) -> dict[str, Any]:
    """Date, prompt format, validators with versions, and the corpus manifest's hash, counts and licences."""
    training: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "method": "supervised fine-tuning from scratch on synthetic faults; no reinforcement learning yet",
        "validators": {name: f"{VALIDATORS[name].name} {VALIDATORS[name].version()}" for name in LANGUAGES},
    }
    if corpus is not None:
        data = (corpus / "manifest.json").read_bytes()
        manifest = json.loads(data)
        training["corpus"] = {
            "manifest_sha256": hashlib.sha256(data).hexdigest(),
            "licences": manifest["licences"],
            "snippets_by_source": manifest["snippets_by_source"],
        }
    return {
        "schema": "slmfix.training/1",
        "name": "slmfix-mini",
        "version": "0.1.0",
        "licence": "Apache-2.0",
        "prompt_format": PROMPT_FORMAT,
        "languages": sorted(LANGUAGES),
        "max_prompt_tokens": MAX_TOKENS,
        "max_new_tokens": MAX_NEW,
        "training": training,
    }
