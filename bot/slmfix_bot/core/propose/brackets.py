"""Signs in pairs, for languages that have no rules of their own: where a bracket or a quote that is missing belongs,
and which one is too much. The indentation tells (core/brackets.py)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.brackets import CLOSERS, Gap, Sign, find_gaps, indent_of
from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.tree_languages import TREE_LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

BRACKETED = (
    *("javascript", "typescript", "graphql", "protobuf", "promql", "jq", "cmake", "make", "latex"),
    *(language.name for language in TREE_LANGUAGES),
)
_MOST = 4
_OPENERS = {closer: opener for opener, closer in CLOSERS.items()}
_TAIL = re.compile(r"[\s)\]{};,:.]*$")
_BETWEEN = ((",", 1.3), (";", 1.35), (":", 1.6), (" =", 1.7), (".", 1.8))
_QUOTES = frozenset("\"'`")


def propose_brackets(case: Case) -> Iterator[Candidate]:
    """Closers where blocks end, openers where a stray closer's line lacks one, and quotes at the end of a line."""
    for rank, gap in enumerate(find_gaps(case.text, [Sign(t.text, t.start) for t in case.code])[:_MOST]):
        made = _closers(case, gap) if gap.opener else _strays(case, gap)
        for text, cost, note in made:
            yield Candidate(text, RepairSource.SEARCH, cost + 0.2 * rank, note)
    for text, cost, note in (*_expected(case), *_quotes(case), *_between(case)):
        yield Candidate(text, RepairSource.SEARCH, cost, note)


