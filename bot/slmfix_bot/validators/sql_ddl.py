"""What a statement of any dialect does to a schema: CREATE, ALTER, DROP and RENAME of tables and views.

It reads words, not grammar, so that a type or an option it has never seen does not matter. A statement whose effect
cannot be told leaves the schema, or the table, incomplete.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.validators.sql_alter import NO_COLUMN, TYPES, alter_table
from slmfix_bot.validators.sql_tables import SchemaBuilder, Table
from slmfix_bot.validators.sql_words import Reader, Word, words_of_statement

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Outputs = Callable[[str, SchemaBuilder], tuple[str, ...] | None]

DEFINES = re.compile(r"\b(?:CREATE|ALTER|DROP|RENAME|EXEC|EXECUTE|CALL|DO|BEGIN|DECLARE|INTO)\b", re.IGNORECASE)
BEFORE_TABLE = frozenset(
    "OR REPLACE ALTER GLOBAL LOCAL TEMP TEMPORARY UNLOGGED TRANSIENT EXTERNAL FOREIGN VIRTUAL COLUMN ROW HYBRID DYNAMIC"
    " VOLATILE ICEBERG MULTISET SET SECURE RECURSIVE MATERIALIZED FORCE NOFORCE EDITIONABLE PRIVATE UNIQUE LIVE"
    " STREAMING SNAPSHOT CACHED MEMORY SHARDED DUPLICATED IMMUTABLE".split()
)
# Words that begin a constraint or name a column, depending on what follows.
MAYBE_COLUMN = frozenset("UNIQUE CHECK KEY INDEX PERIOD PROJECTION LIKE".split())
# Extensions that define functions and types, and no tables.
TABLELESS_EXTENSIONS = frozenset(
    "uuid-ossp pgcrypto citext hstore btree_gin btree_gist pg_trgm unaccent ltree intarray fuzzystrmatch tablefunc cube"
    " earthdistance vector plpgsql".split()
)


def apply_statement(statement: str, builder: SchemaBuilder, outputs: Outputs = lambda text, schema: None) -> None:
    """Changes the schema as the statement would. `outputs` names the result columns of a query, None if it cannot."""
    if not DEFINES.search(statement):
        return
    words = words_of_statement(statement)
    while words and words[-1].value == ";":
        words.pop()
    reader = Reader(words)
    if reader.take("CREATE"):
        _create(reader, statement, builder, outputs)
    elif reader.take("ALTER"):
        alter_table(reader, builder)
    elif reader.take("DROP"):
        _drop(reader, builder)
    elif reader.take("RENAME", "TABLE"):
        _rename_tables(reader, builder)
    elif reader.peek() in {"SELECT", "WITH"}:
        _select_into(words, builder)
    elif reader.peek() in {"EXEC", "EXECUTE", "CALL", "DO", "BEGIN", "DECLARE", "IF"}:
        _program(words, builder)


def defined_table(statement: str) -> str | None:
    """The table or view that a CREATE statement makes."""
    reader = Reader(words_of_statement(statement[:2000]))
    if not reader.take("CREATE"):
        return None
    reader.take_any(BEFORE_TABLE)
    if not (reader.take("TABLE") or reader.take("VIEW")):
        return None
    reader.take("IF", "NOT", "EXISTS")
    return reader.name()


def _create(reader: Reader, statement: str, builder: SchemaBuilder, outputs: Outputs) -> None:
    reader.take_any(BEFORE_TABLE)
    if reader.take("TABLE"):
        _create_table(reader, statement, builder, outputs)
    elif reader.take("VIEW"):
        _create_view(reader, statement, builder, outputs)
    elif reader.take("FUNCTION") or reader.take("AGGREGATE") or reader.take("MACRO"):
        reader.take("IF", "NOT", "EXISTS")
        builder.functions.add((reader.name() or "").lower())
    elif reader.take("EXTENSION"):
        reader.take("IF", "NOT", "EXISTS")
        builder.functions_open = True
        if (reader.name() or "").lower() not in TABLELESS_EXTENSIONS and "uuid-ossp" not in statement:
            builder.is_complete = False
    elif reader.peek() in {"SEQUENCE", "SYNONYM", "PUBLIC", "STREAM", "FLOW", "DICTIONARY", "MODEL", "SOURCE"}:
        reader.take("PUBLIC")
        reader.place += 1
        reader.take("IF", "NOT", "EXISTS")
        if name := reader.name():
            builder.doubt(name)


def _create_table(reader: Reader, statement: str, builder: SchemaBuilder, outputs: Outputs) -> None:
    reader.take("FUNCTION")
    reader.take("IF", "NOT", "EXISTS")
    name = reader.name()
    if name is None:
        builder.is_complete = False
        return
    if reader.peek() == "ON":  # ClickHouse: ON CLUSTER name
        reader.place += 2
    if reader.take("PARTITION", "OF") or reader.peek() in {"LIKE", "CLONE", "COPY", "SHALLOW", "DEEP"}:
        reader.take_any(frozenset({"LIKE", "CLONE", "COPY", "SHALLOW", "DEEP"}))
        _copy(reader, name, builder)
        return
    virtual = "VIRTUAL" in statement[:200].upper()
    columns: list[str] = []
    certain = not virtual
    if virtual and reader.take("USING"):
        reader.name()
    listed = reader.peek() == "(" and reader.peek(1) not in {"SELECT", "WITH", "("}
    for part in (reader.group() or []) if listed else []:
        column, known = _column_of(part, builder)
        columns += column
        certain = certain and known
    query = next((word.start for word in _rest(reader) if word.value in {"SELECT", "WITH"}), None)
    if query is not None:
        produced = outputs(statement[query:], builder)
        certain = certain and produced is not None
        columns += [column for column in produced or () if column.lower() not in map(str.lower, columns)]
    elif not listed or "INHERITS" in {word.value for word in _rest(reader)}:
        certain = False
    plain = certain and query is None and not virtual
    table = Table(name=name, columns=tuple(columns), is_complete=certain, ddl=statement if plain else "")
    builder.add(table)


def _rest(reader: Reader) -> list[Word]:
    words: list[Word] = []
    while word := reader.word(len(words)):
        words.append(word)
    return words


def _copy(reader: Reader, name: str, builder: SchemaBuilder) -> None:
    original = builder.get(reader.name() or "")
    columns = original.columns if original else ()
    builder.add(Table(name=name, columns=columns, is_complete=original is not None and original.is_complete))


def _column_of(part: Sequence[Word], builder: SchemaBuilder) -> tuple[list[str], bool]:
    """The columns that a part of a definition defines, and whether that is certain."""
    first = part[0] if part else None
    if first is None or not first.is_name:
        return [], not part
    if first.kind == "name":
        return [first.spelt], True
    reader = Reader(part)
    second = reader.peek(1)
    if first.value in NO_COLUMN and not TYPES.fullmatch(second):
        return [], True
    if first.value == "LIKE":
        reader.place = 1
        original = builder.get(reader.name() or "")
        return (list(original.columns), original.is_complete) if original else ([], False)
    if first.value in MAYBE_COLUMN and not TYPES.fullmatch(second) and second:
        return [], True
    return [first.spelt], True


def _create_view(reader: Reader, statement: str, builder: SchemaBuilder, outputs: Outputs) -> None:
    reader.take("IF", "NOT", "EXISTS")
    name = reader.name()
    if name is None:
        builder.is_complete = False
        return
    listed = [part[0].spelt for part in reader.group() or [] if part and part[0].is_name]
    start = next((word.start for word in _rest(reader) if word.value in {"SELECT", "WITH"}), None)
    produced: tuple[str, ...] | None = tuple(listed)
    if not listed:
        produced = outputs(statement[start:], builder) if start is not None else None
    builder.tables.pop(name.lower(), None)  # OR REPLACE; a view of an earlier migration is of no interest
    builder.add(Table(name=name, columns=produced or (), is_complete=produced is not None))


def _drop(reader: Reader, builder: SchemaBuilder) -> None:
    reader.take_any(frozenset({"TEMPORARY", "TEMP", "MATERIALIZED", "FOREIGN", "EXTERNAL", "DYNAMIC"}))
    if not (reader.take("TABLE") or reader.take("VIEW")):
        return
    may_lack = reader.take("IF", "EXISTS")
    for part in reader.parts():
        name = Reader(part).name()
        if name and (builder.get(name) is not None or not may_lack):
            builder.drop(name)


def _rename_tables(reader: Reader, builder: SchemaBuilder) -> None:
    for part in reader.parts():
        inner = Reader(part)
        old = inner.name()
        if old and inner.take("TO") and (new := inner.name()):
            builder.rename(old, new)


def _select_into(words: Sequence[Word], builder: SchemaBuilder) -> None:
    """SELECT ... INTO makes a table in some dialects, and fills a variable in others."""
    for index, word in enumerate(words[:-1]):
        if word.kind == "word" and word.value == "INTO":
            reader = Reader(words)
            reader.place = index + 1
            reader.take_any(frozenset({"TEMP", "TEMPORARY", "UNLOGGED", "TABLE"}))
            if (name := reader.name()) and builder.get(name) is None:
                builder.doubt(name)


def _program(words: Sequence[Word], builder: SchemaBuilder) -> None:
    """Code may do anything to the tables that it names; text that it runs may do anything at all."""
    body = " ".join(word.value if word.kind != "text" else word.spelt for word in words)
    if not re.search(r"\b(CREATE|ALTER|DROP|RENAME|INTO|EXECUTE|EXEC|sp_\w+|CALL)\b", body, re.IGNORECASE):
        return
    if re.search(r"\bEXECUTE\b|\bsp_executesql\b|\bPREPARE\b|\bCALL\b", body, re.IGNORECASE):
        builder.doubt_all()
        return
    builder.is_complete = False
    named = {match.lower() for match in re.findall(r"[^\W\d]\w*", body)}
    for name in list(builder.tables):
        if name in named:
            builder.doubt(name)
