"""What a validator expects, written where it is missing, in a language that nothing else is known about."""

from __future__ import annotations

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.program import Program
from slmfix_bot.core.propose import propose
from slmfix_bot.core.propose.case import Case
from slmfix_bot.core.propose.expected import propose_expected


def case(text: str, line: int, column: int, *expected: str, related_line: int | None = None) -> Case:
    """A syntax error in an own language."""
    target = Diagnostic(
        rule="syntax", message="", line=line, column=column, expected=expected, related_line=related_line
    )
    return Case(Program(language="relay", text=text), (target,), target)


def texts(given: Case) -> list[str]:
    """The candidates, cheapest first."""
    return [one.text for one in sorted(propose_expected(given), key=lambda one: one.cost)]


def test_closer_gets_a_line_of_its_own_with_the_openers_indentation() -> None:
    given = case("  a {\n    x 1\n\n  b {\n  }\n", 4, 3, "}", related_line=1)
    assert texts(given)[0] == "  a {\n    x 1\n  }\n\n  b {\n  }\n"


def test_empty_line_in_between_is_used() -> None:
    given = case("a {\n  x 1\n\n\nb {\n}\n", 5, 1, "}", related_line=1)
    assert texts(given)[0] == "a {\n  x 1\n}\n\nb {\n}\n"


def test_closer_at_the_end_of_the_text() -> None:
    assert "a {\n  x 1\n}\n" in texts(case("a {\n  x 1", 2, 5, "}", related_line=1))
    assert "a {\n  x 1\n}\n" in texts(case("a {\n  x 1\n", 3, 1, "}", related_line=1))


def test_sign_is_written_behind_before_and_in_place() -> None:
    found = texts(case("a b\n", 1, 3, "{"))
    assert {"a b {\n", "a { b\n", "a {b\n", "a {\n"} <= set(found)


def test_nothing_expected_noop() -> None:
    assert texts(case("a b\n", 1, 3)) == []


def test_empty_text_and_wrong_lines_do_not_fail() -> None:
    for text in ("", "\n", "x"):
        for line in (1, 2, 9):
            assert all(isinstance(one, str) for one in texts(case(text, line, 1, "}", related_line=line)))


def test_only_languages_without_rules_of_their_own_use_it() -> None:
    notes = [one.note for one in propose(case("a b\n", 1, 3, "@"))]
    assert "'@' written where it is expected" in notes
    other = case("a b\n", 1, 3, "@")
    bash = Case(Program(language="bash", text="a b\n"), other.diagnostics, other.target)
    assert "'@' written where it is expected" not in [one.note for one in propose(bash)]
