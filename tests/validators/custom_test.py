"""A command of the user's in the worker: what it sees, what is read from it, and what is never taken for clean."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.adapters.process import network_isolation_works
from slmfix_bot.core.options import CustomValidator
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge, MissingToolError
from slmfix_bot.validators.custom import CommandValidator
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from pathlib import Path

    from slmfix_bot.core.diagnostic import Validation

PROGRAM = Program(language="relay", text="one\ntwo bad\n", path="deploy/app.relay")
# Reports every "bad" of the file that it is given.
LINT = """\
import json, sys
text = open(sys.argv[1]).read() if len(sys.argv) > 1 else sys.stdin.read()
for number, line in enumerate(text.split("\\n"), 1):
    if "bad" in line:
        print(json.dumps({"line": number, "column": line.index("bad") + 1, "message": "bad", "rule": "no-bad"}))
sys.exit(1 if "bad" in text else 0)
"""


def script(source: str, *arguments: str, **settings: Any) -> CustomValidator:
    """A validator that is a Python program from the base commit."""
    return CustomValidator(
        name="relay-lint",
        language=settings.pop("language", "relay"),
        command=("python3", "tools/lint.py", *arguments),
        output=settings.pop("output", "jsonl"),
        files=("*.relay",),
        files_from_base=("tools/lint.py",),
        contents=(("tools/lint.py", source), *settings.pop("contents", ())),
        **settings,
    )


def judge(validator: CustomValidator, program: Program = PROGRAM) -> Validation:
    """The word of a worker."""
    with ValidatorPool(custom=[validator]) as pool:
        return pool.validate(program)


def told(source: str, **settings: Any) -> Any:
    """What a program says about its surroundings, as JSON in its message."""
    print_it = f"import json, os, sys\nprint(json.dumps({{'line': 1, 'message': json.dumps({source})}}))\n"
    validation = judge(script(print_it, *settings.pop("arguments", ("{file}",)), **settings))
    assert validation.skipped is None
    return json.loads(validation.diagnostics[0].message)


@pytest.mark.parametrize("arguments", [("{file}",), ()])
def test_file_or_pipe_is_judged(arguments: tuple[str, ...]) -> None:
    validation = judge(script(LINT, *arguments))
    assert [(one.rule, one.line, one.column) for one in validation.errors] == [("no-bad", 2, 5)]
    assert judge(script(LINT, *arguments), PROGRAM.with_text("good\n")).is_valid


def test_command_sees_no_secret_and_no_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "s3cr3t")
    monkeypatch.setenv("INPUT_GITHUB-TOKEN", "s3cr3t")
    monkeypatch.chdir(tmp_path)
    environ = told("dict(os.environ)")
    assert "s3cr3t" not in json.dumps(environ)
    assert set(environ) <= {
        *("PATH", "LANG", "HOME", "TMPDIR", "NO_COLOR", "TERM", "PYTHONDONTWRITEBYTECODE", "LC_CTYPE"),
    }
    assert environ["HOME"] == "/nonexistent"
    assert told("os.getcwd()") != str(tmp_path)


def test_working_directory_holds_only_the_files_from_the_base() -> None:
    assert told("sorted(os.listdir('.'))") == ["tools"]
    assert told("sorted(os.listdir('.')) + sorted(os.listdir('tools'))", contents=(("data/names.txt", "a"),)) == [
        "data",
        "tools",
        "lint.py",
    ]


def test_command_has_no_network() -> None:
    if network_isolation_works():
        assert told("[name for _, name in __import__('socket').if_nameindex()]") == ["lo"]


def test_file_keeps_its_base_name_and_is_alone() -> None:
    assert told("[os.path.basename(sys.argv[1]), os.listdir(os.path.dirname(sys.argv[1]))]") == [
        "app.relay",
        ["app.relay"],
    ]
    assert told("sys.argv[1:]", arguments=("--name={path}",)) == ["--name=deploy/app.relay"]


def test_program_named_like_a_module_is_not_imported(tmp_path: Path) -> None:
    evil = Program(language="relay", text=f"open({str(tmp_path / 'canary')!r}, 'w')\n", path="json.py")
    assert judge(script(LINT, "{file}"), evil).is_valid
    module = CustomValidator(
        name="m",
        language="relay",
        command=("python3", "-m", "json.tool", "{file}"),
        output="regex",
        pattern="(?P<line>9)",
    )
    assert "exit code 1" in (judge(module, evil).skipped or "")
    assert not (tmp_path / "canary").exists()


def test_path_that_looks_like_an_option_is_none() -> None:
    source = "import sys, json\nprint(json.dumps({'line': 1, 'message': sys.argv[1]}))\n"
    strange = Program(language="relay", text="x\n", path="--load=evil")
    assert judge(script(source, "{path}"), strange).diagnostics[0].message == "./--load=evil"
    shell = Program(language="relay", text="x\n", path="$(touch x); `id`.relay")
    assert judge(script(source, "{path}"), shell).diagnostics[0].message == "$(touch x); `id`.relay"


def test_program_without_a_path_gets_a_fitting_name() -> None:
    source = "import sys, json, os\nprint(json.dumps({'line': 1, 'message': os.path.basename(sys.argv[1])}))\n"
    validation = judge(script(source, "{file}"), Program(language="relay", text="x\n"))
    assert validation.diagnostics[0].message == "program.relay"


def test_nothing_stays_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    judge(script(LINT, "{file}"))
    CommandValidator(script(LINT, "{file}")).check(PROGRAM)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "settings", "reason"),
    [
        (
            "import sys; sys.exit('no licence\\nmore')",
            {},
            "exit code 1 without a finding that could be read: no lic",
        ),
        ("import sys; sys.exit(2)", {}, "exit code 2 without a finding"),
        ("print('all fine')", {}, "line 1 of its output is not JSON"),
        ("print('all fine')", {"output": "sarif"}, "is not SARIF"),
        ("", {"output": "checkstyle"}, "not checkstyle XML"),
        ("import os; os.kill(os.getpid(), 9)", {}, "ended by signal 9"),
        ('import os; print(\'{"line":1,"message":"x"}\', flush=True); os.abort()', {}, "ended by signal 6"),
        ("import time; time.sleep(30)", {"timeout": 0.5}, "longer than 0.5 s"),
        ("while True: pass", {"timeout": 0.5}, "longer than 0.5 s"),
        ("import sys\nwhile True: sys.stdout.write('x' * 100000)", {}, "more than 8388608 bytes of output"),
        ("x = bytearray(3 << 30)", {}, "exit code 1 without a finding that could be read: Traceback"),
        ("print('[' * 100000)", {"output": "rdjson"}, "too deeply nested"),
        ("print('x', 'y' * 5_000_000)", {"output": "jsonl"}, "not JSON"),
    ],
)
def test_what_is_no_answer_is_reported_as_skipped(source: str, settings: dict[str, Any], reason: str) -> None:
    validation = judge(script(source, "{file}", **settings))
    assert reason in (validation.skipped or "")
    assert not validation.is_valid


def test_worker_goes_on_after_a_command_that_hangs() -> None:
    source = "import time, sys\nif 'bad' in open(sys.argv[1]).read(): time.sleep(60)"
    with ValidatorPool(custom=[script(source, "{file}", timeout=0.5)]) as pool:
        assert pool.validate(PROGRAM).skipped
        assert pool.validate(PROGRAM.with_text("good\n")).is_valid


def test_backtracking_pattern_is_ended_by_the_time_limit() -> None:
    bomb = script("print('a' * 4000 + '!')", output="regex", pattern=r"(?P<line>1)|(a+)+$", timeout=1.0)
    started = time.monotonic()
    with ValidatorPool(timeout=1.0, custom=[bomb]) as pool:
        assert pool.validate(PROGRAM).skipped
        assert time.monotonic() - started < 60
        assert pool.validate(Program(language="json", text="{}")).is_valid


def test_success_codes_and_findings_at_other_codes() -> None:
    source = "import sys; sys.exit(3)"
    assert judge(script(source)).skipped
    assert judge(script(source, success_codes=(0, 3))).is_valid


def test_errors_of_compilers_are_read_from_the_error_stream() -> None:
    source = "import sys; sys.exit('app.relay:2: broken')"
    validation = judge(script(source, output="regex", pattern=r"^app\.relay:(?P<line>\d+): (?P<message>.*)$"))
    assert [(one.line, one.message) for one in validation.errors] == [(2, "broken")]


def test_missing_command_is_a_reported_skip() -> None:
    missing = CustomValidator(name="x", language="relay", command=("no-such-linter",), output="jsonl")
    assert judge(missing).skipped == "x: no-such-linter is not installed"
    with ValidatorPool(custom=[missing]) as pool, pytest.raises(MissingToolError, match="no-such-linter"):
        pool.version("relay", "x")
    with pytest.raises(MissingToolError):
        CommandValidator(missing).check(PROGRAM)


def test_refused_validator_is_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    refused = script(f"open({str(canary)!r}, 'w')", refused="not from here", version_command=("touch", str(canary)))
    assert judge(refused).skipped == "relay-lint: not from here"
    with pytest.raises(CannotJudge, match="not from here"):
        CommandValidator(refused).check(PROGRAM)
    assert not canary.exists()


def test_version_is_the_first_line_of_its_command() -> None:
    versioned = script(LINT, version_command=("python3", "-c", "print('\\n relay 2.1 \\n more')"))
    assert judge(versioned).version == "relay 2.1"
    with ValidatorPool(custom=[versioned]) as pool:
        assert pool.version("relay", "relay-lint") == "relay 2.1"
    assert (
        judge(script(LINT, version_command=("python3", "-c", "import time; time.sleep(9)"), timeout=0.3)).version == ""
    )


def test_command_may_be_given_more_memory_than_the_worker() -> None:
    source = "x = bytearray(1700 << 20)"
    assert judge(script(source)).skipped
    assert judge(script(source, memory_mib=3072)).is_valid


def test_program_from_the_base_may_be_the_command_itself() -> None:
    own = CustomValidator(
        name="own",
        language="relay",
        command=("./bin/lint", "{file}"),
        output="regex",
        pattern=r"^(?P<line>\d+):",
        files_from_base=("bin/lint",),
        contents=(("bin/lint", f"#!{sys.executable}\nprint('2: found')\n"),),
    )
    assert [one.line for one in judge(own).errors] == [2]


def test_custom_validator_judges_beside_the_built_in_one() -> None:
    beside = script(LINT, "{file}", language="bash")
    with ValidatorPool(custom=[beside]) as pool:
        both = pool.validate(Program(language="bash", text="echo bad\nif true; then\n"))
        assert {one.rule for one in both.errors} == {"no-bad", "syntax"}
        assert [one.line for one in both.errors] == sorted(one.line for one in both.errors)
        assert both.validator.endswith(" and relay-lint")
        assert pool.validate(Program(language="bash", text="echo good\n")).is_valid
        assert pool.validate(Program(language="json", text="{}")).validator == "json"


def test_silence_of_one_validator_beside_another_is_told() -> None:
    broken = script("import sys; sys.exit(9)", language="bash")
    validation = judge(broken, Program(language="bash", text="if true; then\n"))
    assert validation.errors
    assert validation.skipped is None
    assert validation.silent == ("relay-lint: exit code 9 without a finding that could be read",)
