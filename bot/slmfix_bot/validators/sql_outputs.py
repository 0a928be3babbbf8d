"""The result columns of a query over known tables."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlglot import exp
    from sqlglot.optimizer.scope import Scope

    from slmfix_bot.validators.sql_tables import SchemaBuilder

    Lookup = Callable[[exp.Table], tuple[str, ...] | None]

READERS = ("postgres", "mysql", "snowflake", "bigquery", "tsql")
MAX_DEPTH = 16
MAX_QUERY = 60_000


def query_outputs(query: str, schema: SchemaBuilder, dialect: str = "") -> tuple[str, ...] | None:
    """The names of the columns of a query, None if one of them cannot be told."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError
    from sqlglot.optimizer.scope import build_scope

    def lookup(table: exp.Table) -> tuple[str, ...] | None:
        known = (schema.get(f"{table.db}.{table.name}") if table.db else None) or schema.get(table.name)
        return known.columns if known is not None and known.is_complete else None

    if len(query) > MAX_QUERY:
        return None
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    for reader in dict.fromkeys((dialect or READERS[0], *READERS)):
        try:
            tree = parse_one(query, read=reader)
            scope = build_scope(tree) if isinstance(tree, exp.Query) else None
            return scope_outputs(scope, lookup) if scope is not None else None
        except (SqlglotError, ValueError, RecursionError):
            continue
    return None


def scope_outputs(
    source: exp.Expr | Scope, lookup: Lookup, depth: int = 0, *, unnamed: bool = False
) -> tuple[str, ...] | None:
    """The columns that a table, a CTE or a subquery offers under its own names; None when they cannot be known.

    `unnamed`: a result without a name may be passed over, because the dialect gives it none that anybody would use.
    """
    from sqlglot import exp
    from sqlglot.optimizer.scope import Scope

    if isinstance(source, exp.Table):
        return lookup(source) if isinstance(source.this, exp.Identifier) and not source.args.get("pivots") else None
    if not isinstance(source, Scope) or depth > MAX_DEPTH or not isinstance(source.expression, exp.Query):
        return None
    declared = source.expression.find_ancestor(exp.CTE, exp.Subquery)
    if declared is not None and declared.alias_column_names:
        return tuple(declared.alias_column_names)
    query = source.expression
    if isinstance(query, exp.SetOperation):
        first = source.set_operation_scopes[0] if source.set_operation_scopes else None
        return scope_outputs(first, lookup, depth + 1, unnamed=unnamed) if first is not None else None
    if not isinstance(query, exp.Select) or query.args.get("pivots") or query.args.get("laterals"):
        return None
    names: list[str] = []
    for selected in query.selects:
        produced = _produced(selected, source, lookup, depth, unnamed=unnamed)
        if produced is None:
            return None
        names += produced
    return tuple(names)


def _produced(selected: exp.Expr, scope: Scope, lookup: Lookup, depth: int, *, unnamed: bool) -> list[str] | None:
    from sqlglot import exp

    star = selected.this if isinstance(selected, exp.Column) else selected
    if not isinstance(star, exp.Star):
        name = selected.alias if isinstance(selected, exp.Alias) else selected.output_name
        return [name] if name else ([] if unnamed else None)
    if star.args.get("rename"):
        return None
    removed = {entry.name.lower() for entry in star.args.get("except_") or star.args.get("except") or ()}
    wanted = selected.table.lower() if isinstance(selected, exp.Column) else ""
    names: list[str] = []
    for alias, source in scope.sources.items():
        if wanted and alias.lower() != wanted:
            continue
        if alias not in scope.selected_sources:
            continue
        columns = scope_outputs(source, lookup, depth + 1, unnamed=unnamed)
        if columns is None:
            return None
        names += [column for column in columns if column.lower() not in removed]
    return names or None
