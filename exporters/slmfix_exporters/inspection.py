"""What `slmfix-export inspect` says about a checkpoint, from names and headers: no weights are read."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from slmfix_exporters.formats.base import PolicySource


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """`parameters` counts the policy's, a tied output once; `dtypes` maps a type to the number of such parameters;
    `bytes` is the size of the policy's tensors as they are stored."""

    path: str
    format: str
    architecture: str
    model_type: str
    parameters: int
    dtypes: dict[str, int]
    bytes: int
    shards: int
    value_head: bool
    left_out: int
    tokenizer: str | None
    prompt_format: str | None
    notes: tuple[str, ...]
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)


_WIDTHS = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int8": 1, "uint8": 1}
_VALUE = ("v_head", "value", "critic", "score")


def inspect(source: PolicySource) -> Inspection:
    """Reads descriptions only."""
    described = source.weights.describe()
    dtypes: Counter[str] = Counter()
    for entry in described.values():
        dtypes[entry.dtype] += entry.size
    missing = list(source.missing)
    if source.tokenizer is None:
        missing.append("tokenizer.json: give the base model's folder with --base")
    architectures = source.config.get("architectures") or ["unknown"]
    return Inspection(
        path=str(source.directory),
        format=source.format,
        architecture=str(architectures[0]),
        model_type=str(source.config.get("model_type", "unknown")),
        parameters=sum(entry.size for entry in described.values()),
        dtypes=dict(dtypes.most_common()),
        bytes=sum(entry.size * _WIDTHS.get(entry.dtype, 4) for entry in described.values()),
        shards=source.shards,
        value_head=any(part in name for name in source.dropped for part in _VALUE),
        left_out=len(source.dropped),
        tokenizer=str(source.tokenizer) if source.tokenizer else None,
        prompt_format=source.metadata.get("prompt_format"),
        notes=source.notes,
        missing=tuple(missing),
    )


def render(found: Inspection) -> str:
    """One line a fact."""
    kinds = ", ".join(f"{name} {count / 1e6:.1f} M" for name, count in found.dtypes.items())
    head = f"yes, left out with {found.left_out} tensors" if found.value_head else "none"
    rows = [
        ("format", found.format),
        ("architecture", f"{found.architecture} ({found.model_type})"),
        ("parameters", f"{found.parameters:,} of the policy ({kinds})"),
        ("size", f"{found.bytes / 1e6:.1f} MB in {found.shards} {'file' if found.shards == 1 else 'files'}"),
        ("value head", head),
        ("tokenizer", found.tokenizer or "missing"),
        ("prompt format", found.prompt_format or "not recorded"),
        *(("note", note) for note in found.notes),
        *(("missing", what) for what in found.missing),
    ]
    return "\n".join(f"{name:14} {value}" for name, value in rows)
