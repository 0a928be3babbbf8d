"""Builds the policy as a transformers model, tensor by tensor: beside the model one tensor is in memory at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_exporters.formats.base import PolicySource

EMBEDDING = ("embed_tokens.weight", "wte.weight", "embed_in.weight")
HEAD = ("lm_head.weight", "embed_out.weight")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """`model` is a transformers causal language model in fp32 and evaluation mode; `notes` say what was adapted."""

    model: Any
    notes: tuple[str, ...] = ()


def build_policy(source: PolicySource, *, trust_remote_code: bool = False) -> Policy:
    """The model of the source's configuration with its weights; every parameter must be given, and nothing else.

    Raises UsageError for an architecture that transformers does not know, for weights that do not fit the
    configuration, and for values that are not finite.
    """
    described = source.weights.describe()
    changes, notes = _adapt(source, {name: entry.shape for name, entry in described.items()})
    model = _empty_model(source, changes, trust_remote_code=trust_remote_code)
    targets = dict(model.state_dict(keep_vars=True))
    tied = set(getattr(model, "_tied_weights_keys", None) or ()) if model.config.tie_word_embeddings else set()
    missing = sorted(targets.keys() - described.keys() - tied)
    unknown = sorted(described.keys() - targets.keys() - _rebuilt(described))
    if missing or unknown:
        msg = (
            f"the weights in {source.directory} do not fit its configuration ({model.config.model_type}): "
            f"missing {_some(missing)}, unknown {_some(unknown)}"
        )
        raise UsageError(msg)
    for name in sorted(described.keys() & targets.keys()):
        _copy(source, name, targets[name])
    model.tie_weights()
    return Policy(model=model.eval(), notes=(*source.notes, *notes))


def _adapt(source: PolicySource, shapes: Mapping[str, tuple[int, ...]]) -> tuple[dict[str, Any], list[str]]:
    """Corrections of the configuration that the tensors ask for."""
    changes: dict[str, Any] = {}
    notes: list[str] = []
    rows = next((shape[0] for name, shape in shapes.items() if name.endswith(EMBEDDING)), None)
    declared = source.config.get("vocab_size")
    if rows is not None and declared is not None and rows != declared:
        changes["vocab_size"] = rows
        notes.append(f"the vocabulary was resized: {rows} rows, config.json says {declared}")
    head = next((name for name in shapes if name.endswith(HEAD)), None)
    embedding = next((name for name in shapes if name.endswith(EMBEDDING)), None)
    if source.config.get("tie_word_embeddings") and head and embedding and not _equal(source, head, embedding):
        changes["tie_word_embeddings"] = False
        notes.append("config.json ties the output to the embedding, but the weights differ: exported untied")
    return changes, notes


def _equal(source: PolicySource, one: str, two: str) -> bool:
    import torch

    return bool(torch.equal(source.weights.read(one), source.weights.read(two)))


def _empty_model(source: PolicySource, changes: Mapping[str, Any], *, trust_remote_code: bool) -> Any:
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM
    from transformers.modeling_utils import no_init_weights

    settings = {**source.config, **changes}
    kind = settings.pop("model_type", None)
    builder: Any = AutoModelForCausalLM
    try:
        if trust_remote_code and "auto_map" in settings:
            config = AutoConfig.from_pretrained(source.directory, trust_remote_code=True, local_files_only=True)
        else:
            settings.pop("auto_map", None)
            config = AutoConfig.for_model(str(kind), **settings)
        config.use_cache = True
        with torch.no_grad(), no_init_weights():
            return builder.from_config(config, dtype=torch.float32, trust_remote_code=trust_remote_code)
    except (ValueError, KeyError, TypeError, ImportError) as error:
        msg = f"{source.directory} is of architecture {kind!r}, which cannot be built: {str(error).split(chr(10))[0]}"
        raise UsageError(msg) from error


def _rebuilt(names: Mapping[str, Any]) -> set[str]:
    """Tensors that older trainers saved and that today's models compute themselves."""
    endings = ("rotary_emb.inv_freq", ".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias")
    return {name for name in names if name.endswith(endings)}


def _copy(source: PolicySource, name: str, target: Any) -> None:
    import torch

    tensor = source.weights.read(name)
    if tuple(tensor.shape) != tuple(target.shape):
        msg = (
            f"the weights in {source.directory} do not fit its configuration: "
            f"{name} has shape {tuple(tensor.shape)} instead of {tuple(target.shape)}"
        )
        raise UsageError(msg)
    with torch.no_grad():
        target.copy_(tensor)
        if not torch.isfinite(target).all():
            msg = f"{name} in {source.directory} holds values that are not finite: the training diverged"
            raise UsageError(msg)


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "") if names else "none"
