"""The shards that FSDP writes one file a rank: every tensor is a DTensor that knows its mesh and placements.

verl's checkpoints are such files (`model_world_size_W_rank_R.pt`). They are put together here without a GPU, without a
process group and without verl, one tensor at a time.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from slmfix_bot.errors import UsageError
from slmfix_exporters.weights import Description, describe_tensor, load_pickle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_RANK = re.compile(r"model_world_size_(\d+)_rank_(\d+)\.pt")


def find_ranks(folder: Path) -> list[Path]:
    """The files of all ranks in order, empty when the folder has none. Raises UsageError when a rank is missing."""
    found = {}
    sizes = set()
    for path in folder.glob("model_world_size_*_rank_*.pt"):
        if match := _RANK.fullmatch(path.name):
            sizes.add(int(match[1]))
            found[int(match[2])] = path
    if not found:
        return []
    if len(sizes) > 1:
        msg = f"{folder} mixes shards of world sizes {sorted(sizes)}: keep one set"
        raise UsageError(msg)
    missing = sorted(set(range(max(sizes))) - found.keys())
    if missing:
        msg = f"{folder} lacks rank {', '.join(map(str, missing[:5]))} of {max(sizes)}: copy the shard of every rank"
        raise UsageError(msg)
    return [found[rank] for rank in sorted(found)]


class FsdpWeights:
    """Implements `Weights` over the state dicts of all ranks."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Maps the files of `find_ranks`. Raises UsageError."""
        self._files = files
        self._ranks = [load_pickle(path, _allowed()) for path in files]
        names = set(self._ranks[0])
        odd = next((files[i] for i, state in enumerate(self._ranks) if set(state) != names), None)
        if odd is not None:
            msg = f"{odd} has other tensors than rank 0: the shards are of different checkpoints"
            raise UsageError(msg)

    def describe(self) -> Mapping[str, Description]:
        """Whole shapes."""
        return {name: describe_tensor(value) for name, value in self._ranks[0].items() if hasattr(value, "shape")}

    def read(self, name: str) -> Any:
        """The whole tensor. Raises UsageError for a layout that is not understood."""
        parts = [state[name] for state in self._ranks]
        if not hasattr(parts[0], "placements"):
            return parts[0]  # a plain tensor is the same on every rank
        mesh = parts[0].device_mesh.mesh
        if mesh.numel() != len(parts):
            msg = f"{name} lies on a mesh of {mesh.numel()} ranks, but there are {len(parts)} files"
            raise UsageError(msg)
        local = {tuple((mesh == rank).nonzero()[0].tolist()): part for rank, part in enumerate(parts)}
        whole = _join(name, {at: part._local_tensor for at, part in local.items()}, list(parts[0].placements))
        if tuple(whole.shape) != tuple(parts[0].shape):
            msg = f"{name} has shape {tuple(whole.shape)} when put together instead of {tuple(parts[0].shape)}"
            raise UsageError(msg)
        return whole


def _join(name: str, local: Mapping[tuple[int, ...], Any], placements: Sequence[Any]) -> Any:
    """Puts the tensors at the mesh's coordinates together, the last mesh dimension first."""
    if not placements:
        return local[()]
    inner: dict[tuple[int, ...], Any] = {}
    for prefix, group in groupby(sorted(local), key=lambda at: at[:-1]):
        inner[prefix] = _combine(name, [local[at] for at in group], placements[-1])
    return _join(name, inner, placements[:-1])


def _combine(name: str, parts: Sequence[Any], placement: Any) -> Any:
    import torch

    if placement.is_replicate():
        return parts[0]
    if placement.is_shard() and type(placement).__name__ == "Shard":
        return torch.cat([part for part in parts if part.numel()], dim=placement.dim)
    msg = f"{name} is placed as {placement}: only Shard and Replicate can be put together"
    raise UsageError(msg)


def _allowed() -> list[Any]:
    """What DTensors are pickled as. Importing the package registers what rebuilds them."""
    from torch.distributed.device_mesh import DeviceMesh
    from torch.distributed.tensor import DTensor, Replicate, Shard
    from torch.distributed.tensor._dtensor_spec import DTensorSpec, TensorMeta
    from torch.distributed.tensor.placement_types import _StridedShard

    return [DTensor, DTensorSpec, TensorMeta, DeviceMesh, Shard, Replicate, _StridedShard]
