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
    """A table with its columns as the DDL spells them; `keys` are its foreign keys: column, other table, its column."""

    name: str
    columns: tuple[str, ...]
    keys: tuple[tuple[str, str, str], ...] = ()

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
        tables[name.casefold()] = Table(name, *_columns(ddl, match.end()))
    return tables


def _columns(ddl: str, start: int) -> tuple[tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    """The columns of the definition that begins at `start`, and its foreign keys of one column."""
    columns: list[str] = []
    depth, fresh, end = 1, True, start
    for token in code_tokens("sql", ddl[start : start + 100_000]):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            end = start + token.start
            break
        if fresh and depth == 1 and token.kind in {Kind.WORD, Kind.STRING}:
            if token.kind is Kind.STRING or token.text.casefold() not in _NOT_COLUMNS:
                columns.append(bare(token.text))
            fresh = False
        elif token.text == "," and depth == 1:
            fresh = True
    keys = []
    for part in re.split(r",(?![^()]*\))", ddl[start:end]):
        key = _FOREIGN.search(part)
        if key:
            own = key[1] or bare(part.split(None, 1)[0])
            keys.append((bare(own.strip()), bare(key[2].split(".")[-1]), bare((key[3] or "").strip())))
    return tuple(columns), tuple(keys)


_FOREIGN = re.compile(r"(?:FOREIGN\s+KEY\s*\(([^(),]+)\)\s*)?\bREFERENCES\s+([\w.\"`\[\]]+)(?:\s*\(([^(),]+)\))?", re.I)


def regions(tokens: list[Token]) -> list[int]:
    """For each token a number of the query that it belongs to: between its parentheses, on one side of a UNION."""
    numbers: list[int] = []
    opened = [(0, 0)]  # number and depth of each query around the token
    depth = count = 0
    for index, token in enumerate(tokens):
        word = token.text.casefold()
        depth += word == "("
        numbers.append(opened[-1][0])
        if word == "(" and index + 1 < len(tokens) and tokens[index + 1].text.casefold() in {"select", "with"}:
            count += 1
            opened.append((count, depth))
        elif word == ")":
            if len(opened) > 1 and opened[-1][1] == depth:
                opened.pop()
            depth -= 1
        elif word in {"union", "intersect", "except", ";"} and opened[-1][1] == depth:
            count += 1
            opened[-1] = (count, depth)
    return numbers


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


_MERELY_EQUAL, _SAID_OFTEN = 3, 4
# Columns that many tables have without meaning the same thing.
_PLAIN = frozenset(
    """name title date time year month day type kind status description details comment comments note notes text value
    count total amount price quantity country city state region address location street language gender sex age
    category label rank rating score result season location population firstname lastname fullname""".split()
)


@lru_cache(maxsize=4096)  # every table is asked about with every other one, again for every candidate
def join_keys(one: Table, two: Table, *, surely: bool = False) -> tuple[tuple[str, str], ...]:
    """Pairs of columns that join the tables: by a foreign key, else probably; the most telling first. `surely`
    leaves those out whose names are merely equal."""
    pairs = []
    for table, other, turned in ((one, two, False), (two, one, True)):
        for column, target, column_there in table.keys:
            there = other.column(column_there or column)
            own = table.column(column)
            if target.casefold() == other.name.casefold() and own and there:
                pairs.append((-1, there, own) if turned else (-1, own, there))
    for left in one.columns:
        for right in two.columns:
            rank = _key_rank(one, two, left, right)
            if rank is not None and rank < (_MERELY_EQUAL if surely else _SAID_OFTEN):
                pairs.append((rank, left, right))
    return tuple((left, right) for _, left, right in sorted(pairs))


def _key_rank(one: Table, two: Table, left: str, right: str) -> int | None:
    a, b = _flat(left), _flat(right)
    if a == b:
        if a.endswith(("id", "code", "key")) and a not in {"id", "code", "key"}:
            return 0
        # A state joins with a table of states.
        return _SAID_OFTEN if a in _PLAIN and a not in _flat(one.name) + " " + _flat(two.name) else _MERELY_EQUAL
    for table, key, other in ((two, a, b), (one, b, a)):
        stem = re.sub(r"s$", "", re.sub(r"ies$", "y", _flat(table.name)))
        if other in {"id", "uid"} and key in {stem + "id", "id" + stem, stem}:
            return 1
        if other in {"id", stem + "id"} and len(stem) >= 3 and key.endswith((stem, stem + "id")):
            return 2
    return None


def _flat(name: str) -> str:
    return re.sub(r"\W|_", "", name).casefold()
