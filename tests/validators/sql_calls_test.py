from __future__ import annotations

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.program import Program
from slmfix_bot.validators.sql import SQL

SCHEMA = "CREATE TABLE t (a INT, b TEXT);"


def check(text: str, dialect: str, schema: str | None = None) -> list[tuple[str | None, Severity, str]]:
    found = SQL.check(Program(language="sql", text=text, dialect=dialect, schema=schema))
    return [(d.found, d.severity, d.expected[0] if d.expected else "") for d in found]


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "duckdb", "snowflake", "bigquery", "tsql"])
def test_a_slip_of_a_function_is_an_error(dialect: str) -> None:
    assert check("SELECT coutn(a) FROM t", dialect) == [("coutn", Severity.ERROR, "count")]
    assert check("SELECT count(a), sum(a), max(b) FROM t WHERE lower(b) IN ('x(') GROUP BY a", dialect) == []


def test_functions_of_the_database_itself_are_warnings() -> None:
    assert [entry[:2] for entry in check("SELECT total_of_things(a) FROM t", "postgres")] == [
        ("total_of_things", Severity.WARNING)
    ]
    assert check("SELECT total_of_things(a) FROM t", "snowflake") == []


def test_functions_of_other_dialects_are_errors_where_the_schema_is_configured() -> None:
    assert check("SELECT ifnull(a, 1) FROM t", "postgres", SCHEMA) == [("ifnull", Severity.ERROR, "coalesce")]
    assert check("SELECT ifnull(a, 1) FROM t", "postgres")[0][1] is Severity.WARNING
    assert check("SELECT string_agg(b, ',') FROM t", "mysql", SCHEMA) == [
        ("string_agg", Severity.ERROR, "group_concat")
    ]


def test_functions_of_the_schema_are_known() -> None:
    made = SCHEMA + "CREATE FUNCTION coutn(int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql;"
    assert check("SELECT coutn(a) FROM t", "postgres", made) == []


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "INSERT INTO sums (a) VALUES (1)"),
        ("postgres", "WITH summ (a) AS (SELECT 1) SELECT a FROM summ"),
        ("postgres", "SELECT CAST(a AS numeric(3, 1)), app.coutn(a), b::varchar(3) FROM t"),
        ("postgres", "SELECT extract(year FROM d), position('a' IN b), date_trunc('day', d) FROM t"),
        ("mysql", "SELECT date_format(d, '%Y'), if(a, 1, 2), group_concat(b SEPARATOR ',') FROM t"),
        ("mysql", "SELECT a FROM t USE INDEX (i) WHERE match (b) against ('x')"),
        ("duckdb", "SELECT list_transform([1], x -> x + 1), a FROM read_csv('f') AS t(a)"),
    ],
)
def test_what_is_no_call_or_known_is_not_reported(dialect: str, text: str) -> None:
    assert check(text, dialect) == []
