from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.program import Program
from slmfix_bot.validators.sql import SQL

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic


SCHEMA = """
CREATE TABLE "singer" ("Singer_ID" INT, "Name" TEXT, "Birth_Year" REAL, "Net Worth" REAL);
CREATE TABLE concert (concert_id INT, concert_name TEXT, singer_id INT, stadium_name TEXT, held_on DATE);
CREATE TABLE song (song_id INT, title TEXT, singer_id INT);
"""
MYSQL = "CREATE TABLE `singer` (`Singer_ID` INT AUTO_INCREMENT PRIMARY KEY, `Name` VARCHAR(9)) ENGINE=InnoDB;"


def check(text: str, dialect: str | None = "sqlite", schema: str | None = SCHEMA) -> tuple[Diagnostic, ...]:
    return SQL.check(Program(language="sql", text=text, dialect=dialect, schema=schema))


def test_unknown_table_lists_the_nearest_first() -> None:
    found = check("SELECT Name FROM singers")[0]
    assert (found.rule, found.found, found.line, found.column, found.end_column) == (
        *("unknown-table", "singers", 1),
        *(18, 25),
    )
    assert found.expected[0] == "singer"


def test_columns_asked_of_a_table_count_as_evidence() -> None:
    assert check("SELECT song_id, title FROM records")[0].expected[0] == "song"


def test_all_unknown_names_are_reported() -> None:
    text = "SELECT T1.nam, T2.titel\nFROM singer AS T1 JOIN song AS T2 ON T1.singer_id = T2.singer\n"
    found = check(text)
    assert [(entry.line, entry.found, entry.expected[0]) for entry in found] == [
        (1, "T1.nam", "T1.Name"),
        (1, "T2.titel", "T2.title"),
        (2, "T2.singer", "T2.singer_id"),
    ]


def test_case_style_and_plural_do_not_hide_a_column() -> None:
    assert check("SELECT concertNames FROM concert")[0].expected[0] == "concert_name"


def test_columns_with_spaces_are_quoted() -> None:
    assert check("SELECT net_worth FROM singer")[0].expected[0] == '"Net Worth"'
    assert check("SELECT `Name`, net_worth FROM singer")[0].expected[0] == "`Net Worth`"


def test_wrong_qualifier_offers_the_right_one() -> None:
    found = check("SELECT song.title FROM singer JOIN song AS T2 ON T2.singer_id = singer.Singer_ID")[0]
    assert (found.found, found.expected[0]) == ("song.title", "T2.title")


def test_ambiguous_column_lists_its_owners() -> None:
    found = check("SELECT singer_id FROM song JOIN concert ON song.singer_id = concert.singer_id")[0]
    assert (found.rule, found.expected) == ("ambiguous-column", ("song.singer_id", "concert.singer_id"))


def test_unknown_function_has_an_equivalent() -> None:
    text = "SELECT title,\n  CONCAT(title, YEAR(held_on)) FROM song JOIN concert USING (singer_id)\n"
    found = {entry.found: entry for entry in check(text) if entry.rule == "unknown-function"}
    fixed = apply_edits(text, found["YEAR"].fix)
    assert "CAST(strftime('%Y', held_on) AS INTEGER)" in fixed
    assert "YEAR" not in {entry.found for entry in check(fixed)}
    assert found["YEAR"].expected[0] == "strftime"


def test_functions_of_other_dialects_are_not_judged() -> None:
    assert check("SELECT YEAR(held_on) FROM concert", "mysql") == ()
    assert check("SELECT date_trunc('day', held_on) FROM concert", None) == ()


@pytest.mark.parametrize(
    "text",
    [
        'SELECT "no such column" FROM singer',
        "WITH x AS (SELECT Name AS n FROM singer) SELECT n FROM x WHERE n IN (SELECT title FROM song WHERE title = n)",
        "SELECT count(*) AS c FROM singer GROUP BY Birth_Year HAVING c > 1 ORDER BY c",
        "SELECT s.name FROM (SELECT * FROM singer) AS s",
        "SELECT rowid FROM song UNION SELECT 1",
        "INSERT INTO song (song_id, title) VALUES (1, 'x'); UPDATE song SET title = upper(title);",
        "SELECT a.Name FROM singer a WHERE EXISTS (SELECT 1 FROM song WHERE song.singer_id = a.Singer_ID)",
        "-- a comment about singers\nSELECT 1",
    ],
)
def test_right_names_are_accepted(text: str) -> None:
    assert check(text) == ()


def test_statements_beyond_sqlite_are_resolved() -> None:
    text = "SELECT nam FROM singer WHERE held_on > now() - INTERVAL 1 DAY"
    assert "nam" in {found.found for found in check(text, "mysql")}
    assert check("SELECT Name FROM singer WHERE Birth_Year > now() - INTERVAL 1 DAY", "mysql") == ()


def test_schema_of_another_dialect_is_read() -> None:
    assert check("SELECT Name FROM singer", "mysql", MYSQL) == ()
    assert check("SELECT Title FROM singer", "mysql", MYSQL)[0].expected == ("Singer_ID", "Name")


