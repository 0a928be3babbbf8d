from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slmfix_bot.core.change import Hunk
from slmfix_bot.core.edit import Edit, apply_edits, replace_lines
from slmfix_bot.core.suggestion import Refusal, Suggestion, apply_suggestion, fence_for, make_suggestion
from slmfix_bot.core.text import bare_lines

TEXT = "one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n"


def hunk(start: int, end: int) -> Hunk:
    return Hunk(start, end, frozenset(range(start, end + 1)))


WHOLE = (hunk(1, 8),)


def made(text: str, edits: list[Edit], hunks: tuple[Hunk, ...] = WHOLE) -> Suggestion:
    result = make_suggestion(text, edits, hunks)
    assert isinstance(result, Suggestion), result
    assert apply_suggestion(text, result) == apply_edits(text, edits)
    return result


def refused(text: str, edits: list[Edit], hunks: tuple[Hunk, ...] = WHOLE) -> str:
    result = make_suggestion(text, edits, hunks)
    assert isinstance(result, Refusal), result
    return result.reason


def test_covers_only_the_lines_that_change() -> None:
    result = made(TEXT, [Edit(1, 5, "one\ntwo\nTHREE\nfour\nfive\n")])
    assert (result.start_line, result.end_line, result.body_lines) == (3, 3, ("THREE",))


def test_insertion_restates_the_line_before() -> None:
    result = made(TEXT, [Edit(4, 3, "new\n")])
    assert (result.start_line, result.end_line, result.body_lines) == (3, 3, ("three", "new"))


def test_insertion_at_the_start_of_a_hunk_restates_the_line_after() -> None:
    result = made(TEXT, [Edit(4, 3, "new\n")], (hunk(4, 6),))
    assert (result.start_line, result.end_line, result.body_lines) == (4, 4, ("new", "four"))


def test_insertion_before_the_first_line_and_after_the_last() -> None:
    assert made(TEXT, [Edit(1, 0, "new\n")]).body_lines == ("new", "one")
    assert made(TEXT, [Edit(9, 8, "new\n")]).body_lines == ("eight", "new")


def test_insertion_among_equal_lines_stays_inside_the_hunk() -> None:
    text = "}\n}\n}\n}\n}\n"
    result = made(text, [Edit(2, 1, "}\n")], (hunk(1, 2),))
    assert (result.start_line, result.end_line) == (1, 1)


def test_deletion_is_a_block_without_a_line() -> None:
    result = made(TEXT, [Edit(2, 3, "")])
    assert (result.start_line, result.end_line, result.body_lines) == (2, 3, ())
    assert result.block == "```suggestion\n```"


def test_replacement_by_an_empty_line_is_not_a_deletion() -> None:
    assert made(TEXT, [Edit(2, 2, "\n")]).block == "```suggestion\n\n```"


def test_several_edits_in_one_hunk_become_one_range() -> None:
    result = made(TEXT, [Edit(2, 2, "TWO\n"), Edit(4, 4, "")])
    assert (result.start_line, result.end_line, result.body_lines) == (2, 4, ("TWO", "three"))


@pytest.mark.parametrize("edits", [[Edit(2, 2, "TWO\n"), Edit(7, 7, "SEVEN\n")], [Edit(4, 5, "x\n")], [Edit(5, 5, "")]])
def test_a_range_over_two_hunks_or_outside_is_refused(edits: list[Edit]) -> None:
    assert "one hunk" in refused(TEXT, edits, (hunk(1, 4), hunk(6, 8)))


def test_an_insertion_between_two_hunks_is_refused() -> None:
    assert "one hunk" in refused(TEXT, [Edit(5, 4, "x\n")], (hunk(1, 3), hunk(6, 8)))


def test_a_change_of_nothing_is_refused() -> None:
    assert "changes no line" in refused(TEXT, [Edit(2, 2, "two\n")])
    assert "no edit" in refused(TEXT, [])


def test_line_endings_only_are_refused() -> None:
    assert "changes no line" in refused("a\r\nb\nc\r\n", [Edit(2, 2, "b\n")], (hunk(1, 3),))


def test_crlf_bodies_use_lf_and_the_file_keeps_crlf() -> None:
    result = made("a\r\nb\r\nc\r\n", [Edit(2, 2, "B\n")], (hunk(1, 3),))
    assert "\r" not in result.block
    assert apply_suggestion("a\r\nb\r\nc\r\n", result) == "a\r\nB\r\nc\r\n"


def test_restating_a_line_with_the_rarer_ending_is_refused() -> None:
    assert "byte for byte" in refused("a\nb\r\nc\r\n", [Edit(2, 1, "x\n")], (hunk(1, 1),))


def test_carriage_return_inside_a_line_is_refused() -> None:
    assert "characters" in refused("a\nb\nc\n", [Edit(2, 2, "x\ry\n")], (hunk(1, 3),))


def test_deleting_an_open_last_line_takes_the_newline_before_it() -> None:
    result = made("a\nb\nc", [Edit(3, 3, "")], (hunk(1, 3),))
    assert (result.start_line, result.end_line, result.body_lines) == (2, 3, ("b",))


def test_emptying_the_file_is_refused() -> None:
    assert "empty file" in refused("a\nb\n", [Edit(1, 2, "")], (hunk(1, 2),))


def test_a_block_longer_than_a_comment_is_refused() -> None:
    assert "too long" in refused(TEXT, [Edit(2, 2, "x" * 70_000 + "\n")])


def test_an_overlap_with_an_earlier_suggestion_is_refused_or_avoided() -> None:
    earlier = made(TEXT, [Edit(3, 3, "THREE\n")])
    assert isinstance(make_suggestion(TEXT, [Edit(3, 4, "x\n")], WHOLE, [earlier]), Refusal)
    after = make_suggestion(TEXT, [Edit(4, 3, "new\n")], WHOLE, [earlier])
    assert isinstance(after, Suggestion)
    assert (after.start_line, after.body_lines) == (4, ("new", "four"))


@pytest.mark.parametrize(
    ("content", "fence"), [("plain", "```"), ("  ``` indented", "````"), ("a ````` b\n``", "``````")]
)
def test_fence_is_longer_than_any_run_of_backticks(content: str, fence: str) -> None:
    assert fence_for(content) == fence


LINES = st.sampled_from(["", "}", "  x = 1", "```", "~~~~", "é\u2028ü", "a\tb", "end", "}", "# `q`"])


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, list[Edit], Hunk]:
    lines = draw(st.lists(LINES, min_size=1, max_size=12))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    text = ending.join(lines) + (ending if draw(st.booleans()) else "")
    count = len(bare_lines(text))
    start = draw(st.integers(1, max(1, count)))
    extent = hunk(start, draw(st.integers(start, max(start, count))))
    cuts = sorted(draw(st.lists(st.integers(extent.start, extent.end + 1), min_size=2, max_size=6)))
    edits = [
        replace_lines(low, high - 1, draw(st.lists(LINES, max_size=3)))
        for low, high in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    return text, edits, extent


@given(cases())
def test_applying_a_suggestion_equals_applying_the_edits(case: tuple[str, list[Edit], Hunk]) -> None:
    text, edits, extent = case
    try:
        target = apply_edits(text, edits)
    except ValueError:
        return
    result = make_suggestion(text, edits, [extent])
    if isinstance(result, Suggestion):
        assert apply_suggestion(text, result) == target != text
        assert extent.start <= result.start_line <= result.end_line <= extent.end
    elif text.endswith("\n") and target:
        # Nothing but a change of nothing may be refused: every edit lies inside the hunk.
        assert bare_lines(text) == bare_lines(target), result.reason
