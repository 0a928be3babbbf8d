"""Edits of whole lines, and their application to a text.

An edit replaces the lines `start_line..end_line` (1-based, inclusive) by `replacement`. The replacement holds whole
lines, each ended by LF, whatever the file uses: `""` deletes, `"\\n"` leaves one empty line. An insertion before line
n has `start_line = n` and `end_line = n - 1`. Applying converts LF to the file's own line ending and keeps a missing
final newline missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.text import bare_lines, chomp, line_ending, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, order=True)
class Edit:
    """One replacement of whole lines; see the module for the conventions."""

    start_line: int
    end_line: int
    replacement: str

    def __post_init__(self) -> None:
        if self.start_line < 1 or self.end_line < self.start_line - 1:
            msg = f"impossible line range {self.start_line}..{self.end_line}"
            raise ValueError(msg)
        if self.replacement and not self.replacement.endswith("\n"):
            msg = "a replacement consists of whole lines, each ended by LF"
            raise ValueError(msg)

    @property
    def is_insertion(self) -> bool:
        """Whether nothing is replaced."""
        return self.end_line < self.start_line

    @property
    def new_lines(self) -> tuple[str, ...]:
        """The replacement's lines without terminators."""
        return tuple(bare_lines(self.replacement))


def replace_lines(start_line: int, end_line: int, lines: Iterable[str]) -> Edit:
    """An edit from lines without terminators."""
    return Edit(start_line, end_line, "".join(f"{line}\n" for line in lines))


def overlaps(one: Edit, two: Edit) -> bool:
    """Whether two edits touch a common line, or insert at the same place."""
    if one.is_insertion and two.is_insertion:
        return one.start_line == two.start_line
    if one.is_insertion or two.is_insertion:
        insertion, other = (one, two) if one.is_insertion else (two, one)
        return other.start_line < insertion.start_line <= other.end_line
    return one.start_line <= two.end_line and two.start_line <= one.end_line


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """The text after all edits, which refer to the lines of the original text.

    Raises ValueError for overlapping edits and for a range past the end of the text.
    """
    ordered = sorted(edits)
    if any(overlaps(one, two) for one, two in pairwise(ordered)):
        msg = "overlapping edits"
        raise ValueError(msg)
    lines = split_lines(text)
    ending = line_ending(text)
    ends_open = bool(lines) and not lines[-1].endswith("\n")
    if ends_open:
        lines[-1] += ending
    for edit in reversed(ordered):
        if edit.end_line > len(lines) or edit.start_line > len(lines) + 1:
            msg = f"line {edit.end_line} is past the end of a text of {len(lines)} lines"
            raise ValueError(msg)
        lines[edit.start_line - 1 : edit.end_line] = [line + ending for line in edit.new_lines]
    if ends_open and lines:
        lines[-1] = chomp(lines[-1])
    return "".join(lines)


def diff_edits(old: str, new: str) -> tuple[Edit, ...]:
    """The edits of whole lines that turn one text into the other, line endings and final newline aside."""
    before, after = bare_lines(old), bare_lines(new)
    return tuple(
        replace_lines(i1 + 1, i2, after[j1:j2]) for tag, i1, i2, j1, j2 in opcodes(before, after) if tag != "equal"
    )


_MAX_CELLS = 25_000_000  # pairs of changed elements; the matcher visits each of them when all are equal


def opcodes(before: Sequence[str], after: Sequence[str]) -> list[tuple[str, int, int, int, int]]:
    """What `SequenceMatcher.get_opcodes` says, in bounded time: common ends are not searched, and a change that is
    too large to align is one replacement."""
    shorter = min(len(before), len(after))
    head = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    tail = next((i for i in range(shorter - head) if before[-1 - i] != after[-1 - i]), shorter - head)
    i2, j2 = len(before) - tail, len(after) - tail
    if (i2 - head) * (j2 - head) > _MAX_CELLS:
        middle = [("replace", 0, i2 - head, 0, j2 - head)]
    else:
        matcher = SequenceMatcher(a=before[head:i2], b=after[head:j2], autojunk=False)
        middle = [(str(tag), a1, a2, b1, b2) for tag, a1, a2, b1, b2 in matcher.get_opcodes()]
    found = [("equal", 0, head, 0, head)] if head else []
    found += [(tag, head + a1, head + a2, head + b1, head + b2) for tag, a1, a2, b1, b2 in middle]
    return [*found, ("equal", i2, len(before), j2, len(after))] if tail else found
