"""Offsets into a text as lines and columns."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """1-based; columns count code points."""

    line: int
    column: int


def place_of(text: str, offset: int) -> Place:
    """The place of an offset; one past the end of the text is the end of its last line.

    >>> place_of("ab\\ncd\\n", 4), place_of("ab\\ncd\\n", 6)
    (Place(line=2, column=2), Place(line=2, column=3))
    """
    offset = max(0, min(offset, len(text)))
    if offset == len(text) and text.endswith("\n"):
        offset = len(text.removesuffix("\n").removesuffix("\r"))
    start = text.rfind("\n", 0, offset) + 1
    return Place(text.count("\n", 0, offset) + 1, offset - start + 1)
