"""Model packages: folders with `slmfix-model.json`, `model.onnx` and `tokenizer.json` (docs/model-package.md).

A package runs as code that nobody reads, so it is checked against its manifest before it is used, and a bare name only
ever means a package that came with the bot: a folder of that name in a checkout is not looked at.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.prompt import PROMPT_FORMAT
from slmfix_bot.core.report import ModelIdentity
from slmfix_bot.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST = "slmfix-model.json"
SCHEMA = "slmfix.model/1"
MODEL_FILE = "model.onnx"
TOKENIZER_FILE = "tokenizer.json"
_BLOCK = 1 << 20


@dataclass(frozen=True, kw_only=True)
class ModelPackage:
    """A verified package. `manifest` is the whole of `slmfix-model.json`; limits are in tokens."""

    directory: Path
    manifest: Mapping[str, Any]

    @property
    def identity(self) -> ModelIdentity:
        """Name, version and the hash of the weights."""
        sha256 = str(self.manifest["files"][MODEL_FILE]["sha256"])
        return ModelIdentity(name=str(self.manifest["name"]), version=str(self.manifest["version"]), sha256=sha256)

    @property
    def max_prompt_tokens(self) -> int:
        """The longest prompt that the model was trained on."""
        return int(self.manifest["max_prompt_tokens"])

    @property
    def max_new_tokens(self) -> int:
        """The longest script that is worth waiting for."""
        return int(self.manifest["max_new_tokens"])

    def path(self, name: str) -> Path:
        """The file of that name in the package."""
        return self.directory / name


def models_directory() -> Path:
    """Where the packages that ship with the bot are."""
    return Path(str(files("slmfix_bot"))) / "models"


def list_packages() -> list[Path]:
    """The folders of the embedded packages, sorted by name; they are not verified."""
    return sorted(path.parent for path in models_directory().glob(f"*/{MANIFEST}"))


def find_package(model: str) -> Path:
    """The folder of an embedded package by name, or a folder given as a path (with a separator in it).

    Raises ModelError when there is none.
    """
    is_path = "/" in model or "\\" in model or model in (".", "..")
    directory = Path(model) if is_path else models_directory() / model
    if not (directory / MANIFEST).is_file():
        known = ", ".join(path.name for path in list_packages()) or "none"
        advice = f"Embedded packages: {known}. Give one of them, or a folder as a path (./{Path(model).name})."
        msg = f"no model package {model!r}: {directory} has no {MANIFEST}. {advice}"
        raise ModelError(msg)
    return directory


def load_package(directory: Path) -> ModelPackage:
    """The package in the folder, every file compared with its size and SHA-256.

    Raises ModelError for a missing or damaged file, an unknown schema or an unknown prompt format.
    """
    manifest = _read_manifest(directory)
    for name, expected in manifest["files"].items():
        _verify_file(directory / name, int(expected["bytes"]), str(expected["sha256"]))
    return ModelPackage(directory=directory, manifest=manifest)


@cache
def _validator() -> Any:
    import jsonschema  # slow to import, and only needed when a model is loaded

    schema = json.loads((files("slmfix_bot") / "data" / "model.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _read_manifest(directory: Path) -> dict[str, Any]:
    path = directory / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"cannot read the model manifest {path}: {error}"
        raise ModelError(msg) from error
    schema = manifest.get("schema") if isinstance(manifest, dict) else None
    if schema != SCHEMA:
        msg = f"{path} has schema {schema!r}; this version reads {SCHEMA!r}: update slmfix-bot or export again"
        raise ModelError(msg)
    problem = next(iter(_validator().iter_errors(manifest)), None)
    if problem is not None:
        where = "/".join(map(str, problem.absolute_path)) or "the top level"
        msg = f"{path} is not a valid manifest: {where}: {problem.message}"
        raise ModelError(msg)
    if manifest["prompt_format"] != PROMPT_FORMAT:
        msg = f"{path} wants prompt format {manifest['prompt_format']!r}; this version renders {PROMPT_FORMAT!r}"
        raise ModelError(msg)
    return dict(manifest)


def _verify_file(path: Path, size: int, sha256: str) -> None:
    advice = "the package is damaged or was changed: install it again"
    try:
        actual = path.stat().st_size
        if actual != size:
            msg = f"{path} has {actual} bytes instead of {size}: {advice}"
            raise ModelError(msg)
        digest = hash_file(path)
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}: {advice}"
        raise ModelError(msg) from error
    if digest != sha256:
        msg = f"{path} has SHA-256 {digest} instead of {sha256}: {advice}"
        raise ModelError(msg)


def hash_file(path: Path) -> str:
    """The file's SHA-256 in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
