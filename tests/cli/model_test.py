"""`slmfix-bot model` on the packages that ship with the bot, and on one that was tampered with."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.adapters.model_package import list_packages
from slmfix_bot.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = list_packages()


def test_every_embedded_package_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "list"]) == 0
    shown = capsys.readouterr().out
    assert all(package.name in shown for package in PACKAGES)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_embedded_package_is_what_it_says(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "verify", package.name]) == 0
    assert "every file has its hash" in capsys.readouterr().out
    assert main(["model", "show", package.name, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == package.name
    assert main(["model", "show", package.name]) == 0
    assert "model.onnx" in capsys.readouterr().out


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package.name)
def test_wrong_hash_is_exit_four(package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(package, copy)
    content = bytearray((copy / "tokenizer.json").read_bytes())
    content[-2] ^= 1
    (copy / "tokenizer.json").write_bytes(content)
    assert main(["model", "verify", str(copy)]) == 4
    assert "has SHA-256" in capsys.readouterr().err


def test_unknown_model_is_exit_four(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "verify", "gpt"]) == 4
    assert "no model package 'gpt'" in capsys.readouterr().err
