"""Clauses of a query out of order, twice, or in the words of another dialect."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, Token
from slmfix_bot.core.propose.sql_quoting import sql_candidate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.propose.case import Candidate, Case

_RANKS = {"select": 0, "from": 1, "join": 2, "where": 3, "group": 4, "having": 5, "window": 6, "order": 7}
_RANKS |= {"limit": 8, "offset": 9}
_BEFORE_JOIN = frozenset({"inner", "left", "right", "full", "cross", "outer", "natural"})
CLAUSES = frozenset(_RANKS)
"""The words that clauses of a query begin with."""


def propose_clauses(case: Case) -> Iterator[Candidate]:
    """Clauses out of order, a second WHERE, TOP n, LIMIT a, b."""
    text = case.text
    top = re.search(r"\bSELECT(\s+DISTINCT)?\s+TOP\s*\(?(\d+)\)?\s", text, re.I)
    if top:
        body = text[: top.start()] + text[top.start() : top.end()].split()[0] + (top[1] or "") + " " + text[top.end() :]
        end = len(body.rstrip().rstrip(";").rstrip())
        yield sql_candidate(body[:end] + f" LIMIT {top[2]}" + body[end:], 0.8, "TOP to LIMIT")
    pair = re.search(r"\bLIMIT\s+(\d+)\s*,\s*(\d+)", text, re.I)
    if pair:
        limit = f"LIMIT {pair[2]} OFFSET {pair[1]}"
        yield sql_candidate(case.splice(pair.start(), pair.end(), limit), 0.9, "LIMIT a, b spelt out")
    apart = re.sub(
        r"\b(\d+)(?=(?:FROM|WHERE|AND|OR|GROUP|ORDER|LIMIT|AS|UNION|THEN|ELSE|END)\b)", r"\1 ", text, flags=re.I
    )
    yield sql_candidate(apart, 0.6, "blank behind the number")
    spelt = re.sub(r"\b(ASC|DESC)ENDING\b", r"\1", text, flags=re.I)
    yield sql_candidate(spelt, 0.8, "direction as SQL spells it")
    listed = re.sub(r",(?=\s{1,40}(?:FROM|WHERE|GROUP BY|ORDER BY)\b)", "", text, flags=re.I)
    yield sql_candidate(listed, 0.9, "trailing comma removed")
    wheres = [t for t in _top_level(case) if t.text.casefold() == "where"]
    for extra in wheres[1:]:
        yield sql_candidate(case.splice(extra.start, extra.end, "AND"), 1.3, "second WHERE joined")
    yield sql_candidate(
        re.sub(r"\b(GROUP|ORDER)(?!\s+BY\b)(?=\s+[\w\"`])", r"\1 BY", text, flags=re.I), 1.0, "BY added"
    )
    reordered = _reordered(case)
    if reordered:
        yield sql_candidate(reordered, 1.3, "clauses put in order")


def _top_level(case: Case) -> list[Token]:
    depth, found = 0, []
    for token in case.code:
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.kind is Kind.WORD:
            found.append(token)
    return found


def _heads(case: Case) -> list[Token]:
    """The first words of the top-level clauses; a join begins with the word for its kind."""
    heads: list[Token] = []
    previous = None
    for token in _top_level(case):
        word = token.text.casefold()
        is_join = word in _BEFORE_JOIN or (word == "join" and (previous is None or previous not in _BEFORE_JOIN))
        starts_join = is_join and not (previous in _BEFORE_JOIN and word in _BEFORE_JOIN)
        if starts_join or (word in _RANKS and word != "join"):
            heads.append(token)
        previous = word
    return heads


def _rank(head: Token) -> int:
    return _RANKS.get(head.text.casefold(), _RANKS["join"])


def _reordered(case: Case) -> str | None:
    """The first statement with its top-level clauses in the standard order, and its conditions in one clause."""
    starts = _heads(case)
    if not starts or starts[0].text.casefold() != "select":
        return None
    end = case.text.find(";", starts[0].start)
    end = len(case.text.rstrip()) if end < 0 else end
    starts = [t for t in starts if t.start < end]
    bounds = [t.start for t in starts] + [end]
    clauses = [case.text[a:b].strip() for a, b in pairwise(bounds)]
    order = sorted(range(len(clauses)), key=lambda i: (_rank(starts[i]), i))
    if order == list(range(len(clauses))):
        return None
    ordered: list[str] = []
    for i in order:
        again = ordered and starts[i].text.casefold() == "where" == ordered[-1][:5].casefold()
        ordered.append("AND" + clauses[i][5:] if again else clauses[i])
    gap = "\n" if "\n" in case.text.strip() else " "
    return case.text[: bounds[0]] + gap.join(ordered) + case.text[end:]