def test_tables_of_the_same_file_are_known() -> None:
    assert check("CREATE TABLE t (a, b);\nSELECT c FROM t;\n", schema=None)[0].line == 2
    assert check("CREATE TABLE t (a, b);\nSELECT c FROM elsewhere;\n", schema=None) == ()
    assert check("CREATE TABLE t (a, b);\nALTER TABLE t ADD COLUMN c;\nSELECT c FROM t;\n", schema=None) == ()


def test_insert_names_the_unknown_column() -> None:
    found = check("INSERT INTO song (song_id, titel) VALUES (1, 'x')")[0]
    assert (found.rule, found.found) == ("unknown-column", "titel")


def test_nothing_of_a_schema_reaches_the_disk() -> None:
    assert check("SELECT Name FROM singer", schema="ATTACH DATABASE 'x.db' AS x; CREATE TABLE x.t (a);" + SCHEMA) == ()


def test_a_long_script_is_judged_at_every_place() -> None:
    text = "".join(f"CREATE TABLE t{i} (a{i} INT);\nSELECT a{i} FROM t{i};\n" for i in range(60))
    assert check(text, schema=None) == ()
    found = check(text + "SELECT a1 FROM t2;\nSELECT a2 FROM t2;\nSELECT a3 FROM t4;\n", schema=None)
    assert [(entry.line, entry.found) for entry in found] == [(121, "a1"), (123, "a3")]


def test_a_definition_counts_from_its_place_on() -> None:
    text = "SELECT title FROM song;\nALTER TABLE song RENAME COLUMN title TO name;\nSELECT title FROM song;\n"
    assert [(entry.line, entry.found) for entry in check(text)] == [(3, "title")]
    assert check("ALTER TABLE song ADD COLUMN x INT; SELECT x FROM song; DROP TABLE song;") == ()
    assert check("SELECT a FROM later; CREATE TABLE later (a INT);") == ()


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "snowflake", "bigquery", "duckdb", "tsql"])
@pytest.mark.parametrize(
    "text",
    [
        "SELECT title FROM song WHERE song_id > current_date",
        "SELECT count(*) AS n, max(s.title) FROM song AS s GROUP BY s.singer_id HAVING count(*) > 1 ORDER BY n",
        "WITH x AS (SELECT title AS t, singer_id AS i FROM song) SELECT x.t FROM x JOIN singer ON Singer_ID = x.i",
        "SELECT s.title FROM song s WHERE EXISTS (SELECT 1 FROM concert c WHERE c.singer_id = s.singer_id)",
        "INSERT INTO song (song_id, title) SELECT concert_id, concert_name FROM concert",
        "SELECT table_name FROM information_schema.tables",
    ],
)
def test_right_names_in_other_dialects(text: str, dialect: str) -> None:
    assert check(text, dialect) == ()


@pytest.mark.parametrize("dialect", ["postgres", "mysql", "snowflake", "bigquery", "duckdb", "tsql"])
def test_wrong_names_in_other_dialects(dialect: str) -> None:
    text = "SELECT s.titel FROM song AS s JOIN singers AS i ON i.Singer_ID = s.singer_id WHERE s.song_id = 1"
    assert {(d.found, d.expected[0]) for d in check(text, dialect)} == {("s.titel", "s.title"), ("singers", "singer")}
    assert check("SELECT singer_id FROM song JOIN concert ON song.singer_id = concert.singer_id", dialect)[0].rule == (
        "ambiguous-column"
    )


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "SELECT song, row_to_json(song) FROM song WHERE ctid IS NOT NULL"),
        (
            "postgres",
            "INSERT INTO song (song_id) VALUES (1) ON CONFLICT (song_id) DO UPDATE SET title = excluded.title",
        ),
        ("postgres", "SELECT n FROM song, generate_series(1, 3) AS n"),
        ("bigquery", "SELECT item.x FROM song, UNNEST(title) AS item"),
        ("snowflake", "SELECT f.value FROM song, LATERAL FLATTEN(input => title) f"),
        ("snowflake", "SELECT title AS t, length(t) AS n FROM song WHERE n > 3"),
        ("tsql", "SELECT DATEDIFF(day, title, GETDATE()) FROM song WHERE song_id IN (SELECT song_id FROM #temp)"),
        ("mysql", "SELECT TIMESTAMPDIFF(MONTH, held_on, NOW()), @x FROM concert"),
        ("duckdb", "SELECT list_filter([1], x -> x > song_id) FROM song"),
        ("oracle", "SELECT title, ROWNUM, SYSDATE FROM song WHERE ROWNUM < 3"),
    ],
)
def test_names_that_a_dialect_has_of_itself(dialect: str, text: str) -> None:
    assert [entry.found for entry in check(text, dialect) if entry.severity == "error"] == []


def test_builtins_of_sqlite_count_their_arguments() -> None:
    assert [(d.rule, d.line) for d in check("SELECT title\nFROM song WHERE substr(title) = 'x'")] == [("semantic", 1)]
    assert check("SELECT substr(title, 2) FROM song") == ()
