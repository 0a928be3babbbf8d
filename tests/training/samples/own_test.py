"""Training for a language of the user's: the example's commands as they are documented, at a tiny size."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slmfix_bot.adapters.model_package import load_package
from slmfix_bot.adapters.process import run
from slmfix_bot.cli.main import main as bot
from slmfix_bot.core.program import Program
from slmfix_bot.errors import ConfigurationError, FatalError, MissingToolError, UsageError
from slmfix_exporters.cli import main as export
from slmfix_training.cli import main as train
from slmfix_training.command import main as command
from slmfix_training.corpora.corpus import build_own_corpus
from slmfix_training.faults.corrupt import corrupt
from slmfix_training.faults.corrupt_generic import GENERIC
from slmfix_training.samples.own import read_own_language
from slmfix_training.sft.packing import pack
from tests.training.sft.sft_test import arrays

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parents[3] / "docs" / "custom-language"
GOOD = 'pipeline shop\n\nservice api {\n  image "shop/api:1"\n}\n\nstep build {\n  run "make"\n}\n'
# What makes the documented commands small: a few programs, some samples, a second of training.
SMALLER = {
    r"--count 120": "--count 10",
    r"--limit \d+ --minutes \d+ --passes \d+": "--limit 60 --minutes 1 --passes 3",
    r"--size 2048": "--size 400",
    r"--minutes 25": "--minutes 0.02",
    r"--recipe hidden=192": "--recipe hidden=32 --recipe rows=2 --recipe predicted=200 --recipe bf16=false",
    r"--recipe layers=4": "--recipe layers=1",
    r"--recipe feed_forward=512": "--recipe feed_forward=48",
    r"slmfix-train evaluate .*": r"\g<0> --count 4 --ranked 1",
    r"slmfix-export .*": r"\g<0> --min-agreement 0",
}


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example, as the working directory."""
    folder = tmp_path / "example"
    shutil.copytree(EXAMPLE, folder)
    monkeypatch.chdir(folder)
    return folder


def documented_commands() -> list[str]:
    """The lines of the README's section on training, continued lines joined."""
    section = (EXAMPLE / "README.md").read_text(encoding="utf-8").split("## Train a model", 1)[1]
    block = re.search(r"```sh\n(.*?)```", section, flags=re.S)
    assert block is not None
    return block[1].replace("\\\n", " ").strip().split("\n")


@pytest.mark.slow
def test_documented_commands_lead_to_a_package_that_repairs(example: Path, capfd: pytest.CaptureFixture[str]) -> None:
    programs = {"slmfix-train": train, "slmfix-export": export}
    for line in documented_commands():
        for pattern, smaller in SMALLER.items():
            line = re.sub(pattern, smaller, line)
        name, *arguments = shlex.split(line)
        if name in programs:
            result = CliRunner().invoke(programs[name], arguments)
            assert result.exit_code == 0, (line, result.output, result.exception)
        else:
            done = run([name, *arguments], cwd=example, timeout=60)
            assert done.returncode == 0, (line, done.error_text)
    package = load_package(example / "relay-mini")
    assert package.identity.name == "relay-mini"
    manifest = json.loads((example / "relay-mini" / "slmfix-model.json").read_text(encoding="utf-8"))
    assert manifest["languages"] == ["relay"]
    assert manifest["training"]["corpus"]["licences"] == {"own files": "Apache-2.0"}
    assert manifest["training"]["validators"] == {"relay": "relay-lint"}
    assert manifest["evaluation"]["relay"]["n"] > 0
    capfd.readouterr()
    (example / "x.relay").write_text(GOOD.replace("image", "imge").replace('run "make"', "run make"), encoding="utf-8")
    arguments = ["repair", "x.relay", "--language", "relay", "--config", ".slmfix.yml", "--model", "./relay-mini"]
    assert bot(arguments) == 0
    assert capfd.readouterr().out == GOOD


def test_own_corpus_keeps_files_on_one_side(tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"{number}.relay").write_text(GOOD.replace("shop", f"shop{number}"), encoding="utf-8")
    (tmp_path / "other.txt").write_text("no", encoding="utf-8")
    (tmp_path / "bad.relay").write_bytes(b"\xff")
    manifest = build_own_corpus("relay", (tmp_path,), ("*.relay",), tmp_path / "out", "MIT")
    rows = [json.loads(line) for line in (tmp_path / "out" / "relay.jsonl").read_text().split("\n") if line]
    assert {row["file"] for row in rows} == {f"{number}.relay" for number in range(40)}
    assert len({(row["file"], row["held_out"]) for row in rows}) == 40
    assert {row["held_out"] for row in rows} == {True, False}
    assert manifest["programs"] == 40
    assert manifest["licences"] == {"own files": "MIT"}


