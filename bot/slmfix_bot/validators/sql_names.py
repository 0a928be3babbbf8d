"""Finds every table and column name of a statement that a schema does not have. SQLite names only the first one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from slmfix_bot.validators.names import MAX_NAMES, nearest, similarity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slmfix_bot.validators.sql_catalog import Catalog

ROW_IDS = frozenset({"rowid", "oid", "_rowid_"})
PLAIN = re.compile(r"[A-Za-z_]\w*$")
COLUMN_EVIDENCE = 0.75
SAME_QUALIFIER = 0.3


@dataclass(frozen=True, kw_only=True)
class NameProblem:
    """`found` is the name as written, at offset `start` (end exclusive); `expected` are legal names, nearest first."""

    rule: str
    message: str
    start: int
    end: int
    found: str
    expected: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A table in scope under the name it is used by; `columns` is None when they cannot be known."""

    alias: str
    columns: tuple[str, ...] | None

    def has(self, column: str) -> bool:
        """Whether the column is there, SQLite's row numbers included."""
        if self.columns is None:
            return True
        return column.lower() in ROW_IDS or column.lower() in map(str.lower, self.columns)


class Resolver:
    """Resolves one statement. It may be stricter than the database; who asks has to know that there is an error."""

    def __init__(self, statement: str, dialect: str, catalog: Catalog) -> None:
        self._statement = statement
        self._dialect = dialect
        self._catalog = catalog
        self._quote = "`" if dialect in ("mysql", "bigquery", "spark") or "`" in statement else '"'

    def problems(self) -> list[NameProblem]:
        """All problems in the order of the text; none if the statement cannot be parsed."""
        try:
            tree = parse_one(self._statement, read=self._dialect)
            scopes = traverse_scope(tree)
        except (SqlglotError, ValueError):
            return []
        found: dict[int, NameProblem] = {}
        for problem in (*self._tables(tree), *(problem for scope in scopes for problem in self._columns(scope))):
            found.setdefault(problem.start, problem)
        return [problem for _, problem in sorted(found.items())]

    def _tables(self, tree: exp.Expr) -> Iterator[NameProblem]:
        ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        for table in tree.find_all(exp.Table):
            name = table.this
            if not isinstance(name, exp.Identifier) or name.name.lower() in ctes:
                continue
            if self._catalog.columns(name.name) is None:
                expected = self._legal_tables(tree, table)
                yield from self._problem("unknown-table", f"no such table: {name.name}", name, name, expected)

    def _legal_tables(self, tree: exp.Expr, table: exp.Table) -> tuple[str, ...]:
        """Tables with a similar name come first, and those that have the columns which are asked of it."""
        alias, sole = table.alias_or_name.lower(), len(list(tree.find_all(exp.Table))) == 1
        asked = {
            column.name.lower()
            for column in tree.find_all(exp.Column)
            if column.table.lower() == alias or (sole and not column.table)
        }

        def score(name: str) -> float:
            columns = {column.lower() for column in self._catalog.columns(name) or ()}
            evidence = len(asked & columns) / len(asked) if asked else 0.0
            return similarity(table.name, name) + COLUMN_EVIDENCE * evidence

        names = (name for name, _ in self._catalog.tables.values())
        return tuple(self._quoted(name) for name in sorted(names, key=lambda name: -score(name))[:MAX_NAMES])

    def _columns(self, scope: Scope) -> Iterator[NameProblem]:
        chain = self._chain(scope)
        for column in scope.columns:
            if column.find_ancestor(exp.Select) is not scope.expression or not isinstance(column.this, exp.Identifier):
                continue
            if column.table:
                yield from self._qualified(column, chain)
            elif not self._may_be_string(column.this):
                yield from self._unqualified(column, chain, scope)

    def _chain(self, scope: Scope | None) -> list[list[Source]]:
        """The sources in scope, innermost query first."""
        chain: list[list[Source]] = []
        while scope is not None:
            chain.append([Source(name, self._outputs(source)) for name, source in scope.sources.items()])
            scope = scope.parent
        return chain

    def _outputs(self, source: exp.Expr | Scope, depth: int = 0) -> tuple[str, ...] | None:
        if isinstance(source, exp.Table):
            return self._catalog.columns(source.name) if isinstance(source.this, exp.Identifier) else None
        if not isinstance(source, Scope) or depth > 8 or not isinstance(source.expression, exp.Query):
            return None
        named = list(source.expression.named_selects)
        declared = source.expression.find_ancestor(exp.CTE, exp.Subquery)
        if declared is not None and declared.alias_column_names:
            return tuple(declared.alias_column_names)
        if "*" not in named:
            return tuple(named)
        inner = [self._outputs(below, depth + 1) for below in source.sources.values()]
        if any(columns is None for columns in inner) or not isinstance(source.expression, exp.Select):
            return None
        return (*named, *(name for columns in inner for name in columns or ()))

    def _qualified(self, column: exp.Column, chain: list[list[Source]]) -> Iterator[NameProblem]:
        if column.args.get("db"):
            return
        qualifier = column.table.lower()
        written = f"{column.table}.{column.name}"
        for sources in chain:
            for source in sources:
                if source.alias.lower() != qualifier:
                    continue
                unknown_everywhere = source.columns is None and not any(self._catalog.tables_with(column.name))
                if column.name != "*" and (not source.has(column.name) or unknown_everywhere):
                    yield from self._unknown_column(column, written, chain)
                return
        yield from self._unknown_column(column, written, chain)

    def _unqualified(self, column: exp.Column, chain: list[list[Source]], scope: Scope) -> Iterator[NameProblem]:
        aliases = _usable_aliases(column, scope.expression)
        for sources in chain:
            owners = [source for source in sources if source.has(column.name)]
            certain = [source for source in owners if source.columns is not None]
            joined = scope.expression.args.get("joins") or ()
            merged = any(join.args.get("using") or join.args.get("method") == "NATURAL" for join in joined)
            if len(certain) > 1 and not merged and column.name.lower() not in ROW_IDS:
                expected = tuple(f"{self._quoted(source.alias)}.{self._quoted(column.name)}" for source in certain)
                message = f"ambiguous column name: {column.name}"
                yield from self._problem("ambiguous-column", message, column.this, column.this, expected)
                return
            if certain or (owners and any(self._catalog.tables_with(column.name))):
                return
        if column.name.lower() not in aliases:
            yield from self._unknown_column(column, column.name, chain)

    def _unknown_column(self, column: exp.Column, written: str, chain: list[list[Source]]) -> Iterator[NameProblem]:
        first = column.args.get("table") or column.this
        expected = self._legal_columns(column, chain)
        yield from self._problem("unknown-column", f"no such column: {written}", first, column.this, expected)

    def _legal_columns(self, column: exp.Column, chain: list[list[Source]]) -> tuple[str, ...]:
        sources = [source for sources in chain for source in sources]
        number = sum(len(sources) for sources in chain)
        scored: list[tuple[float, str]] = []
        for source in sources:
            for name in source.columns or ():
                if name == "*":
                    continue
                bonus = SAME_QUALIFIER if source.alias.lower() == column.table.lower() else 0.0
                shared = sum(other.has(name) for other in sources if other.columns is not None) > 1
                qualified = bool(column.table) or (number > 1 and shared)
                prefix = f"{self._quoted(source.alias)}." if qualified else ""
                scored.append((similarity(column.name, name) + bonus, prefix + self._quoted(name)))
        near = [name for _, name in sorted(scored, key=lambda entry: -entry[0])]
        in_scope = {source.alias.lower() for source in sources}
        elsewhere = nearest(
            column.name, (name for _, columns in self._others(in_scope) for name in columns), limit=MAX_NAMES
        )
        far = [
            f"{self._quoted(table)}.{self._quoted(name)}"
            for name in elsewhere[:4]
            for table in self._catalog.tables_with(name)
        ]
        return tuple(dict.fromkeys((*near[: MAX_NAMES - 2], *far)))[:MAX_NAMES]

    def _others(self, but: set[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        return (entry for key, entry in self._catalog.tables.items() if key not in but)

    def _problem(
        self, rule: str, message: str, first: exp.Expr, last: exp.Expr, expected: tuple[str, ...]
    ) -> Iterator[NameProblem]:
        start, end = first.meta.get("start"), last.meta.get("end")
        if start is not None and end is not None:
            found = self._statement[start : end + 1]
            yield NameProblem(rule=rule, message=message, start=start, end=end + 1, found=found, expected=expected)

    def _may_be_string(self, name: exp.Identifier) -> bool:
        """SQLite takes a double-quoted name that it does not know for a string."""
        start = name.meta.get("start")
        return self._dialect == "sqlite" and start is not None and self._statement[start] == '"'

    def _quoted(self, name: str) -> str:
        return name if PLAIN.match(name) else f"{self._quote}{name}{self._quote}"


def _usable_aliases(column: exp.Column, select: exp.Expr) -> set[str]:
    """The result names that a column may mean; inside the list of results there are none."""
    node: exp.Expr = column
    while node.parent is not None and node.parent is not select:
        node = node.parent
    if node.arg_key == "expressions":
        return set()
    return {entry.alias.lower() for entry in select.expressions if isinstance(entry, exp.Alias)}
