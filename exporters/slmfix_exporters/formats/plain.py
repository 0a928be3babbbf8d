"""Folders of `save_pretrained`: a causal language model, with or without a value head around or beside it.

Hugging Face            model.*, lm_head.*
TRL < 0.12, value head  the same and v_head.* beside them (AutoModelForCausalLMWithValueHead)
TRL's PPOTrainer        policy.* and value_model.* (PolicyAndValueWrapper); its saved policies are plain
slmfix-train ppo        plain, the value head in a file of its own
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.errors import UsageError
from slmfix_exporters.formats.base import CONFIG, PolicySource, find_tokenizer, read_config, read_metadata
from slmfix_exporters.weights import RenamedWeights, find_weights

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

VALUE_HEAD_FILE = "value_head.safetensors"
# what trainers put around the policy: TRL's wrappers, DataParallel, torch.compile, accelerate
WRAPPERS = ("pretrained_model.", "_orig_mod.", "module.", "policy.", "actor.")
VALUE_PARTS = ("v_head.", "value_head.", "value_model.", "critic_backbone.", "critic.", "score.")


class PlainFormat:
    """All folders with config.json and model weights; the names of the tensors tell who wrote them."""

    name = "Hugging Face causal LM"

    def recognises(self, directory: Path) -> bool:
        """config.json and weights in one file or in shards."""
        patterns = ("model*.safetensors*", "pytorch_model*.bin*")
        return (directory / CONFIG).is_file() and any(next(directory.glob(p), None) for p in patterns)

    def open(self, directory: Path, base: Path | None) -> PolicySource:
        """See `Format.open`; `base` may supply the tokenizer."""
        config = read_config(directory)
        weights = find_weights(directory)
        if weights is None:
            msg = f"{directory} has neither model.safetensors nor pytorch_model.bin, whole or with an index"
            raise UsageError(msg)
        names, dropped = sort_names(weights.describe())
        kind = writer_of(weights.describe(), directory)
        return PolicySource(
            format=kind,
            directory=directory,
            config=config,
            weights=RenamedWeights(weights, names),
            dropped=(*dropped, *([VALUE_HEAD_FILE] if (directory / VALUE_HEAD_FILE).is_file() else [])),
            shards=_count_shards(directory),
            tokenizer=find_tokenizer(directory, base),
            metadata=read_metadata(directory),
        )


def sort_names(names: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """(policy's own name -> name in the checkpoint, names of the value head's tensors)."""
    policy: dict[str, str] = {}
    dropped: list[str] = []
    for name in names:
        bare = name
        while prefix := next((prefix for prefix in WRAPPERS if bare.startswith(prefix)), None):
            bare = bare.removeprefix(prefix)
        if bare.startswith(VALUE_PARTS):
            dropped.append(name)
        else:
            policy[bare] = name
    return policy, dropped


def writer_of(names: Collection[str], directory: Path) -> str:
    """Which trainer wrote tensors of these names."""
    if any(name.startswith("value_model.") for name in names):
        return "TRL PPOTrainer (policy and value model)"
    if any("v_head." in name for name in names):
        return "TRL AutoModelForCausalLMWithValueHead"
    if (directory / VALUE_HEAD_FILE).is_file():
        return "slmfix-train ppo"
    return PlainFormat.name


def _count_shards(directory: Path) -> int:
    files = sorted(directory.glob("model*.safetensors")) or sorted(directory.glob("pytorch_model*.bin"))
    return len(files)
