"""Functions of other dialects, and of nobody, that models write for SQLite."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.edit import Edit
from slmfix_bot.core.text import bare_lines
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.sql_error import NameProblem
from slmfix_bot.validators.sql_split import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.sql_catalog import Catalog

CALL = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s*\(")
# Read as a function by the pattern, and by nobody else.
KEYWORDS = frozenset(
    "all and any as between by case cast check conflict cross default distinct do else end except exists "
    "filter from full glob group having in inner insert intersect into is join key like limit not null offset "
    "on or order outer over partition primary raise recursive references regexp returning select set then "
    "union unique update using values when where window with".split()
)
# The same value with SQLite's means; {0}, {1} are the arguments.
EQUIVALENTS = {
    ("year", 1): "CAST(strftime('%Y', {0}) AS INTEGER)",
    ("month", 1): "CAST(strftime('%m', {0}) AS INTEGER)",
    ("day", 1): "CAST(strftime('%d', {0}) AS INTEGER)",
    ("hour", 1): "CAST(strftime('%H', {0}) AS INTEGER)",
    ("minute", 1): "CAST(strftime('%M', {0}) AS INTEGER)",
    ("datediff", 2): "CAST(julianday({0}) - julianday({1}) AS INTEGER)",
    ("divide", 2): "(CAST({0} AS REAL) / {1})",
    ("multiply", 2): "({0} * {1})",
    ("subtract", 2): "({0} - {1})",
    ("add", 2): "({0} + {1})",
    ("concat", 2): "({0} || {1})",
    ("concat", 3): "({0} || {1} || {2})",
    ("greatest", 2): "MAX({0}, {1})",
    ("least", 2): "MIN({0}, {1})",
    ("isnull", 2): "IFNULL({0}, {1})",
    ("nvl", 2): "IFNULL({0}, {1})",
    ("if", 3): "IIF({0}, {1}, {2})",
    ("len", 1): "LENGTH({0})",
    ("char_length", 1): "LENGTH({0})",
    ("left", 2): "SUBSTR({0}, 1, {1})",
    ("mid", 3): "SUBSTR({0}, {1}, {2})",
    ("now", 0): "datetime('now')",
    ("curdate", 0): "date('now')",
    ("getdate", 0): "datetime('now')",
    ("ucase", 1): "UPPER({0})",
    ("lcase", 1): "LOWER({0})",
    ("string_agg", 2): "GROUP_CONCAT({0}, {1})",
    ("rand", 0): "RANDOM()",
}
NEAR_NAMES = {
    "year": "strftime",
    "month": "strftime",
    "day": "strftime",
    "date_format": "strftime",
    "to_char": "strftime",
}


def function_problems(statement: str, catalog: Catalog) -> Iterator[NameProblem]:
    """Every call of a function that SQLite does not have."""
    quoted = [(token.start, token.end) for token in tokens(statement, "sqlite") if token.kind != "mark"]
    for found in CALL.finditer(statement):
        name = found[1].lower()
        if name in KEYWORDS or name in catalog.functions or name in catalog.tables:
            continue
        if any(start <= found.start() < end for start, end in quoted):
            continue
        legal = nearest(name, sorted(catalog.functions), limit=8)
        wanted = NEAR_NAMES.get(name)
        yield NameProblem(
            rule="unknown-function",
            message=f"no such function: {found[1]}",
            start=found.start(1),
            end=found.end(1),
            found=found[1],
            expected=(wanted, *legal) if wanted else legal,
        )


def equivalent(text: str, start: int) -> tuple[Edit, ...]:
    """An edit that says the call at an offset with SQLite's means; none where that is not known."""
    call = CALL.match(text, start)
    if call is None:
        return ()
    depth = 0
    for token in tokens(text, "sqlite", call.end() - 1):
        mark = text[token.start] if token.kind == "mark" else ""
        depth += {"(": 1, ")": -1}.get(mark, 0)
        if mark == ";":
            return ()
        if mark == ")" and depth == 0:
            arguments = _arguments(text[call.end() : token.start])
            template = EQUIVALENTS.get((call[1].lower(), len(arguments)))
            return _edit(text, start, token.end, template.format(*arguments)) if template else ()
    return ()


def _arguments(inside: str) -> list[str]:
    parts, depth, last = [], 0, 0
    skip = [(token.start, token.end) for token in tokens(inside, "sqlite") if token.kind != "mark"]
    for offset, character in enumerate(inside):
        if any(start <= offset < end for start, end in skip):
            continue
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            parts.append(inside[last:offset].strip())
            last = offset + 1
    parts.append(inside[last:].strip())
    return [part for part in parts if part]


def _edit(text: str, start: int, end: int, replacement: str) -> tuple[Edit, ...]:
    first, last = place_of(text, start), place_of(text, end)
    lines = bare_lines(text)
    head, tail = lines[first.line - 1][: first.column - 1], lines[last.line - 1][last.column - 1 :]
    return (Edit(first.line, last.line, f"{head}{replacement}{tail}\n"),)
