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
    (
        "sqlite",
        "SELECT (SUM(fee) WHERE city = 'Ulm') - (SUM(fee) WHERE city = 'Bonn') FROM members;\n",
        "SELECT (SUM(fee) FILTER (WHERE city = 'Ulm')) - (SUM(fee) FILTER (WHERE city = 'Bonn')) FROM members;\n",
    ),
    (
        "mysql",
        "SELECT SUM(year(born) = 1990 THEN fee) FROM members;\n",
        "SELECT SUM(CASE WHEN year(born) = 1990 THEN fee END) FROM members;\n",
    ),
    (
        "postgres",
        "SELECT MAX(fee) FROM m WHERE city = 'Ulm' - SELECT MAX(fee) FROM m WHERE city = 'Bonn'\n",
        "SELECT (SELECT MAX(fee) FROM m WHERE city = 'Ulm') - (SELECT MAX(fee) FROM m WHERE city = 'Bonn')\n",
    ),
    (
        "sqlite",
        "SELECT id FROM members WHERE fee > SELECT AVG(fee) FROM members;\n",
        "SELECT id FROM members WHERE fee > (SELECT AVG(fee) FROM members);\n",
    ),
    (
        "postgres",
        "SELECT m.id FROM members m WHERE m.age > 3 JOIN orders o ON o.member = m.id WHERE o.paid = 1;\n",
        "SELECT m.id FROM members m JOIN orders o ON o.member = m.id WHERE m.age > 3 AND o.paid = 1;\n",
    ),
    (
        "mysql",
        "SELECT m.id FROM members m, orders o ON o.member = m.id;\n",
        "SELECT m.id FROM members m JOIN orders o ON o.member = m.id;\n",
    ),
    (
        "postgres",
        "SELECT m.First Name FROM members m WHERE m.First Name = 'Ada' AND Entry Year = 2014;\n",
        'SELECT m."First Name" FROM members m WHERE m."First Name" = \'Ada\' AND "Entry Year" = 2014;\n',
    ),
    ("sqlite", "SELECT AVG(age) FROM <table_name>\n", "SELECT AVG(age) FROM table_name\n"),
    ("mysql", "SELECT 1FROM members WHERE age = 3AND fee = 1\n", "SELECT 1 FROM members WHERE age = 3 AND fee = 1\n"),
    ("mysql", "SELECT id FROM members ORDER BY age DESCENDING\n", "SELECT id FROM members ORDER BY age DESC\n"),
    (
        "mysql",
        "SELECT id FROM members WHERE city IN (SELECT city FROM towns WHERE size >",
        "SELECT id FROM members WHERE city IN (SELECT city FROM towns WHERE size)",
    ),
    ("mysql", "DESCRIBE members TO learn more about the database\n", "DESCRIBE members\n"),
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
