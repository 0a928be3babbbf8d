"""From a repair's edits to one GitHub suggestion: a range of lines inside one hunk and the lines that replace it.

GitHub replaces the whole commented range by the block's lines. So an insertion restates a line next to it, a
deletion is a block without a content line, and a range must not leave its hunk. Bodies use LF; GitHub documents
nothing about CRLF files (its batch button has been seen to commit CRLF into LF files), so for those `--fix` and the
patch are exact and the suggestion keeps the file's ending only as far as GitHub does. What cannot be expressed
exactly becomes a `Refusal` and the finding is delivered another way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.text import bare_lines, chomp, line_ending, split_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from slmfix_bot.core.change import Hunk
    from slmfix_bot.core.edit import Edit

MAX_BODY_CHARACTERS = 60_000
"""Longest suggestion block; GitHub takes 65,536 characters a comment, and the explanation needs room."""


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """Replace lines `start_line..end_line` (1-based, inclusive, new side) by `body_lines`; none of them deletes."""

    start_line: int
    end_line: int
    body_lines: tuple[str, ...]

    @property
    def block(self) -> str:
        """The fenced Markdown block, without a final newline."""
        fence = fence_for("\n".join(self.body_lines))
        return "\n".join([f"{fence}suggestion", *self.body_lines, fence])

    def overlaps(self, other: Suggestion) -> bool:
        """Whether both replace a common line; GitHub applies only one of such a pair in a batch."""
        return self.start_line <= other.end_line and other.start_line <= self.end_line


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a repair cannot be offered as a suggestion; `reason` continues the sentence "no suggestion: ..."."""

    reason: str


def fence_for(text: str) -> str:
    """Backticks that no run inside the text can close, at least three. Tildes are not read as a suggestion.

    >>> fence_for("a ``` b")
    '````'
    """
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    return "`" * max(3, longest + 1)


def _trim(old: Sequence[str], new: Sequence[str], *, from_end: bool) -> tuple[int, int]:
    """Lengths of the common prefix and suffix, the one or the other counted first where both could claim a line."""
    room = min(len(old), len(new))

    def common(one: Sequence[str], two: Sequence[str], limit: int) -> int:
        return next((i for i in range(limit) if one[i] != two[i]), limit)

    if from_end:
        suffix = common(old[::-1], new[::-1], room)
        return common(old, new, room - suffix), suffix
    prefix = common(old, new, room)
    return prefix, common(old[::-1], new[::-1], room - prefix)


def _candidates(
    before: list[str], after: list[str], low: int, high: int, *, is_open: bool
) -> Iterator[tuple[int, int, list[str]]]:
    """Minimal ranges with their new lines, best first; an insertion restates the line before it, else the one after."""
    high_after = high + len(after) - len(before)
    for from_end in (False, True):
        prefix, suffix = _trim(before[low - 1 : high], after[low - 1 : high_after], from_end=from_end)
        start, end, body = low + prefix, high - suffix, after[low - 1 + prefix : high_after - suffix]
        if start > end:
            if start > 1:
                yield start - 1, end, [before[start - 2], *body]
            if end < len(before):
                yield start, end + 1, [*body, before[end]]
        elif not body and is_open and end == len(before) and start > 1:
            # The new last line has to lose its newline, so it must be part of the range.
            yield start - 1, end, [before[start - 2]]
        else:
            yield start, end, body


def make_suggestion(
    text: str, edits: Sequence[Edit], hunks: Sequence[Hunk], avoid: Collection[Suggestion] = ()
) -> Suggestion | Refusal:
    """One suggestion that does what the edits do to `text` (the head version), or why there is none.

    `avoid` are suggestions already made for this file; the result overlaps none of them.
    """
    if not edits:
        return Refusal(reason="the repair has no edit")
    target = apply_edits(text, edits)
    before, after = bare_lines(text), bare_lines(target)
    if before == after:
        return Refusal(reason="the repair changes no line's text (line endings and final newline do not count)")
    if not after:
        return Refusal(reason="the repair leaves an empty file")
    low, high = min(edit.start_line for edit in edits), max(edit.end_line for edit in edits)
    reason = "the repair does not fit into one hunk of the diff"
    for start, end, body in _candidates(before, after, low, high, is_open=not text.endswith("\n")):
        suggestion = Suggestion(start_line=start, end_line=end, body_lines=tuple(body))
        if not any(hunk.start <= start and end <= hunk.end for hunk in hunks):
            continue
        if any(suggestion.overlaps(other) for other in avoid):
            reason = "it overlaps another suggestion; apply that one first"
        elif "\r" in "".join(body) or "\0" in "".join(body):
            reason = "the lines hold characters that a comment does not carry"
        elif len(suggestion.block) > MAX_BODY_CHARACTERS:
            reason = "the replaced block is too long for a comment"
        elif apply_suggestion(text, suggestion) != target:
            reason = "a suggestion cannot express the repair byte for byte (mixed line endings)"
        else:
            return suggestion
    return Refusal(reason=reason)


def apply_suggestion(text: str, suggestion: Suggestion) -> str:
    """The text after GitHub's "Commit suggestion": new lines get the file's line ending, a missing final newline stays
    missing. Written without `apply_edits`, because the two check each other."""
    lines, ending = split_lines(text), line_ending(text)
    kept_after = lines[suggestion.end_line :]
    new = [line + ending for line in suggestion.body_lines]
    if new and not kept_after and not text.endswith("\n"):
        new[-1] = chomp(new[-1])
    return "".join([*lines[: suggestion.start_line - 1], *new, *kept_after])
