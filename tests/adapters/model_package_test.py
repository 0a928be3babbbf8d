from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from slmfix_bot.adapters import model_package
from slmfix_bot.adapters.model_package import MANIFEST, find_package, list_packages, load_package
from slmfix_bot.errors import EXIT_MISSING, ModelError


def write_package(directory: Path, **changes: Any) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    files = {"model.onnx": b"weights", "tokenizer.json": b"{}"}
    for name, content in files.items():
        (directory / name).write_bytes(content)
    manifest = {
        "schema": "slmfix.model/1",
        "name": "demo",
        "version": "1.0",
        "architecture": "LlamaForCausalLM",
        "parameters": 7,
        "precision": "int8",
        "prompt_format": "line-edit/1",
        "languages": ["sql"],
        "context_lines": 18,
        "max_prompt_tokens": 384,
        "max_new_tokens": 64,
        "files": {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in files.items()
        },
        "training": {},
        "evaluation": {},
        "licence": "Apache-2.0",
    }
    manifest |= changes
    manifest = {key: value for key, value in manifest.items() if value is not None}
    (directory / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return directory


def test_load_package(tmp_path: Path) -> None:
    package = load_package(write_package(tmp_path))
    assert package.identity.name == "demo"
    assert package.identity.version == "1.0"
    assert package.identity.sha256 == hashlib.sha256(b"weights").hexdigest()
    assert (package.max_prompt_tokens, package.max_new_tokens) == (384, 64)
    assert package.path("model.onnx").read_bytes() == b"weights"


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_load_package_refuses_a_changed_file(tmp_path: Path, name: str) -> None:
    content = (write_package(tmp_path) / name).read_bytes()
    (tmp_path / name).write_bytes(b"!" + content[1:])
    with pytest.raises(ModelError, match="SHA-256") as caught:
        load_package(tmp_path)
    assert caught.value.return_code == EXIT_MISSING
    (tmp_path / name).write_bytes(content + b"!")
    with pytest.raises(ModelError, match="bytes instead of"):
        load_package(tmp_path)
    (tmp_path / name).unlink()
    with pytest.raises(ModelError, match="cannot read"):
        load_package(tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"schema": "slmfix.model/2"}, "slmfix.model/2", id="schema"),
        pytest.param({"schema": None}, "None", id="no-schema"),
        pytest.param({"prompt_format": "whole-program/1"}, "whole-program/1", id="prompt-format"),
        pytest.param({"max_new_tokens": 0}, "max_new_tokens", id="limit"),
        pytest.param({"name": None}, "'name' is a required property", id="missing"),
        pytest.param({"colour": "red"}, "colour", id="unknown"),
        pytest.param({"files": {}}, "model.onnx", id="no-files"),
        pytest.param(
            {"files": {name: {"sha256": "0" * 64, "bytes": 1} for name in ("model.onnx", "tokenizer.json", "../evil")}},
            "evil",
            id="path-traversal",
        ),
    ],
)
def test_load_package_refuses_a_manifest(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        load_package(write_package(tmp_path, **changes))


@pytest.mark.parametrize("text", ["{", "[]", "null", "\udcff"])
def test_load_package_refuses_a_broken_manifest(tmp_path: Path, text: str) -> None:
    write_package(tmp_path)
    (tmp_path / MANIFEST).write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ModelError):
        load_package(tmp_path)


def test_find_package_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_package(tmp_path / "mine")
    assert find_package(str(tmp_path / "mine")) == tmp_path / "mine"
    monkeypatch.chdir(tmp_path)
    assert find_package("./mine") == Path("mine")
    with pytest.raises(ModelError, match="mine2"):
        find_package("./mine2")


def test_find_package_by_name_never_looks_into_the_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedded = tmp_path / "embedded"
    write_package(embedded / "known")
    monkeypatch.setattr(model_package, "models_directory", lambda: embedded)
    checkout = tmp_path / "checkout"
    write_package(checkout / "planted")
    write_package(checkout / "known")
    monkeypatch.chdir(checkout)
    assert find_package("known") == embedded / "known"
    with pytest.raises(ModelError, match="Embedded packages: known"):
        find_package("planted")
    assert list_packages() == [embedded / "known"]
