from __future__ import annotations

import time
from difflib import SequenceMatcher

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.core.edit import Edit, apply_edits, diff_edits, opcodes, overlaps, replace_lines
from slmfix_bot.core.text import split_lines

LINES = st.lists(st.sampled_from(["a", "b", "c", "", "  é", "a\rb"]), max_size=8)


@settings(max_examples=80, derandomize=True)
@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_diff_edits_and_apply_edits_round_trip(
    before: list[str], after: list[str], ending: str, ends_open: bool
) -> None:
    def text_of(lines: list[str]) -> str:
        text = "".join(line + ending for line in lines)
        # An empty last line without a terminator does not exist.
        return text.removesuffix(ending) if ends_open and lines and lines[-1] else text

    old, new = text_of(before), text_of(after)
    result = apply_edits(old, diff_edits(old, new))
    if split_lines(old) and split_lines(new) and old.endswith("\n") == new.endswith("\n") and "\n" in old:
        assert result == new
    else:  # nothing tells the ending of the new lines
        assert result.replace("\r\n", "\n").rstrip("\n") == new.replace("\r\n", "\n").rstrip("\n")


@settings(max_examples=80, derandomize=True)
@given(LINES, LINES)
def test_opcodes_describe_the_change_completely(before: list[str], after: list[str]) -> None:
    built, i, j = [], 0, 0
    for tag, i1, i2, j1, j2 in opcodes(before, after):
        assert (i1, j1) == (i, j)
        assert tag != "equal" or before[i1:i2] == after[j1:j2]
        assert tag in {"equal", "replace", "delete", "insert"}
        built += after[j1:j2]
        i, j = i2, j2
    assert built == after
    assert i == len(before)


def test_opcodes_agree_with_difflib_where_nothing_is_ambiguous() -> None:
    before, after = list("abcdefgh"), list("abXdefYgh")
    assert opcodes(before, after) == SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()


def test_opcodes_of_equal_lines_are_quick() -> None:
    before = ["}"] * 100_000
    started = time.process_time()
    changed = opcodes(before, [*before[:5], "x", *before[5:]])
    rewritten = opcodes(before, ["x", *before, "y"])
    assert time.process_time() - started < 1.0
    assert ("insert", 5, 5, 5, 6) in changed
    assert rewritten == [("replace", 0, 100_000, 0, 100_002)]


def test_apply_edits_keeps_crlf_and_the_open_end() -> None:
    edits = (replace_lines(2, 2, ["x", "y"]),)
    assert apply_edits("a\r\nb\r\nc", edits) == "a\r\nx\r\ny\r\nc"
    assert apply_edits("a\nb", edits) == "a\nx\ny"
    assert apply_edits("a\nb\n", edits) == "a\nx\ny\n"


def test_apply_edits_inserts_deletes_and_appends() -> None:
    assert apply_edits("a\nb\n", (Edit(1, 0, "x\n"), Edit(2, 2, ""))) == "x\na\n"
    assert apply_edits("a\n", (Edit(2, 1, "b\n"),)) == "a\nb\n"
    assert apply_edits("", (Edit(1, 0, "b\n"),)) == "b\n"
    assert apply_edits("a\nb\n", (Edit(1, 2, "\n"),)) == "\n"


def test_apply_edits_refuses_overlaps_and_places_outside() -> None:
    with pytest.raises(ValueError, match="overlapping"):
        apply_edits("a\nb\nc\n", (Edit(1, 2, ""), Edit(2, 3, "")))
    with pytest.raises(ValueError, match="past the end"):
        apply_edits("a\n", (Edit(2, 2, ""),))
    with pytest.raises(ValueError, match="past the end"):
        apply_edits("a\n", (Edit(3, 2, "x\n"),))


@pytest.mark.parametrize(("start", "end", "replacement"), [(0, 1, ""), (3, 1, ""), (1, 1, "x")])
def test_edit_refuses_what_is_not_whole_lines(start: int, end: int, replacement: str) -> None:
    with pytest.raises(ValueError, match=r"impossible|whole lines"):
        Edit(start, end, replacement)


def test_overlaps_of_insertions() -> None:
    assert overlaps(Edit(2, 1, "x\n"), Edit(2, 1, "y\n"))
    assert overlaps(Edit(1, 3, ""), Edit(2, 1, "y\n"))
    assert not overlaps(Edit(2, 3, ""), Edit(2, 1, "y\n"))
    assert not overlaps(Edit(2, 3, ""), Edit(4, 3, "y\n"))
