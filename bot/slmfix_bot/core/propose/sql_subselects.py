"""Queries as values: they need parentheses; and tables joined by a comma with a condition of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.propose.sql_quoting import sql_candidate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.lexer import Token
    from slmfix_bot.core.propose.case import Candidate, Case

_ARITHMETIC = frozenset("+-*/")
_OPERATORS = _ARITHMETIC | {"=", "<", ">", "<=", ">=", "<>", "!=", "in"}


def propose_subselects(case: Case) -> Iterator[Candidate]:
    """Parentheses around a SELECT behind an operator, around both sides of arithmetic; JOIN in place of a comma."""
    spans = list(_bare(case.code))
    if spans:
        text = case.text
        for _, start, end in reversed(spans):
            text = f"{text[:start]}({text[start:end]}){text[end:]}"
        yield sql_candidate(text, 1.2, "parentheses around a subquery")
        sign, start, _ = spans[0]
        first = case.code[0]
        if sign.text in _ARITHMETIC and first.text.casefold() == "select":
            left = case.text[first.start : sign.start].rstrip()
            whole = text[sign.start :]
            before = case.text[: first.start]
            yield sql_candidate(f"{before}{case.text[first.start : first.end]} ({left}) {whole}", 1.1, "two subqueries")
    joined = case.text
    for comma in reversed(list(_commas_with_condition(case.code))):
        joined = f"{joined[: comma.start].rstrip()} JOIN{joined[comma.end :]}"
    yield sql_candidate(joined, 1.2, "JOIN in place of a comma")


def _bare(code: list[Token]) -> Iterator[tuple[Token, int, int]]:
    """The operator, the beginning and the end of every SELECT that stands behind an operator without parentheses."""
    index = 1
    while index < len(code):
        sign = code[index - 1]
        if code[index].text.casefold() == "select" and sign.text.casefold() in _OPERATORS:
            last = _end(code, index)
            yield sign, code[index].start, code[last].end
            index = last
        index += 1


def _end(code: list[Token], index: int) -> int:
    """Index of the last token of the query that begins at `index`: before its closer, the next operator and SELECT."""
    depth = 0
    for position in range(index, len(code)):
        token = code[position]
        if depth == 0 and position > index:
            following = code[position + 1].text.casefold() if position + 1 < len(code) else ""
            if token.text in {")", ";"} or (token.text in _ARITHMETIC and following in {"select", "("}):
                return position - 1
        depth += (token.text == "(") - (token.text == ")")
    return len(code) - 1


def _commas_with_condition(code: list[Token]) -> Iterator[Token]:
    """Commas between tables behind FROM whose right side goes on with ON, which only a join may."""
    for index, token in enumerate(code):
        if token.text == ",":
            words = [t.text.casefold() for t in code[index + 1 : index + 5]]
            if "on" in words[1:4] and not set(words[: words.index("on")]) & {",", "(", ")"}:
                yield token
