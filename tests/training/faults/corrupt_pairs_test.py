"""Pairs of a broken and a clean text: cut programs with their completions, one-liners, what the corpus seldom has."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program
from slmfix_training.faults.corrupt_cut import Openings, truncated
from slmfix_training.faults.corrupt_pairs import (
    ENRICH,
    PAIRS,
    escaped_document,
    gate_module,
    json_lines,
    maintainer,
    pattern_in_quotes,
    script_in_heredoc,
    small_value,
    workdir,
)
from slmfix_training.faults.corrupt_pairs_bash import (
    all_arguments,
    async_separator,
    late_shebang,
    lost_semicolons,
    one_line,
    placeholder_word,
    unended_exec,
)
from slmfix_training.faults.corrupt_pairs_python import repeated_function, unimported
from slmfix_training.faults.corrupt_pairs_sql import (
    dangling_condition,
    divided,
    joined_statements,
    placeholder_table,
    placeholder_value,
    year_of,
)
from slmfix_training.samples.samples import diagnose, is_clean
from tests.training.clean_programs import CLEAN

if TYPE_CHECKING:
    from slmfix_training.faults.corrupt_cut import PairOperator

GATE = "module m(input a, input b, output q);\nassign q = a & b;\nendmodule\n"
WHERE = "SELECT name FROM users WHERE age > 18\n"
CASES: list[tuple[str, PairOperator, str, str]] = [
    ("bash", lost_semicolons, CLEAN["bash"], "case x in\n  a) echo 1 ;;\nesac\n"),
    ("bash", placeholder_word, "grep -c x input.txt\n", "\n"),
    ("bash", async_separator, "for i in 1 2; do echo $i; done\n", "echo 1; echo 2\n"),
    ("bash", all_arguments, 'echo "all: $1"\n', "echo '$1'\n"),
    ("bash", unended_exec, "ls\n", ""),
    ("bash", late_shebang, "ls\n", ""),
    ("sql", dangling_condition, WHERE, CLEAN["sql"]),
    ("sql", joined_statements, WHERE, "SELECT 1; SELECT 2"),
    ("sql", placeholder_value, WHERE, "SELECT name FROM users\n"),
    ("sql", placeholder_table, WHERE, "SELECT users.name FROM users\n"),
    ("python", repeated_function, CLEAN["python"], "x = 1\n"),
    ("python", unimported, "def f(a):\n    return a\n", "# x = 1\n"),
    ("json", escaped_document, CLEAN["json"], '{"a": "\\n"}'),
    ("json", json_lines, '[{"a": 1}, {"b": 2}]', "[1, 2]"),
    ("yaml", pattern_in_quotes, "a: b\n", "- x\n"),
    ("verilog", gate_module, GATE, CLEAN["verilog"]),
    ("terraform", script_in_heredoc, CLEAN["terraform"], ""),
    ("dockerfile", maintainer, "FROM debian:12\nRUN make\n", CLEAN["dockerfile"]),
    ("dockerfile", workdir, "FROM debian:12\nRUN make\n", "RUN make\n"),
]


@pytest.mark.parametrize(("language", "operator", "text"), [(one, two, three) for one, two, three, _ in CASES])
def test_a_pair_is_a_broken_and_a_clean_text(language: str, operator: PairOperator, text: str) -> None:
    clean = Program(language=language, text=text, dialect="sqlite" if language == "sql" else None)
    fitting = 0
    for seed in range(6):
        pair = operator(text, Random(seed))
        assert pair == operator(text, Random(seed))
        assert pair is not None
        if diagnose(clean.with_text(pair[0]), explain=False):
            fitting += any(is_clean(clean.with_text(goal)) for goal in pair[1])
    assert fitting >= 2


@pytest.mark.parametrize(
    ("operator", "text"),
    [(operator, text) for _, operator, _, text in CASES if text],
    ids=lambda one: getattr(one, "__name__", str(one)[:30]),
)
def test_a_pair_declines_what_does_not_fit(operator: PairOperator, text: str) -> None:
    assert {operator(text, Random(seed)) for seed in range(5)} == {None}


@pytest.mark.parametrize("operator", [year_of, divided])
def test_functions_of_other_databases_are_refused_with_a_schema(operator: PairOperator) -> None:
    schema = "CREATE TABLE orders (\n  id INTEGER,\n  placed TEXT,\n  amount REAL\n);\n"
    clean = Program(
        language="sql", dialect="sqlite", schema=schema, text="SELECT placed, SUM(amount) FROM orders GROUP BY placed"
    )
    found = 0
    for seed in range(12):
        pair = operator(clean.text, Random(seed))
        assert pair is not None
        errors = diagnose(clean.with_text(pair[0]), explain=True)
        found += bool(errors) and any(is_clean(clean.with_text(goal)) for goal in pair[1])
    assert found >= 3


@pytest.mark.parametrize("language", ["python", "sql", "json", "terraform", "bash"])
def test_a_cut_program_has_a_completion_that_passes(language: str) -> None:
    clean = Program(language=language, text=CLEAN[language], dialect="sqlite" if language == "sql" else None)
    operator = truncated(language)
    broken = fitting = 0
    for seed in range(30):
        pair = operator(clean.text, Random(seed))
        assert pair is not None
        if diagnose(clean.with_text(pair[0]), explain=False):
            broken += 1
            fitting += any(is_clean(clean.with_text(goal)) for goal in pair[1])
    assert broken >= 6
    assert fitting >= broken * 0.6


def test_truncated_leaves_short_texts_alone() -> None:
    assert truncated("sql")("SELECT 1", Random(1)) is None


@pytest.mark.parametrize(
    ("language", "text", "closed"),
    [
        ("python", "print(f(1", "print(f(1))"),
        ("python", "x = [1, '(']  # (", "x = [1, '(']  # ("),
        ("json", '{\n  "a": [1', '{\n  "a": [1]\n}'),
        ("terraform", 'a "b" {\n  c = "{"', 'a "b" {\n  c = "{"\n}'),
        ("sql", "SELECT (1 -- )", "SELECT (1 -- ))"),
        ("bash", "echo $(ls ')'", "echo $(ls ')')"),
    ],
)
def test_openings_know_strings_and_comments(language: str, text: str, closed: str) -> None:
    opened = Openings(language, text)
    assert opened.quote == ""
    assert opened.closed(text) == closed


@pytest.mark.parametrize(
    ("text", "quote"), [("print('a", "'"), ('x = """a "b" ', '"""'), ("its # '", ""), ('"\\"', '"')]
)
def test_openings_know_an_open_quote(text: str, quote: str) -> None:
    assert Openings("python", text).quote == quote


def test_one_line_keeps_the_meaning() -> None:
    assert (
        one_line("if true\nthen\n  echo 1\nelse\n  # no\n  echo 2\nfi\n") == "if true; then echo 1; else echo 2; fi\n"
    )
    assert one_line("cat <<E\na\nE\n") is None
    assert one_line("echo 1 # why\necho 2\n") is None


def test_small_values_are_parts_of_the_document() -> None:
    text = json.dumps({"a": {"b": [1, 2]}, "c": "x" * 200, "d": "y" * 200})
    assert {json.dumps(json.loads(small_value(text, Random(seed)) or "0")) for seed in range(9)} <= {
        '{"b": [1, 2]}',
        "[1, 2]",
    }
    assert small_value("[]", Random(1)) is None
    assert small_value("{", Random(1)) is None


def test_every_pair_has_a_weight_and_languages_are_known() -> None:
    assert all(weight > 0 for faults in PAIRS.values() for weight, _, _ in faults)
    assert set(PAIRS) | set(ENRICH) <= {*CLEAN, "sql-schema"}
