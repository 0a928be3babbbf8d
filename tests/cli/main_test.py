"""The edge of the program: exit codes, messages instead of tracebacks, a quick start."""

from __future__ import annotations

import sys

import click
import pytest

from slmfix_bot import __version__
from slmfix_bot.adapters.process import run
from slmfix_bot.cli import main as module
from slmfix_bot.cli.main import COMMANDS, cli, main
from slmfix_bot.errors import GitError


def test_version_and_help_exit_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"slmfix-bot {__version__}\n"
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert "Usage: slmfix-bot " + name in capsys.readouterr().out


@pytest.mark.parametrize("args", [["chek"], ["check", "--bse", "x"], ["repair"], ["repair", "x", "--batch", "y"]])
def test_wrong_usage_is_exit_two(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(args) == 2
    assert "Error: " in capsys.readouterr().err


def failing(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Makes the command `check` fail with the error."""

    @click.command()
    def command() -> None:
        raise error

    monkeypatch.setattr(module.LazyGroup, "get_command", lambda *_: command)
    assert isinstance(cli, module.LazyGroup)


def test_fatal_error_is_a_message_with_its_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, GitError("no such thing"))
    assert main(["check"]) == 2
    assert capsys.readouterr().err == "slmfix-bot: no such thing\n"


def test_unexpected_error_asks_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(monkeypatch, ZeroDivisionError("boom"))
    assert main(["check"]) == 3
    error = capsys.readouterr().err
    assert "internal error: ZeroDivisionError: boom" in error
    assert "Traceback" not in error
    monkeypatch.setenv("SLMFIX_DEBUG", "1")
    assert main(["check"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    failing(monkeypatch, KeyboardInterrupt())
    assert main(["check"]) == 130
    assert "interrupted" in capsys.readouterr().err


def test_version_imports_nothing_heavy() -> None:
    code = (
        "import sys; from slmfix_bot.cli.main import main; main(['--version']); "
        "heavy = {'onnxruntime', 'numpy', 'rich', 'github', 'jsonschema', 'yaml', 'tree_sitter', 'sqlglot'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = run([sys.executable, "-c", code], cwd="/", timeout=30)
    assert done.text == f"slmfix-bot {__version__}\n[]\n"


def test_module_runs_without_the_working_directory_on_the_path(tmp_path: object) -> None:
    done = run([sys.executable, "-P", "-m", "slmfix_bot", "--version"], cwd=str(tmp_path), timeout=30)
    assert done.text == f"slmfix-bot {__version__}\n"
