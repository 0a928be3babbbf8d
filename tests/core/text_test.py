from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.core.text import bare_lines, chomp, line_ending, split_lines

PIECES = st.lists(st.sampled_from(["a", "é", "\r", "\n", "\r\n", "\x0c", "\u2028", "\x85", " "])).map("".join)


@settings(max_examples=80, derandomize=True)
@given(PIECES)
def test_split_lines_joins_back_to_the_text(text: str) -> None:
    lines = split_lines(text)
    assert "".join(lines) == text
    assert all(line.endswith("\n") for line in lines[:-1])
    assert all(line.count("\n") <= 1 and line for line in lines)


def test_split_lines_breaks_at_lf_only() -> None:
    assert split_lines("a\x0cb\u2028c\x85d\re\n") == ["a\x0cb\u2028c\x85d\re\n"]
    assert split_lines("") == []
    assert split_lines("\n\n") == ["\n", "\n"]


def test_chomp_removes_one_terminator() -> None:
    assert chomp("a\r\n") == "a"
    assert chomp("a\n") == "a"
    assert chomp("a\n\n") == "a\n"
    assert bare_lines("a\r\nb") == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "ending"),
    [("", "\n"), ("a", "\n"), ("a\nb\n", "\n"), ("a\r\nb\r\n", "\r\n"), ("a\r\nb\nc\n", "\n"), ("a\r\nb\n", "\n")],
)
def test_line_ending_is_that_of_most_lines(text: str, ending: str) -> None:
    assert line_ending(text) == ending
