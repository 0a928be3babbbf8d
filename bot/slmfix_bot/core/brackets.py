"""Brackets that do not match, found by what they enclose and by how the lines are indented.

A parser says where it could not go on, which for a lost closer is often the end of the file. People and models indent
as they mean it, so the line that is indented less than its block allows tells where the closer belongs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOSERS = {"(": ")", "[": "]", "{": "}"}
_OPENERS = {closer: opener for opener, closer in CLOSERS.items()}


class Sign(NamedTuple):
    """A token of code and its offset."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class Gap:
    """An opener without its closer, which belongs at the offset `place`; or a closer without opener (`stray`)."""

    opener: Sign | None
    place: int
    stray: Sign | None = None

    @property
    def closer(self) -> str:
        """The sign that is missing."""
        return CLOSERS[self.opener.text] if self.opener else ""


@dataclass
class _Open:
    sign: Sign
    line: int
    indent: int
    ends_line: bool | None = None


def find_gaps(text: str, signs: Sequence[Sign]) -> tuple[Gap, ...]:
    """What is wrong with the brackets among the signs, all code tokens in order; empty if they match."""
    plain = _match(text, signs, by_indent=False)
    if not plain:
        return ()
    meant = _match(text, signs, by_indent=True)
    # Where the indentation only adds confusion it was not meant.
    return meant if sum(g.stray is not None for g in meant) <= sum(g.stray is not None for g in plain) else plain


def indent_of(text: str, offset: int) -> str:
    """The blanks in front of the line that the offset is on."""
    start = text.rfind("\n", 0, offset) + 1
    line = text[start : text.find("\n", start) if "\n" in text[start:] else len(text)]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _match(text: str, signs: Sequence[Sign], *, by_indent: bool) -> tuple[Gap, ...]:
    gaps: list[Gap] = []
    stack: list[_Open] = []
    line, indent, before = 0, 0, 0
    counted = 0
    for sign in signs:
        breaks = text.count("\n", counted, sign.start)
        counted = sign.start
        first = breaks > 0 or before == 0
        if first:
            line += breaks
            indent = len(indent_of(text, sign.start).expandtabs(4))
            if stack and stack[-1].ends_line is None and stack[-1].line < line:
                stack[-1].ends_line = stack[-1].sign.end == before
            while by_indent and stack and _is_over(stack, sign, indent):
                gaps.append(Gap(stack.pop().sign, before))
        if sign.text in CLOSERS:
            stack.append(_Open(sign, line, indent))
        elif sign.text in _OPENERS:
            _close(stack, sign, before, gaps)
        before = sign.end
    gaps += [Gap(still.sign, before) for still in reversed(stack)]
    return tuple(gaps)


def _is_over(stack: Sequence[_Open], sign: Sign, indent: int) -> bool:
    """Whether the first sign of a line shows that the innermost block has ended without its closer."""
    top = stack[-1]
    if sign.text in _OPENERS:
        return len(stack) > 1 and indent < top.indent and indent <= stack[-2].indent
    return bool(top.ends_line) and top.sign.text == "{" and indent <= top.indent and sign.text[0] not in "#{"


def _close(stack: list[_Open], sign: Sign, before: int, gaps: list[Gap]) -> None:
    opener = _OPENERS[sign.text]
    if not any(still.sign.text == opener for still in stack[-3:]):
        gaps.append(Gap(None, sign.start, sign))
        return
    while stack[-1].sign.text != opener:
        gaps.append(Gap(stack.pop().sign, before))
    stack.pop()
