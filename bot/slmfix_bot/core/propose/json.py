"""Rules for JSON, layout kept: the lenient dialects that models write; the json_repair library as the last resort."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import json_repair

from slmfix_bot.core.family import allows_comments
from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_CONSTANTS = {"True": "true", "False": "false", "None": "null", "undefined": "null", "NaN": "null", "nil": "null"}
_PAIRS = {"{": "}", "[": "]"}
_LIBRARY_DEPTH = 60
_LIBRARY_LIMIT = 64 * 1024  # characters; the library is written for answers of a model, not for data files


def _rule(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def propose_json(case: Case) -> Iterator[Candidate]:
    """The token rules alone, together with closing brackets, then the library's reading of the whole text."""
    strict = _strict(case)
    candidates = [
        _rule(strict, 0.8, "JavaScript or Python spelling to JSON"),
        _rule(_closed(case.text), 1.2, "brackets closed"),
        _rule(_closed(strict), 1.3, "spelling and brackets"),
        _rule(_commas(case.text), 1.3, "missing commas"),
        _rule(_closed(_commas(strict)), 1.6, "spelling, commas and brackets"),
    ]
    if len(case.text) <= _LIBRARY_LIMIT and not allows_comments(case.program.path):
        repaired = _read_leniently(case.text)
        if repaired:
            candidates.append(_rule(repaired + "\n" * case.text.endswith("\n"), 2.8, "read leniently"))
    yield from (candidate for candidate in candidates if candidate.text != case.text)


def _read_leniently(text: str) -> str:
    """What the library makes of the text; nothing where it gives up, or would take quadratic time."""
    if _depth(text) > _LIBRARY_DEPTH:
        return ""
    try:
        repaired = json_repair.repair_json(text, ensure_ascii=False, indent=_indent(text))
    except (ValueError, RecursionError):  # nested too deeply
        return ""
    return repaired if isinstance(repaired, str) else ""


def _depth(text: str) -> int:
    depth = deepest = 0
    for sign in re.findall(r"[{}\[\]()]", text):
        depth = depth + 1 if sign in "{[(" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest


def _indent(text: str) -> int | None:
    match = re.search(r"\n( +)\S", text)
    return len(match[1]) if match else None


def _strict(case: Case) -> str:
    """Single quotes, bare keys and words, constants of other languages, comments, trailing commas, concatenation."""
    parts: list[str] = []
    keeps_comments = allows_comments(case.program.path)
    for token in case.tokens:
        if token.kind is Kind.COMMENT:
            parts.append(token.text if keeps_comments else "")
            continue
        if token.kind is Kind.STRING and token.text[0] == "'":
            inner = token.text[1:-1].replace("\\'", "'").replace('"', '\\"')
            parts.append(f'"{inner}"')
        elif token.kind is Kind.WORD and token.text not in {"true", "false", "null"}:
            parts.append(_CONSTANTS.get(token.text, f'"{token.text}"'))
        else:
            parts.append(token.text)
    text = "".join(parts)
    text = re.sub(r'"\s*\+\s*"', "", text)
    text = re.sub(r";\s*\Z", "", text)
    return re.sub(r",(\s*[}\]])", r"\1", re.sub(r",\s*\Z", "", text))


def _commas(text: str) -> str:
    return re.sub(r'(["\d}\]el])(\s+)(?=["{\[\d-])', r"\1,\2", re.sub(r"([}\]])([{\[])", r"\1,\2", text))


def _closed(text: str) -> str:
    """Brackets that are open at the end are closed, an open string too; surplus ones at the end go."""
    stack, in_string, escaped = [], False, False
    for sign in text:
        if in_string:
            in_string = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            in_string = True
        elif sign in _PAIRS:
            stack.append(_PAIRS[sign])
        elif stack and sign == stack[-1]:
            stack.pop()
    body = text.rstrip()
    tail = text[len(body) :]
    body = re.sub(r",\s*$", "", body) + '"' * in_string
    return body + "".join(reversed(stack)) + tail
