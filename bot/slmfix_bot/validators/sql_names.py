"""Finds every table and column name of a statement that a schema does not have. SQLite names only the first one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, traverse_scope

from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.sql_error import NameProblem
from slmfix_bot.validators.sql_outputs import scope_outputs
from slmfix_bot.validators.sql_pseudo import LATERAL_ALIASES, is_pseudo_column, is_pseudo_qualifier, is_system_table
from slmfix_bot.validators.sql_suggest import ROW_IDS, LegalNames, Source, is_near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.sql_catalog import Catalog

BACKTICKS = frozenset({"mysql", "bigquery", "spark"})
NO_ROWS = frozenset({"sqlite", "mysql", "tsql", "oracle", "snowflake"})


class Resolver:
    """Resolves one statement. It may be stricter than the database; who asks has to know that there is an error.

    `made` are tables that the file makes elsewhere, in lower case: they exist, and nothing is said about them.
    `is_sqlite`: the program is certainly for SQLite, which gives no meaning to names beyond those of its tables.
    """

    def __init__(
        self,
        statement: str,
        dialect: str,
        catalog: Catalog,
        made: frozenset[str] = frozenset(),
        *,
        is_sqlite: bool = False,
    ) -> None:
        self._is_sqlite = is_sqlite
        self._outer: list[Source] = []
        self._statement = statement
        self._dialect = dialect
        self._catalog = catalog
        self._made = made
        self._legal = LegalNames(catalog, "`" if dialect in BACKTICKS or "`" in statement else '"')

    def problems(self) -> list[NameProblem]:
        """All problems in the order of the text; none if the statement cannot be parsed."""
        parsed = self._parsed()
        if parsed is None:
            return []
        tree, scopes = parsed
        self._outer = [
            Source(table.alias_or_name, self._catalog.columns(table.name))
            for table in tree.find_all(exp.Table)
            if table.find_ancestor(exp.Select) is None
        ]
        found: dict[int, NameProblem] = {}
        columns = (problem for scope in scopes for problem in self._columns(scope))
        for problem in (*self._tables(tree), *columns, *self._changed(tree)):
            found.setdefault(problem.start, problem)
        return [problem for _, problem in sorted(found.items())]

    def _parsed(self) -> tuple[exp.Expr, list[Scope]] | None:
        """sqlglot refuses some of what a dialect's own parser accepts, quotes of other dialects for example."""
        for reader in dict.fromkeys((self._dialect, "mysql" if "`" in self._statement else "postgres")):
            try:
                tree = parse_one(self._statement, read=reader)
                return tree, traverse_scope(tree)
            except (SqlglotError, ValueError):
                continue
        return None

    def _tables(self, tree: exp.Expr) -> Iterator[NameProblem]:
        if not self._catalog.schema.is_complete:
            return
        ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
        # UPDATE and DELETE may name the alias of a table that stands further on.
        changes = isinstance(tree, (exp.Update, exp.Delete))
        aliases = {table.alias.lower() for table in tree.find_all(exp.Table)} if changes else set()
        unknown, known = [], False
        for table in tree.find_all(exp.Table):
            name = table.this
            if not isinstance(name, exp.Identifier) or name.name.lower() in ctes | self._made:
                continue
            if name.name.lower() in self._catalog.tables:
                known = True
            elif name.name.lower() not in aliases and not is_system_table(table, self._pseudo_of):
                unknown.append(table)
        for table in unknown:
            expected = self._legal.tables(tree, table)
            elsewhere = self._catalog.schema.is_inferred or (table.db and not self._is_sqlite)
            is_sure = not elsewhere or bool(expected and is_near(table.name, expected[0]))
            if not is_sure and (table.db or not known):
                continue  # another database, or another schema of it
            message = f"no such table: {table.name}"
            for problem in self._problem("unknown-table", message, table.this, table.this, expected):
                yield replace(problem, is_sure=is_sure)

    def _changed(self, tree: exp.Expr) -> Iterator[NameProblem]:
        """The columns that INSERT, UPDATE and DELETE name themselves, when they are about one table."""
        table = tree.this if isinstance(tree, (exp.Insert, exp.Update, exp.Delete)) else None
        named: list[exp.Expr] = []
        if isinstance(table, exp.Schema):
            named, table = list(table.expressions), table.this
        if not isinstance(table, exp.Table) or tree.args.get("using") or table.args.get("joins"):
            return
        columns = self._catalog.columns(table.name)
        if columns is None:
            return
        source = Source(table.alias_or_name, columns)
        if isinstance(tree, exp.Update) and not tree.args.get("from_") and not tree.args.get("from"):
            named += [entry.this for entry in tree.expressions if isinstance(entry, exp.EQ)]
        for entry in named:
            name = entry.this if isinstance(entry, exp.Column) else entry
            if isinstance(entry, exp.Column) and entry.table:
                continue
            if isinstance(name, exp.Identifier) and not source.has(name.name) and not self._is_pseudo(name.name):
                expected = tuple(map(self._legal.quoted, nearest(name.name, columns)))
                yield from self._problem("unknown-column", f"no such column: {name.name}", name, name, expected)

    def _columns(self, scope: Scope) -> Iterator[NameProblem]:
        chain = self._chain(scope)
        for column in scope.columns:
            if column.find_ancestor(exp.Select) is not scope.expression or not isinstance(column.this, exp.Identifier):
                continue
            pseudo = is_pseudo_column(column.name, self._pseudo_of, qualified=bool(column.table))
            if not self._is_sqlite and (pseudo or column.find_ancestor(exp.Lambda)):
                continue
            if column.table:
                yield from self._qualified(column, chain)
            elif not self._may_be_string(column.this) and not self._is_row(column, chain):
                yield from self._unqualified(column, chain, scope)

    def _is_pseudo(self, name: str) -> bool:
        return is_pseudo_column(name, self._pseudo_of)

    @property
    def _pseudo_of(self) -> str:
        return "" if self._dialect == "sqlite" and not self._is_sqlite else self._dialect

    def _is_row(self, column: exp.Column, chain: list[list[Source]]) -> bool:
        """Many dialects take the name of a table for its whole row."""
        return self._pseudo_of not in NO_ROWS and any(
            source.alias.lower() == column.name.lower() for sources in chain for source in sources
        )

    def _chain(self, scope: Scope | None) -> list[list[Source]]:
        """The sources in scope, innermost query first."""
        chain: list[list[Source]] = []
        while scope is not None:
            sources = [Source(name, self._outputs(source)) for name, source in scope.sources.items()]
            if self._makes_rows(scope.expression):
                sources.append(Source("", None))
            chain.append(sources)
            scope = scope.parent
        # Queries inside of UPDATE and DELETE see the tables that these change.
        return [*chain, self._outer] if self._outer else chain

    def _makes_rows(self, query: exp.Expr) -> bool:
        """Whether functions make rows here, with columns that nothing declares."""
        if query.args.get("laterals") or query.args.get("match"):
            return True
        origin = query.args.get("from_") or query.args.get("from")
        parts = [*([origin] if origin else []), *(query.args.get("joins") or ())]
        return any(
            part.find(exp.Unnest, exp.Lateral, exp.Values, exp.Pivot, exp.TableFromRows)
            or not isinstance(part.this, (exp.Table, exp.Subquery))
            or (isinstance(part.this, exp.Table) and not isinstance(part.this.this, exp.Identifier))
            for part in parts
        )

    def _outputs(self, source: exp.Expr | Scope) -> tuple[str, ...] | None:
        def lookup(table: exp.Table) -> tuple[str, ...] | None:
            qualified = self._catalog.columns(f"{table.db}.{table.name}") if table.db else None
            return qualified or self._catalog.columns(table.name)

        return scope_outputs(source, lookup, unnamed=self._is_sqlite)

    def _qualified(self, column: exp.Column, chain: list[list[Source]]) -> Iterator[NameProblem]:
        if column.args.get("db"):
            return
        qualifier = column.table.lower()
        written = f"{column.table}.{column.name}"
        for sources in chain:
            for source in sources:
                if source.alias.lower() != qualifier:
                    continue
                if column.name != "*" and (not source.has(column.name) or self._is_nowhere(source, column.name)):
                    yield from self._unknown_column(column, written, chain)
                return
        everything = [source for sources in chain for source in sources]
        if not self._is_sqlite and any(source.has(column.table) for source in everything):
            return  # a field of a structured column, or a table that is not known here
        if is_pseudo_qualifier(qualifier, self._pseudo_of) or any(source.alias == "" for source in everything):
            return
        yield from self._unknown_column(column, written, chain)

    def _is_nowhere(self, source: Source, column: str) -> bool:
        """Whether a source of unknown columns cannot have this one either, since no table has it."""
        whole = self._catalog.schema.is_complete and not self._catalog.partial
        closed = whole and self._is_sqlite and self._made <= self._catalog.tables.keys()
        return closed and source.columns is None and not any(self._catalog.tables_with(column))

    def _unqualified(self, column: exp.Column, chain: list[list[Source]], scope: Scope) -> Iterator[NameProblem]:
        aliases = _usable_aliases(column, scope.expression, anywhere=self._dialect in LATERAL_ALIASES)
        for sources in chain:
            owners = [source for source in sources if source.has(column.name)]
            certain = [source for source in owners if source.columns is not None]
            joined = scope.expression.args.get("joins") or ()
            merged = any(join.args.get("using") or join.args.get("method") == "NATURAL" for join in joined)
            if len(certain) > 1 and not merged and column.name.lower() not in ROW_IDS:
                expected = tuple(
                    f"{self._legal.quoted(source.alias)}.{self._legal.quoted(column.name)}" for source in certain
                )
                message = f"ambiguous column name: {column.name}"
                yield from self._problem("ambiguous-column", message, column.this, column.this, expected)
                return
            if certain or any(not self._is_nowhere(source, column.name) for source in owners):
                return
        if column.name.lower() not in aliases:
            yield from self._unknown_column(column, column.name, chain)

    def _unknown_column(self, column: exp.Column, written: str, chain: list[list[Source]]) -> Iterator[NameProblem]:
        first = column.args.get("table") or column.this
        expected = self._legal.columns(column, chain)
        yield from self._problem("unknown-column", f"no such column: {written}", first, column.this, expected)

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


def _usable_aliases(column: exp.Column, select: exp.Expr, *, anywhere: bool) -> set[str]:
    """The result names that a column may mean; inside the list of results there are none in most dialects."""
    node: exp.Expr = column
    while node.parent is not None and node.parent is not select:
        node = node.parent
    if node.arg_key == "expressions" and not anywhere:
        return set()
    return {entry.alias.lower() for entry in select.expressions if isinstance(entry, exp.Alias)}
