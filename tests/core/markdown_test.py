from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmfix_bot.core.markdown import cell, code, compose, fenced, one_line, prose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "`plain`"),
        ("a `b`", "`` a `b` ``"),
        ("``", "``` `` ```"),
        ("a\nb\r\nc", "`a b c`"),
        ("", "` `"),
        ("@team <!-- x -->", "`@team <!-- x -->`"),
    ],
)
def test_code_spans(text: str, expected: str) -> None:
    assert code(text) == expected


@given(st.text(max_size=80))
def test_a_code_span_cannot_be_left(text: str) -> None:
    span = code(text)
    runs = re.findall(r"`+", span)
    assert runs[0] == runs[-1]
    assert runs.count(runs[0]) == 2
    assert "\n" not in span


def test_prose_mentions_nobody_and_opens_no_comment() -> None:
    text = prose("@team see #12, GH-7 and <!-- slmfix:1 --> [x](http://e.org) **b**")
    assert "@team" not in text
    assert "#12" not in text
    assert "GH-7" not in text
    assert "<!--" not in text
    assert r"\[x\](" in text
    assert "http://" not in text
    assert "**" not in text


def test_prose_leaves_words_alone_noop() -> None:
    assert prose("plain words, 12 of them") == "plain words, 12 of them"


def test_direction_marks_and_controls_vanish() -> None:
    assert one_line("a\u202eb\x1b[31mc\x00") == "ab[31mc"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert one_line("x" * 500, limit=10) == "x" * 9 + "…"


@pytest.mark.parametrize("text", ["a|b", "a\\|b", "a\\\\|b", "|||"])
def test_every_bar_in_a_cell_is_escaped_once(text: str) -> None:
    shown = cell(code(text))
    assert re.search(r"(?<!\\)\|", shown) is None
    assert re.search(r"\\\\+\|", shown) is None


def test_fenced_text_cannot_close_its_fence() -> None:
    assert fenced("a\n```\nb\n", "diff") == "````diff\na\n```\nb\n````"


def test_compose_keeps_block_and_marker_whole() -> None:
    body = compose("h" * 500, "```suggestion\nx\n```", "t" * 500, "<!-- m -->", limit=300)
    assert len(body) <= 300
    assert "\n\n```suggestion\nx\n```\n\n" in body
    assert body.endswith("<!-- m -->")


def test_compose_within_the_limit_cuts_nothing_noop() -> None:
    assert compose("head", "", "tail", "<!-- m -->") == "head\n\ntail\n\n<!-- m -->"


def test_compose_refuses_a_block_longer_than_the_limit() -> None:
    with pytest.raises(ValueError, match="longer than"):
        compose("", "x" * 400, "", "m", limit=300)
