"""Reads a checkpoint of any known format: the policy as a transformers model, its tokenizer and its record."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slmfix_bot.errors import UsageError
from slmfix_exporters.formats import open_checkpoint
from slmfix_exporters.policy import build_policy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """`model` is a transformers model in fp32 and evaluation mode; `tokenizer_path` a byte-level BPE of the
    `tokenizers` library; `metadata` the contents of slmfix-training.json; `stripped` names the weights that do not
    belong to the policy; `notes` say what was adapted, `format` who wrote it."""

    directory: Path
    model: Any
    tokenizer_path: Path
    format: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    stripped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def load_checkpoint(directory: Path, base: Path | None = None) -> Checkpoint:
    """Loads the policy; `base` is the base model's folder for checkpoints that hold only a part.

    Raises UsageError when something is missing or does not belong to the architecture.
    """
    source = open_checkpoint(directory, base)
    if source.tokenizer is None:
        msg = f"{directory} has no tokenizer.json: copy it there, or give the base model's folder with --base"
        raise UsageError(msg)
    policy = build_policy(source)
    return Checkpoint(
        directory=directory,
        model=policy.model,
        tokenizer_path=source.tokenizer,
        format=source.format,
        metadata=source.metadata,
        stripped=source.dropped,
        notes=policy.notes,
    )
