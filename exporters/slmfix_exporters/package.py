"""Writes a model package: weights, tokenizer, manifest and model card (docs/model-package.md)."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.model_package import MANIFEST, MODEL_FILE, SCHEMA, TOKENIZER_FILE, hash_file
from slmfix_bot.core.prompt import PROMPT_FORMAT
from slmfix_bot.core.window import MAX_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slmfix_exporters.checkpoint import Checkpoint

# used when slmfix-training.json does not say
MAX_PROMPT_TOKENS = 448
MAX_NEW_TOKENS = 64
LICENCE = "Apache-2.0"


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What the caller says about the package; None takes it from slmfix-training.json."""

    name: str | None = None
    version: str | None = None
    licence: str | None = None


def describe(
    checkpoint: Checkpoint, *, naming: Naming, precision: str, export: Mapping[str, Any], files: Mapping[str, Path]
) -> dict[str, Any]:
    """The manifest; `files` are hashed as they are now."""
    metadata, config = checkpoint.metadata, checkpoint.model.config
    return {
        "schema": SCHEMA,
        "name": naming.name or metadata.get("name") or "slmfix-custom",
        "version": naming.version or str(metadata.get("version") or "0.0.0"),
        "architecture": config.architectures[0] if config.architectures else type(checkpoint.model).__name__,
        "parameters": sum(parameter.numel() for parameter in checkpoint.model.parameters()),
        "precision": precision,
        "prompt_format": metadata.get("prompt_format", PROMPT_FORMAT),
        "languages": sorted(metadata.get("languages", ())),
        "context_lines": int(metadata.get("context_lines", MAX_ENTRIES)),
        "max_prompt_tokens": int(metadata.get("max_prompt_tokens", MAX_PROMPT_TOKENS)),
        "max_new_tokens": int(metadata.get("max_new_tokens", MAX_NEW_TOKENS)),
        "files": {name: {"sha256": hash_file(path), "bytes": path.stat().st_size} for name, path in files.items()},
        "export": dict(export),
        "training": metadata.get("training", {}),
        "evaluation": metadata.get("evaluation", {}),
        "licence": naming.licence or metadata.get("licence") or LICENCE,
    }


def write_package(directory: Path, manifest: Mapping[str, Any], files: Mapping[str, Path]) -> None:
    """Copies the files and writes manifest and README into the folder, which is made if needed."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, path in files.items():
        shutil.copyfile(path, directory / name)
    text = json.dumps(manifest, indent=2, ensure_ascii=False)
    (directory / MANIFEST).write_text(text + "\n", encoding="utf-8")
    (directory / "README.md").write_text(render_card(manifest), encoding="utf-8")


def render_card(manifest: Mapping[str, Any]) -> str:
    """The model card; it repeats the manifest and claims nothing else."""
    size = sum(entry["bytes"] for entry in manifest["files"].values()) / 1e6
    rows = [
        ("Architecture", f"{manifest['architecture']}, {manifest['parameters'] / 1e6:.1f} M parameters"),
        ("Stored as", f"{manifest['precision']}, computed in fp32, {size:.1f} MB with the tokenizer"),
        ("Prompt format", f"`{manifest['prompt_format']}`"),
        ("Languages", ", ".join(manifest["languages"]) or "not recorded"),
        ("Limits", f"{manifest['max_prompt_tokens']} prompt tokens, {manifest['max_new_tokens']} new tokens"),
        ("Licence", manifest["licence"]),
    ]
    table = "\n".join(f"| {name} | {value} |" for name, value in rows)
    return f"""# {manifest["name"]} {manifest["version"]}

A small language model that proposes repairs of programs that fail a static validator. It is meant for slmfix-bot, which
runs the validator again on every proposal and offers only what passed; alone its output is not to be trusted.

| | |
|---|---|
{table}

Written by `slmfix-export`; the SHA-256 of each file is in `{MANIFEST}`.

{_section("Parity with the checkpoint", manifest["export"])}
{_section("Training", manifest["training"])}
{_section("Evaluation", manifest["evaluation"])}"""


def _section(title: str, record: Mapping[str, Any]) -> str:
    if not record:
        return f"## {title}\n\nNot recorded.\n"
    return f"## {title}\n\n```json\n{json.dumps(record, indent=2, ensure_ascii=False)}\n```\n"


def package_files(model: Path, tokenizer: Path) -> dict[str, Path]:
    """Where each file of the package comes from."""
    return {MODEL_FILE: model, TOKENIZER_FILE: tokenizer}
