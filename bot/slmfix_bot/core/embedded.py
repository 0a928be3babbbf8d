"""Programs inside other files: the shell script of a workflow step, SQL in a Python string.

A fragment keeps the host's lines: line i of the inner program is line `first_line + i - 1` of the host, so that a
diagnostic finds its place and a repair of the inner program finds its way back.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from slmfix_bot.core.text import chomp, split_lines


@dataclass(frozen=True, kw_only=True)
class Embedded:
    """Where a program stands in its host. Lines are 1-based and inclusive.

    `head` characters of the first line stand before it, `tail` characters of the last line behind it (terminator
    aside); `indent` is what the host puts before every line, or every line but the first if that has a head. `holes`
    are what the host fills in before the program runs, as (stand-in, host text); `escapes` what the host writes
    differently, as (host text, inner text). `dialect` is known where the host says which program reads it.
    """

    language: str
    first_line: int
    last_line: int
    head: int = 0
    tail: int = 0
    indent: str = ""
    holes: tuple[tuple[str, str], ...] = ()
    escapes: tuple[tuple[str, str], ...] = ()
    dialect: str | None = None


def inner_text(host: str, place: Embedded) -> str:
    """The inner program, with LF line ends and stand-ins for holes; always ends with LF."""
    lines = [chomp(line) for line in split_lines(host)[place.first_line - 1 : place.last_line]]
    if lines and place.tail:
        lines[-1] = lines[-1][: -place.tail]
    plain = [line[_margin(place, index) :] for index, line in enumerate(lines)]
    text = "\n".join(plain) + "\n"
    for stand_in, hole in place.holes:
        text = text.replace(hole, stand_in)
    for outer, inner in place.escapes:
        text = text.replace(outer, inner)
    return text


def _margin(place: Embedded, index: int) -> int:
    return place.head if index == 0 and place.head else len(place.indent)


def with_inner_text(host: str, place: Embedded, inner: str) -> str | None:
    """The host with another inner program; None if that lost or gained a hole, or cannot stand there.

    Lines that stay are the host's own lines, whatever blanks they end with.
    """
    before = inner_text(host, place)
    if any(inner.count(stand_in) != before.count(stand_in) for stand_in, _ in place.holes):
        return None
    lines = split_lines(host)
    old = lines[place.first_line - 1 : place.last_line]
    come, gone = (text.removesuffix("\n").split("\n") for text in (inner, before))
    if place.head and not place.indent and len(come) != len(old):
        return None  # nobody knows how a further line would have to be written there
    ending = "\r\n" if old[0].endswith("\r\n") else "\n"
    bare = [chomp(line) for line in old]
    tail = bare[-1][len(bare[-1]) - place.tail :]
    bare[-1] = bare[-1][: len(bare[-1]) - place.tail]
    written: list[str] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=gone, b=come, autojunk=False).get_opcodes():
        if tag == "equal":
            written += bare[i1:i2]
        else:
            written += [_outer_line(place, bare[0], number, come[number]) for number in range(j1, j2)]
    terminator = old[-1][len(chomp(old[-1])) :]
    return "".join(
        [*lines[: place.first_line - 1], ending.join(written) + tail + terminator, *lines[place.last_line :]]
    )


def _outer_line(place: Embedded, first: str, number: int, line: str) -> str:
    for outer, plain in place.escapes:
        line = line.replace(plain, outer)
    for stand_in, hole in place.holes:
        line = line.replace(stand_in, hole)
    if number == 0 and place.head:
        return first[: place.head] + line
    return place.indent + line if line else line


def to_host_line(place: Embedded, line: int) -> int:
    """The host's line for a line of the inner program, which may be the one after its last."""
    return min(place.first_line + line - 1, place.last_line)


def to_host_column(host: str, place: Embedded, line: int, column: int) -> int | None:
    """The host's column; None where a hole or an escape on the line makes it unsure."""
    text = chomp(split_lines(host)[to_host_line(place, line) - 1])
    if any(hole in text for _, hole in place.holes) or any(outer in text for outer, _ in place.escapes):
        return None
    return column + _margin(place, line - 1)


def to_inner_column(place: Embedded, line: int, column: int) -> int:
    """The inner program's column for a column that `to_host_column` gave."""
    return max(1, column - _margin(place, line - 1))
