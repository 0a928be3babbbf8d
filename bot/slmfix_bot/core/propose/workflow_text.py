"""Lines of a workflow as proposals see them: indentation, the block that hangs below a key, the entries of a block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = re.compile(r"(\s*(?:-\s+)*)([\"']?)([\w.-]+)\2\s*:(?=\s|$)")


def indent_of(line: str) -> int:
    """The column (0-based) where the key of the line stands, behind the dashes of a list."""
    found = re.match(r"\s*(?:-\s+)*", line)
    return found.end() if found else 0


def block_end(lines: Sequence[str], row: int, indent: int | None = None) -> int:
    """The row (0-based, exclusive) where the block of the key in `row` ends; blank lines at its end do not belong."""
    indent = indent_of(lines[row]) if indent is None else indent
    end = row + 1
    last = end
    while end < len(lines):
        line = lines[end]
        depth = len(line) - len(line.lstrip())
        if line.strip() and depth <= indent:
            is_item = depth == indent and line.lstrip().startswith("-")
            if not is_item or not _is_list_of(lines, row, indent):
                break
        if line.strip():
            last = end + 1
        end += 1
    return last


def _is_list_of(lines: Sequence[str], row: int, indent: int) -> bool:
    """Whether the key's value is a list that is not indented further than the key."""
    following = next((line for line in lines[row + 1 :] if line.strip()), "")
    return following.lstrip().startswith("-") and len(following) - len(following.lstrip()) == indent


def entry_rows(lines: Sequence[str], row: int) -> range:
    """The rows of the mapping that the key in `row` is in, as far as lines show it: a step, a job."""
    indent = indent_of(lines[row])
    start = row
    while start > 0 and not re.match(r"\s*-\s", lines[start]):
        above = lines[start - 1]
        if above.strip() and len(above) - len(above.lstrip()) < indent and indent_of(above) != indent:
            break
        start -= 1
    end = row + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) >= indent):
        end += 1
    while end > row + 1 and not lines[end - 1].strip():
        end -= 1
    return range(start, end)
