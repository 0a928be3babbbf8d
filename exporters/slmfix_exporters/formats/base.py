"""What every checkpoint format is turned into: a policy's configuration, tensors and tokenizer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slmfix_exporters.weights import Weights

CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
METADATA = "slmfix-training.json"


@dataclass(frozen=True, kw_only=True)
class PolicySource:
    """A checkpoint that was recognised. `config` is transformers' config.json; `weights` are the policy's, under
    transformers' names; `dropped` the names of what belongs to a value head, an optimizer or a critic. `shards` counts
    the files or ranks; `notes` say what a reader should know, `missing` what has to be supplied."""

    format: str
    directory: Path
    config: Mapping[str, Any]
    weights: Weights
    dropped: tuple[str, ...] = ()
    shards: int = 1
    tokenizer: Path | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Format(Protocol):
    """One way in which trainers write checkpoints."""

    name: str

    def recognises(self, directory: Path) -> bool:
        """From the names of files, and at most a header."""

    def open(self, directory: Path, base: Path | None) -> PolicySource:
        """Raises UsageError when something is missing, damaged or not supported. `base` is the folder of the base
        model, for formats that hold only a part."""


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises UsageError."""
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"cannot read {path}: {error}"
        raise UsageError(msg) from error
    if not isinstance(value, dict):
        msg = f"{path} does not hold an object"
        raise UsageError(msg)
    return value


def read_config(directory: Path) -> dict[str, Any]:
    """config.json of a folder; encoder-decoder models are refused.

    Raises UsageError.
    """
    path = directory / CONFIG
    if not path.is_file():
        msg = f"{directory} has no {CONFIG}: copy it from the base model, it says which architecture the weights are of"
        raise UsageError(msg)
    config = read_json(path)
    if config.get("is_encoder_decoder"):
        msg = (
            f"{directory} is an encoder-decoder model ({config.get('model_type')}): its decoder needs the encoder's "
            "states at every step, which the graph text-generation-with-past does not have; train a causal model"
        )
        raise UsageError(msg)
    return config


def read_metadata(directory: Path) -> dict[str, Any]:
    """slmfix-training.json, empty when there is none."""
    path = directory / METADATA
    return read_json(path) if path.is_file() else {}


def find_tokenizer(*directories: Path | None) -> Path | None:
    """The first folder's tokenizer.json."""
    paths = (directory / TOKENIZER for directory in directories if directory is not None)
    return next((path for path in paths if path.is_file()), None)
