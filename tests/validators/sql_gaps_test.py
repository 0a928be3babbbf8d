from __future__ import annotations

import pytest

from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.sql import SQL


def fails(text: str, dialect: str) -> bool:
    return bool(SQL.check(Program(language="sql", text=text, dialect=dialect)))


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("mysql", "DELETE r.* FROM run r JOIN rule s ON s.id = r.rule_id WHERE s.x = 1"),
        ("mysql", "CREATE INDEX i USING BTREE ON spool (a(19))"),
        ("mysql", "CREATE TABLE t (x float unsigned NOT NULL)"),
        ("oracle", "CREATE TABLE t (id INT DEFAULT ON NULL s.NEXTVAL PRIMARY KEY)"),
        ("bigquery", "SELECT a FROM RANGE_SESSIONIZE(TABLE d.events, 'r', ['s'])"),
    ],
)
def test_what_sqlglot_is_known_to_refuse_is_not_judged(dialect: str, text: str) -> None:
    with pytest.raises(CannotJudge):
        fails(text, dialect)


@pytest.mark.parametrize(
    "dialect", ["mysql", "bigquery", "snowflake", "redshift", "oracle", "spark", "databricks", "tsql"]
)
@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE t (a INT b INT)",
        "CREATE TABLE t (a INT, b INT",
        "SELECT a,, b FROM t",
        "SELECT CASE WHEN a = 1 2 ELSE 3 END FROM t",
        "SELECT a FROM t WHERE (b = 1",
        "SELECT a FROM t GROUP a",
        "Here is the query you asked for",
    ],
)
def test_what_no_dialect_takes_is_an_error(dialect: str, text: str) -> None:
    assert fails(text, dialect)


def test_scripts_for_sql_server_need_no_semicolons() -> None:
    text = "SET ANSI_NULLS ON\nGO\nCREATE TABLE [dbo].[t] ([a] INT)\nGO\n"
    text += "INSERT INTO t (a) VALUES (1)\nUPDATE t SET a = 2\nGO\n"
    assert not fails(text, "tsql")
    assert fails(text + "SELECT a FROM FROM t\nGO\n", "tsql")


def test_lines_of_the_shell_of_sqlite_are_passed_over() -> None:
    assert not fails(".bail on\n.mode csv\nSELECT 1;\n", "sqlite")


def test_macros_of_sqlmesh_are_not_judged() -> None:
    with pytest.raises(CannotJudge, match="SQLMesh"):
        fails("MODEL (name a.b);\nSELECT a FROM t WHERE @AND(a, b = )", "duckdb")
