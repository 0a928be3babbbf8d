"""LoRA adapters merged into their base model, one tensor at a time: W + scale * B A (Hu et al. 2021, section 4.1)."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slmfix_exporters.weights import Description, Weights

_PART = re.compile(
    r"(?:base_model\.model\.)?(?P<module>.+?)\.(?P<kind>lora_A|lora_B|lora_embedding_A|lora_embedding_B)"
    r"(?:\.(?!weight$)\w+)?(?:\.weight)?"
)
_SAVED = re.compile(r"(?:base_model\.model\.)?(?P<module>.+?)(?:\.modules_to_save(?:\.\w+)?)?\.(?P<leaf>weight|bias)")


class MergedWeights:
    """Implements `Weights`: the base model's tensors with the adapter's changes."""

    def __init__(self, base: Weights, adapter: Weights, config: Mapping[str, Any], folder: Path) -> None:
        """`config` is adapter_config.json. Raises UsageError for kinds of adapters that are no plain LoRA, and for one
        that does not fit the base model."""
        self._base, self._adapter, self._config = base, adapter, config
        _check(config, folder)
        self._pairs: dict[str, dict[str, str]] = {}  # base tensor -> kind -> adapter tensor
        self._replaced: dict[str, str] = {}
        known = base.describe()
        for name in adapter.describe():
            if match := _PART.fullmatch(name):
                self._pairs.setdefault(f"{match['module']}.weight", {})[match["kind"]] = name
            elif match := _SAVED.fullmatch(name):
                self._replaced[f"{match['module']}.{match['leaf']}"] = name
            else:
                msg = f"{folder} holds {name}, which is neither a LoRA matrix nor a saved module"
                raise UsageError(msg)
        unknown = sorted((self._pairs.keys() | self._replaced.keys()) - known.keys())
        if unknown:
            msg = f"the adapter in {folder} is not for this base model, which has no {', '.join(unknown[:3])}"
            raise UsageError(msg)

    def describe(self) -> Mapping[str, Description]:
        """As the base model, except for modules that the adapter replaces as a whole."""
        own = self._adapter.describe()
        return {**self._base.describe(), **{name: own[source] for name, source in self._replaced.items()}}

    def read(self, name: str) -> Any:
        """The merged tensor, in the base model's type; computed in fp32."""
        if name in self._replaced:
            return self._adapter.read(self._replaced[name])
        weight = self._base.read(name)
        pair = self._pairs.get(name)
        if pair is None:
            return weight
        delta = self._delta(name, pair)
        if tuple(delta.shape) != tuple(weight.shape):
            msg = f"the adapter changes {name} by a {tuple(delta.shape)} matrix, the base has {tuple(weight.shape)}"
            raise UsageError(msg)
        return (weight.float() + delta).to(weight.dtype)

    def _delta(self, name: str, pair: Mapping[str, str]) -> Any:
        embedding = "lora_embedding_A" in pair
        kinds = ("lora_embedding_A", "lora_embedding_B") if embedding else ("lora_A", "lora_B")
        missing = [kind for kind in kinds if kind not in pair]
        if missing:
            msg = f"the adapter has no {missing[0]} for {name}: its file is not complete"
            raise UsageError(msg)
        first, second = (self._adapter.read(pair[kind]).float() for kind in kinds)
        product = second @ first
        rank = first.shape[0]
        if embedding or self._config.get("fan_in_fan_out"):
            product = product.T
        return product * self._scale(name.removesuffix(".weight"), rank)

    def _scale(self, module: str, rank: int) -> float:
        """alpha / r, or alpha / sqrt(r) for rank-stabilised LoRA; patterns may set alpha for single modules."""
        alpha = float(self._config.get("lora_alpha") or rank)
        for pattern, value in (self._config.get("alpha_pattern") or {}).items():
            if re.fullmatch(rf"(.*\.)?{pattern}", module):
                alpha = float(value)
                break
        return alpha / math.sqrt(rank) if self._config.get("use_rslora") else alpha / rank


def _check(config: Mapping[str, Any], folder: Path) -> None:
    kind = config.get("peft_type", "LORA")
    if kind != "LORA":
        msg = f"{folder} holds a {kind} adapter: only LoRA can be merged into the weights here"
        raise UsageError(msg)
    if config.get("use_dora"):
        msg = f"{folder} is a DoRA adapter: merge it with peft's merge_and_unload first"
        raise UsageError(msg)
    if config.get("bias", "none") != "none":
        msg = f"{folder} trains biases ({config['bias']!r}): merge it with peft's merge_and_unload first"
        raise UsageError(msg)
