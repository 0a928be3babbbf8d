"""Rules for SQL syntax: the shapes that language models break most (counts in the shared error collection)."""

from __future__ import annotations

import re
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, Token
from slmfix_bot.core.propose.sql_aggregates import conditional_aggregates
from slmfix_bot.core.propose.sql_quoting import quote_names, sql_candidate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.propose.case import Candidate, Case

_STARTERS = {"select", "insert", "update", "delete", "create", "drop", "alter", "with", "show", "describe"}
_CONTINUES = {
    "(",
    "as",
    "all",
    "union",
    "except",
    "intersect",
    "distinct",
    ",",
    "exists",
    "in",
    "not",
    "explain",
    "then",
}
_RANKS = {"select": 0, "from": 1, "where": 2, "group": 3, "having": 4, "window": 5, "order": 6, "limit": 7, "offset": 8}
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w -]*)>|\{\{?(\w+)\}?\}|\[([A-Za-z_]\w*)\]")


def propose_sql(case: Case) -> Iterator[Candidate]:
    """All SQL rules; each yields at most a handful of candidates."""
    for rule in (_separate, _quotes, _balance, _clauses, quote_names, _functions, _finish):
        for candidate in rule(case):
            if candidate.text != case.text:
                yield candidate


def _separate(case: Case) -> Iterator[Candidate]:
    """Statements that run together get a semicolon, all at once or one by one."""
    places, depth, previous = [], 0, None
    for token in case.code:
        depth += (token.text == "(") - (token.text == ")")
        begins = token.kind is Kind.WORD and token.text.casefold() in _STARTERS and depth <= 0
        if begins and previous and previous.text.casefold() not in {*_CONTINUES, ";"}:
            # Behind a parenthesis a SELECT may be the body of a WITH; only a new line speaks for a new statement.
            apart = "\n" in case.text[previous.end : token.start]
            places += [previous.end] if apart or previous.text != ")" else []
        previous = token
    if not places:
        return
    text = case.text
    for place in reversed(places):
        text = text[:place] + ";" + text[place:]
    yield sql_candidate(text, 1.0, "statements separated")
    yield sql_candidate(text.rstrip() + _closers(text), 1.5, "statements separated, the last one completed")
    if len(places) > 1:
        for place in places:
            yield sql_candidate(case.splice(place, place, ";"), 1.8, "statements separated")


def _quotes(case: Case) -> Iterator[Candidate]:
    text, dialect = case.text, case.program.dialect
    if dialect == "postgres" and "`" in text:
        yield sql_candidate(text.replace("`", '"'), 0.6, "backticks to double quotes")
    if dialect in {"mysql", None} and '"' in text:
        yield sql_candidate(text.replace('"', "`"), 2.5, "double quotes to backticks")
    bracketed = re.sub(r"\[([A-Za-z][^\]\n]{0,60})\]", r"`\1`" if dialect == "mysql" else r'"\1"', text)
    yield sql_candidate(bracketed, 1.2, "bracketed names quoted")
    unwrapped = _PLACEHOLDER.sub(lambda match: next(group for group in match.groups() if group), text)
    yield sql_candidate(unwrapped, 2.4, "placeholders unwrapped")
    for match in islice(_PLACEHOLDER.finditer(text), 8):
        name = next(group for group in match.groups() if group)
        yield sql_candidate(case.splice(match.start(), match.end(), f"'{name}'"), 1.8, "placeholder quoted")
        yield sql_candidate(case.splice(match.start(), match.end(), name), 2.6, "placeholder unwrapped")
    for quote in "'\"`":
        if text.count(quote) % 2:
            yield from _odd_quote(case, quote)


def _odd_quote(case: Case, quote: str) -> Iterator[Candidate]:
    """One quote too few or too many: close at the end of a line or before a clause, double it, or drop one."""
    text = case.text
    stripped = text.rstrip().rstrip(";").rstrip()
    yield sql_candidate(stripped + quote + text[len(stripped) :], 1.4, "string closed at the end")
    places = [match.start() for match in re.finditer(re.escape(quote), text)]
    for place in places[-6:]:
        yield sql_candidate(case.splice(place, place + 1, ""), 2.2, "stray quote removed")
        if 0 < place < len(text) - 1 and text[place - 1].isalnum() and text[place + 1].isalnum():
            yield sql_candidate(case.splice(place, place + 1, quote * 2), 1.0, "apostrophe doubled")
        end = re.compile(r"$|[;)]|,|\s(?:AND|OR|FROM|WHERE|GROUP|ORDER|LIMIT|THEN|AS)\b", re.M | re.I).search(
            text, place + 1
        )
        if end:
            yield sql_candidate(case.splice(end.start(), end.start(), quote), 1.9, "string closed")


def _balance(case: Case) -> Iterator[Candidate]:
    """Parentheses: add the missing ones at the end of a clause, drop the surplus ones."""
    depth, open_stack, surplus = 0, [], []
    for token in case.code:
        if token.text == "(":
            open_stack.append(token)
        elif token.text == ")":
            if open_stack:
                open_stack.pop()
            else:
                surplus.append(token)
    for token in surplus:
        yield sql_candidate(case.splice(token.start, token.end, ""), 1.2, "surplus parenthesis removed")
    depth = len(open_stack)
    if not depth:
        return
    text = case.text
    end = len(text.rstrip().rstrip(";").rstrip())
    yield sql_candidate(case.splice(end, end, ")" * depth), 1.0, "parentheses closed at the end")
    opener = open_stack[-1]
    for token in [t for t in case.code if t.start > opener.end][:40]:
        if token.kind is Kind.WORD and token.text.casefold() in {
            *_RANKS,
            "as",
            "and",
            "or",
            "join",
            "on",
            "then",
            "end",
        }:
            place = len(text[: token.start].rstrip())
            yield sql_candidate(case.splice(place, place, ")" * depth), 1.5, "parenthesis closed")
    yield sql_candidate(case.splice(opener.start, opener.end, ""), 2.0, "unclosed parenthesis removed")


