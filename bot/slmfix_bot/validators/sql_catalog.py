"""The tables of a schema, as an in-memory SQLite database that compiles statements and runs none of a change."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from slmfix_bot.validators.sql_split import LEADING, statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFINITION = re.compile(LEADING + r"CREATE\s+(?:TEMP(?:ORARY)?\s+)?(?:TABLE|VIEW)\b", re.IGNORECASE)
FALLBACK_DIALECTS = ("mysql", "postgres", "tsql")


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """`tables` maps the lower-case name to the name as defined and its columns. `strict` has SQLite's functions only;
    in `lenient` those of other dialects are declared as they come up."""

    tables: Mapping[str, tuple[str, tuple[str, ...]]]
    functions: frozenset[str]
    strict: sqlite3.Connection
    lenient: sqlite3.Connection

    def columns(self, table: str) -> tuple[str, ...] | None:
        """The columns of a table or view, None if there is none of that name."""
        entry = self.tables.get(table.lower())
        return entry[1] if entry else None

    def tables_with(self, column: str) -> Iterator[str]:
        """The tables that have a column of that name."""
        for name, columns in self.tables.values():
            if column.lower() in map(str.lower, columns):
                yield name


def definitions(text: str, dialect: str) -> str:
    """The CREATE TABLE and CREATE VIEW statements of a text."""
    if "create" not in text.lower():
        return ""
    spans = statements(text, dialect)
    return "\n".join(text[start:end] for start, end in spans if DEFINITION.match(text[start:end]))


@lru_cache(maxsize=8)
def load_catalog(ddl: str, dialect: str) -> Catalog:
    """The catalogue of a schema; definitions that nothing here can read are left out."""
    strict, lenient = _build(ddl, dialect), _build(ddl, dialect)
    names = [row[0] for row in strict.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    tables = {name.lower(): (name, _columns(strict, name)) for name in names}
    functions = frozenset(str(row[0]).lower() for row in strict.execute("PRAGMA function_list"))
    return Catalog(tables=tables, functions=functions, strict=strict, lenient=lenient)


def _columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    try:
        rows = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (table,)).fetchall()
    except sqlite3.Error:  # a view of a table that the schema does not hold
        return ()
    return tuple(row[0] for row in rows)


def _build(ddl: str, dialect: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for start, end in statements(ddl, "sqlite"):
        statement = ddl[start:end]
        if not DEFINITION.match(statement):
            continue
        try:
            connection.execute(statement)
        except (sqlite3.Error, sqlite3.Warning, UnicodeEncodeError):
            _define_by_hand(connection, statement, dialect)
    return connection


def _define_by_hand(connection: sqlite3.Connection, statement: str, dialect: str) -> None:
    """Defines a table of another dialect by its column names alone."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    for attempt in dict.fromkeys((dialect, *FALLBACK_DIALECTS)):
        try:
            tree = parse_one(statement, read=attempt)
        except SqlglotError:
            continue
        table = tree.find(exp.Table)
        columns = [column.name for column in tree.find_all(exp.ColumnDef)]
        if isinstance(tree, exp.Create) and table is not None and columns:
            listed = ", ".join(map(_quote, dict.fromkeys(columns)))
            try:
                connection.execute(f"CREATE TABLE IF NOT EXISTS {_quote(table.name)} ({listed})")
            except sqlite3.Error:
                continue
            return


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
