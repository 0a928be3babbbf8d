"""DeepSpeed ZeRO checkpoints: fp32 weights put together from the optimizer's flat partitions of every rank.

Layout as documented with DeepSpeed's own `zero_to_fp32.py`. `latest` names a folder; in it one file of model states a
rank (ZeRO-3) or one for all (ZeRO-1 and 2) with the names and shapes in order, and one file of optimizer states a rank
with the flat fp32 partitions. ZeRO-1 and 2 cut each group of parameters into equal parts, ZeRO-3 every parameter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slmfix_bot.errors import UsageError
from slmfix_exporters.weights import Description, describe_tensor, load_pickle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_OPTIMIZER = re.compile(r"(?:bf16_|fp16_)?zero_pp_rank_(\d+)_mp_rank_(\d+)_optim_states\.pt")


class Inert:
    """Stands in for DeepSpeed's own objects in a pickle: it keeps what it is given and does nothing."""

    def __init__(self, *values: Any) -> None:
        self.values = values

    def __setstate__(self, state: Any) -> None:
        self.values = (state,)

    def __index__(self) -> int:
        return int(self.values[0])


STAND_INS = [
    (Inert, name)
    for name in (
        "deepspeed.runtime.fp16.loss_scaler.LossScaler",
        "deepspeed.runtime.fp16.loss_scaler.DynamicLossScaler",
        "deepspeed.runtime.zero.config.ZeroStageEnum",
        "deepspeed.runtime.zero.partition_parameters.ZeroParamStatus",
        "deepspeed.utils.tensor_fragment.fragment_address",
    )
]


def find_step(directory: Path) -> Path | None:
    """The folder with the states: the given one, or the one that `latest` names. Raises UsageError."""
    if next(directory.glob("*zero_pp_rank_*_optim_states.pt"), None):
        return directory
    latest = directory / "latest"
    if not latest.is_file():
        return None
    tag = latest.read_text(encoding="utf-8", errors="replace").strip()
    if not re.fullmatch(r"[\w.-]+", tag):
        msg = f"{latest} names no folder beside it: {tag[:60]!r}"
        raise UsageError(msg)
    return directory / tag if next((directory / tag).glob("*zero_pp_rank_*_optim_states.pt"), None) else None


@dataclass(frozen=True)
class _Place:
    """Where a parameter lies: `group` and `offset` in elements, counted in the whole group (ZeRO-1, 2) or in each
    rank's part of it (ZeRO-3)."""

    group: int
    offset: int
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        return Description(self.shape, "float32").size


