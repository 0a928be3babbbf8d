"""The tables of a schema, as an in-memory SQLite database that compiles statements and runs none of a change."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from slmfix_bot.validators.sql_outputs import query_outputs
from slmfix_bot.validators.sql_script import apply_script
from slmfix_bot.validators.sql_tables import Schema, SchemaBuilder, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NAME = re.compile(r"[^\W\d][\w$]*")


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """`tables` maps the lower-case name to the name as defined and its columns; those in `partial` may have more.
    `strict` has SQLite's functions only; in `lenient` those of other dialects are declared as they come up."""

    schema: Schema
    tables: Mapping[str, tuple[str, tuple[str, ...]]]
    partial: frozenset[str]
    functions: frozenset[str]
    strict: sqlite3.Connection
    lenient: sqlite3.Connection

    def columns(self, table: str) -> tuple[str, ...] | None:
        """The columns of a table or view, None if they are not known for sure or there is none of that name."""
        entry = self.tables.get(table.lower())
        return entry[1] if entry and table.lower() not in self.partial else None

    def tables_with(self, column: str) -> Iterator[str]:
        """The tables that have a column of that name."""
        for name, columns in self.tables.values():
            if column.lower() in map(str.lower, columns):
                yield name

    def touches_partial(self, statement: str) -> bool:
        """Whether a statement names a table whose columns are not all known."""
        return bool(self.partial) and any(word[0].lower() in self.partial for word in NAME.finditer(statement))


@lru_cache(maxsize=8)
def configured_schema(ddl: str, dialect: str) -> Schema:
    """The schema that a configured DDL text defines. It is the whole database unless a part cannot be read."""
    builder = SchemaBuilder()
    apply_script(ddl, builder, query_outputs, dialect)
    return builder.schema()


@lru_cache(maxsize=16)
def load_catalog(schema: Schema) -> Catalog:
    """The catalogue of a schema."""
    strict, lenient = _build(schema.tables), _build(schema.tables)
    tables = {}
    for table in schema.tables:
        columns = (_columns(strict, table.name) if table.ddl else ()) or table.columns
        tables[table.name.lower()] = (table.name, columns)
    functions = frozenset(str(row[0]).lower() for row in strict.execute("PRAGMA function_list"))
    partial = frozenset(table.name.lower() for table in schema.tables if not table.is_complete)
    return Catalog(schema=schema, tables=tables, partial=partial, functions=functions, strict=strict, lenient=lenient)


def _columns(connection: sqlite3.Connection, table: str) -> tuple[str, ...]:
    try:
        rows = connection.execute("SELECT name FROM pragma_table_xinfo(?)", (table,)).fetchall()
    except sqlite3.Error:
        return ()
    return tuple(row[0] for row in rows)


def _build(tables: tuple[Table, ...]) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for table in tables:
        if table.ddl and _executed(connection, table.ddl):
            continue
        if table.columns:
            listed = ", ".join(map(_quote, _distinct(table.columns)))
            _executed(connection, f"CREATE TABLE IF NOT EXISTS {_quote(table.name)} ({listed})")
    return connection


def _executed(connection: sqlite3.Connection, statement: str) -> bool:
    try:
        connection.execute(statement)
    except (sqlite3.Error, sqlite3.Warning, UnicodeEncodeError, ValueError):
        return False
    return True


def _distinct(columns: tuple[str, ...]) -> list[str]:
    return list({column.lower(): column for column in columns}.values())


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
