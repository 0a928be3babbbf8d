from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.quality.baselines_enumeration import MAX_TRIES, Enumeration
from benchmarks.quality.baselines_model import prompt, unfenced
from benchmarks.quality.baselines_tools import JsonRepair, Ruff, ShellCheck, SqlFluff, SqlGlot, apply_diff
from benchmarks.quality.methods import Context

from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from benchmarks.quality.methods import Method

    from slmfix_bot.validators.pool import ValidatorPool


def repaired(pool: ValidatorPool, made: type[Method], language: str, text: str) -> str:
    dialect = "sqlite" if language == "sql" else None
    program = Program(language=language, text=text, dialect=dialect)
    method = made(Context(validator=pool))  # type: ignore[call-arg]
    assert method.supports(program)
    return method.repair(program, pool.validate(program)).text


def test_ruff_applies_its_fixes(pool: ValidatorPool) -> None:
    assert repaired(pool, Ruff, "python", "import os\n\nx = y is 1\n") == "\nx = y == 1\n"


def test_ruff_leaves_alone_what_it_cannot_read(pool: ValidatorPool) -> None:
    assert repaired(pool, Ruff, "python", "def f(:\n") == "def f(:\n"


def test_shellcheck_applies_its_diff(pool: ValidatorPool) -> None:
    assert repaired(pool, ShellCheck, "bash", 'echo a\nls $1\necho "b"\n') == 'echo a\nls "$1"\necho "b"\n'


def test_sqlglot_prints_what_it_understood(pool: ValidatorPool) -> None:
    assert repaired(pool, SqlGlot, "sql", "select a from t where (b = 1") == "SELECT a FROM t WHERE (b = 1)"


def test_sqlglot_leaves_alone_what_it_cannot_split_into_tokens(pool: ValidatorPool) -> None:
    assert repaired(pool, SqlGlot, "sql", "select 'a") == "select 'a"


def test_sqlfluff_fixes(pool: ValidatorPool) -> None:
    pytest.importorskip("sqlfluff")
    assert repaired(pool, SqlFluff, "sql", "SELECT a,b FROM t\n") == "SELECT\n    a,\n    b\nFROM t\n"


def test_json_repair_fixes(pool: ValidatorPool) -> None:
    assert repaired(pool, JsonRepair, "json", "{'a': 1,}") == '{"a": 1}'


@pytest.mark.parametrize(
    ("diff", "expected"),
    [
        ("", "a\nb\nc\n"),
        ("--- -\n+++ -\n@@ -2 +2 @@\n-b\n+B\n", "a\nB\nc\n"),
        ("--- -\n+++ -\n@@ -1,2 +1,3 @@\n a\n+x\n b\n", "a\nx\nb\nc\n"),
        ("--- -\n+++ -\n@@ -0,0 +1 @@\n+x\n@@ -3 +3,0 @@\n-c\n", "x\na\nb\n"),
        ("--- -\n+++ -\n@@ -3 +3 @@\n-c\n+d\n\\ No newline at end of file\n", "a\nb\nd"),
    ],
)
def test_diff_is_applied(diff: str, expected: str) -> None:
    assert apply_diff("a\nb\nc\n", diff) == expected


@pytest.mark.parametrize(
    ("language", "text"),
    [("bash", "if true; then\n  echo a\n"), ("python", "def f()\n    return 1\n"), ("json", '{"a": 1,}\n')],
)
def test_enumeration_finds_small_repairs(pool: ValidatorPool, language: str, text: str) -> None:
    new = repaired(pool, Enumeration, language, text)
    assert pool.validate(Program(language=language, text=new)).is_valid


def test_enumeration_gives_up_after_its_tries(pool: ValidatorPool) -> None:
    text = "if (\n" * 30 + "for (((\n" * 30
    program = Program(language="json", text=text)
    attempt = Enumeration(Context(validator=pool)).repair(program, pool.validate(program))
    assert attempt.text == text
    assert attempt.candidates is not None
    assert 0 < attempt.candidates <= MAX_TRIES


def test_prompt_has_program_schema_and_feedback(pool: ValidatorPool) -> None:
    program = Program(language="sql", text="SELECT x FROM t", dialect="sqlite", schema="CREATE TABLE t (y INT);")
    before = pool.validate(program)
    text = prompt(program, before)
    assert all(part in text for part in ("SELECT x FROM t", "CREATE TABLE t (y INT);", before.errors[0].message))


def test_answer_is_taken_out_of_its_fence() -> None:
    assert unfenced("Here it is:\n```bash\nls\necho\n```\nDone.") == "ls\necho\n"
    assert unfenced("```\nls") == "ls\n"
    assert unfenced(" ls \n") == "ls\n"
    assert unfenced("") == ""
