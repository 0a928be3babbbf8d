"""Aggregates with a condition of their own, which no dialect writes the way models do."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.propose.case import Case

_VALUE = r"(?:[^()]|\([^()]{0,80}\)){0,300}?"
_AGGREGATE = re.compile(
    r"\b(SUM|COUNT|AVG|MIN|MAX)\s{0,9}\((DISTINCT\s{1,9})?(" + _VALUE + r")\)?\s{1,40}WHERE\s+", re.I
)
_MOST, _FAR = 50, 2000  # aggregates of a text, and characters that are read from each
_CASELESS = re.compile(r"\b(?:SUM|COUNT|AVG|MIN|MAX)\s{0,9}\((?:\s*DISTINCT\b)?\s*()(WHEN\b|(?!CASE\b))", re.I)


def conditional_aggregates(case: Case) -> Iterator[str]:
    """`COUNT(x) WHERE c` and `COUNT(x WHERE c)` inside an expression become `COUNT(x) FILTER (WHERE c)` where there is
    such a thing, else `COUNT(CASE WHEN c THEN x END)`; `SUM(c THEN x)` gets the CASE that it lacks."""
    for filtered in (True, False) if case.program.dialect in {"sqlite", "postgres"} else (False,):
        yield from _conditioned(case.text, filtered=filtered)
    yield from _with_case(case.text)


def _conditioned(text: str, *, filtered: bool) -> Iterator[str]:
    changed = False
    position = 0
    while (match := _AGGREGATE.search(text, position)) is not None:
        closed = text.startswith(")", match.end(3))
        end = _end_of_condition(text, match.end())
        condition = text[match.end() : end].strip()
        end -= len(text[:end]) - len(text[:end].rstrip())
        value = "1" if match[3].strip() in {"*", ""} else match[3].strip()
        if not closed and text[end:].lstrip().startswith(")"):
            end = text.index(")", end) + 1
        rest = text[end:]
        built = f"{match[1]}({match[2] or ''}CASE WHEN {condition} THEN {value} END)"
        if filtered:
            built = f"{match[1]}({match[2] or ''}{match[3].strip()}) FILTER (WHERE {condition})"
        position = match.start() + len(built)
        text, changed = text[: match.start()] + built + rest, True
    if changed:
        yield text


def _end_of_condition(text: str, start: int) -> int:
    """Where the condition ends: at an unmatched parenthesis, a comma, FROM, or an arithmetic sign at its own depth."""
    depth = 0
    for match in re.finditer(r"'[^']*'|\(|\)|,|;|\bFROM\b|\bAS\b|(?<=\s)[/*+-](?=\s)", text[start:], re.I):
        sign = match[0]
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif depth == 0 and not sign.startswith("'"):
            return start + match.start()
    return len(text.rstrip())


def _with_case(text: str) -> Iterator[str]:
    """Every aggregate of a condition with THEN, from the last to the first so that offsets stay right."""
    changed = text
    for match in reversed(list(islice(_CASELESS.finditer(text), _MOST))):
        end = _closing(changed, match.end(1))
        inside = changed[match.end(1) : end]
        if end and re.search(r"\bTHEN\b", inside, re.I) and not re.search(r"\bCASE\b", inside, re.I):
            ended = "" if re.search(r"\bEND\s*$", inside, re.I) else " END"
            opened = "CASE " if match[2] else "CASE WHEN "
            changed = f"{changed[: match.end(1)]}{opened}{inside.rstrip()}{ended}{changed[end:]}"
    if changed != text:
        yield changed


def _closing(text: str, start: int) -> int:
    """Offset of the parenthesis that closes the one before `start`; 0 if nothing does."""
    depth = 0
    for match in re.finditer(r"'[^']*'|\(|\)", text[start : start + _FAR]):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            if not depth:
                return start + match.start()
            depth -= 1
    return 0
