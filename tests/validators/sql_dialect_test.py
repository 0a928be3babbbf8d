from __future__ import annotations

import pytest

from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.sql import SQL
from slmfix_bot.validators.sql_dialect import Guess, Sureness, guess_dialect


def guess(text: str = "SELECT 1", path: str = "", files: tuple[tuple[str, str], ...] = ()) -> Guess:
    return guess_dialect(Program(language="sql", text=text, path=path, files=files))


def test_a_configured_dialect_is_given() -> None:
    found = guess_dialect(Program(language="sql", text="SELECT `a`", dialect="PostgreSQL"))
    assert (found.dialects, found.sureness) == (("postgres",), Sureness.GIVEN)
    with pytest.raises(CannotJudge):
        guess_dialect(Program(language="sql", text="", dialect="klingon"))


@pytest.mark.parametrize(
    ("text", "path", "files", "dialect"),
    [
        ("-- dialect: bigquery\nSELECT 1", "mysql/a.sql", (), "bigquery"),
        ("-- sqlfluff:dialect:tsql\nSELECT 1", "", (), "tsql"),
        ("SELECT 1", "db/postgres/a.sql", (), "postgres"),
        ("SELECT 1", "a.snowflake.sql", (), "snowflake"),
        ("SELECT 1", "a.sql", ((".sqlfluff", "[sqlfluff]\ndialect = redshift\n"),), "redshift"),
        ("SELECT 1", "a.sql", (("sqlc.yaml", 'sql:\n- engine: "mysql"\n'),), "mysql"),
        ("CREATE TABLE t (a VARCHAR2(9))", "", (), "oracle"),
        ("SELECT SAFE_CAST(a AS STRING) FROM `p.d.t`", "", (), "bigquery"),
        ("SELECT TOP 5 a FROM [dbo].[t]\nGO\n", "", (), "tsql"),
        ("CREATE TABLE t (a INT) ENGINE=InnoDB", "", (), "mysql"),
    ],
)
def test_sure_dialects(text: str, path: str, files: tuple[tuple[str, str], ...], dialect: str) -> None:
    found = guess(text, path, files)
    assert (found.dialects, found.sureness) == ((dialect,), Sureness.SURE)


@pytest.mark.parametrize(
    ("text", "path", "files", "first", "plausible"),
    [
        ("SELECT a::text FROM t", "", (), "postgres", "snowflake"),
        ("SELECT `a` FROM t LIMIT 1, 2", "", (), "sqlite", "mysql"),
        ("SELECT 1", "spark_jobs/a.sql", (), "spark", "postgres"),
        (
            "SELECT 1",
            "a.sql",
            (("alembic.ini", "[alembic]\nsqlalchemy.url = postgresql+psycopg2://x/y\n"),),
            "postgres",
            "mysql",
        ),
        (
            "SELECT 1",
            "a.sql",
            (("prisma/schema.prisma", 'datasource db {\n  provider = "mysql"\n}'),),
            "mysql",
            "sqlite",
        ),
    ],
)
def test_likely_dialects(text: str, path: str, files: tuple[tuple[str, str], ...], first: str, plausible: str) -> None:
    found = guess(text, path, files)
    assert found.sureness is Sureness.LIKELY
    assert found.dialects[0] == first
    assert plausible in found.dialects


def test_constructs_outweigh_a_hint() -> None:
    found = guess("CREATE TABLE t (a INT) ENGINE=InnoDB", "a.sql", (("alembic.ini", "sqlalchemy.url = sqlite:///x"),))
    assert found.dialects == ("mysql",)


def test_constructs_in_strings_and_comments_say_nothing() -> None:
    assert guess("SELECT 'a::b `c` TOP 5' -- QUALIFY\n").sureness is Sureness.UNKNOWN


def test_messages_say_how_the_text_was_read() -> None:
    def message(text: str, dialect: str | None = None) -> str:
        return SQL.check(Program(language="sql", text=text, dialect=dialect))[0].message

    assert message("SELECT FROM FROM t", "mysql") == message("SELECT FROM FROM t", "mysql").split(" (read")[0]
    assert message("SELECT FROM FROM t").endswith("(no dialect accepts this)")
    assert "likely because of ::" in message("SELECT a::text FROM FROM t")
    assert "read as tsql, sure because of" in message("SELECT a FROM FROM [dbo].[t]\nGO\n")


def test_an_unsure_dialect_fails_only_when_all_refuse() -> None:
    assert SQL.check(Program(language="sql", text="SELECT * EXCLUDE (a) FROM t QUALIFY true")) == ()
    assert SQL.check(Program(language="sql", text="SELECT * EXCLUDE (a) FROM t QUALIFY true WHERE WHERE"))
