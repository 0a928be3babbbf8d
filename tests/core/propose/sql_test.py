from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.repair_cases import assert_refused, assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

REPAIRS = [
    ("sqlite", "SELECT id, FROM members;\n", "SELECT id FROM members;\n"),
    ("sqlite", "UPDATE members SET age = 3 WHERE id = = 7;\n", "UPDATE members SET age = 3 WHERE id =  7;\n"),
    (
        "sqlite",
        "SELECT name FROM members WHERE (age > 30 AND city = 'Ulm';\n",
        "SELECT name FROM members WHERE (age > 30 AND city = 'Ulm');\n",
    ),
    ("sqlite", "SELECT id FROM members\nSELECT id FROM orders;\n", "SELECT id FROM members;\nSELECT id FROM orders;\n"),
    ("sqlite", "SELECT id FROM members WHERE name = 'O'Neil';\n", "SELECT id FROM members WHERE name = 'O''Neil';\n"),
    ("sqlite", "SELECT TOP 3 id FROM members ORDER BY age;\n", "SELECT id FROM members ORDER BY age LIMIT 3;\n"),
    ("postgres", "SELECT `id` FROM members;\n", 'SELECT "id" FROM members;\n'),
    (
        "sqlite",
        "SELECT id FROM members ORDER BY age WHERE age > 3;\n",
        "SELECT id FROM members WHERE age > 3 ORDER BY age;\n",
    ),
    ("sqlite", "SELECT id FROM members WHERE a = 1 WHERE b = 2;\n", "SELECT id FROM members WHERE a = 1 AND b = 2;\n"),
    ("sqlite", "SELECT id FROM members WHERE name = 'Ada;\n", "SELECT id FROM members WHERE name = 'Ada';\n"),
    ("sqlite", "SELECT id, age FROM members WHERE age > 3);\n", "SELECT id, age FROM members WHERE age > 3;\n"),
    ("postgres", "SELECT id FROM members LIMIT 5, 10;\n", "SELECT id FROM members LIMIT 10 OFFSET 5;\n"),
    (
        "sqlite",
        "SELECT EXTRACT(YEAR FROM born) FROM members;\n",
        "SELECT CAST(strftime('%Y', born) AS INTEGER) FROM members;\n",
    ),
]
VALID = [
    ("sqlite", "SELECT 'This query returns all the names. Output: 3' AS note FROM members;\n"),
    ("sqlite", "-- Here is the query that you asked for\nSELECT 1;"),
    ("sqlite", "SELECT a FROM t WHERE b IN (SELECT c FROM u)\r\n"),
    ("postgres", 'WITH x AS (SELECT 1 AS "order") SELECT "order" FROM x;\n'),
    ("mysql", "SELECT `a b` FROM t LIMIT 5, 10;\n"),
]
REFUSED = [
    ("sqlite", "DELETE FROM members WHERE\n"),
    ("sqlite", "DELETE FROM members WHERE id = ;\n"),
    ("sqlite", "SELECT FROM WHERE GROUP HAVING;\n"),
    ("sqlite", "CREATE TABLE t (a INTEGER, b TEXT,, c REAL,, d) AS SOMETHING ODD FOR ALL (x y z) IN q w e r t y;\n"),
]


@pytest.mark.parametrize(("dialect", "broken", "repaired"), REPAIRS)
def test_sql_repairs(pool: ValidatorPool, dialect: str, broken: str, repaired: str) -> None:
    assert_repaired(pool, "sql", broken, repaired, dialect)


@pytest.mark.parametrize(("dialect", "text"), VALID)
def test_sql_valid_noop(pool: ValidatorPool, dialect: str, text: str) -> None:
    assert_valid(pool, "sql", text, dialect)


@pytest.mark.parametrize(("dialect", "broken"), REFUSED)
def test_sql_refused_noop(pool: ValidatorPool, dialect: str, broken: str) -> None:
    assert_refused(pool, "sql", broken, dialect)
