"""verl's checkpoints: `global_step_N/actor/` with one file a rank and `huggingface/` (configuration, tokenizer) beside.

verl's own merged output is a plain folder (formats/plain.py). Source: verl, fsdp_checkpoint_manager.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.errors import UsageError
from slmfix_exporters.formats.base import CONFIG, PolicySource, find_tokenizer, read_config, read_metadata
from slmfix_exporters.formats.plain import sort_names
from slmfix_exporters.fsdp import FsdpWeights, find_ranks
from slmfix_exporters.weights import RenamedWeights

if TYPE_CHECKING:
    from pathlib import Path


def _actor(directory: Path) -> Path:
    """The folder of the policy's shards: the given one, or its `actor`."""
    inner = directory / "actor"
    return inner if next(inner.glob("model_world_size_*_rank_*.pt"), None) else directory


class VerlFormat:
    """FSDP shards; the critic's folder beside the actor's is not read."""

    name = "verl (FSDP shards)"

    def recognises(self, directory: Path) -> bool:
        """By the names of the ranks' files."""
        return next(_actor(directory).glob("model_world_size_*_rank_*.pt"), None) is not None

    def open(self, directory: Path, base: Path | None) -> PolicySource:
        """See `Format.open`; `base` supplies configuration and tokenizer when `huggingface/` is not there."""
        actor = _actor(directory)
        files = find_ranks(actor)
        beside = next((folder for folder in (actor / "huggingface", actor, base) if folder and _has(folder)), None)
        if beside is None:
            msg = f"{actor} has no huggingface/{CONFIG}: give the base model's folder with --base"
            raise UsageError(msg)
        weights = FsdpWeights(files)
        names, dropped = sort_names(weights.describe())
        return PolicySource(
            format=self.name,
            directory=directory,
            config=read_config(beside),
            weights=RenamedWeights(weights, names),
            dropped=tuple(dropped),
            shards=len(files),
            tokenizer=find_tokenizer(beside, actor, base),
            metadata=read_metadata(directory) or read_metadata(actor),
        )


def _has(folder: Path) -> bool:
    return (folder / CONFIG).is_file()
