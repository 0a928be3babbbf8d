"""Tier (b) for SQL, by the schema: the right qualifier, the table that has the column, the missing join."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.closeness import RELATED, closeness
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.sql_schema import Source, Table, bare, join_keys, quoted, read_schema, sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CLAUSE_END = re.compile(r"\b(?:WHERE|GROUP\s+BY|ORDER\s+BY|HAVING|LIMIT|UNION|INTERSECT|EXCEPT|WINDOW)\b|;|\)", re.I)


def propose_sql_schema(case: Case) -> Iterator[Candidate]:
    """Candidates for unknown and ambiguous names; nothing without a schema."""
    ddl = _definitions(case)
    found = case.target.found
    if not ddl or not found:
        return
    tables = read_schema(ddl)
    scope = _scope(case, tables)
    if case.target.rule in {"unknown-column", "ambiguous-column"}:
        yield from _qualify(case, found, scope)
        if case.target.rule == "unknown-column":
            yield from _similar(case, found, scope)
            yield from _source(case, tables, scope)
            yield from _join(case, found, scope, tables)
            yield from _other_table(case, found, scope, tables)
    elif case.target.rule == "unknown-table":
        yield from _table_by_columns(case, found, tables)


def _definitions(case: Case) -> str:
    """The configured DDL, else the text's own, else the migrations that came with it."""
    if case.program.schema:
        return case.program.schema
    if "CREATE TABLE" in case.text.upper():
        return case.text
    return "\n".join(text for path, text in case.program.files if path.endswith((".sql", ".ddl")))


def _candidate(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SCHEMA, cost, note)


def _scope(case: Case, tables: Mapping[str, Table]) -> list[Source]:
    """The tables of the innermost SELECT around the report come first: they stand nearest to it."""
    named = sources(case.code, tables)
    return sorted(named, key=lambda source: abs(source.start - case.at))


def _place(case: Case, found: str) -> tuple[int, int] | None:
    """Extent of the name as written at the report."""
    start = case.text.find(found, case.at)
    if start != case.at:
        match = re.compile(rf"(?<![\w.]){re.escape(found)}(?!\w)", re.I).search(case.text)
        return match.span() if match else None
    return start, start + len(found)


def _split(found: str) -> tuple[str, str]:
    qualifier, _, column = found.rpartition(".")
    return bare(qualifier), bare(column)


def _all_of(case: Case, found: str, name: str) -> str:
    return _replace(case.text, found, name)


def _replace(text: str, found: str, name: str) -> str:
    """Replaces a name wherever it stands by itself: not behind a dot, not as a function, not inside quotes."""
    pattern = rf"'[^']*'|(?<![\w.\"`]){re.escape(found)}(?![\w\"`(.])"
    return re.sub(pattern, lambda match: match[0] if match[0].startswith("'") else name, text, flags=re.I)


def _qualify(case: Case, found: str, scope: list[Source]) -> Iterator[Candidate]:
    """The column under the alias of a table in scope that has it."""
    _, column = _split(found)
    owners = [source for source in scope if source.table.column(column)]
    ordered = sorted(owners, key=lambda source: source.start) if case.target.rule == "ambiguous-column" else owners
    place = _place(case, found)
    for rank, source in enumerate(dict.fromkeys(ordered)):
        spelt = f"{source.alias}.{quoted(source.table.column(column) or column, case.program.dialect)}"
        yield _candidate(_all_of(case, found, spelt), 0.7 + 0.3 * rank, f"{found} -> {spelt}")
        if place:
            yield _candidate(case.splice(*place, spelt), 0.8 + 0.3 * rank, f"{found} -> {spelt}")


def _join(case: Case, found: str, scope: list[Source], tables: Mapping[str, Table]) -> Iterator[Candidate]:
    """The table that has the column, joined to a table in scope by a key that both have."""
    _, column = _split(found)
    present = {source.table.name for source in scope}
    owners = [table for table in tables.values() if table.name not in present and table.column(column)]
    rank = 0
    for source in scope[:4]:
        for table in owners[:6]:
            for left, right in join_keys(source.table, table)[:1]:
                yield from _joined(case, found, source, table, (left, right), 1.6 + 0.3 * rank)
                rank += 1


