"""Categories of SQL that no parser of its dialect reads."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, code_tokens
from slmfix_bot.core.vocabulary import vocabulary
from slmfix_training.faults.category_text import balance, goes_on, has_placeholder, is_at_end, open_quote, token_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.lexer import Token
    from slmfix_bot.core.program import Program

_CLAUSES = {"from": 1, "where": 2, "group": 3, "having": 4, "order": 5, "limit": 6}
_JOINTS = frozenset("union all except intersect distinct as ( exists explain into then else with ,".split())
# A name with blanks or brackets that stands without the quotes it then needs: `Enrollment (K-12)`.
_PLAIN_NAME = re.compile(
    r"(?<![\"`'\[\w])[A-Z][a-z]+(?: [A-Z][a-z]+)* ?\((?:[A-Z][-\w]*|%|[A-Z]\w* \d[-\d]*)\)(?![\"`'])"
)
_FOREIGN = re.compile(
    r"\bSELECT\s+(?:DISTINCT\s+)?TOP\s+\(?\d|\bINTERVAL\s|\bEXTRACT\s*\(|\bILIKE\b|::\w|\bFETCH\s+FIRST\b|\bQUALIFY\b"
    r"|\bOFFSET\s+\d+\s+ROWS\b|\bRLIKE\b|\bSTRAIGHT_JOIN\b|\bDATE\s+'|\bCONVERT\s*\(|\bCAST\s*\([^()]*AS\s+SIGNED|\bREGEXP\b",
    re.I,
)


def sql_category(program: Program, diagnostic: Diagnostic) -> str | None:
    """The category of a statement that does not parse; None where the general signs have to decide."""
    text, message = program.text, diagnostic.message
    tokens = code_tokens("sql", text)
    if has_placeholder(text):
        return "placeholder"
    if _second_statement(tokens):
        return "several-statements"
    if _quote(program, tokens, message):
        return _quote(program, tokens, message)
    if goes_on(tokens) or re.search(r"end of input|incomplete|got the end", message):
        return "truncation"
    depth = balance(tokens)
    if depth:
        return (
            "surplus-closer"
            if depth < 0
            else "truncation"
            if not text.rstrip().endswith((";", ")"))
            and is_at_end(text, diagnostic)
            and re.search(r"Expecting \)", message)
            and _opens_late(tokens)
            else "unclosed"
        )
    if _is_foreign(program, diagnostic, tokens):
        return "dialect"
    if _PLAIN_NAME.search(text):
        return "quotes"
    if _out_of_order(tokens) or "Found multiple" in message:
        return "clause-order"
    return _around(program, diagnostic, tokens)


def _second_statement(tokens: Sequence[Token]) -> bool:
    """Whether SELECT begins anew outside of brackets without anything that allows it."""
    depth, before = 0, ""
    for token in tokens:
        word = token.text.casefold()
        depth += (word == "(") - (word == ")")
        if word == "select" and before and depth == 0 and before not in _JOINTS | {";", ")"}:
            return True
        before = word
    return False


def _quote(program: Program, tokens: Sequence[Token], message: str) -> str | None:
    """Of a quote without its partner: cut off where nothing but one value follows, else quotes."""
    if re.search(r"[‘’“”]|\w\\'\w", program.text) and program.dialect != "mysql":
        return "quotes"
    if program.dialect == "postgres" and "`" in program.text and "`" in message:
        return "dialect"
    lonely = open_quote(tokens, "'\"`")
    if lonely is None and not re.search(r"no end for|unterminated|tokenizing", message):
        return None
    tail = program.text[lonely.end :] if lonely else ""
    return "truncation" if lonely and not re.search(r"[;)'\"]", tail) and len(tail.split()) <= 4 else "quotes"


def _opens_late(tokens: Sequence[Token]) -> bool:
    """Whether the opener that is never closed belongs to the last fifth of the statement."""
    stack: list[int] = []
    for i, token in enumerate(tokens):
        if token.text == "(":
            stack.append(i)
        elif token.text == ")" and stack:
            stack.pop()
    return bool(stack) and stack[-1] >= 0.8 * len(tokens)


def _is_foreign(program: Program, diagnostic: Diagnostic, tokens: Sequence[Token]) -> bool:
    """Whether the complaint is about something that another dialect has."""
    lines = program.text.split("\n")
    if program.dialect == "postgres" and "`" in "".join(lines[max(0, diagnostic.line - 2) : diagnostic.line]):
        return True
    match = _FOREIGN.search(program.text)
    if match is None:
        return "syntax is not supported" in diagnostic.message
    line = program.text.count("\n", 0, match.start()) + 1
    return abs(line - diagnostic.line) <= 1


def _out_of_order(tokens: Sequence[Token]) -> bool:
    """Whether a clause comes behind one that has to follow it, or in brackets without SELECT: `COUNT(x WHERE y)`."""
    reached, selects = [0], [False]
    for token, after in pairwise([*tokens, *tokens[-1:]]):
        word = token.text.casefold()
        if word == "(":
            reached.append(0)
            selects.append(False)
        elif word == ")" and len(reached) > 1:
            reached.pop()
            selects.pop()
        elif word in {"select", "union", "except", "intersect", "over", ";"}:
            reached[-1] = 0
            selects[-1] = True
        elif word in _CLAUSES and not (word in {"group", "order"} and after.text.casefold() != "by"):
            aggregate = len(selects) > 1 and not selects[-1] and word == "where"
            if _CLAUSES[word] <= reached[-1] or aggregate:
                return True
            reached[-1] = _CLAUSES[word]
        elif word == "join" and reached[-1] > 1:
            return True
    return False


def _around(program: Program, diagnostic: Diagnostic, tokens: Sequence[Token]) -> str | None:
    """By the two tokens between which the parser stopped."""
    before, at = token_at(program, diagnostic)
    near = re.search(r"near \"(.*?)\"", diagnostic.message, re.S)
    if near and (at is None or not at.text.startswith(near[1][:4])):
        found = next((i for i, t in enumerate(tokens) if t.text == near[1]), None)
        before, at = (tokens[found - 1] if found else None, tokens[found]) if found is not None else (before, at)
    if at is None:
        return "truncation"
    words = vocabulary("sql")
    left, right = (before.text.casefold() if before else ""), at.text.casefold()
    if right == "," or left == ",":
        return "separator"
    if at.kind is Kind.WORD and before is not None and right not in words:
        if before.kind is Kind.WORD and left not in words:
            return "quotes" if at.text[0].isupper() and before.text[0].isupper() else "separator"
        if before.kind in {Kind.STRING, Kind.NUMBER} or left == ")":
            return "separator"
    if at.kind is Kind.STRING and before is not None and before.kind in {Kind.STRING, Kind.WORD} and left not in words:
        return "quotes"
    if right in words or left in words:
        return "keyword"
    return None
