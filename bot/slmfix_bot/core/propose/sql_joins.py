"""Joins that a query lacks: the table that has the column, directly or by way of a third one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.sql_query import Query, named, schema_candidate, split_name
from slmfix_bot.core.sql_schema import Source, Table, join_keys, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.propose.case import Candidate

_CLAUSE_END = re.compile(r"\b(?:WHERE|GROUP\s+BY|ORDER\s+BY|HAVING|LIMIT|UNION|INTERSECT|EXCEPT|WINDOW)\b|;|\)", re.I)
_BRIDGES = 6  # joins over a third table that are tried


def propose_join(query: Query, found: str) -> Iterator[Candidate]:
    """The table that has the column, joined to a table of the query by a key that both have."""
    rank = 0
    for source in query.own[:4]:
        for table in _owners(query, found)[:6]:
            for left, right in join_keys(source.table, table)[:1]:
                clause = _clause(query, source.alias, left, table, right)
                yield _joined(query, found, source, (table,), clause, 1.6 + 0.3 * rank)
                rank += 1


def propose_bridge(query: Query, found: str) -> Iterator[Candidate]:
    """The table that has the column, joined by way of a third table that has keys of both."""
    owners = _owners(query, found)[:4]
    absent = _absent(query)
    made = 0
    for source in query.own[:3]:
        for table in owners:
            if join_keys(source.table, table):
                continue
            for middle in (middle for middle in absent if middle is not table):
                near = join_keys(source.table, middle, surely=True)[:1]
                far = join_keys(middle, table, surely=True)[:1]
                if not near or not far or made == _BRIDGES:
                    continue
                clause = _clause(query, source.alias, *near[0][:1], middle, near[0][1])
                clause += _clause(query, quoted(middle.name, query.case.program.dialect), far[0][0], table, far[0][1])
                yield _joined(query, found, source, (table, middle), clause, 2.2 + 0.3 * made)
                made += 1


def _absent(query: Query) -> list[Table]:
    present = {source.table.name for source in query.own}
    return [table for table in query.tables.values() if table.name not in present]


def _owners(query: Query, found: str) -> list[Table]:
    """The tables with the column that the query does not read; the one that the name is qualified by comes first."""
    qualifier, column = split_name(found)
    owners = [table for table in _absent(query) if table.column(column)]
    return sorted(owners, key=lambda table: table.name.casefold() != qualifier.casefold())


def _clause(query: Query, alias: str, left: str, table: Table, right: str) -> str:
    dialect = query.case.program.dialect
    name = quoted(table.name, dialect)
    return f" JOIN {name} ON {alias}.{quoted(left, dialect)} = {name}.{quoted(right, dialect)}"


def _joined(query: Query, found: str, source: Source, added: tuple[Table, ...], clause: str, cost: float) -> Candidate:
    """The query with a join behind the table; the first of the added tables has the column."""
    case, dialect = query.case, query.case.program.dialect
    _, column = split_name(found)
    name = quoted(added[0].name, dialect)
    end = _CLAUSE_END.search(case.text, source.end)
    at = len(case.text[: end.start() if end else len(case.text)].rstrip())
    # Each name is looked for in the text as it was, so that the offsets of the query stay right.
    renamed = {found: f"{name}.{quoted(added[0].column(column) or column, dialect)}"}
    for own in source.table.columns:
        if any(table.column(own) for table in added) and own.casefold() != column.casefold():
            # With the other table, the column that both have would be ambiguous.
            renamed[quoted(own, dialect)] = f"{source.alias}.{quoted(own, dialect)}"
    edits = [
        (match.start(), match.end(), new)
        for old, new in renamed.items()
        for match in named(case.text, old)
        if query.holds(match.start())
    ]
    text = case.text
    for start, stop, new in sorted([*edits, (at, at, clause)], reverse=True):
        text = text[:start] + new + text[stop:]
    return schema_candidate(text, cost, f"join with {added[0].name}")
