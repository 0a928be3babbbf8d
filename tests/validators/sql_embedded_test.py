from __future__ import annotations

import pytest

from slmfix_bot.core.embedded import inner_text, with_inner_text
from slmfix_bot.core.program import Program
from slmfix_bot.validators.sql import SQL
from slmfix_bot.validators.sql_embedded import find_sql


def found(text: str, language: str = "python") -> list[str]:
    places = find_sql(Program(language=language, text=text))
    assert all(with_inner_text(text, place, inner_text(text, place)) == text for place in places)
    return [inner_text(text, place) for place in places]


def test_arguments_of_execute_are_sql() -> None:
    assert found('cur.execute("SELECT a FROM t WHERE é = 1", x)') == ["SELECT a FROM t WHERE é = 1\n"]
    assert found('db.execute(sa.text("""\n  SELECT a\n  FROM t\n  """))') == ["\n  SELECT a\n  FROM t\n  \n"]
    assert found("QUERY = 'SELECT a FROM t'\n") == ["SELECT a FROM t\n"]


def test_values_of_the_driver_get_a_stand_in() -> None:
    text = found('cur.execute("SELECT a FROM t WHERE b = %s AND c = %(name)s AND d = :id AND e = :id2")')[0]
    assert text == "SELECT a FROM t WHERE b = 'slmfix3' AND c = 'slmfix0' AND d = 'slmfix2' AND e = 'slmfix1'\n"
    assert SQL.check(Program(language="sql", text=text)) == ()


@pytest.mark.parametrize(
    "text",
    [
        'cur.execute(f"SELECT a FROM t WHERE {x}")',
        'cur.execute("SELECT a FROM t WHERE b IN %s", x)',
        'cur.execute("SELECT a FROM %s" % t)',
        "cur.execute(\"SELECT a FROM t WHERE b LIKE '%%%s'\")",
        'sql = "SELECT a FROM {}".format(t)',
        'sql = "SELECT a FROM t WHERE " + where',
        'sql = "SELECT a FROM t"\n    "WHERE b"',
        'sql = ("SELECT a FROM t "\n    "WHERE b")',
        'sql = "SELECT a\\nFROM t"',
        'message = "Select a file from the list"',
        'execute("select a number from one to ten, then")[0] = "SELECT"; x = "SELECT a FROM t" == y',
        'def f():\n    """SELECT a FROM t"""\n',
        "sql = 'SELECT a FROM t WHERE ' \n",
        'sql = "SELECT a FROM t',
    ],
)
def test_what_is_not_surely_a_whole_statement_is_left_out(text: str) -> None:
    assert found(text) == [] or "then" in found(text)[0]


def test_documents_for_database_clients_are_sql() -> None:
    text = (
        "set -e\npsql -d app <<'SQL'\nSELECT a\nFROM t;\nSQL\ncat <<EOF\nSELECT 1\nEOF\nmysql <<EOF\nSELECT '$x'\nEOF\n"
    )
    assert found(text, "bash") == ["SELECT a\nFROM t;\n"]
    assert found("sqlite3 x.db <<-E\n\tSELECT 1;\n\tE\n", "sh") == []
    assert found("# psql <<E\nSELECT 1\nE\n", "bash") == []
    place = find_sql(Program(language="sh", text="docker exec -i db /usr/bin/mysql app <<'E'\nSELECT 1\nE\n"))[0]
    assert place.dialect == "mysql"


def test_a_repair_finds_its_way_back() -> None:
    text = 'x = 1\ncur.execute("SELECT a FROM t WHERE b = %s AND AND c", x)\n'
    place = find_sql(Program(language="python", text=text))[0]
    mended = inner_text(text, place).replace("AND AND", "AND")
    assert with_inner_text(text, place, mended) == text.replace("AND AND", "AND")
