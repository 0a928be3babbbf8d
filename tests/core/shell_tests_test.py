from __future__ import annotations

import pytest

from slmfix_bot.core.shell_tests import end_of_test, is_open, openers


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[ -f x ]; then", "[ -f x ]"),
        ("[ -f x\nthen", "[ -f x"),
        ('[ a = "; ]" ] && b', '[ a = "; ]" ] '),
        ("[ $(a | (b; c)) ] || d", "[ $(a | (b; c)) ] "),
        ("[ a \\\n -a b ] | c", "[ a \\\n -a b ] "),
        ("[ ${a;} = `b; c` ]", "[ ${a;} = `b; c` ]"),
        ("[ 'open", "[ "),
    ],
)
def test_a_command_ends_at_an_operator_that_is_not_quoted(text: str, words: str) -> None:
    assert text[: end_of_test(text, 0)] == words


@pytest.mark.parametrize(
    ("text", "expected"), [("[ x ]", False), ("[ x", True), ("[ x]", True), ("[ ]", False), ("[", True)]
)
def test_is_open(text: str, expected: bool) -> None:
    assert is_open(text, 0) is expected


def test_openers_are_commands() -> None:
    line = "if [ a ] && [[ b ]]; then x[1]=2; echo [ c; ! [ d ]"
    assert [line[place:] for _, place in openers(line)] == [line[3:], line[12:], line[line.index("[ d") :]]


def test_hostile_text_is_passed_in_linear_time() -> None:
    for text in (
        "[ " + "$(" * 20_000,
        "[ " + '"' * 20_001,
        "[ " + "`" * 20_001,
        "[ " + "a" * 200_000,
        "[ " + "${" * 20_000,
    ):
        assert end_of_test(text, 0) <= len(text)
