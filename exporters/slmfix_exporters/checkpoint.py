"""Reads a checkpoint folder: a Hugging Face causal language model, or a PPO policy with a value head around it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

METADATA = "slmfix-training.json"
TOKENIZER = "tokenizer.json"
# what trainers put around the policy: TRL's value-head wrapper, DataParallel, torch.compile, accelerate
_WRAPPERS = ("pretrained_model.", "_orig_mod.", "module.", "policy.", "actor.")
_VALUE_HEADS = ("v_head.", "value_head.", "critic.", "score.")


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """`model` is a transformers model in fp32 and evaluation mode; `metadata` the contents of slmfix-training.json;
    `stripped` names the weights that do not belong to the policy."""

    directory: Path
    model: Any
    metadata: Mapping[str, Any] = field(default_factory=dict)
    stripped: tuple[str, ...] = ()

    @property
    def tokenizer_path(self) -> Path:
        """The byte-level BPE of the `tokenizers` library."""
        return self.directory / TOKENIZER


def load_checkpoint(directory: Path) -> Checkpoint:
    """Loads the policy; raises UsageError when something is missing or does not belong to the architecture."""
    for name in ("config.json", TOKENIZER):
        if not (directory / name).is_file():
            msg = f"{directory} has no {name}: a checkpoint is a folder as transformers' save_pretrained writes it"
            raise UsageError(msg)
    if (directory / "adapter_config.json").is_file():
        msg = f"{directory} holds a LoRA adapter: merge it into its base model first (peft's merge_and_unload)"
        raise UsageError(msg)
    metadata = _read_json(directory / METADATA) if (directory / METADATA).is_file() else {}
    weights, stripped = strip_wrappers(_read_weights(directory))
    return Checkpoint(
        directory=directory, model=_build(directory, weights), metadata=metadata, stripped=tuple(stripped)
    )


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        msg = f"{path} is not JSON: {error}"
        raise UsageError(msg) from error
    if not isinstance(value, dict):
        msg = f"{path} does not hold an object"
        raise UsageError(msg)
    return value


def _read_weights(directory: Path) -> dict[str, Any]:
    """All tensors by name. Pickled files are read with `weights_only`, so that a checkpoint cannot run code."""
    import torch
    from safetensors.torch import load_file

    paths = sorted(directory.glob("model*.safetensors")) or sorted(directory.glob("pytorch_model*.bin"))
    if not paths:
        msg = f"{directory} has neither model.safetensors nor pytorch_model.bin"
        raise UsageError(msg)
    weights: dict[str, Any] = {}
    for path in paths:
        if path.suffix == ".safetensors":
            weights |= load_file(path)
        else:
            weights |= torch.load(path, map_location="cpu", weights_only=True)
    return weights


def strip_wrappers(weights: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The policy's weights under their own names, and the names of the value head's weights."""
    policy: dict[str, Any] = {}
    stripped: list[str] = []
    for name, tensor in weights.items():
        bare = name
        while prefix := next((prefix for prefix in _WRAPPERS if bare.startswith(prefix)), None):
            bare = bare.removeprefix(prefix)
        if bare.startswith(_VALUE_HEADS):
            stripped.append(name)
        else:
            policy[bare] = tensor
    return policy, stripped


def _build(directory: Path, weights: Mapping[str, Any]) -> Any:
    """The model of config.json with the weights; every parameter must be given, and nothing else."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(directory, local_files_only=True, trust_remote_code=False)
    config.use_cache = True
    build: Any = AutoModelForCausalLM
    with torch.no_grad():
        model = build.from_config(config, dtype=torch.float32)
    try:
        result = model.load_state_dict({name: tensor.float() for name, tensor in weights.items()}, strict=False)
    except RuntimeError as error:
        msg = f"the weights in {directory} do not fit its config.json: {error}"
        raise UsageError(msg) from error
    tied = set(getattr(model, "_tied_weights_keys", None) or ()) if config.tie_word_embeddings else set()
    missing, unexpected = sorted(set(result.missing_keys) - tied), result.unexpected_keys
    if missing or unexpected:
        msg = f"the weights in {directory} do not fit its config.json: missing {missing[:5]}, unknown {unexpected[:5]}"
        raise UsageError(msg)
    model.tie_weights()
    return model.eval()
