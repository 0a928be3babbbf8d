"""The legal names that a statement may have meant, nearest first."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from sqlglot import exp

from slmfix_bot.validators.names import MAX_NAMES, nearest, similarity, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slmfix_bot.validators.sql_catalog import Catalog

ROW_IDS = frozenset({"rowid", "oid", "_rowid_"})
PLAIN = re.compile(r"[A-Za-z_]\w*$")
COLUMN_EVIDENCE = 0.75
SAME_QUALIFIER = 0.3
NEAR = 0.82


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


class LegalNames:
    """Names of a catalogue as one statement would write them."""

    def __init__(self, catalog: Catalog, quote: str) -> None:
        self._catalog = catalog
        self._quote = quote

    def tables(self, tree: exp.Expr, table: exp.Table) -> tuple[str, ...]:
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
        return tuple(self.quoted(name) for name in sorted(names, key=lambda name: -score(name))[:MAX_NAMES])

    def columns(self, column: exp.Column, chain: list[list[Source]]) -> tuple[str, ...]:
        """Columns of the tables in scope, then those of others under their table's name."""
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
                prefix = f"{self.quoted(source.alias)}." if qualified else ""
                scored.append((similarity(column.name, name) + bonus, prefix + self.quoted(name)))
        near = [name for _, name in sorted(scored, key=lambda entry: -entry[0])]
        in_scope = {source.alias.lower() for source in sources}
        elsewhere = nearest(
            column.name, (name for _, columns in self._others(in_scope) for name in columns), limit=MAX_NAMES
        )
        far = [
            f"{self.quoted(table)}.{self.quoted(name)}"
            for name in elsewhere[:4]
            for table in self._catalog.tables_with(name)
        ]
        return tuple(dict.fromkeys((*near[: MAX_NAMES - 2], *far)))[:MAX_NAMES]

    def _others(self, but: set[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        return (entry for key, entry in self._catalog.tables.items() if key not in but)

    def quoted(self, name: str) -> str:
        """The name as the statement has to write it."""
        return name if PLAIN.match(name) else f"{self._quote}{name}{self._quote}"


def is_near(name: str, legal: str) -> bool:
    """Whether one is a slip for the other: the same words, or nearly the same letters.

    >>> is_near("orderItems", "order_items"), is_near("custmers", "customers"), is_near("events", "orders")
    (True, True, False)
    """
    bare = legal.strip('`"[]')
    close = SequenceMatcher(None, name.lower(), bare.lower(), autojunk=False).ratio() >= NEAR
    return close or words_of(name) == words_of(bare)
