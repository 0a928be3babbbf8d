"""What models forget in the syntax of Verilog: ends of blocks, `assign`, semicolons, braces, the base of a number."""

from __future__ import annotations

import re
from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.propose.verilog_blocks import close_blocks, delegate, unglue, without_surplus
from slmfix_bot.core.propose.verilog_nets import Splice, splice_all
from slmfix_bot.core.propose.verilog_source import code_without_directives, read_modules
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.lexer import Token
    from slmfix_bot.core.propose.verilog_source import Assignment, Module

_REPLICATION = re.compile(r"\{(\s*[\w'`]+\s*\{[^{}]*\})(?=\s*,)")
_NUMBER = re.compile(r"(?<![\w$])(\d*[ \t]{0,4}'[ \t]{0,4}[sS]?)([bBdDoO])[ \t]{0,4}([0-9a-fA-F_]+)\b")
_DIGITS = {"b": frozenset("01_"), "o": frozenset("01234567_"), "d": frozenset("0123456789_")}
_MAX_COMBINED = 40_000  # characters
_ENDS = frozenset({"end", "endcase"})


def propose_verilog_syntax(case: Case) -> Iterator[Candidate]:
    """Each rule on its own, for all places at once, and blocks closed on top of the others."""
    text = case.text
    plain = [
        (_expected(case), 0.6, f"{''.join(case.target.expected[:1])} added"),
        (unglue(text), 0.4, "keywords separated"),
        (_based(text), 0.5, "base of numbers"),
        (delegate(text), 0.4, "the module uses the one inside it"),
        (_REPLICATION.sub(r"{{\1}", text), 0.5, "braces around a replication"),
        (_without_semicolons(text), 0.6, "semicolons behind end removed"),
        (_end_before_else(case), 0.6, "end added before else"),
        (_wrapped(text), 0.6, "begin and end around the statements"),
        (_assigned(text), 0.7, "assign added"),
        (without_surplus(text), 2.0, "surplus end removed"),
    ]
    seen = {text}
    for changed, cost, note in plain:
        if changed not in seen:
            seen.add(changed)
            yield _rule(changed, cost, note)
    # A header that is closed at once makes a module that does nothing.
    closing = 2.5 if delegate(text) != text else 0.5
    for changed, cost, note in [(text, 0.0, ""), *(plain if len(text) <= _MAX_COMBINED else ())]:
        closed = close_blocks(changed)
        if closed not in seen:
            seen.add(closed)
            yield _rule(closed, closing + cost, f"{note}; blocks closed" if note else "blocks closed")


def _rule(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def _expected(case: Case) -> str:
    """The sign that the parser misses."""
    sign = next(iter(case.target.expected), "")
    if sign in {";", ")", "]", "}", ":", ","}:
        return case.splice(case.at, case.at, sign)
    return case.text


def _based(text: str) -> str:
    """Numbers with digits that their base does not have get the smallest one that has them: one base for all of a
    width, and where letters stand among decimals, for all decimals of that width."""
    numbers = [(match, (match[1], match[2].lower()), match[3].lower()) for match in _NUMBER.finditer(text)]
    digits: dict[tuple[str, str], set[str]] = {}
    for _, group, found in numbers:
        if not set(found) <= _DIGITS[group[1]]:
            digits.setdefault(group, set()).update(found)
    splices: list[Splice] = []
    for match, group, found in numbers:
        wrong = not set(found) <= _DIGITS[group[1]]
        if group in digits and (wrong or (group[1] == "d" and len(found) > 1)):
            base = "d" if digits[group] <= _DIGITS["d"] else "h"
            splices.append((match.start(2), match.end(2), base))
    return splice_all(text, splices)


def _without_semicolons(text: str) -> str:
    """`end;` as `end`: behind an item of a case the empty statement is an error."""
    tokens = code_without_directives(text)
    splices: list[Splice] = [
        (token.start, token.end, "")
        for before, token in pairwise(tokens)
        if token.text == ";" and before.text in _ENDS and before.end == token.start
    ]
    return splice_all(text, splices)


def _end_before_else(case: Case) -> str:
    """`begin ... else` lacks the `end` of the block that the `else` follows."""
    if not case.text.startswith("else", case.at):
        return case.text
    return case.splice(case.at, case.at, "end ")


def _assigned(text: str) -> str:
    """Assignments that stand free in a module, with `assign`."""
    splices: list[Splice] = []
    for module in read_modules(text):
        for one in _bare(module):
            splices.append((one.start.start, one.start.start, "assign "))
            if one.sign.text == "<=":
                splices.append((one.sign.start, one.sign.end, "="))
    return splice_all(text, splices)


def _bare(module: Module) -> list[Assignment]:
    """A target is a name, or names in braces; what has more words before the sign is something else."""
    return [one for one in module.assignments if one.kind == "bare" and _is_target(one.target)]


def _is_target(tokens: tuple[Token, ...]) -> bool:
    return tokens[0].text == "{" or (
        tokens[0].kind is Kind.WORD and (len(tokens) == 1 or tokens[1].text in {"[", "."}) and tokens[-1].text != "("
    )


def _wrapped(text: str) -> str:
    """Statements that follow the single one of an `always` without `begin` become part of it."""
    splices: list[Splice] = []
    for module in read_modules(text):
        free = {one.start.start: one for one in _bare(module)}
        control: Token | None = None
        last: Token | None = None
        for index, statement in enumerate(module.statements):
            first = statement.tokens[0]
            before = module.statements[index - 1] if index else None
            if first.start not in free:
                control = None
            elif before is not None and before.inside == "procedure" and control is None:
                control = _control(module, before.tokens[0])
                if control is not None:
                    splices.append((control.end, control.end, " begin"))
            if control is not None:
                last = statement.tokens[-1]
                following = module.statements[index + 1].tokens[0].start if index + 1 < len(module.statements) else -1
                if following not in free:
                    end = text.find(";", last.end) + 1
                    splices.append((end, end, " end"))
    return splice_all(text, splices)


def _control(module: Module, statement: Token) -> Token | None:
    """The last token of the event control that stands right before the statement."""
    tokens = module.tokens
    index = bisect_left(tokens, statement.start, key=lambda token: token.start)
    before = tokens[index - 1] if index else None
    return before if before is not None and before.text in {")", "*", "always_comb"} else None
