"""Residue that only SQL has: what a client prints, what it is told in words, and clauses that a model repeats."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

OPENERS = frozenset(
    """select insert update delete create drop alter with from where and or join inner left right outer group order
    having limit union values set case when then else end""".split(),
)
"""The words that a line of SQL begins with; behind output every other line is more output."""

RULE = re.compile(r"[ \t]*[-=+|][-=+| \t]{2,}\r?\n?")
"""A line across a printed table; to the lexer it is a comment."""

_TIMING = re.compile(r"(?<=;)\s*(?:\d+(?:\.\d+)?|\.\d+) sec\b[^\n]*")
# DESCRIBE people TO learn more about the database
_ASIDE = re.compile(
    r"\s*(?:DESC(?:RIBE)?\s+[`\"]?[\w.<>]+|SHOW\s+(?:TABLES|DATABASES))([`\"]?(?:\s+command)?\s+to\s+\w[^\n]*)", re.I
)
# ### Assistant: SELECT name FROM people
_LABEL = re.compile(
    r"[ \t]*((?:[-#*>]+[ \t]*)?(?:[A-Z]\w*[ ]){0,3}[A-Z]\w*[ \t]*\d*:[ \t]*)(?=(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b)"
)
_REPEATS = re.compile(r"(?:select|order|group|where|limit|union|having|from|join|and|or)\b", re.I)
_TIMES = 3  # from so many equal lines on, the model was caught in a loop


def asides(line: str) -> Iterator[tuple[int, int]]:
    """Extents of timings behind statements and of what a command is said to be good for."""
    for match in _TIMING.finditer(line):
        yield match.span()
    aside = _ASIDE.fullmatch(line.rstrip()) or _LABEL.match(line)
    if aside:
        yield aside.span(1)


def repeated_lines(text: str) -> Iterator[tuple[int, int]]:
    """Extents of lines that say the same clause again and again, the first one aside; the last may be cut short.

    Whole statements are left alone: a script may well want the same one several times.
    """
    lines, offset = [], 0
    for line in split_lines(text):
        if line.strip():
            lines.append((offset, offset + len(line), " ".join(line.split())))
        offset += len(line)
    first = 0
    while first < len(lines):
        said, last = lines[first][2], first + 1
        while last < len(lines) and lines[last][2] == said:
            last += 1
        if last - first > 1 and last == len(lines) - 1 and said.startswith(lines[last][2]):
            last += 1
        opened = first > 0 and lines[first - 1][2].endswith(said)  # the clause began on the line before
        if last - first + opened >= _TIMES and not said.endswith(";") and " " in said and _REPEATS.match(said):
            yield from (line[:2] for line in lines[first + (not opened) : last])
        first = last
