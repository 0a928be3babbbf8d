"""What is known of a database: tables with their columns, and how sure it is that nothing else exists.

Readers of DDL, migrations and dbt projects fill a `SchemaBuilder`. Whatever they cannot read makes the schema, or one
of its tables, incomplete, and nothing is ever called unknown because an incomplete part lacks it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table or view. Without `is_complete` it has at least these columns, perhaps more.

    `ddl` is the statement that defines it, where the columns are exactly those of that statement.
    """

    name: str
    columns: tuple[str, ...] = ()
    is_complete: bool = True
    ddl: str = ""

    def joined(self, other: Table) -> Table:
        """The table if it may be either of the two: every column of both."""
        known = {column.lower() for column in self.columns}
        added = tuple(column for column in other.columns if column.lower() not in known)
        if not added and self.is_complete and other.is_complete:
            return self
        whole = self.is_complete and other.is_complete
        return Table(name=self.name, columns=(*self.columns, *added), is_complete=whole)


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Tables in the order of their making. `is_complete`: there is no other table. `is_inferred`: collected from the
    repository and not configured, so a statement may well be about another database. `functions` are those that it
    defines, in lower case; `functions_open`: there may be more (an extension)."""

    tables: tuple[Table, ...] = ()
    is_complete: bool = True
    is_inferred: bool = False
    functions: frozenset[str] = frozenset()
    functions_open: bool = False

    def joined(self, other: Schema) -> Schema:
        """Everything that one of the two has, complete if both are."""
        builder = SchemaBuilder.of(self)
        for table in other.tables:
            builder.add(table)
        return replace(
            builder.schema(),
            is_complete=self.is_complete and other.is_complete,
            functions=self.functions | other.functions,
            functions_open=self.functions_open or other.functions_open,
        )


@dataclass
class SchemaBuilder:
    """A schema while statements change it. Names are compared without case, and without the schema they stand in."""

    tables: dict[str, Table] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    is_complete: bool = True
    is_inferred: bool = False
    functions_open: bool = False

    @classmethod
    def of(cls, schema: Schema) -> SchemaBuilder:
        """A builder that starts from a schema."""
        tables = {table.name.lower(): table for table in schema.tables}
        return cls(tables, set(schema.functions), schema.is_complete, schema.is_inferred, schema.functions_open)

    def schema(self) -> Schema:
        """The schema as it is now."""
        return Schema(
            tables=tuple(self.tables.values()),
            is_complete=self.is_complete,
            is_inferred=self.is_inferred,
            functions=frozenset(self.functions),
            functions_open=self.functions_open,
        )

    def get(self, name: str) -> Table | None:
        """The table of that name."""
        return self.tables.get(name.lower())

    def add(self, table: Table) -> None:
        """Defines a table; one that exists already may be the same in another database, so both are kept."""
        before = self.get(table.name)
        self.tables[table.name.lower()] = before.joined(table) if before else table

    def drop(self, name: str) -> None:
        """Forgets a table; one that was never made shows that something made it elsewhere."""
        if self.tables.pop(name.lower(), None) is None:
            self.is_complete = False

    def _existing(self, name: str) -> Table:
        """A table that a statement takes for granted. If nothing has made it, the history is not all here."""
        table = self.get(name)
        if table is None:
            self.is_complete = False
        return table or Table(name=name, is_complete=False)

    def rename(self, name: str, new: str) -> None:
        """Gives a table, known or not, another name."""
        table = self._existing(name)
        self.tables.pop(name.lower(), None)
        self.add(replace(table, name=new, ddl=""))

    def change(self, name: str, *, add: Iterable[str] = (), drop: Iterable[str] = ()) -> None:
        """Adds and drops columns; a table that nothing has created exists all the same."""
        table = self._existing(name)
        gone = {column.lower() for column in drop}
        kept = [column for column in table.columns if column.lower() not in gone]
        known = {column.lower() for column in kept}
        kept += [column for column in dict.fromkeys(add) if column.lower() not in known]
        self.tables[name.lower()] = replace(table, columns=tuple(kept), ddl="")

    def rename_column(self, name: str, old: str, new: str) -> None:
        """Renames a column in its place."""
        table = self._existing(name)
        columns = [new if column.lower() == old.lower() else column for column in table.columns]
        if new not in columns:
            columns.append(new)
        self.tables[name.lower()] = replace(table, columns=tuple(columns), ddl="")

    def doubt(self, name: str) -> None:
        """The table may have other columns than the known ones."""
        table = self.get(name) or Table(name=name)
        self.tables[name.lower()] = replace(table, is_complete=False, ddl="")

    def doubt_all(self) -> None:
        """Something was done that cannot be read: every table may look different, and others may exist."""
        self.is_complete = False
        self.functions_open = True
        for name in list(self.tables):
            self.doubt(name)
