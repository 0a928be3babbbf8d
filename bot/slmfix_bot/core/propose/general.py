"""What goes wrong with signs in any language: for languages without rules of their own.

A model that does not know a language writes the signs of another: a colon behind a key, quotes around a name or none
around a text, the other kind of quotes, a unit in capitals.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, Token
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_QUOTES = ('"', "'")
_MOST = 12  # tokens of the reported line that are looked at


def propose_general(case: Case) -> Iterator[Candidate]:
    """Edits of the reported line: a sign less here or everywhere, other quotes, none or some, other case."""
    start = case.offset(case.target.line, 1)
    end = case.offset(case.target.line, 10**9)
    line = [token for token in case.code if start <= token.start < end][:_MOST]
    for token in line:
        near = 0.0 if token.start <= case.at < token.end else 0.4
        for text, cost, note in _of_token(case, token, end):
            yield Candidate(text, RepairSource.SEARCH, cost + near, note)


def _of_token(case: Case, token: Token, end: int) -> Iterator[tuple[str, float, str]]:
    if token.kind is Kind.PUNCTUATION:
        blank = case.text[token.start - 1 : token.start] == " " and case.text[token.end : token.end + 1] == " "
        yield case.splice(token.start, token.end + blank, ""), 1.8, f"{token.text!r} removed"
        same = re.compile(rf"(?<=\w){re.escape(token.text)}(?=\s|$)", flags=re.MULTILINE)
        if same.match(case.text, token.start):
            yield same.sub("", case.text), 2.0, f"every {token.text!r} behind a word removed"
    elif token.kind is Kind.STRING:
        bare = token.text.strip("\"'`")
        if re.fullmatch(r"[\w.-]+", bare):
            yield case.splice(token.start, token.end, bare), 1.9, "quotes removed"
        if token.text[0] == token.text[-1] and len(token.text) > 1:
            yield from _requoted(case, token)
    else:
        yield case.splice(token.start, token.end, f'"{token.text}"'), 2.3, "quotes added"
        rest = case.text[token.start : end].rstrip()
        if '"' not in rest and rest != token.text:
            yield case.splice(token.start, token.start + len(rest), f'"{rest}"'), 2.2, "quotes added up to the end"
        if token.text != token.text.lower():
            yield case.splice(token.start, token.end, token.text.lower()), 2.0, "lower case"


def _requoted(case: Case, token: Token) -> Iterator[tuple[str, float, str]]:
    inner = token.text[1:-1]
    for quote in _QUOTES:
        if quote != token.text[0] and quote not in inner:
            changed = f"{quote}{inner}{quote}"
            yield case.splice(token.start, token.end, changed), 1.9, f"{quote} in place of {token.text[0]}"
            alike = (t for t in case.tokens if t.kind is Kind.STRING and t.text[0] == token.text[0] and len(t.text) > 1)
            everywhere = case.text
            for other in reversed([t for t in alike if quote not in t.text[1:-1] and t.text[-1] == t.text[0]]):
                everywhere = everywhere[: other.start] + quote + other.text[1:-1] + quote + everywhere[other.end :]
            yield everywhere, 2.1, f"{quote} in place of {token.text[0]} everywhere"
