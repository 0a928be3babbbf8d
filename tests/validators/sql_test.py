from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.sql import SQL
from slmfix_bot.validators.sql_dialect import dialect_of_path

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic


def check(text: str, dialect: str | None = None, path: str = "") -> tuple[Diagnostic, ...]:
    return SQL.check(Program(language="sql", text=text, dialect=dialect, path=path))


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql"])
def test_every_statement_is_judged(dialect: str) -> None:
    text = "SELECT a FROM t;\nSELECT b FROM WHERE;\nSELECT c FROM t;\nSELECT FROM FROM t;\n"
    assert [found.line for found in check(text, dialect)] == [2, 4]


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql"])
def test_a_repeated_token_is_found_where_the_error_is(dialect: str) -> None:
    found = check("SELECT a, b\nFROM t AS x\nWHERE 'AS' = a AS AS b", dialect)[0]
    assert found.line == 3
    assert found.found == "AS"
    assert found.column in (16, 19)


@pytest.mark.parametrize("dialect", ["sqlite", "postgres", "mysql"])
def test_positions_count_code_points(dialect: str) -> None:
    found = check("SELECT 'äöü€𝄞' a b c", dialect)[0]
    assert (found.line, found.column, found.found) == (1, 18, "b")


def test_unclosed_bracket_names_its_line() -> None:
    found = check("SELECT count(\n  *\nFROM t\nWHERE (a = 1", "postgres")
    assert found
    found = check("SELECT a\nFROM t\nWHERE (a = 1\n", "sqlite")
    assert (found[0].message, found[0].related_line, found[0].line) == ("incomplete input", 3, 3)


def test_unclosed_quote_stands_at_the_quote() -> None:
    assert (check("SELECT 1,\n 'abc", "mysql")[0].line, check("SELECT 1,\n 'abc", "mysql")[0].column) == (2, 2)
    assert (check("SELECT 1,\n 'abc", "sqlite")[0].line, check("SELECT 1,\n 'abc", "sqlite")[0].column) == (2, 2)


def test_unknown_dialect_is_not_judged() -> None:
    with pytest.raises(CannotJudge, match="klingon"):
        check("SELECT 1", "klingon")


def test_templates_are_not_judged() -> None:
    with pytest.raises(CannotJudge, match="template"):
        check("SELECT * FROM {{ users_of(1) }} WHERE x", "postgres")


def test_placeholders_of_a_file_are_not_judged() -> None:
    with pytest.raises(CannotJudge, match="placeholders"):
        check("SELECT * FROM t WHERE a = %s AND b = 1", "postgres", path="queries/a.sql")


def test_statements_that_sqlglot_does_not_know_are_not_judged() -> None:
    with pytest.raises(CannotJudge):
        check("CREATE PROCEDURE p() BEGIN SELECT 1; END", "mysql")


def test_an_error_needs_every_dialect_to_refuse() -> None:
    assert check("SELECT `a` FROM t LIMIT 5, 10") == ()
    assert check("SELECT a FROM FROM t")


@pytest.mark.parametrize(
    ("path", "dialect"),
    [("db/postgres/1.sql", "postgres"), ("x.mysql.sql", "mysql"), ("sqlite3/a.sql", "sqlite"), ("a/b.sql", None)],
)
def test_dialect_of_path(path: str, dialect: str | None) -> None:
    assert dialect_of_path(path) == dialect


def test_nothing_is_run() -> None:
    assert check("ATTACH DATABASE 'made' AS made;\nCREATE TABLE made.t (a);\nVACUUM;\n", "sqlite") == ()


@pytest.mark.parametrize(
    "text", ["SELECT a, FROM t", "SELECT a FROM t JOIN u ON", "SELECT a FROM FROM t", "SELECT FROM t"]
)
def test_holes_that_sqlglot_passes_over(text: str) -> None:
    assert check(text, "mysql")


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a.from FROM t",
        "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1",
        "SELECT EXTRACT(YEAR FROM d) FROM t GROUP BY 1 ORDER BY NULL",
        "SELECT `from` FROM `select`",
    ],
)
def test_no_holes(text: str) -> None:
    assert check(text, "mysql") == ()
