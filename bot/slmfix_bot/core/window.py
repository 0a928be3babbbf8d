"""The part of a program that a model sees and may edit: at most 18 numbered entries.

An entry is a physical line, or a segment of one: a line over 64 characters is split before blanks into segments of at
most 48, because a one-line statement would otherwise have to be rewritten as a whole. The segments of a line
concatenate to the line exactly. Lines are 1-based, offsets count code points in the line without its terminator.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slmfix_bot.core.diagnostic import Diagnostic

MAX_ENTRIES = 18
MAX_LINE = 64
MAX_SEGMENT = 48
_QUOTED = re.compile(r"""['"`‘“«]([^'"`’”»\n]{1,64})['"`’”»]""")
_NAME = re.compile(r"[^\W\d]\w*")
_AT_END = re.compile(
    r"\b(eof|end of (file|input|text|stream)|unexpected end|incomplete|unterminated|never closed)\b", re.I
)
_REACH = 3  # neighbours that come before every other kind of context
_MENTIONS = 4
_HEADERS = 3


@dataclass(frozen=True, order=True)
class Entry:
    """Characters `start..end` (end exclusive) of physical line `line`; `ends_line`: nothing follows on that line."""

    line: int
    start: int
    end: int
    text: str
    ends_line: bool = True


@dataclass(frozen=True, kw_only=True)
class Window:
    """Entries in text order, addressed from 1 by a model.

    `gaps` holds i where text is left out before entry i + 1 (0: before the first, len(entries): after the last).
    `reported` are the addresses of the entries that diagnostics point at, the first diagnostic's first. `allowed` are
    the physical lines an edit may touch, None for all.
    """

    entries: tuple[Entry, ...]
    language: str
    gaps: frozenset[int] = frozenset()
    reported: tuple[int, ...] = ()
    allowed: frozenset[int] | None = None

    @cached_property
    def addresses(self) -> dict[int, list[int]]:
        """Addresses of the entries of each physical line."""
        found: dict[int, list[int]] = {}
        for address, entry in enumerate(self.entries, 1):
            found.setdefault(entry.line, []).append(address)
        return found


def line_contents(text: str) -> list[tuple[str, str]]:
    """Each physical line as (contents, terminator); a carriage return without LF belongs to the contents."""
    pairs = []
    for line in split_lines(text):
        width = 2 if line.endswith("\r\n") else 1 if line.endswith("\n") else 0
        pairs.append((line[: len(line) - width], line[len(line) - width :]))
    return pairs


def split_segments(text: str) -> list[tuple[int, int]]:
    """Offsets of the segments of one line; `text` has no terminator.

    >>> split_segments("x" * 60 + " y" * 4)
    [(0, 48), (48, 68)]
    """
    if len(text) <= MAX_LINE:
        return [(0, len(text))]
    segments, start = [], 0
    indent = len(text) - len(text.lstrip())
    while len(text) - start > MAX_SEGMENT:
        low = max(start, indent) + 1
        blank = max(text.rfind(blank, low, start + MAX_SEGMENT + 1) for blank in " \t")
        stop = blank if blank > 0 else start + MAX_SEGMENT
        segments.append((start, stop))
        start = stop
    return [*segments, (start, len(text))]


class _Text:
    """Entries of a text on demand, addressed by (line index from 0, segment index)."""

    def __init__(self, text: str) -> None:
        self.lines = [content for content, _ in line_contents(text)]
        self._segments: dict[int, list[tuple[int, int]]] = {}

    def segments(self, line: int) -> list[tuple[int, int]]:
        if line not in self._segments:
            self._segments[line] = split_segments(self.lines[line])
        return self._segments[line]

    def at(self, line: int, column: int) -> tuple[int, int]:
        """The segment of the line that holds the 1-based column; the nearest one for a position outside."""
        line = min(max(line, 0), len(self.lines) - 1)
        segments = self.segments(line)
        return line, next((i for i, (_, end) in enumerate(segments) if column <= end), len(segments) - 1)

    def previous(self, key: tuple[int, int]) -> tuple[int, int] | None:
        line, segment = key
        if segment:
            return line, segment - 1
        return (line - 1, len(self.segments(line - 1)) - 1) if line else None

    def next(self, key: tuple[int, int]) -> tuple[int, int] | None:
        line, segment = key
        if segment + 1 < len(self.segments(line)):
            return line, segment + 1
        return (line + 1, 0) if line + 1 < len(self.lines) else None

    def entry(self, key: tuple[int, int]) -> Entry:
        line, segment = key
        start, end = self.segments(line)[segment]
        text = self.lines[line]
        return Entry(line + 1, start, end, text[start:end], end == len(text))


def _names(diagnostic: Diagnostic) -> list[str]:
    """Identifiers that the diagnostic speaks about, `found` first."""
    quoted = [name for quote in _QUOTED.findall(diagnostic.message) for name in _NAME.findall(quote)]
    found = _NAME.findall(diagnostic.found or "")
    return [name for name in dict.fromkeys([*found, *quoted]) if len(name) > 1][:6]


def _mentions(text: _Text, names: Sequence[str]) -> list[tuple[int, int]]:
    """First places that mention one of the names."""
    if not names:
        return []
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")
    found: dict[tuple[int, int], None] = {}
    for line, content in enumerate(text.lines):
        for match in pattern.finditer(content):
            found[text.at(line, match.start() + 1)] = None
            if len(found) >= _MENTIONS:
                return list(found)
    return list(found)


def _headers(text: _Text, line: int) -> Iterator[tuple[int, int]]:
    """The openers of the blocks around the line, innermost first, by indentation."""
    if not text.lines[line].strip():
        line = next((i for i in range(line - 1, -1, -1) if text.lines[i].strip()), line)
    depth = len(text.lines[line]) - len(text.lines[line].lstrip())
    count = 0
    for i in range(line - 1, -1, -1):
        content = text.lines[i]
        indent = len(content) - len(content.lstrip())
        if depth == 0 or count == _HEADERS:
            return
        if content.strip() and indent < depth:
            depth, count = indent, count + 1
            yield i, 0


def _around(text: _Text, key: tuple[int, int], reach: int) -> Iterator[tuple[int, int]]:
    """Neighbours by growing distance, two before for one after: a report mostly comes after its cause."""
    before: tuple[int, int] | None = key
    after: tuple[int, int] | None = key
    for _ in range(reach):
        for _ in range(2):
            before = text.previous(before) if before else None
            if before:
                yield before
        after = text.next(after) if after else None
        if after:
            yield after


def _report(text: _Text, diagnostic: Diagnostic) -> tuple[int, int]:
    """Where the diagnostic points: its column, else the first of its names on the line, else the line's start."""
    line = min(max(diagnostic.line, 1), len(text.lines)) - 1
    column = diagnostic.column
    if column is None:
        offsets = (text.lines[line].find(name) for name in _names(diagnostic))
        column = next((offset + 1 for offset in offsets if offset >= 0), 1)
    if diagnostic.line > len(text.lines):
        column = len(text.lines[-1])
    return text.at(line, column)


def _candidates(text: _Text, diagnostics: Sequence[Diagnostic], focus: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Everything worth showing, most important first."""
    first = diagnostics[0]
    last_line = len(text.lines)
    yield focus
    yield from _around(text, focus, 1)
    yield from ((line - 1, 0) for line in range(first.line, min(first.end_line, first.line + 3, last_line) + 1) if line)
    if first.related_line and 1 <= first.related_line <= last_line:
        yield first.related_line - 1, 0
    if first.line >= last_line or _AT_END.search(first.message):
        end = last_line - 1, len(text.segments(last_line - 1)) - 1
        yield from chain([end], _around(text, end, 1))
    yield from _mentions(text, _names(first))
    yield from (_report(text, other) for other in diagnostics[1:4])
    yield from _headers(text, focus[0])
    yield from _around(text, focus, MAX_ENTRIES)


def _find_gaps(entries: Sequence[Entry], line_count: int) -> frozenset[int]:
    gaps = set()
    if entries and (entries[0].line, entries[0].start) != (1, 0):
        gaps.add(0)
    for i, (one, two) in enumerate(pairwise(entries), 1):
        same_line = one.line == two.line and one.end == two.start
        next_line = one.ends_line and two.line == one.line + 1 and two.start == 0
        if not (same_line or next_line):
            gaps.add(i)
    if entries and not (entries[-1].ends_line and entries[-1].line == line_count):
        gaps.add(len(entries))
    return frozenset(gaps)


def _take(candidates: Iterable[tuple[int, int]], count: int) -> list[tuple[int, int]]:
    taken: dict[tuple[int, int], None] = {}
    for key in candidates:
        taken[key] = None
        if len(taken) >= count:
            break
    return sorted(taken)


def build_window(
    text: str,
    diagnostics: Sequence[Diagnostic],
    *,
    language: str,
    allowed: frozenset[int] | None = None,
    max_entries: int = MAX_ENTRIES,
) -> Window:
    """The entries that matter for the diagnostics, of which the first has priority; at least one is needed.

    A report outside of the text counts for the nearest line. `allowed` does not change what is shown.
    """
    source = _Text(text)
    if not source.lines:
        return Window(entries=(), language=language, allowed=allowed)
    focus = _report(source, diagnostics[0])
    keys = _take(_candidates(source, diagnostics, focus), min(max_entries, MAX_ENTRIES))
    address = {key: i for i, key in enumerate(keys, 1)}
    reports = dict.fromkeys(_report(source, diagnostic) for diagnostic in diagnostics[:3])
    entries = tuple(source.entry(key) for key in keys)
    return Window(
        entries=entries,
        language=language,
        gaps=_find_gaps(entries, len(source.lines)),
        reported=tuple(address[key] for key in reports if key in address),
        allowed=allowed,
    )