class ZeroWeights:
    """Implements `Weights` for ZeRO-1, 2 and 3 without model parallelism."""

    def __init__(self, step: Path) -> None:
        """Maps all ranks. Raises UsageError."""
        self._step = step
        states = [load_pickle(path, STAND_INS)["optimizer_state_dict"] for path in _ranks(step)]
        self.stage = int(states[0].get("zero_stage", 0))
        counts = states[0].get("partition_count", len(states))
        self.ranks = max(counts) if isinstance(counts, list) else int(counts)
        if self.ranks != len(states):
            msg = f"{step} has the optimizer states of {len(states)} of {self.ranks} ranks: copy the missing files"
            raise UsageError(msg)
        if self.stage not in (1, 2, 3):
            msg = f"{step} is of ZeRO stage {self.stage}, which is not known"
            raise UsageError(msg)
        self._flat = [_flat_groups(state, self.stage, step) for state in states]
        model = load_pickle(_model_file(step), STAND_INS)
        self._buffers = {
            name: model["module"][name] for name in model.get("buffer_names", ()) if name in model.get("module", {})
        }
        self._shared = {str(copy): str(name) for copy, name in dict(model.get("shared_params") or {}).items()}
        if model.get("frozen_param_shapes"):
            msg = f"{step} holds frozen parameters, which the optimizer does not: run DeepSpeed's zero_to_fp32.py first"
            raise UsageError(msg)
        self._places = self._locate(model["param_shapes"])

    def _locate(self, groups: Sequence[Mapping[str, Sequence[int]]]) -> dict[str, _Place]:
        places: dict[str, _Place] = {}
        offset = 0
        for index, shapes in enumerate(groups):
            offset = 0 if self.stage < 3 else offset
            for name, shape in shapes.items():
                place = _Place(index, offset, tuple(shape))
                places[name] = place
                offset += place.size if self.stage < 3 else -(-place.size // self.ranks)
            if self.stage < 3:
                self._check_size(offset, sum(part[index].numel() for part in self._flat))
        if self.stage == 3:
            self._check_size(offset, sum(group.numel() for group in self._flat[0]))
        return places

    def _check_size(self, needed: int, given: int) -> None:
        # partitions are padded to a multiple of twice the number of ranks
        if not needed <= given <= needed + 2 * self.ranks * max(1, len(self._flat[0])) * 8:
            msg = f"{self._step} has {given:,} values for parameters of {needed:,}: a partition is damaged or missing"
            raise UsageError(msg)

    def describe(self) -> Mapping[str, Description]:
        """Parameters in fp32, buffers in their own type."""
        found = {name: Description(place.shape, "float32") for name, place in self._places.items()}
        found |= {name: describe_tensor(buffer) for name, buffer in self._buffers.items()}
        return found | {copy: found[name] for copy, name in self._shared.items() if name in found}

    def read(self, name: str) -> Any:
        """The whole parameter in fp32."""
        name = self._shared.get(name, name)
        if name in self._buffers:
            return self._buffers[name]
        place = self._places[name]
        parts = self._slices(place) if self.stage < 3 else self._strips(place)
        import torch

        return torch.cat(parts)[: place.size].reshape(place.shape).float()

    def _slices(self, place: _Place) -> list[Any]:
        """ZeRO-1 and 2: the ranks' parts of a group follow each other."""
        found, start = [], 0
        for rank in self._flat:
            part = rank[place.group]
            low, high = max(place.offset - start, 0), min(place.offset + place.size - start, part.numel())
            if low < high:
                found.append(part[low:high])
            start += part.numel()
        return found

    def _strips(self, place: _Place) -> list[Any]:
        """ZeRO-3: every rank has an equal strip of each parameter, the last one padded."""
        length = -(-place.size // self.ranks)
        return [piece for rank in self._flat for piece in _narrow(rank, place.offset, length)]


def _narrow(groups: Sequence[Any], offset: int, length: int) -> list[Any]:
    """`length` values from `offset` on of flat tensors that follow each other."""
    found, start = [], 0
    for group in groups:
        low, high = max(offset - start, 0), min(offset + length - start, group.numel())
        if low < high:
            found.append(group[low:high])
        start += group.numel()
    return found


def _ranks(step: Path) -> list[Path]:
    found: dict[int, Path] = {}
    for path in step.glob("*_optim_states.pt"):
        if match := _OPTIMIZER.fullmatch(path.name):
            if int(match[2]):
                msg = f"{step} was trained with model parallelism ({path.name}), which cannot be put together here"
                raise UsageError(msg)
            found[int(match[1])] = path
    missing = sorted(set(range(max(found) + 1)) - found.keys())
    if missing:
        msg = f"{step} lacks the optimizer states of rank {', '.join(map(str, missing[:5]))}: copy the missing files"
        raise UsageError(msg)
    return [found[rank] for rank in sorted(found)]


def _model_file(step: Path) -> Path:
    for name in ("mp_rank_00_model_states.pt", "zero_pp_rank_0_mp_rank_00_model_states.pt"):
        if (step / name).is_file():
            return step / name
    msg = f"{step} has no model states (mp_rank_00_model_states.pt), which hold the names and shapes"
    raise UsageError(msg)


def _flat_groups(state: Mapping[str, Any], stage: int, step: Path) -> list[Any]:
    key = "fp32_flat_groups" if stage == 3 else "single_partition_of_fp32_groups"
    groups = state.get(key)
    if not isinstance(groups, list | tuple) or not groups:
        msg = f"{step} has no {key}: only checkpoints with fp32 master weights can be put together"
        raise UsageError(msg)
    return [group for group in groups if hasattr(group, "numel")]
