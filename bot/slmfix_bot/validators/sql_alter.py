"""What ALTER TABLE of any dialect does to a schema."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.validators.sql_words import Reader

if TYPE_CHECKING:
    from slmfix_bot.validators.sql_tables import SchemaBuilder

NO_COLUMN = frozenset("CONSTRAINT PRIMARY FOREIGN EXCLUDE FULLTEXT SPATIAL CLUSTERED SUPPLEMENTAL".split())
TYPES = re.compile(
    r"(?:TINY|SMALL|MEDIUM|BIG|LONG)?(?:INT\w*|TEXT|BLOB)|N?(?:VAR)?CHAR\w*|STRING|BOOL\w*|BIT|NUM\w+|DEC\w*|FLOAT\w*"
    r"|REAL|DOUBLE|DATE\w*|TIME\w*|UUID|UNIQUEIDENTIFIER|JSONB?|BYTEA|BYTES|(?:VAR)?BINARY|ENUM|SERIAL|BIGSERIAL|CITEXT"
    r"|ARRAY|STRUCT|MAP|VARIANT|OBJECT|CLOB|MONEY|INET|INTERVAL|HUGEINT|U?INT\d+"
)
ACTIONS = frozenset(
    "ADD DROP RENAME ALTER MODIFY CHANGE SET RESET OWNER ENABLE DISABLE VALIDATE ATTACH DETACH INHERIT NO CLUSTER"
    " REPLICA FORCE CONVERT COMMENT ORDER ENGINE AUTO_INCREMENT DEFAULT CHARACTER COLLATE WITH CHECK NOCHECK SWITCH"
    " REBUILD REORGANIZE PARTITION TRUNCATE EXCHANGE SWAP ANALYZE OPTIMIZE UPDATE MATERIALIZE FREEZE".split()
)
NO_DROPPED_COLUMN = frozenset(
    "CONSTRAINT PRIMARY FOREIGN INDEX KEY CHECK PARTITION CLUSTERING ROW SEARCH STORAGE TAG MASKING PROJECTION"
    " DEFAULT".split()
)
NO_ADDED_COLUMN = NO_COLUMN | frozenset(
    "UNIQUE CHECK INDEX KEY PARTITION ROW SEARCH STATISTICS PROJECTION VALUE".split()
)


def alter_table(reader: Reader, builder: SchemaBuilder) -> None:
    """Applies all actions; `reader` stands behind ALTER."""
    reader.take_any(frozenset({"FOREIGN", "EXTERNAL", "MATERIALIZED", "DYNAMIC", "ICEBERG", "ONLINE", "IGNORE"}))
    if not (reader.take("TABLE") or reader.take("VIEW")):
        return
    reader.take("IF", "EXISTS")
    reader.take("ONLY")
    name = reader.name()
    if name is None:
        builder.is_complete = False
        return
    reader.take("*")
    if reader.take("AS"):
        builder.doubt(name)
        return
    previous = ""
    for part in reader.parts():
        inner = Reader(part)
        action = inner.peek()
        if action in ACTIONS and not (previous and action in {"ORDER", "COMMENT", "DEFAULT", "ENGINE"}):
            inner.place += 1
            previous = action
        name = _act(previous, inner, name, builder)


def _act(action: str, reader: Reader, name: str, builder: SchemaBuilder) -> str:
    """One action of ALTER TABLE; the name of the table afterwards."""
    if action == "ADD":
        _add_columns(reader, name, builder)
    elif action == "DROP":
        has_word = reader.take("COLUMN") or reader.take("COLUMNS")
        if has_word or reader.peek() not in NO_DROPPED_COLUMN:
            reader.take("IF", "EXISTS")
            parts = reader.group()
            dropped = [part[0].spelt for part in parts if part] if parts else [reader.name() or ""]
            builder.change(name, drop=dropped)
    elif action == "CHANGE":
        reader.take("COLUMN")
        reader.take("IF", "EXISTS")
        old, new = reader.name(), reader.name()
        if old and new:
            builder.rename_column(name, old, new)
    elif action == "RENAME":
        return _rename(reader, name, builder)
    elif action in {"INHERIT", "SWAP", "EXCHANGE", "SWITCH"}:
        builder.doubt(name)
    return name


def _add_columns(reader: Reader, name: str, builder: SchemaBuilder) -> None:
    has_word = reader.take("COLUMN") or reader.take("COLUMNS")
    reader.take("IF", "NOT", "EXISTS")
    if not has_word and reader.peek() in NO_ADDED_COLUMN and not TYPES.fullmatch(reader.peek(1)):
        return
    parts = reader.group()
    added = [part[0].spelt for part in parts if part and part[0].is_name] if parts else [reader.name() or ""]
    builder.change(name, add=[column for column in added if column])


def _rename(reader: Reader, name: str, builder: SchemaBuilder) -> str:
    if reader.take("TO") or reader.take("AS"):
        new = reader.name()
        if new:
            builder.rename(name, new)
        return new or name
    if reader.peek() in {"CONSTRAINT", "INDEX", "KEY", "PARTITION"} and reader.peek(1) != "TO":
        return name
    reader.take("COLUMN")
    reader.take("IF", "EXISTS")
    old = reader.name()
    if old and reader.take("TO") and (new := reader.name()):
        builder.rename_column(name, old, new)
    elif old and not reader.peek():  # MySQL: RENAME new_name
        builder.rename(name, old)
        return old
    return name
