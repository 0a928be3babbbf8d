"""Names in SQL that need quotes, and which ones they need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator


def sql_candidate(text: str, cost: float, note: str) -> Candidate:
    """A candidate of the rules for SQL syntax."""
    return Candidate(text, RepairSource.SEARCH, cost, note)


def quote_names(case: Case) -> Iterator[Candidate]:
    """Names that need quotes: reserved words, names of several words, with signs, or starting with a digit."""
    quote = "`" if case.program.dialect in {"mysql", None} else '"'
    near = sorted(case.code, key=lambda t: abs(t.start - case.at))[:4]
    for rank, token in enumerate(near):
        if token.kind is Kind.WORD:
            quoted = f"{quote}{token.text}{quote}"
            yield sql_candidate(case.splice(token.start, token.end, quoted), 1.9 + 0.3 * rank, f"{token.text} quoted")
            everywhere = re.sub(rf"(?<![\w`\"'.]){token.text}(?![\w`\"'(])", quoted, case.text)
            yield sql_candidate(everywhere, 2.3 + 0.3 * rank, f"{token.text} quoted everywhere")
    odd = [_spaced(case), *(list(pattern.finditer(case.text)) for pattern in _ODD_NAMES)]
    together = sorted({match.span(1) for matches in odd for match in matches})
    for spans, cost in [([match.span(1) for match in matches], 1.7) for matches in odd] + [(together, 2.0)]:
        text, limit = case.text, len(case.text)
        for start, end in sorted(spans, reverse=True):
            if end <= limit:
                text, limit = f"{text[:start]}{quote}{text[start:end]}{quote}{text[end:]}", start
        yield sql_candidate(text, cost, "names with blanks or signs quoted")


_ODD_NAMES = (
    re.compile(r"(?<![\w`\"'])([A-Za-z]\w{0,40}(?:[ -][A-Za-z0-9]{1,40}){0,5} \([^()`'\"]{0,80}\))(?!\s*\()"),
    re.compile(r"(?<![\w`\"'.])([A-Za-z]\w{0,40}(?:-[A-Za-z]\w{0,40}){1,5})(?![\w`\"'])"),
    re.compile(r"(?<![\w`\"'.])(\d+[A-Za-z_]\w*)"),
)
_SPACED = re.compile(
    r"(?<![\w`\"'])([A-Z][A-Za-z]{1,40}(?: [A-Z][A-Za-z0-9]{0,40}){1,5})"
    r"(?=\s*(?:[=<>,)!]|IS\b|IN\b|LIKE\b|FROM\b|BETWEEN\b))"
)


def _spaced(case: Case) -> list[re.Match[str]]:
    """Capitalised words side by side, none of them SQL, in front of an operator: one name of several words."""
    sql = vocabulary("sql")
    return [m for m in _SPACED.finditer(case.text) if not any(word.casefold() in sql for word in m[1].split())]