def _joined(
    case: Case, found: str, source: Source, table: Table, keys: tuple[str, str], cost: float
) -> Iterator[Candidate]:
    dialect = case.program.dialect
    _, column = _split(found)
    name = quoted(table.name, dialect)
    left, right = (quoted(key, dialect) for key in keys)
    clause = f" JOIN {name} ON {source.alias}.{left} = {name}.{right}"
    end = _CLAUSE_END.search(case.text, source.end)
    at = len(case.text[: end.start() if end else len(case.text)].rstrip())
    marker = "\0"  # keeps the clause out of the replacements below
    text = case.text[:at] + marker + case.text[at:]
    text = _replace(text, found, f"{name}.{quoted(table.column(column) or column, dialect)}")
    for shared in source.table.columns:
        if table.column(shared) and shared.casefold() != column.casefold():
            # With the second table, the column that both have would be ambiguous.
            text = _replace(text, quoted(shared, dialect), f"{source.alias}.{quoted(shared, dialect)}")
    yield _candidate(text.replace(marker, clause), cost, f"join with {table.name}")


def _similar(case: Case, found: str, scope: list[Source]) -> Iterator[Candidate]:
    """The columns of the tables in scope that are named alike, the table's own name aside."""
    qualifier, column = _split(found)
    ranked = []
    for source in scope:
        if not qualifier or source.alias.casefold() == qualifier.casefold():
            ranked += [(closeness(column, name, source.table.name), name) for name in source.table.columns]
    prefix = found[: len(found) - len(found.rpartition(".")[2])]
    alike = sorted({(-near, name) for near, name in ranked if near >= RELATED})
    for near, name in alike[:4]:
        spelt = prefix + quoted(name, case.program.dialect)
        yield _candidate(_all_of(case, found, spelt), 0.9 + 2 * (1 + near), f"{found} -> {spelt}")


def _source(case: Case, tables: Mapping[str, Table], scope: list[Source]) -> Iterator[Candidate]:
    """A SELECT without FROM reads from the table that has most of its columns."""
    if scope or any(token.text.casefold() == "from" for token in case.code):
        return
    ranked = sorted(tables.values(), key=lambda table: -_coverage(case, table))
    end = len(case.text.rstrip().rstrip(";").rstrip())
    for rank, table in enumerate(table for table in ranked[:2] if _coverage(case, table)):
        text = case.splice(end, end, f" FROM {quoted(table.name, case.program.dialect)}")
        yield _candidate(text, 1.5 + rank, f"FROM {table.name} added")


def _other_table(case: Case, found: str, scope: list[Source], tables: Mapping[str, Table]) -> Iterator[Candidate]:
    """A statement over the wrong table: one that has the column takes its place."""
    _, column = _split(found)
    if not scope:
        return
    nearest, wrong = scope[0], scope[0].table.name
    owners = [table for table in tables.values() if table.name != wrong and table.column(column)]
    for rank, table in enumerate(sorted(owners, key=lambda table: -_coverage(case, table))[:3]):
        name = quoted(table.name, case.program.dialect)
        text = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", name, case.text, flags=re.I)
        yield _candidate(text, 2.4 + 0.3 * rank, f"{wrong} -> {table.name}")
        here = case.text[nearest.start :]
        if here.casefold().startswith(wrong.casefold()):
            text = case.splice(nearest.start, nearest.start + len(wrong), name)
            yield _candidate(text, 2.5 + 0.3 * rank, f"{wrong} -> {table.name}")


def _table_by_columns(case: Case, found: str, tables: Mapping[str, Table]) -> Iterator[Candidate]:
    """The tables whose columns the statement mentions most often."""
    ranked = sorted(tables.values(), key=lambda table: -_coverage(case, table))
    for rank, table in enumerate(table for table in ranked[:4] if _coverage(case, table) > 0):
        yield _candidate(
            _all_of(case, found, quoted(table.name)),
            1.3 + 0.3 * rank,
            f"{found} -> {table.name}, which has the columns",
        )


def _coverage(case: Case, table: Table) -> int:
    """How many different columns of the table the statement names."""
    named = {bare(token.text).casefold() for token in case.code}
    return sum(column.casefold() in named for column in table.columns)
