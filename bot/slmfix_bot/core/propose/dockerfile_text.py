"""Physical lines of a Dockerfile as proposals see them: where an instruction begins, and which words begin one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KEYWORDS = (
    "FROM|RUN|CMD|LABEL|EXPOSE|ENV|ADD|COPY|ENTRYPOINT|VOLUME|USER|WORKDIR|ARG|ONBUILD|STOPSIGNAL|HEALTHCHECK|SHELL"
    "|MAINTAINER"
)
INSTRUCTION = re.compile(rf"\s*(?:{KEYWORDS})(?=\s)", re.I)
CONTINUES = re.compile(r"[\\`][ \t]*$")
COMMENT = re.compile(r"\s*(?:#|$)")


def first_row(lines: Sequence[str], row: int) -> int:
    """The row (0-based) where the instruction that holds `row` begins; comments between its lines are skipped."""
    start = row
    while row > 0:
        row -= 1
        if COMMENT.match(lines[row]):
            continue
        if not CONTINUES.search(lines[row].rstrip("\r\n")):
            break
        start = row
    return start


def last_row(lines: Sequence[str], row: int) -> int:
    """The row where the instruction that holds `row` ends."""
    while row + 1 < len(lines) and (
        CONTINUES.search(lines[row].rstrip("\r\n")) or (COMMENT.match(lines[row]) and first_row(lines, row) < row)
    ):
        row += 1
    return row


def with_rows(lines: Sequence[str], changes: Iterable[tuple[int, int, Sequence[str]]]) -> str:
    """The text with ranges of rows (0-based, end exclusive) replaced by lines without terminators."""
    written = list(lines)
    if written and not written[-1].endswith("\n"):
        written[-1] += "\n"
    for start, end, new in sorted(changes, reverse=True):
        written[start:end] = [f"{line}\n" for line in new]
    text = "".join(written)
    return text if not lines or lines[-1].endswith("\n") else text.removesuffix("\n")
