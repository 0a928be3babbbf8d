"""Tier (b) for SQL, by the schema: the right qualifier, the table that has the column, the missing join."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.sql_schema import Source, Table, bare, join_keys, quoted, read_schema, sources

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CLAUSE_END = re.compile(r"\b(?:WHERE|GROUP\s+BY|ORDER\s+BY|HAVING|LIMIT|UNION|INTERSECT|EXCEPT|WINDOW)\b|;|\)", re.I)


def propose_sql_schema(case: Case) -> Iterator[Candidate]:
    """Candidates for unknown and ambiguous names; nothing without a schema."""
    ddl = case.program.schema or (case.text if "CREATE TABLE" in case.text.upper() else "")
    found = case.target.found
    if not ddl or not found:
        return
    tables = read_schema(ddl)
    scope = _scope(case, tables)
    if case.target.rule in {"unknown-column", "ambiguous-column"}:
        yield from _qualify(case, found, scope)
        if case.target.rule == "unknown-column":
            yield from _join(case, found, scope, tables)
            yield from _other_table(case, found, scope, tables)
    elif case.target.rule == "unknown-table":
        yield from _table_by_columns(case, found, tables)


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
    return re.sub(rf"(?<![\w.\"`]){re.escape(found)}(?![\w\"`(])", lambda _: name, case.text, flags=re.I)


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
    at = end.start() if end else len(case.text)
    at = len(case.text[:at].rstrip())
    spelt = f"{name}.{quoted(table.column(column) or column, dialect)}"
    joined = case.text[:at] + clause + case.text[at:]
    whole = Case(case.program.with_text(joined), case.diagnostics, case.target)
    yield _candidate(_all_of(whole, found, spelt), cost, f"join with {table.name}")


def _other_table(case: Case, found: str, scope: list[Source], tables: Mapping[str, Table]) -> Iterator[Candidate]:
    """A statement over one table that is the wrong one: the table that has the column takes its place."""
    _, column = _split(found)
    if len({source.table.name for source in scope}) != 1:
        return
    wrong = scope[0].table.name
    owners = [table for table in tables.values() if table.name != wrong and table.column(column)]
    for rank, table in enumerate(sorted(owners, key=lambda table: -_coverage(case, table))[:3]):
        text = re.sub(rf"(?<!\w){re.escape(wrong)}(?!\w)", quoted(table.name), case.text, flags=re.I)
        yield _candidate(text, 2.4 + 0.3 * rank, f"{wrong} -> {table.name}")


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
