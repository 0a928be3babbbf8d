"""Tensors of a checkpoint by name, read one at a time: a sharded checkpoint is never in memory as a whole.

Files of others are untrusted: safetensors first, pickles only with torch's `weights_only` unpickler, which builds
tensors and plain containers and calls nothing else.
"""

from __future__ import annotations

import json
import pickle
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DTYPES = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32"}


@dataclass(frozen=True)
class Description:
    """Shape and type of one tensor; `dtype` by torch's name, for example "bfloat16"."""

    shape: tuple[int, ...]
    dtype: str

    @property
    def size(self) -> int:
        """Number of elements."""
        count = 1
        for length in self.shape:
            count *= length
        return count


class Weights(Protocol):
    """The tensors of a checkpoint."""

    def describe(self) -> Mapping[str, Description]:
        """Every tensor, without reading it where the format allows."""

    def read(self, name: str) -> Any:
        """The tensor in the checkpoint's own type. Raises UsageError when its file is damaged."""


class SafetensorsWeights:
    """One or more safetensors files."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Reads the headers; raises UsageError for a damaged or truncated file."""
        self._files: dict[str, Path] = {}
        self._described: dict[str, Description] = {}
        for path in files:
            for name, entry in _read_header(path).items():
                self._files[name] = path
                dtype = DTYPES.get(entry["dtype"], str(entry["dtype"]).lower())
                self._described[name] = Description(tuple(entry["shape"]), dtype)

    def describe(self) -> Mapping[str, Description]:
        """From the headers."""
        return self._described

    def read(self, name: str) -> Any:
        """Maps the file and copies the one tensor."""
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(self._files[name], framework="pt") as stream:
                return stream.get_tensor(name)
        except (SafetensorError, OSError) as error:
            raise _damaged(self._files[name], error) from error


def _read_header(path: Path) -> dict[str, Any]:
    """The header of a safetensors file: eight bytes of length, then JSON (the format's own description)."""
    try:
        with path.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if not 2 <= length <= 100_000_000:
                msg = f"{path} is not a safetensors file"
                raise UsageError(msg)
            header = json.loads(stream.read(length))
        if not isinstance(header, dict):
            msg = f"{path} is not a safetensors file"
            raise UsageError(msg)
        header.pop("__metadata__", None)
        needed = 8 + length + max((entry["data_offsets"][1] for entry in header.values()), default=0)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(path, error) from error
    if path.stat().st_size != needed:
        msg = f"{path} is truncated: {path.stat().st_size:,} bytes instead of {needed:,}; copy it again"
        raise UsageError(msg)
    return header


def _damaged(path: Path, error: Exception) -> UsageError:
    reason = str(error).split("\n")[0]
    return UsageError(f"{path} is damaged or no checkpoint: {reason}")


class PickledWeights:
    """One or more files of `torch.save`, each a flat state dict or one under `inner`."""

    def __init__(self, files: Sequence[Path], inner: str | None = None) -> None:
        """Maps the files; raises UsageError for what is damaged or holds anything but tensors and containers."""
        self._tensors: dict[str, Any] = {}
        for path in files:
            state = load_pickle(path)
            state = state.get(inner, state) if inner else state
            self._tensors |= {name: value for name, value in state.items() if hasattr(value, "untyped_storage")}

    def describe(self) -> Mapping[str, Description]:
        """From the mapped files."""
        return {name: describe_tensor(tensor) for name, tensor in self._tensors.items()}

    def read(self, name: str) -> Any:
        """The mapped tensor: its pages are read when it is used."""
        return self._tensors[name]


def describe_tensor(tensor: Any) -> Description:
    """Of a torch tensor."""
    return Description(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))


def load_pickle(path: Path, allowed: Sequence[Any] = ()) -> dict[str, Any]:
    """The dict in a file of `torch.save`, mapped into memory. `allowed` are more globals for the safe unpickler:
    classes, or pairs of a stand-in and the qualified name it stands for. Nothing of the file is executed.

    Raises UsageError.
    """
    import torch

    try:
        with torch.serialization.safe_globals(list(allowed)):
            state = torch.load(path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path))
    except pickle.UnpicklingError as error:
        msg = (
            f"{path} holds more than tensors and was not read ({_forbidden(str(error))}): nothing in it was executed. "
            "Save the state dict alone, best as safetensors"
        )
        raise UsageError(msg) from error
    except (OSError, RuntimeError, ValueError, EOFError, KeyError) as error:
        raise _damaged(path, error) from error
    if not isinstance(state, dict):
        msg = f"{path} holds a {type(state).__name__} instead of a state dict"
        raise UsageError(msg)
    return state


def _forbidden(message: str) -> str:
    """The line of torch's long message that names what was refused."""
    lines = [line.strip() for line in message.split("\n") if "GLOBAL" in line or "Unsupported" in line]
    return (lines[0] if lines else message.split("\n")[0])[:200]


class RenamedWeights:
    """A view with other names; what has no new name is left out."""

    def __init__(self, weights: Weights, names: Mapping[str, str]) -> None:
        """`names` maps a new name to the old one."""
        self._weights, self._names = weights, names

    def describe(self) -> Mapping[str, Description]:
        """Under the new names."""
        known = self._weights.describe()
        return {new: known[old] for new, old in self._names.items()}

    def read(self, name: str) -> Any:
        """By the new name."""
        return self._weights.read(self._names[name])


def find_weights(folder: Path, stem: str = "model") -> Weights | None:
    """`model.safetensors` or `pytorch_model.bin` of a folder, whole or in the shards that the index names.

    Raises UsageError when a shard of the index is missing. None when there is neither.
    """
    pickled = "pytorch_model" if stem == "model" else stem
    for base, suffix in ((stem, ".safetensors"), (pickled, ".bin")):
        index, whole = folder / f"{base}{suffix}.index.json", folder / f"{base}{suffix}"
        files = _indexed(index) if index.is_file() else ([whole] if whole.is_file() else [])
        if files:
            return SafetensorsWeights(files) if suffix == ".safetensors" else PickledWeights(files)
    return None


def _indexed(index: Path) -> list[Path]:
    try:
        names = sorted(set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise _damaged(index, error) from error
    outside = [name for name in names if "/" in name or "\\" in name]
    if outside:
        msg = f"{index} refers to {outside[0]}, which is not beside it"
        raise UsageError(msg)
    missing = [name for name in names if not (index.parent / name).is_file()]
    if missing:
        msg = f"{index.parent} lacks {len(missing)} of {len(names)} shards: {', '.join(missing[:3])}"
        raise UsageError(msg)
    return [index.parent / name for name in names]