def _clauses(case: Case) -> Iterator[Candidate]:
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


def _reordered(case: Case) -> str | None:
    """The first statement with its top-level clauses in the standard order."""
    starts = [t for t in _top_level(case) if t.text.casefold() in _RANKS]
    if not starts or starts[0].text.casefold() != "select":
        return None
    end = case.text.find(";", starts[0].start)
    end = len(case.text.rstrip()) if end < 0 else end
    starts = [t for t in starts if t.start < end]
    bounds = [t.start for t in starts] + [end]
    clauses = [case.text[a:b].strip() for a, b in pairwise(bounds)]
    order = sorted(range(len(clauses)), key=lambda i: (_RANKS[starts[i].text.casefold()], i))
    if order == list(range(len(clauses))):
        return None
    gap = "\n" if "\n" in case.text.strip() else " "
    return case.text[: bounds[0]] + gap.join(clauses[i] for i in order) + case.text[end:]


def _functions(case: Case) -> Iterator[Candidate]:
    """Dialect spellings of functions and intervals."""
    text, dialect = case.text, case.program.dialect
    if dialect != "mysql":
        separator = r"(GROUP_CONCAT\([^()]{0,300}?)\s{1,40}SEPARATOR\s+('[^']*')\)"
        separated = re.sub(separator, r"\1, \2)", text, flags=re.I)
        yield sql_candidate(separated, 1.0, "SEPARATOR to argument")
    if dialect == "postgres":
        yield sql_candidate(
            re.sub(r"\bINTERVAL\s+(\d+)\s+(\w+)", r"INTERVAL '\1 \2'", text, flags=re.I), 1.0, "interval quoted"
        )
        cast = re.sub(r"\b(CAST\([^()]{0,300}) AS (?:UNSIGNED|SIGNED)\b", r"\1 AS INTEGER", text, flags=re.I)
        yield sql_candidate(cast, 1.2, "cast type")
    if dialect == "sqlite":
        # EXTRACT(YEAR FROM x) does not parse in SQLite, strftime is its own spelling.
        parts = {"YEAR": "%Y", "MONTH": "%m", "DAY": "%d", "HOUR": "%H", "MINUTE": "%M", "SECOND": "%S"}
        extract = re.compile(r"EXTRACT\s*\(\s*(YEAR|MONTH|DAY|HOUR|MINUTE|SECOND)\s+FROM\s+([^()]{1,300})\)", re.I)
        spelt = extract.sub(lambda m: f"CAST(strftime('{parts[m[1].upper()]}', {m[2]}) AS INTEGER)", text)
        yield sql_candidate(spelt, 0.9, "EXTRACT to strftime")
    scalar = re.sub(r"\((?=\s*(?:COUNT|SUM|AVG|MIN|MAX)\s*\([^()]*\)\s+FROM\b)", "(SELECT ", text, flags=re.I)
    yield sql_candidate(scalar, 1.1, "SELECT added to a subquery")
    for conditional in conditional_aggregates(case):
        yield sql_candidate(conditional, 1.3, "condition of an aggregate moved into CASE")


def _finish(case: Case) -> Iterator[Candidate]:
    """A statement that stops short: drop the dangling end, or complete what has one completion."""
    stripped = case.text.rstrip().rstrip(";").rstrip()
    tail = case.text[len(stripped) :]
    dangling = re.search(
        r"(?:\s(?:AND|OR|WHERE|ON|BY|GROUP BY|ORDER BY|FROM|HAVING|LIMIT|AS|,)|[,.=<>(+*|-])$", stripped, re.I
    )
    if dangling:
        yield sql_candidate(stripped[: dangling.start()].rstrip() + tail, 1.6, "dangling end removed")
    whole = case.text.rstrip(" \t\r\n\"'`;)}]<|>\\")
    if whole != case.text.rstrip():
        yield sql_candidate(whole + "\n" * case.text.endswith("\n"), 1.5, "trailing litter removed")
    yield sql_candidate(stripped + _closers(stripped) + tail, 1.4, "statement completed")
    opened = len(re.findall(r"\bCASE\b", stripped, re.I)) - len(re.findall(r"\bEND\b", stripped, re.I))
    if opened > 0:
        yield sql_candidate(stripped + " END" * opened + tail, 1.6, "CASE closed")
        place = case.text.upper().find(" AS ", case.text.upper().rfind("CASE"))
        if place > 0:
            yield sql_candidate(case.splice(place, place, " END"), 1.7, "CASE closed")


def _closers(text: str) -> str:
    """What a truncated statement still owes: the open quote, CASE ... END, parentheses."""
    stack: list[str] = []
    quote = ""
    for match in re.finditer(r"['\"`]|\(|\)|\bCASE\b|\bTHEN\b|\bEND\b", text, re.I):
        sign = match[0].upper()
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"`":
            quote = sign
        elif sign == "(":
            stack.append(")")
        elif sign == "CASE":
            stack.append(" THEN NULL END")
        elif sign == "THEN" and stack:
            stack[-1] = " END" if stack[-1].endswith("END") else stack[-1]
        elif stack and (sign == stack[-1] or (sign == "END" and stack[-1].endswith("END"))):
            stack.pop()
    return quote + "".join(reversed(stack))
