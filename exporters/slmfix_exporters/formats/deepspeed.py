"""DeepSpeed ZeRO checkpoints, as OpenRLHF writes them too (`ckpt/_actor/global_stepN/`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.errors import UsageError
from slmfix_exporters.formats.base import CONFIG, PolicySource, find_tokenizer, read_config, read_metadata
from slmfix_exporters.formats.plain import sort_names
from slmfix_exporters.weights import RenamedWeights
from slmfix_exporters.zero import ZeroWeights, find_step

if TYPE_CHECKING:
    from pathlib import Path

_ACTOR = "_actor"  # OpenRLHF's name of the policy's folder; the critic's is `_critic`


class DeepSpeedFormat:
    """Flat partitions of every rank; configuration and tokenizer lie beside them or come from the base model."""

    name = "DeepSpeed ZeRO"

    def recognises(self, directory: Path) -> bool:
        """By the names of the ranks' files."""
        return self._step(directory) is not None

    def _step(self, directory: Path) -> Path | None:
        inner = directory / _ACTOR
        return find_step(directory) or (find_step(inner) if inner.is_dir() else None)

    def open(self, directory: Path, base: Path | None) -> PolicySource:
        """See `Format.open`."""
        step = self._step(directory)
        if step is None:
            msg = f"{directory} holds no ZeRO partitions"
            raise UsageError(msg)
        places = (directory, step, step.parent, base)
        beside = next((folder for folder in places if folder and (folder / CONFIG).is_file()), None)
        if beside is None:
            msg = f"{directory} has no {CONFIG}: give the base model's folder with --base"
            raise UsageError(msg)
        weights = ZeroWeights(step)
        names, dropped = sort_names(weights.describe())
        openrlhf = step.parent.name == _ACTOR
        return PolicySource(
            format=f"{'OpenRLHF, ' if openrlhf else ''}{self.name}-{weights.stage}",
            directory=directory,
            config=read_config(beside),
            weights=RenamedWeights(weights, names),
            dropped=tuple(dropped),
            shards=weights.ranks,
            tokenizer=find_tokenizer(*places),
            metadata=read_metadata(directory),
        )
