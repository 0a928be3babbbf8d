from __future__ import annotations

import pytest

from slmfix_bot.validators.sql_outputs import query_outputs
from slmfix_bot.validators.sql_script import apply_script
from slmfix_bot.validators.sql_tables import SchemaBuilder


def tables(script: str, dialect: str = "") -> dict[str, tuple[str, ...]]:
    return {table.name: table.columns for table in built(script, dialect).tables.values()}


def built(script: str, dialect: str = "") -> SchemaBuilder:
    builder = SchemaBuilder()
    apply_script(script, builder, query_outputs, dialect)
    return builder


@pytest.mark.parametrize(
    ("script", "dialect", "columns"),
    [
        (
            'CREATE TABLE IF NOT EXISTS a.t (x NUMERIC(3, 2) CHECK (x IN (1, 2)), "y z" TEXT, PRIMARY KEY (x));',
            "",
            "x|y z",
        ),
        (
            "CREATE TABLE `t` (`x` ENUM('a,b', 'c)') COMMENT 'it''s', KEY `k` (`x`), `key` INT) ENGINE=InnoDB;",
            "mysql",
            "x|key",
        ),
        ("CREATE TABLE [dbo].[t] ([x] INT IDENTITY(1,1), CONSTRAINT c PRIMARY KEY CLUSTERED ([x]))\nGO\n", "tsql", "x"),
        (
            "CREATE OR REPLACE TABLE `p.d.t` (x STRUCT<a INT64, b ARRAY<STRING>>, y INT64) PARTITION BY y;",
            "bigquery",
            "x|y",
        ),
        ("CREATE TABLE t (key TEXT, check_in DATE, index INT, LIKE u);", "postgres", "key|check_in|index"),
        ("CREATE TABLE t AS SELECT a, b AS c, count(*) AS n FROM u;", "", "a|c|n"),
        ("CREATE VIEW t (x, y) AS SELECT 1, 2;", "", "x|y"),
        ("CREATE TABLE u (a INT, b INT); CREATE VIEW t AS SELECT u.*, 1 AS c FROM u;", "", "a|b|c"),
        ("CREATE TABLE t (a INT); ALTER TABLE ONLY t ADD b INT, ADD CONSTRAINT k UNIQUE (b);", "postgres", "a|b"),
        ("CREATE TABLE t (a INT);\nALTER TABLE t ADD b INT, c DECIMAL(1, 2);", "tsql", "a|b|c"),
        ("CREATE TABLE t (a INT); ALTER TABLE t ADD (b INT, c INT); ALTER TABLE t DROP (a);", "oracle", "b|c"),
        ("CREATE TABLE t (a INT, b INT); ALTER TABLE t DROP COLUMN a, DROP INDEX i, CHANGE b c INT;", "mysql", "c"),
        ("CREATE TABLE s (a INT); RENAME TABLE s TO t;", "mysql", "a"),
        ("CREATE TABLE u (a INT); CREATE TABLE t (LIKE u INCLUDING ALL, b INT);", "postgres", "a|b"),
        ("CREATE TABLE t (a INT)\n\nALTER TABLE t ADD b INT\n", "tsql", "a|b"),
        ("-- CREATE TABLE t (z INT);\nCREATE TABLE t (a INT /* , q INT */);", "", "a"),
    ],
)
def test_columns_of_a_script(script: str, dialect: str, columns: str) -> None:
    assert tables(script, dialect)["t"] == tuple(columns.split("|"))


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TABLE t AS SELECT * FROM elsewhere;",
        "CREATE VIEW t AS SELECT count(*) FROM u;",
        "CREATE VIEW t AS SELECT * FROM ROWS FROM(f(1) AS (a int)) WITH ORDINALITY;",
        "CREATE TABLE t (a INT) INHERITS (u);",
        "CREATE TABLE t PARTITION OF elsewhere FOR VALUES IN (1);",
        "CREATE VIRTUAL TABLE t USING fts5(a, b);",
        "CREATE SEQUENCE t;",
        "SELECT 1 INTO t;",
        "ALTER TABLE t ADD COLUMN a INT;",
    ],
)
def test_columns_that_cannot_be_told(script: str) -> None:
    table = built(script, "postgres").get("t")
    assert table is not None
    assert not table.is_complete


def test_dropped_tables_are_gone() -> None:
    assert tables("CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t; DROP VIEW IF EXISTS v, w CASCADE;") == {
        "t": ("a",)
    }


def test_the_same_name_in_two_databases_has_the_columns_of_both() -> None:
    assert tables("USE a; CREATE TABLE t (x INT); USE b; CREATE TABLE t (y INT);", "mysql") == {"t": ("x", "y")}


def test_functions_and_extensions_are_noted() -> None:
    builder = built("CREATE FUNCTION app.total(int) RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql;", "postgres")
    assert builder.functions == {"total"}
    assert built('CREATE EXTENSION IF NOT EXISTS "uuid-ossp";', "postgres").is_complete
    assert not built("CREATE EXTENSION postgis;", "postgres").is_complete
