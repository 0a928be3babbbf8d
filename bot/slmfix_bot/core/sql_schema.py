"""Tables and columns of a DDL text, and the tables that a statement names: enough to propose names and joins.

The validator has the last word; this reader may miss things in exotic DDL, it then only proposes less.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, Token, code_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_COLUMNS = {"primary", "foreign", "unique", "check", "constraint", "key", "index", "exclude", "like", "fulltext"}
_BEHIND_TABLE = frozenset(
    "on using where group order having limit join inner left right full outer cross natural union set values as select"
    " intersect except window offset fetch for into".split()
)


@dataclass(frozen=True)
class Table:
    """A table with its columns as the DDL spells them."""

    name: str
    columns: tuple[str, ...]

    def column(self, name: str) -> str | None:
        """The column of that name, case ignored."""
        return next((column for column in self.columns if column.casefold() == name.casefold()), None)


@dataclass(frozen=True)
class Source:
    """A table that a statement reads: `alias` is how its columns are qualified; offsets of the table's name."""

    table: Table
    alias: str
    start: int
    end: int


def bare(name: str) -> str:
    """A name without its quotes.

    >>> bare('"Academic Year"')
    'Academic Year'
    """
    return name.strip('"`[]')


def quoted(name: str, dialect: str | None = None) -> str:
    """The name as a statement must spell it: quoted if it is not a plain word."""
    if re.fullmatch(r"[A-Za-z_]\w*", name):
        return name
    return f"`{name}`" if dialect == "mysql" else f'"{name}"'


@lru_cache(maxsize=16)
def read_schema(ddl: str) -> Mapping[str, Table]:
    """Tables by case-folded name, from `CREATE TABLE` statements."""
    tables = {}
    pattern = (
        r"CREATE\s+(?:TEMP\w*\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:[\w.]+|\"[^\"]+\"|`[^`]+`|\[[^\]]+\])+)\s*\("
    )
    for match in re.finditer(pattern, ddl, re.I):
        name = bare(match[1].split(".")[-1])
        tables[name.casefold()] = Table(name, tuple(_columns(ddl, match.end())))
    return tables


def _columns(ddl: str, start: int) -> list[str]:
    columns: list[str] = []
    depth, fresh = 1, True
    for token in code_tokens("sql", ddl[start : start + 100_000]):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            break
        if fresh and depth == 1 and token.kind in {Kind.WORD, Kind.STRING}:
            if token.kind is Kind.STRING or token.text.casefold() not in _NOT_COLUMNS:
                columns.append(bare(token.text))
            fresh = False
        elif token.text == "," and depth == 1:
            fresh = True
    return columns


def sources(tokens: list[Token], tables: Mapping[str, Table]) -> list[Source]:
    """The known tables behind FROM, JOIN, INTO and UPDATE, in the order of the text."""
    found: list[Source] = []
    for index, token in enumerate(tokens[:-1]):
        listed = token.text == "," and bool(found) and tokens[index - 1].end == found[-1].end
        if token.text.casefold() not in {"from", "join", "into", "update"} and not listed:
            continue
        name = tokens[index + 1]
        table = tables.get(bare(name.text).casefold())
        if table is None:
            continue
        alias, end = name.text, name.end
        rest = tokens[index + 2 : index + 4]
        if rest and rest[0].text.casefold() == "as":
            rest = rest[1:]
        if rest and rest[0].kind is Kind.WORD and rest[0].text.casefold() not in _BEHIND_TABLE:
            alias, end = rest[0].text, rest[0].end
        found.append(Source(table, alias, name.start, end))
    return found


def join_keys(one: Table, two: Table) -> list[tuple[str, str]]:
    """Pairs of columns that probably join the tables, the most telling first."""
    pairs = []
    for left in one.columns:
        for right in two.columns:
            rank = _key_rank(one, two, left, right)
            if rank is not None:
                pairs.append((rank, left, right))
    return [(left, right) for _, left, right in sorted(pairs)]


def _key_rank(one: Table, two: Table, left: str, right: str) -> int | None:
    a, b = _flat(left), _flat(right)
    if a == b:
        return 0 if a.endswith(("id", "code", "key")) and a != "id" else 3 if a.endswith("id") else 4
    for table, key, other in ((two, a, b), (one, b, a)):
        stem = _flat(table.name).rstrip("s")
        if other in {"id", "uid"} and key in {stem + "id", "id" + stem, stem}:
            return 1
        if other in {"id", stem + "id"} and len(stem) >= 3 and key.endswith((stem, stem + "id")):
            return 2
    return None


def _flat(name: str) -> str:
    return re.sub(r"\W|_", "", name).casefold()
