"""Tier (b) for SQL, by the schema: the right qualifier, the table that has the column, the missing join."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.closeness import RELATED, closeness
from slmfix_bot.core.propose.sql_joins import propose_bridge, propose_join
from slmfix_bot.core.propose.sql_query import Query, named, query_of, replace_name, schema_candidate, split_name
from slmfix_bot.core.sql_schema import Table, bare, quoted, read_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.propose.case import Candidate, Case


def propose_sql_schema(case: Case) -> Iterator[Candidate]:
    """Candidates for unknown and ambiguous names; nothing without a schema."""
    ddl = _definitions(case)
    found = case.target.found
    if not ddl or not found:
        return
    query = query_of(case, read_schema(ddl))
    if case.target.rule in {"unknown-column", "ambiguous-column"}:
        yield from _qualify(query, found)
        if case.target.rule == "unknown-column":
            yield from _similar(query, found)
            yield from _source(query)
            yield from propose_join(query, found)
            yield from propose_bridge(query, found)
            yield from _other_table(query, found)
    elif case.target.rule == "unknown-table":
        yield from _table_by_columns(query, found)


def _definitions(case: Case) -> str:
    """The configured DDL, else the text's own, else the migrations that came with it."""
    if case.program.schema:
        return case.program.schema
    if "CREATE TABLE" in case.text.upper():
        return case.text
    return "\n".join(text for path, text in case.program.files if path.endswith((".sql", ".ddl")))


def _place(case: Case, found: str) -> tuple[int, int] | None:
    """Extent of the name as written at the report."""
    start = case.text.find(found, case.at)
    if start != case.at:
        match = re.compile(rf"(?<![\w.]){re.escape(found)}(?!\w)", re.I).search(case.text)
        return match.span() if match else None
    return start, start + len(found)


def _all_of(case: Case, found: str, name: str) -> str:
    return replace_name(case.text, found, name)


def _each_its_own(query: Query, column: str) -> str:
    """The text with the column that every query's own tables have for the name: an `id` is another one in each."""
    case, found = query.case, column
    edits = []
    for match in named(case.text, found):
        number = query.number_of(match.start())
        own = [source for source in query.scope if query.number_of(source.start) == number]
        ranked = [(closeness(column, name, s.table.name), name) for s in own for name in s.table.columns]
        near, name = max(ranked, key=lambda pair: pair[0], default=(0.0, ""))
        if near >= RELATED:
            edits.append((match.start(), match.end(), quoted(name, case.program.dialect)))
    text = case.text
    for start, end, name in reversed(edits):
        text = text[:start] + name + text[end:]
    return text


def _qualify(query: Query, found: str) -> Iterator[Candidate]:
    """The column under the alias of a table in scope that has it."""
    case = query.case
    _, column = split_name(found)
    owners = [source for source in query.scope if source.table.column(column)]
    ordered = sorted(owners, key=lambda source: source.start) if case.target.rule == "ambiguous-column" else owners
    place = _place(case, found)
    for rank, source in enumerate(dict.fromkeys(ordered)):
        spelt = f"{source.alias}.{quoted(source.table.column(column) or column, case.program.dialect)}"
        yield schema_candidate(query.replace(case.text, found, spelt), 0.65 + 0.3 * rank, f"{found} -> {spelt}")
        yield schema_candidate(_all_of(case, found, spelt), 0.7 + 0.3 * rank, f"{found} -> {spelt}")
        if place:
            yield schema_candidate(case.splice(*place, spelt), 0.8 + 0.3 * rank, f"{found} -> {spelt}")


def _similar(query: Query, found: str) -> Iterator[Candidate]:
    """The columns of the tables in scope that are named alike, the table's own name aside."""
    case = query.case
    qualifier, column = split_name(found)
    ranked = []
    for source in query.scope:
        if not qualifier or source.alias.casefold() == qualifier.casefold():
            ranked += [(closeness(column, name, source.table.name), name) for name in source.table.columns]
    prefix = found[: len(found) - len(found.rpartition(".")[2])]
    if not prefix:
        yield schema_candidate(_each_its_own(query, found), 0.9, f"{found} -> the column of each query")
    alike = sorted({(-near, name) for near, name in ranked if near >= RELATED})
    for near, name in alike[:4]:
        spelt = prefix + quoted(name, case.program.dialect)
        cost = 0.9 + 2 * (1 + near)
        owned = any(source.table.column(name) for source in query.own)
        yield schema_candidate(query.replace(case.text, found, spelt), cost - 0.05 * owned, f"{found} -> {spelt}")
        yield schema_candidate(_all_of(case, found, spelt), cost, f"{found} -> {spelt}")


def _source(query: Query) -> Iterator[Candidate]:
    """A SELECT without FROM reads from the table that has most of its columns."""
    case = query.case
    own = [t for t, number in zip(case.code, query.numbers, strict=True) if number == query.here]
    if query.own or not own or any(token.text.casefold() == "from" for token in own):
        return
    ranked = sorted(query.tables.values(), key=lambda table: -_coverage(case, table))
    last = own[-1] if own[-1].text not in {")", ";"} else own[-2 if len(own) > 1 else -1]
    end = next((t.start for t in own if t.text.casefold() in {"where", "group", "order", "limit"}), last.end)
    end = len(case.text[:end].rstrip())
    for rank, table in enumerate(table for table in ranked[:2] if _coverage(case, table)):
        text = case.splice(end, end, f" FROM {quoted(table.name, case.program.dialect)}")
        yield schema_candidate(text, 1.5 + rank, f"FROM {table.name} added")


def _other_table(query: Query, found: str) -> Iterator[Candidate]:
    """A statement over the wrong table: one that has the column takes its place."""
    case = query.case
    _, column = split_name(found)
    if not query.scope:
        return
    nearest, wrong = query.scope[0], query.scope[0].table.name
    owners = [table for table in query.tables.values() if table.name != wrong and table.column(column)]
    for rank, table in enumerate(sorted(owners, key=lambda table: -_coverage(case, table))[:3]):
        name = quoted(table.name, case.program.dialect)
        text = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", name, case.text, flags=re.I)
        yield schema_candidate(text, 2.4 + 0.3 * rank, f"{wrong} -> {table.name}")
        here = case.text[nearest.start :]
        if here.casefold().startswith(wrong.casefold()):
            text = case.splice(nearest.start, nearest.start + len(wrong), name)
            yield schema_candidate(text, 2.5 + 0.3 * rank, f"{wrong} -> {table.name}")


def _table_by_columns(query: Query, found: str) -> Iterator[Candidate]:
    """The tables whose columns the statement mentions most often."""
    case = query.case
    ranked = sorted(query.tables.values(), key=lambda table: -_coverage(case, table))
    for rank, table in enumerate(table for table in ranked[:4] if _coverage(case, table) > 0):
        name = quoted(table.name, case.program.dialect)
        note = f"{found} -> {table.name}, which has the columns"
        qualifiers = re.sub(rf"(?<![\w.\"`']){re.escape(found)}(?=\.)", name, case.text, flags=re.I)
        yield schema_candidate(replace_name(qualifiers, found, name), 1.3 + 0.3 * rank, note)


def _coverage(case: Case, table: Table) -> int:
    """How many different columns of the table the statement names."""
    named = {bare(token.text).casefold() for token in case.code}
    return sum(column.casefold() in named for column in table.columns)
