"""Signs of another language, in a language that nothing is known about."""

from __future__ import annotations

import pytest

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.program import Program
from slmfix_bot.core.propose import propose
from slmfix_bot.core.propose.case import Case
from slmfix_bot.core.propose.general import propose_general
from slmfix_bot.core.residue import find_residue


def case(text: str, line: int, column: int | None = None) -> Case:
    """A syntax error in an own language."""
    target = Diagnostic(rule="syntax", message="", line=line, column=column)
    return Case(Program(language="relay", text=text), (target,), target)


@pytest.mark.parametrize(
    ("broken", "repaired"),
    [
        ("a {\n  port: 80\n}\n", "a {\n  port 80\n}\n"),
        ("a {\n  port: 80\n  size: 3\n}\n", "a {\n  port 80\n  size 3\n}\n"),
        ("a {\n  port = 80\n}\n", "a {\n  port 80\n}\n"),
        ("a {\n  port 80;\n}\n", "a {\n  port 80\n}\n"),
        ('a {\n  needs "db"\n}\n', "a {\n  needs db\n}\n"),
        ("a {\n  image 'x/y'\n}\n", 'a {\n  image "x/y"\n}\n'),
        ("a {\n  image 'x/y'\n  run 'z w'\n}\n", 'a {\n  image "x/y"\n  run "z w"\n}\n'),
        ("a {\n  run make all\n}\n", 'a {\n  run "make all"\n}\n'),
        ("a {\n  run make\n}\n", 'a {\n  run "make"\n}\n'),
        ("a {\n  size 2GB\n}\n", "a {\n  size 2gb\n}\n"),
    ],
)
def test_signs_are_mended(broken: str, repaired: str) -> None:
    assert repaired in [one.text for one in propose_general(case(broken, 2))]


def test_what_stands_at_the_place_comes_first() -> None:
    cheapest = min(propose_general(case("a: b; c\n", 1, 5)), key=lambda one: one.cost)
    assert cheapest.text == "a: b c\n"


def test_empty_text_and_wrong_lines_do_not_fail() -> None:
    for text in ("", "\n", '"', "'a", "x"):
        for line in (1, 2, 9):
            assert all(isinstance(one.text, str) for one in propose_general(case(text, line, 1)))


def test_names_are_not_touched_by_it() -> None:
    given = case("port: 80\n", 1)
    target = Diagnostic(rule="unknown-option", message="", line=1)
    assert propose(Case(given.program, (target,), target)) == []


def test_indented_lines_of_an_own_language_are_no_prose() -> None:
    text = 'step a {\n  command "make the build for this"\n}\n\nHere is the file that you asked for:\n'
    assert [text[one.start : one.end].strip() for one in find_residue("relay", text)] == [
        "Here is the file that you asked for:"
    ]
