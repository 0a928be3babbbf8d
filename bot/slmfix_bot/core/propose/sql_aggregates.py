"""Aggregates with a condition of their own, which no dialect writes the way models do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.propose.case import Case

_AGGREGATE = re.compile(r"\b(SUM|COUNT|AVG|MIN|MAX)\s{0,9}\((DISTINCT\s{1,9})?([^()]{0,300}?)\)?\s{1,40}WHERE\s+", re.I)


def conditional_aggregates(case: Case) -> Iterator[str]:
    """`COUNT(x) WHERE c` and `COUNT(x WHERE c)` inside an expression become `COUNT(CASE WHEN c THEN x END)`."""
    text, changed = case.text, False
    position = 0
    while (match := _AGGREGATE.search(text, position)) is not None:
        closed = ")" in match[0]
        end = _end_of_condition(text, match.end())
        condition = text[match.end() : end].strip()
        value = "1" if match[3].strip() in {"*", ""} else match[3].strip()
        rest = text[end:] if closed or not text[end:].startswith(")") else text[end + 1 :]
        built = f"{match[1]}({match[2] or ''}CASE WHEN {condition} THEN {value} END)"
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
