"""`slmfix-bot doctor` names everything a run depends on, and the conflict of the two runtimes."""

from __future__ import annotations

import pytest

from slmfix_bot.cli.doctor import GPU_REMEDY, State, runtime_lines
from slmfix_bot.cli.main import main
from slmfix_bot.errors import MissingToolError
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.pool import ValidatorPool


def test_every_validator_and_tool_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    lines = [line for line in capsys.readouterr().out.split("\n") if line]
    shown = {line.split()[1]: line.split()[0] for line in lines}
    grouped = {name: shown[line.split()[1]] for line in lines for name in line.partition(" for ")[2].split(", ")}
    assert {(grouped | shown)[name] for name in (*VALIDATORS, "git", "runtime")} == {"ok"}
    assert not {"go", "rust"} & set(shown)
    assert {"isolation", "model", "token"} <= set(shown)


def test_what_comes_with_an_extra_is_a_note(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def version(_pool: ValidatorPool, language: str, _name: str | None = None) -> str:
        if language == "promql":
            msg = 'not installed: pip install "slmfix-bot[languages]"'
            raise MissingToolError(msg)
        return "1"

    monkeypatch.setattr(ValidatorPool, "version", version)
    main(["doctor"])
    (line,) = [line for line in capsys.readouterr().out.split("\n") if " promql " in line]
    assert line.startswith("note")


def test_missing_model_is_exit_four(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--model", "./nothing"]) == 4
    assert "no model package './nothing'" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("cpu", "gpu", "devices", "states"),
    [
        ("1.32", None, ["cpu"], [State.OK]),
        ("1.32", "1.32", ["cpu", "cuda"], [State.OK]),
        (None, "1.32", ["cpu", "cuda"], [State.OK]),
        ("1.32", "1.32", ["cpu"], [State.OK, State.NOTE]),
        (None, "1.32", [], [State.MISSING]),
        (None, None, [], [State.MISSING]),
    ],
)
def test_two_runtimes_are_told_apart(cpu: str | None, gpu: str | None, devices: list[str], states: list[State]) -> None:
    lines = list(runtime_lines(cpu, gpu, devices))
    assert [line.state for line in lines] == states
    assert (GPU_REMEDY in lines[-1].text) == (states[-1] is State.NOTE)


def test_token_is_named_but_never_shown(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghs_secret")
    main(["doctor"])
    shown = capsys.readouterr().out
    assert "GITHUB_TOKEN is set" in shown
    assert "ghs_secret" not in shown