def test_folder_without_such_files_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no file below .* matches \*\.relay"):
        build_own_corpus("relay", (tmp_path,), ("*.relay",), tmp_path / "out", "MIT")


def test_own_validator_judges_as_in_the_bot() -> None:
    own = read_own_language(EXAMPLE / ".slmfix.yml", None)
    assert (own.language, own.patterns) == ("relay", ("*.relay",))
    judge = own.validators["relay"]
    assert judge.check(Program(language="relay", text=GOOD)) == ()
    (error,) = judge.check(Program(language="relay", text=GOOD.replace("image", "imag")))[1:]
    assert (error.rule, error.expected[0]) == ("unknown-option", "image")


def test_validator_of_a_built_in_language_joins_the_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "lint.py").write_text("import sys\nprint('2: no' if 'bad' in sys.stdin.read() else '')\n")
    entry = "name: x, language: bash, command: [python3, lint.py], files_from_base: [lint.py], output: regex"
    config = tmp_path / ".slmfix.yml"
    config.write_text(f"validators:\n  - {{{entry}, pattern: '^(?P<line>.): (?P<message>.*)'}}\n", encoding="utf-8")
    judge = read_own_language(config, "bash").validators["bash"]
    assert judge.name.endswith(" and x")
    assert [one.line for one in judge.check(Program(language="bash", text="if true; then # bad\n"))] == [1, 1]


@pytest.mark.parametrize(
    ("text", "language", "error", "message"),
    [
        ("scope: ai\n", None, ConfigurationError, "has no validators"),
        ("", None, ConfigurationError, "has no validators"),
        (
            "validators: [{name: a, language: bash, command: [a], output: jsonl}]",
            "sql",
            ConfigurationError,
            "has no validator for sql; it has some for bash",
        ),
        (
            "validators: [{name: a, language: bash, command: [no-such-lint], output: jsonl}]",
            None,
            MissingToolError,
            "no-such-lint is not installed; install it",
        ),
        (
            "validators: [{name: a, language: bash, command: [./x], files_from_base: [x], output: jsonl}]",
            None,
            ConfigurationError,
            "x does not exist beside",
        ),
    ],
)
def test_configuration_that_does_not_do_is_explained(
    tmp_path: Path, text: str, language: str | None, error: type[FatalError], message: str
) -> None:
    config = tmp_path / ".slmfix.yml"
    config.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        read_own_language(config, language)


def test_command_explains_a_mistake_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".slmfix.yml").write_text("validators: []\n", encoding="utf-8")
    config = str(tmp_path / ".slmfix.yml")
    monkeypatch.setattr(
        "sys.argv",
        ["slmfix-train", "corpus", "--root", config, "--output", str(tmp_path), "--validator-config", config],
    )
    assert command() == 2
    assert capsys.readouterr().err.startswith("slmfix-train: ")


@pytest.mark.parametrize("operator", [operator for _, _, operator in GENERIC])
def test_every_generic_fault_changes_the_text_and_is_reproducible(
    operator: Callable[[str, Random], str | None],
) -> None:
    made = [operator(GOOD, Random(seed)) for seed in range(20)]
    assert made == [operator(GOOD, Random(seed)) for seed in range(20)]
    assert any(text not in {None, GOOD} for text in made)
    assert all(isinstance(operator("", Random(seed)), str | None) for seed in range(9))


def test_generic_faults_break_most_programs() -> None:
    judge = read_own_language(EXAMPLE / ".slmfix.yml", None).validators["relay"]
    program = Program(language="relay", text=GOOD)
    broken = [text for seed in range(30) if (text := corrupt(program, Random(seed)))]
    failing = sum(bool(judge.check(program.with_text(text))) for text in broken)
    assert len(broken) >= 25
    assert failing >= 0.6 * len(broken)


def test_a_small_corpus_fills_batches_too() -> None:
    given = arrays([10, 20, 30])
    batches = list(pack(given, [0, 1, 2], 1, 64, Random(1), prompt_share=0.0, prompt_weight=0.3))
    assert sorted(index for _, indexes in batches for index in indexes) == [0, 1, 2]
