"""What a parser says that it expects, written where it may have been meant: for languages without rules of their own.

A validator of the user's that names the missing sign or word (`expected`) gets repairs this way although nothing else
is known about its language.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST = 5  # expected tokens that are tried


def propose_expected(case: Case) -> Iterator[Candidate]:
    """Each expected token before and behind the place, in place of what stands there, and on a line of its own."""
    for rank, name in enumerate(dict.fromkeys(case.target.expected[:_MOST])):
        for text, cost in (*_on_own_line(case, name), *_inline(case, name)):
            yield Candidate(text, RepairSource.SEARCH, cost + 0.3 * rank, f"{name!r} written where it is expected")


def _inline(case: Case, name: str) -> Iterator[tuple[str, float]]:
    at = case.at
    index = bisect_left(case.code, at, key=lambda token: token.end if token.start < at else token.end + 1)
    here = case.code[index] if index < len(case.code) else None
    before = case.code[index - 1] if index else None
    if before is not None:
        yield case.splice(before.end, before.end, _spaced(name)), 1.7
        yield case.splice(before.end, before.end, name), 1.8
    if here is not None:
        yield case.splice(here.end, here.end, _spaced(name)), 1.9
        yield case.splice(here.end, here.end, name), 2.0
        yield case.splice(here.start, here.start, name), 2.1
        yield case.splice(here.start, here.start, f"{name} "), 2.1
        yield case.splice(here.start, here.end, name), 2.4
    end = case.offset(case.target.line, 10**9)
    yield case.splice(end, end, _spaced(name)), 1.9


def _spaced(name: str) -> str:
    """Behind something, words and openers stand after a blank; commas and closers do not."""
    return f" {name}" if re.match(r"[\w{\[(=]", name) else name


def _on_own_line(case: Case, name: str) -> Iterator[tuple[str, float]]:
    """Behind the last line with code before the place, with the indentation of the opener if there is one; also in
    place of an empty line in between, which may be all that a change is allowed to touch."""
    target = case.target
    last = min(target.line - 1, len(case.lines))
    if target.line >= len(case.lines):
        last = len(case.lines)
    blanks = []
    while last > 0 and not case.lines[last - 1].strip():
        blanks.append(last)
        last -= 1
    opened = target.related_line or 0
    opener = case.lines[opened - 1] if 0 < opened <= len(case.lines) else ""
    indent = opener[: len(opener) - len(opener.lstrip())]
    start = case.starts[last]
    breaks = "" if not last or case.lines[last - 1].endswith("\n") else "\n"
    yield case.splice(start, start, f"{breaks}{indent}{name}\n"), 1.2
    for number in reversed(blanks):
        line = case.lines[number - 1]
        ending = "\n" if line.endswith("\n") else ""
        text = case.splice(case.starts[number - 1], case.starts[number], f"{indent}{name}{ending}")
        yield text, 1.1 if len(blanks) > 1 else 1.3  # of two empty lines one was probably not empty
