from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slmfix_bot.adapters.model_package import load_package
from slmfix_exporters.cli import main
from tests.testing.tiny_model import write_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_main_writes_a_package(tmp_path: Path) -> None:
    checkpoint = write_checkpoint(tmp_path / "checkpoint")
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text('{"prompt": "<l:sql>x<|1|><names><win><|1|>SELECT 1<out>"}\n', encoding="utf-8")
    arguments = [str(checkpoint), "--output", str(tmp_path / "out"), "--fp16", "--name", "mine", "--version", "0.1"]
    result = CliRunner().invoke(main, [*arguments, "--prompts", str(prompts)])
    assert result.exit_code == 0, result.output
    assert "mine 0.1, fp16" in result.output
    assert load_package(tmp_path / "out").manifest["precision"] == "fp16"


def test_main_exit_codes(tmp_path: Path) -> None:
    runner = CliRunner()
    assert runner.invoke(main, [str(tmp_path / "none"), "--output", "x"]).exit_code == 2
    result = runner.invoke(main, [str(tmp_path), "--output", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "has no config.json" in result.output
    checkpoint = write_checkpoint(tmp_path / "checkpoint")
    arguments = [str(checkpoint), "--output", str(tmp_path / "out"), "--min-agreement", "1"]
    result = runner.invoke(main, arguments)
    assert result.exit_code == 3
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["", "x\n", '{"text": 1}\n', "[]\n"])
def test_main_refuses_bad_prompts(tmp_path: Path, text: str) -> None:
    prompts = tmp_path / "prompts.jsonl"
    prompts.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, [str(tmp_path), "--output", "x", "--prompts", str(prompts)])
    assert result.exit_code == 2
    assert "prompt" in result.output
