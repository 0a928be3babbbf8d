"""A command of an extra that is not installed names the extra; other faults are not hidden."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.adapters.extras import run_with_extra

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module to fill; it is forgotten afterwards."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "some_command", raising=False)
    return tmp_path / "some_command.py"


def test_missing_extra_is_named(
    command: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    command.write_text("import torch\n")
    assert run_with_extra("some_command:main", "train") == 4
    assert 'torch is not installed. It comes with an extra: pip install "slmfix-bot[train]"' in capsys.readouterr().err


def test_other_missing_module_is_no_matter_of_the_extra(command: Path) -> None:
    command.write_text("import not_there_at_all\n")
    with pytest.raises(ModuleNotFoundError):
        run_with_extra("some_command:main", "train")


def test_exit_code_is_passed_on(command: Path) -> None:
    command.write_text("def main():\n    return 3\ndef quiet():\n    pass\n")
    assert run_with_extra("some_command:main", "train") == 3
    assert run_with_extra("some_command:quiet", "train") == 0
