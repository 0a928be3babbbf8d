from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.program import Program
from slmfix_bot.core.propose import propose
from slmfix_bot.core.propose.case import Case
from slmfix_bot.validators import VALIDATORS

LANGUAGES = sorted(VALIDATORS)
PIECES = [
    "'",
    '"',
    "`",
    "(",
    ")",
    "{",
    "[",
    "\n",
    "\r\n",
    "a",
    "é",
    " ",
    ": ",
    "- ",
    "SELECT ",
    "if ",
    "def f",
    "= ",
    ",",
    "\\",
    "```\n",
    "\0",
    "\ud800",
]


def case(language: str, text: str, line: int, column: int | None) -> Case:
    target = Diagnostic(
        rule="syntax",
        message="expected an indented block, found 'a'",
        line=line,
        column=column,
        found="a",
        expected=("b",),
    )
    return Case(Program(language=language, text=text), (target,), target)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(
    st.sampled_from(LANGUAGES),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.integers(min_value=1, max_value=9),
    st.none() | st.integers(min_value=1, max_value=40),
)
def test_every_proposal_differs_from_the_input_and_costs_are_sorted(
    language: str, text: str, line: int, column: int | None
) -> None:
    candidates = propose(case(language, text, line, column))
    texts = [candidate.text for candidate in candidates]
    assert text not in texts
    assert len(set(texts)) == len(texts)
    assert all(isinstance(candidate, str) for candidate in texts)
    costs = [candidate.cost for candidate in candidates]
    assert costs == sorted(costs)
    assert [candidate.text for candidate in propose(case(language, text, line, column))] == texts


UNITS = [
    "(",
    "[",
    "'",
    '"',
    "\\'",
    "/* ",
    " ",
    "\n",
    "a ",
    "{{",
    "=x",
    "-exec a",
    "Aa ",
    "SUM( ",
    "a: b\n",
    "}\n",
    "+ ",
    "<a>",
]


@pytest.mark.parametrize("language", ["sql", "bash", "python", "json", "yaml"])
def test_propose_is_quick_on_hostile_text(language: str) -> None:
    for unit in UNITS:
        text = "a = 1 " + unit * (20_000 // len(unit)) + "x"
        started = time.process_time()
        propose(case(language, text, 1, 3))
        assert time.process_time() - started < 3.0, unit