def _closers(case: Case, gap: Gap) -> Iterator[tuple[str, float, str]]:
    assert gap.opener is not None
    note = f"{gap.closer!r} inserted for the {gap.opener.text!r} before"
    start, place, text = gap.opener.start, gap.place, case.text
    opener_ends_line = text[start + 1 : text.find("\n", start) if "\n" in text[start:] else len(text)].strip() == ""
    if opener_ends_line and "\n" in text[start:place]:
        ending = "\r\n" if "\r\n" in text else "\n"
        yield case.splice(place, place, f"{ending}{indent_of(text, start)}{gap.closer}"), 0.6, note
    yield case.splice(place, place, gap.closer), 1.0 + 0.4 * opener_ends_line, note
    # Within its own line, a closer may stand before every sign that ends the line.
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    line = text[start:end].rstrip()
    tail = _TAIL.search(line)
    for order, offset in enumerate(range(start + (tail.start() if tail else len(line)), start + len(line) + 1)):
        if offset > start:
            yield case.splice(offset, offset, gap.closer), 1.1 + 0.05 * order, note
    for token in case.code:
        if start < token.start < end and token.kind is not Kind.PUNCTUATION:
            yield case.splice(token.end, token.end, gap.closer), 1.6 + 0.02 * ((end - token.end) // 4), note
    stray = next((t for t in case.code if t.start >= place and t.text in _OPENERS), None)
    if stray is not None and stray.text != gap.closer:
        yield case.splice(stray.start, stray.end, gap.closer), 1.5, f"{stray.text!r} -> {gap.closer!r}"


def _strays(case: Case, gap: Gap) -> Iterator[tuple[str, float, str]]:
    assert gap.stray is not None
    start, end, text = gap.stray.start, gap.stray.end, case.text
    line_start = text.rfind("\n", 0, start) + 1
    line_end = text.find("\n", end)
    alone = text[line_start : line_end if line_end >= 0 else len(text)].strip() == gap.stray.text
    note = f"{gap.stray.text!r} removed"
    if alone:
        yield case.splice(line_start, line_end + 1 if line_end >= 0 else len(text), ""), 1.3, note
    yield case.splice(start, end, ""), 1.2, note
    doubled = text[start - 1 : start] == gap.stray.text
    opener = _OPENERS[gap.stray.text]
    for order, token in enumerate(t for t in reversed(case.code) if line_start <= t.start < start):
        if order > 10:
            break
        far = 0.1 * order + 0.6 * doubled
        # An opener stands behind the name that it belongs to, or before the first of what it holds.
        yield case.splice(token.end, token.end, opener), 1.4 + far, f"{opener!r} inserted"
        yield case.splice(token.start, token.start, opener), 1.4 + far, f"{opener!r} inserted"
    if opener == "{":
        yield from _lost_blocks(case, start)


def _lost_blocks(case: Case, start: int) -> Iterator[tuple[str, float, str]]:
    """Lines whose next line is indented more, although nothing in them opens a block: they may lack its "{"."""
    last = case.text.count("\n", 0, start)
    numbers = [number for number in range(last) if case.lines[number].strip()]
    lost = 0
    for number, following in reversed(list(pairwise(numbers))):
        line = case.lines[number].rstrip()
        deeper = len(_indent(case, following)) > len(_indent(case, number))
        if deeper and re.search(r"[\w)\]'\"]$", line) and lost < _MOST:
            place = case.starts[number] + len(line)
            yield case.splice(place, place, " {"), 0.9 + 0.3 * lost, "'{' inserted at the end of the line"
            lost += 1


def _indent(case: Case, number: int) -> str:
    return indent_of(case.text, case.starts[number])


def _expected(case: Case) -> Iterator[tuple[str, float, str]]:
    """What the validator misses, exactly where it misses it: words on a line of their own."""
    target = case.target
    if target.column is None:
        return
    for rank, name in enumerate(target.expected[:_MOST]):
        note = f"{name!r} inserted"
        is_block = name == "}" and target.related_line not in (None, target.line)
        if not is_block and not re.match(r"\\?\w{2}", name):
            yield case.splice(case.at, case.at, name), 0.7 + 0.2 * rank, note
            continue
        end = case.offset(target.line, 10**9)
        if target.related_line and not case.text[case.at : end].strip():
            indent = _indent(case, target.related_line - 1)
            ending = "\r\n" if "\r\n" in case.text else "\n"
            yield case.splice(end, end, f"{ending}{indent}{name}"), 0.7 + 0.2 * rank, note


def _quotes(case: Case) -> Iterator[tuple[str, float, str]]:
    """For a quote that the lexer found no partner for: its partner before each sign that ends the line."""
    near = {case.target.line, case.target.line - 1, case.target.related_line}
    lonely = [t for t in case.tokens if t.kind is Kind.PUNCTUATION and t.text in _QUOTES]
    for quote in lonely[:2]:
        number = case.text.count("\n", 0, quote.start) + 1
        if number not in near and quote is not lonely[0]:
            continue
        line = case.lines[number - 1].rstrip()
        start = case.starts[number - 1]
        tail = _TAIL.search(line)
        first = max(quote.end, start + (tail.start() if tail else len(line)))
        for order, offset in enumerate(range(first, start + len(line) + 1)):
            yield case.splice(offset, offset, quote.text), 1.0 + 0.05 * order, "the string closed"
        for match in re.finditer(r"(?<=\w)(?=[,)\]:; ])", case.text[quote.end : start + len(line)]):
            offset = quote.end + match.start()
            yield case.splice(offset, offset, quote.text), 1.5, "the string closed"
        for match in re.finditer(r"(?<=[\s(\[{,=:])(?=\S)", case.text[start : quote.start]):
            offset = start + match.start()
            yield case.splice(offset, offset, quote.text), 1.6, "the string opened"


def _between(case: Case) -> Iterator[tuple[str, float, str]]:
    """What stands between two things, in front of the token that could not be read."""
    before = next((token for token in reversed(case.code) if token.end <= case.at), None)
    if before is not None and before.text not in CLOSERS:
        for sign, cost in _BETWEEN:
            yield case.splice(before.end, before.end, sign), cost, f"{sign.strip()!r} inserted"
