"""Brackets in Python that do not match, and texts that stop inside an expression."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Token, tokenize
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_LINE = 2000  # characters; the rules for one line are quadratic in them
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_OPENERS = {closer: opener for opener, closer in _PAIRS.items()}


def _candidate(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def propose_python_brackets(case: Case) -> Iterator[Candidate]:
    """Unclosed brackets: close them at the end of the reported line, of the text, or of a following line."""
    stack: list[Token] = []
    surplus: list[Token] = []
    for token in case.code:
        if token.text in _PAIRS:
            stack.append(token)
        elif stack and token.text == _PAIRS[stack[-1].text]:
            stack.pop()
        elif token.text in _OPENERS:
            surplus.append(token)
    closers = "".join(_PAIRS[t.text] for t in reversed(stack))
    text = case.text
    if closers:
        body = text.rstrip()
        trimmed = body.rstrip(", \t\r\n\f\v")
        yield _candidate(trimmed + closers + text[len(body) :], 1.3, "brackets closed at the end")
        yield _candidate(
            re.sub(r"(?:\b(?:and|or|not|in|if|else|for|is)\b|[-+*/%=<>.&|])$", "", trimmed).rstrip()
            + closers
            + text[len(body) :],
            1.9,
            "brackets closed at the end",
        )
        opener_line = text.count("\n", 0, stack[-1].start) + 1
        for number in range(opener_line, min(opener_line + 3, len(case.lines)) + 1):
            content = case.lines[number - 1].rstrip()
            end = case.starts[number - 1] + len(content)
            for place in {end, end - 1 if content.endswith(":") else end}:
                yield _candidate(
                    case.splice(place, place, closers), 1.5 + 0.3 * (number - opener_line), "brackets closed"
                )

    if stack:
        # A comprehension behind something that was not closed: [a[i for i in range(3)]
        loops = (t for t in case.code if t.text == "for" and t.start > stack[-1].end)
        for order, loop in enumerate(islice(loops, 3)):
            place = len(text[: loop.start].rstrip())
            closer = _PAIRS[stack[-1].text]
            yield _candidate(case.splice(place, place, closer), 1.6 + 0.1 * order, "bracket closed before the loop")
    yield from _opened(case, surplus)


def _opened(case: Case, surplus: list[Token]) -> Iterator[Candidate]:
    """Openers for closers that have none, in front of what the line returns, assigns or calls first."""
    if not surplus:
        return
    start = case.text.rfind("\n", 0, surplus[0].start) + 1
    line = [token for token in surplus if "\n" not in case.text[start : token.start]]
    value = re.match(r"\s*(?:return\b|[\w.]+\s*=(?!=)|)\s*", case.text[start:])
    place = start + (value.end() if value else 0)
    openers = "".join(_OPENERS[token.text] for token in reversed(line))
    yield _candidate(case.splice(place, place, openers), 1.6, "brackets opened")


def propose_completions(case: Case) -> Iterator[Candidate]:
    """A last line that stops inside an expression: the dangling operator goes, brackets and header are completed."""
    body = case.text.rstrip()
    tail = case.text[len(body) :]
    last = body[body.rfind("\n") + 1 :]
    if len(last) > _MAX_LINE:
        return
    trimmed = re.sub(
        r"(?:\s*(?:\b(?:and|or|not|in|is|if|else|for|lambda)\b|[-+*/%=<>.&|,!^\[]))+$|\s+\w+\s*=\s*$", "", last
    ).rstrip()
    stack = [t for t in case.code if t.start >= len(body) - len(last)]
    open_brackets: list[str] = []
    for token in stack:
        if token.text in _PAIRS:
            open_brackets.append(_PAIRS[token.text])
        elif open_brackets and token.text == open_brackets[-1]:
            open_brackets.pop()
    closers = "".join(reversed(open_brackets))
    head = body[: len(body) - len(last)]
    quotes = [quote for quote in "'\"" if last.count(quote) % 2]
    for middle in ("", *quotes):
        kept = last if middle else trimmed
        yield _candidate(head + kept + middle + closers + tail, 1.5, "last line completed")
        if re.match(r"\s*(?:def|class|if|elif|else|for|while|with|try|except|finally)\b", last):
            yield _candidate(head + kept + middle + closers + ": pass" + tail, 1.9, "last line completed")

    loop = re.match(r"(\s*for\s+[\w, ]+?)\s+in$", last)
    if loop:
        yield _candidate(head + loop[1] + " in (): pass" + tail, 2.1, "last line completed")
    if closers and re.search(r"\bfor\s+\w+$", last):
        yield _candidate(body + " in ()" + closers + tail, 2.0, "last line completed")
    if re.match(r"\s*(?:return\b|\w+\s*=).*\bif\b", last) and not re.search(r"\belse\b", last):
        yield _candidate(head + trimmed + closers + " else None" + tail, 1.7, "condition completed")
    yield from _string_and_brackets(case, body, tail, quotes)


def _string_and_brackets(case: Case, body: str, tail: str, quotes: list[str]) -> Iterator[Candidate]:
    """The end of a text that stops inside a string inside brackets of lines before."""
    for quote in quotes:
        stack: list[str] = []
        for token in tokenize(case.program.language, body + quote):
            if token.text in _PAIRS:
                stack.append(_PAIRS[token.text])
            elif stack and token.text == stack[-1]:
                stack.pop()
        yield _candidate(body + quote + "".join(reversed(stack)) + tail, 1.6, "string and brackets closed")
