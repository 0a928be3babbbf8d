"""Tier (c): small token edits near the report, in the order of how often models need them."""

from __future__ import annotations

import re
from bisect import bisect_left
from difflib import get_close_matches
from typing import TYPE_CHECKING

from slmfix_bot.core.family import family_of
from slmfix_bot.core.lexer import Kind, Token
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

_INSERTIONS = {
    "sql": (")", ",", "(", ";", "'", '"', " AND ", " AS ", " FROM ", " END", " ON ", "="),
    "bash": ("; ", "'", '"', ")", "`", "; done", "; fi", " }", " ]", " ]]", "; then ", "; do ", "\\"),
    "sh": ("; ", "'", '"', ")", "`", "; done", "; fi", " }", " ]", "; then ", "; do ", "\\"),
    "python": (":", ")", "]", "}", ",", "(", "'", '"', "=", " in ", " "),
    "json": ('"', ",", ":", "}", "]", "{", "[", "null"),
    "yaml": (": ", '"', "'", " ", "  ", "- ", ", ", "]", "}"),
    "ansible": (": ", '"', "'", " ", "  ", "- ", ", ", "]", "}"),
    "toml": ('"', "'", " = ", "]", ",", "}"),
    "verilog": (";", " end ", ")", ",", " begin ", "("),
}
_WORDS = (
    "select|distinct|all|from|where|group|order|having|limit|offset|asc|desc|and|or|not|as|on|join|inner|left|union|then"
    "|end|by|in|is|like|between"
)
_STRUCTURE = re.compile(rf"\s*(?:(?:{_WORDS})\b|[-+*/=<>,;)]|$)", re.I)
_STRUCTURE_ENDS = re.compile(rf"(?:\b(?:{_WORDS})|[-+/=<>,;(.])\s*\Z", re.I)
_CLOSERS = {"; done", "; fi", "}", "]", "]]", "END"}  # they stand behind something
_REDIRECTIONS = frozenset({"<", ">", ">>"})  # without its sign a file that is written becomes one that is read
_REACH = 7


def propose_search(case: Case) -> Iterator[Candidate]:
    """Deletions, insertions and swaps of single tokens around the report, nearest first; a few hundred at most."""
    known = [*vocabulary(case.program.language), *case.program.keywords]
    is_shell = family_of(case.program.language) in {"bash", "sh"}
    ranked = sorted(case.code, key=lambda token: _distance(case, token))[: 2 * _REACH]
    for rank, token in enumerate(ranked):
        far = 0.15 * rank
        if not (is_shell and token.text in _REDIRECTIONS):
            yield _search(_without(case, token), _deletion_cost(token) + far, f"{token.text!r} removed")
        if token.kind is Kind.WORD and len(token.text) >= 3:
            keywords = get_close_matches(token.text.casefold(), known, n=2, cutoff=0.75)
            for order, keyword in enumerate(word for word in keywords if word != token.text.casefold()):
                spelt = keyword.upper() if token.text.isupper() else keyword
                text = case.splice(token.start, token.end, spelt)
                # FORM for FROM: the same letters are no accident.
                turned = len(keyword) >= 4 and sorted(keyword.casefold()) == sorted(token.text.casefold())
                cost = (0.7 if turned else 1.8) + 0.3 * order
                yield _search(text, cost + far, f"{token.text} -> {spelt}")
    for text, cost, note in _insertions(case, ranked):
        yield _search(text, cost, note)
    for rank, token in enumerate(ranked):
        index = bisect_left(case.code, token.end, key=lambda other: other.start)
        following = case.code[index] if index < len(case.code) else None
        if following and following.end - token.start < 80:
            gap = case.text[token.end : following.start]
            if "\n" in gap:
                continue  # words of two lines are of two statements
            swapped = case.splice(token.start, following.end, following.text + gap + token.text)
            yield _search(swapped, 4.5 + 0.15 * rank, "tokens swapped")


def _without(case: Case, token: Token) -> str:
    """The text without a token, and without the blanks that it would leave at the end of its line."""
    ends_line = case.text[token.end : token.end + 1] in {"", "\n", "\r"}
    before = case.text[: token.start]
    return (before.rstrip(" \t") if ends_line and before.rpartition("\n")[2].strip() else before) + case.text[
        token.end :
    ]


def _search(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def _distance(case: Case, token: Token) -> int:
    """The fault usually stands at or before the report, seldom behind it."""
    if token.start >= case.at:
        return 2 * (token.start - case.at)
    return max(0, case.at - token.end)


def _deletion_cost(token: Token) -> float:
    return 3.0 if token.kind is Kind.PUNCTUATION else 5.5


def _is_beside_structure(text: str, place: int) -> bool:
    return bool(_STRUCTURE.match(text, place) or _STRUCTURE_ENDS.search(text, max(0, place - 20), place))


def _insertions(case: Case, ranked: list[Token]) -> Iterator[tuple[str, float, str]]:
    symbols = _INSERTIONS.get(family_of(case.program.language), (")", "]", "}", ";", ",", '"'))
    places = []
    for rank, token in enumerate(ranked[:_REACH]):
        places += [(token.start, rank), (token.end, rank)]
    end = len(case.text.rstrip())
    line_end = case.offset(case.target.line, 10**9)
    places += [(line_end, 0), (end, 1)]
    if not any(token.text.casefold() == "case" for token in case.code):
        # To SQLite a keyword out of place is a name.
        symbols = tuple(symbol for symbol in symbols if symbol != " END")
    is_sql = case.program.language == "sql"
    quotes = case.program.language != "python" or "string" in case.target.message
    ends = {end, line_end, *(token.end for token in ranked)}
    for place, rank in dict(reversed(places)).items():
        for order, symbol in enumerate(symbols):
            if symbol.strip() in _CLOSERS and place not in ends:
                continue
            if symbol in {"'", '"'} and not (case.text.count(symbol) % 2 if is_sql else quotes):
                continue  # two quotes make a string of whatever stands between them
            if is_sql and symbol in {",", " AND "} and _is_beside_structure(case.text, place):
                continue  # what is listed are names and values, and so is what is compared
            yield case.splice(place, place, symbol), 3.2 + 0.1 * order + 0.15 * rank, f"{symbol.strip()!r} inserted"
