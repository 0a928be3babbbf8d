"""Which SQL a program is written in: as configured, as its path says, or as it can be parsed."""

from __future__ import annotations

import re

from slmfix_bot.errors import CannotJudge

ALIASES = {
    "postgresql": "postgres",
    "pg": "postgres",
    "psql": "postgres",
    "pgsql": "postgres",
    "cockroachdb": "postgres",
    "mariadb": "mysql",
    "sqlite3": "sqlite",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "sparksql": "spark",
}
# The two real parsers first; the others are asked only if these refuse.
ATTEMPTS = (
    "sqlite",
    "postgres",
    "mysql",
    "tsql",
    "oracle",
    "duckdb",
    "bigquery",
    "snowflake",
    "spark",
    "clickhouse",
    "trino",
)
KNOWN = frozenset(
    {"athena", "databricks", "doris", "dremio", "drill", "druid", "exasol", "fabric", "hive", "materialize", "presto"}
    | {"prql", "redshift", "risingwave", "singlestore", "starrocks", "tableau", "teradata", *ATTEMPTS}
)
IN_PATHS = frozenset({*ATTEMPTS, "redshift", "hive", "presto"})


def canonical(dialect: str) -> str:
    """The name that the judges know. Raises CannotJudge for an unknown dialect."""
    name = ALIASES.get(dialect.lower(), dialect.lower())
    if name not in KNOWN:
        msg = f"unknown SQL dialect {dialect!r}"
        raise CannotJudge(msg)
    return name


def dialect_of_path(path: str) -> str | None:
    """A dialect that is named as a word of the path, the innermost first.

    >>> dialect_of_path("db/postgres/001_init.sql"), dialect_of_path("a/schema.mysql.sql"), dialect_of_path("a.sql")
    ('postgres', 'mysql', None)
    """
    words: list[str] = re.findall(r"[a-z0-9]+", path.lower())
    for word in reversed(words):
        name = ALIASES.get(word, word)
        if name in IN_PATHS and word != "pg":
            return name
    return None
