"""Rules for SQL syntax: the shapes that language models break most (counts in the shared error collection)."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.sql_aggregates import conditional_aggregates
from slmfix_bot.core.propose.sql_clauses import CLAUSES, propose_clauses
from slmfix_bot.core.propose.sql_quoting import quote_names, sql_candidate
from slmfix_bot.core.propose.sql_subselects import propose_subselects
from slmfix_bot.core.residue import unescape_markdown

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
_DANGLING = re.compile(
    r"(?:\s(?:AND|OR|NOT|WHERE|ON|IN|IS|LIKE|BETWEEN|BY|GROUP BY|ORDER BY|FROM|JOIN|HAVING|LIMIT|AS|,)"
    r"|[,.=<>!(+*/|-]|!=|<=|>=|<>)$",
    re.I,
)
_STEPS_BACK = 4
_PLACEHOLDER = re.compile(r"<([A-Za-z][\w -]*)>|\{\{?(\w+)\}?\}|\[([A-Za-z_]\w*)\]")


def propose_sql(case: Case) -> Iterator[Candidate]:
    """All SQL rules; each yields at most a handful of candidates."""
    for rule in (_separate, _quotes, _balance, propose_clauses, propose_subselects, quote_names, _functions, _finish):
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
    if "\\'" in text and dialect != "mysql":
        doubled = unescape_markdown(text).replace("\\'", "''")
        yield sql_candidate(doubled, 0.8, "apostrophes doubled")
    yield sql_candidate(text.replace(r"ESCAPE '\'", r"ESCAPE '\\'"), 1.0, "escape character doubled")
    bracketed = re.sub(r"\[([A-Za-z][^\]\n]{0,60})\]", r"`\1`" if dialect == "mysql" else r'"\1"', text)
    yield sql_candidate(bracketed, 1.2, "bracketed names quoted")
    sign = "`" if dialect == "mysql" else '"'
    filled = _PLACEHOLDER.sub(lambda match: _by_place(match, sign), text)
    yield sql_candidate(filled, 1.5, "placeholders filled in")
    unwrapped = _PLACEHOLDER.sub(lambda match: next(group for group in match.groups() if group), text)
    yield sql_candidate(unwrapped, 2.4, "placeholders unwrapped")
    for match in islice(_PLACEHOLDER.finditer(text), 8):
        name = next(group for group in match.groups() if group)
        given = _by_place(match, sign)
        yield sql_candidate(case.splice(match.start(), match.end(), given), 1.8, "placeholder filled in")
        yield sql_candidate(case.splice(match.start(), match.end(), name), 2.6, "placeholder unwrapped")
    for quote in "'\"`":
        if text.count(quote) % 2:
            yield from _odd_quote(case, quote)


def _by_place(match: re.Match[str], sign: str) -> str:
    """What a placeholder is called: as a text behind a comparison, else as a name."""
    name = next(group for group in match.groups() if group)
    before = match.string[max(0, match.start() - 80) : match.start()]
    is_value = re.search(r"(?:[=<>(,]|\b(?:LIKE|BETWEEN|AND|THEN|ELSE))\s*$", before, re.I)
    if is_value and not re.search(r"\bSELECT\b[^()]*,\s*$|\bCOUNT\s*\($", match.string[: match.start()], re.I):
        return f"'{name}'"
    return name if re.fullmatch(r"\w+", name) else f"{sign}{name}{sign}"


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
            *CLAUSES,
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
    for rank, conditional in enumerate(conditional_aggregates(case)):
        yield sql_candidate(conditional, 1.2 + 0.1 * rank, "an aggregate of the rows that meet its condition")


def _finish(case: Case) -> Iterator[Candidate]:
    """A statement that stops short: drop the dangling end, or complete what has one completion."""
    stripped = case.text.rstrip().rstrip(";").rstrip()
    tail = case.text[len(stripped) :]
    kept = stripped
    for order in range(_STEPS_BACK):
        dangling = _DANGLING.search(kept)
        if not dangling:
            break
        kept = kept[: dangling.start()].rstrip()
        yield sql_candidate(kept + tail, 1.6 + 0.2 * order, "dangling end removed")
        yield sql_candidate(kept + _closers(kept) + tail, 1.7 + 0.2 * order, "dangling end removed, the rest completed")
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
