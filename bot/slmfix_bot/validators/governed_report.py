"""Problems of a node tree as diagnostics with places, one for each place, and the safe fix of a wrong type."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import replace_lines
from slmfix_bot.core.text import bare_lines
from slmfix_bot.validators.schema_problem import MISSING, TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slmfix_bot.core.edit import Edit
    from slmfix_bot.validators.ansible_document import Document
    from slmfix_bot.validators.schema_problem import Problem

MAX_REPORTED = 100
_PLAIN = {
    "integer": re.compile(r"-?(0|[1-9]\d*)"),
    "number": re.compile(r"-?(0|[1-9]\d*)(\.\d+)?"),
    "boolean": re.compile(r"true|false"),
}
_ONE_WORD = re.compile(r"""[\w./:@-]+|"[^"\\\s]+"|'[^'\s]+'""")


def report(document: Document, problems: Iterable[Problem], lenient: frozenset[str] = frozenset()) -> None:
    """Adds the problems to the document, in the order of the text. What `lenient` names is a warning: a rule, the
    quoted key whose value is concerned, or an unknown key."""
    seen: set[tuple[int, int]] = set()
    problems = list(problems)
    incomplete = {id(p.owner) for p in problems if p.rule == MISSING}
    slips = {(id(p.owner), p.expected[0]) for p in problems if id(p.owner) in incomplete and p.is_misspelt}
    problems = [p for p in problems if p.rule != MISSING or not _is_slip(p, slips)]
    for problem in sorted(problems, key=lambda problem: problem.at.start_mark.index):
        place = document.place(problem.at.start_mark)
        if place in seen or len(document.diagnostics) >= MAX_REPORTED:
            continue
        seen.add(place)
        is_lenient = not lenient.isdisjoint((problem.rule, problem.where, problem.found))
        document.report(
            problem.rule,
            problem.message,
            problem.at,
            severity=Severity.WARNING if is_lenient else Severity.ERROR,
            found=problem.found,
            expected=problem.expected,
            fix=_respelt(document.text, problem),
        )


def _is_slip(problem: Problem, slips: set[tuple[int, str]]) -> bool:
    """Whether the missing key is there, but misspelt."""
    present = [(id(problem.owner), name) in slips for name in problem.legal]
    return any(present) if problem.is_choice_of_keys else all(present)


def _respelt(text: str, problem: Problem) -> tuple[Edit, ...]:
    """Quotes around a scalar that must be a string, none around one that must be a number or a boolean, brackets
    around one word that must be a list."""
    node = problem.at
    if problem.rule != TYPE or not isinstance(node, yaml.ScalarNode):
        return ()
    raw = text[node.start_mark.index : node.end_mark.index]
    if not node.style and "string" in problem.types and raw == node.value and '"' not in raw and "\\" not in raw:
        return replaced(text, node, f'"{raw}"')
    if node.style in {"'", '"'} and any(
        pattern.fullmatch(node.value) for name, pattern in _PLAIN.items() if name in problem.types
    ):
        return replaced(text, node, str(node.value))
    if "array" in problem.types and _ONE_WORD.fullmatch(raw):
        return replaced(text, node, f"[{raw}]")
    return ()


def replaced(text: str, node: yaml.Node, new: str) -> tuple[Edit, ...]:
    """The edit that writes something else in the place of a node of one line."""
    start, end = node.start_mark.index, node.end_mark.index
    if "\n" in text[start:end]:
        return ()
    number = text.count("\n", 0, start)
    begin = text.rfind("\n", 0, start) + 1
    line = bare_lines(text)[number]
    return (replace_lines(number + 1, number + 1, [line[: start - begin] + new + line[end - begin :]]),)


def in_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place."""
    return tuple(sorted(diagnostics, key=lambda diagnostic: (diagnostic.line, diagnostic.column or 0)))


def soften(diagnostic: Diagnostic) -> Diagnostic:
    """The same as a warning."""
    return replace(diagnostic, severity=Severity.WARNING)
