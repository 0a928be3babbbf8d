"""Tier (b): replace an unknown name by the legal names nearest to it."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.diagnostic import Diagnostic


def is_about_names(target: Diagnostic) -> bool:
    """Whether the diagnostic is about a name in a program that parses: inserting signs is no answer then."""
    return target.rule.startswith(_NAME_RULES)


_NAME_RULES = ("unknown-", "ambiguous-", "missing-option", "invalid-choice", "invalid-type", "F82")
_MIN_RATIO = 0.6


def related(found: str, name: str) -> bool:
    """Whether one name could stand for the other: a common word, one inside the other, or a similar spelling.

    >>> related("student_name", "StuName"), related("gender", "district_id")
    (True, False)
    """
    one, two = found.rpartition(".")[2].strip('"`[]'), name.rpartition(".")[2].strip('"`[]')
    left, right = _stems(one), _stems(two)
    if left & right or one.casefold() == two.casefold():
        return True
    flat, other = "".join(sorted(left)), "".join(sorted(right))
    if min(len(flat), len(other)) >= 3 and (flat in other or other in flat):
        return True
    if any(a.startswith(b) or b.startswith(a) for a in left for b in right if min(len(a), len(b)) >= 3):
        return True
    return SequenceMatcher(a=one.casefold(), b=two.casefold(), autojunk=False).ratio() >= _MIN_RATIO


_FILLERS = frozenset({"id", "name", "code", "num", "the", "of", "is", "no"})


def _stems(name: str) -> set[str]:
    """The words of a name, singular and in lower case; filler words count only when nothing else is there."""
    parts = {word.casefold() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", name)}
    stems = {re.sub(r"(?<=[a-z]{2})(?:ies|es|s)$", "", part) for part in parts}
    return (stems - _FILLERS) or stems


UNRELATED = 6.0
"""Extra cost of a legal name that has nothing in common with the wrong one: beyond what is offered by default."""


def propose_names(case: Case) -> Iterator[Candidate]:
    """Each expected name at the reported place, and everywhere the wrong name stands."""
    target = case.target
    if not target.found or not target.expected:
        return
    for rank, name in enumerate(dict.fromkeys(target.expected)):
        cost = 1.0 + 0.35 * rank + (0.0 if related(target.found, name) else UNRELATED)
        note = f"{target.found} -> {name}"
        here = _replace_here(case, target, name)
        everywhere = _replace_everywhere(case, target.found, name)
        if everywhere != case.text:
            yield Candidate(everywhere, RepairSource.SCHEMA, cost, note)
        if here is not None and here not in {case.text, everywhere}:
            yield Candidate(here, RepairSource.SCHEMA, cost + 0.1, note)


def _replace_here(case: Case, target: Diagnostic, name: str) -> str | None:
    found = target.found or ""
    start = case.text.find(found, case.at)
    if start < 0 or start > case.at + len(found) + 2:
        start = case.text.find(found, case.offset(target.line, 1))
    return None if start < 0 else case.splice(start, start + len(found), name)


def _replace_everywhere(case: Case, found: str, name: str) -> str:
    """Whole-word replacement outside strings and comments; a quoted name counts as a name where it equals `found`."""
    if not re.fullmatch(r"\w+", found):
        pattern = re.compile(rf"(?<!\w){re.escape(found)}(?!\w)")
        return pattern.sub(lambda _: name, case.text)
    flags = re.IGNORECASE if case.program.language == "sql" else 0
    parts = []
    for token in case.tokens:
        same = token.kind is Kind.WORD and re.fullmatch(re.escape(found), token.text, flags)
        parts.append(name if same else token.text)
    return "".join(parts)
