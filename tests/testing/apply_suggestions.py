"""What the "Commit suggestion" buttons of a pull request would commit, refusing what GitHub refuses.

Written from the comments alone (path, lines, body), byte by byte, without the product's code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_BLOCK = re.compile(r"^(`{3,})suggestion[ \t]*\n(.*?)^\1`*[ \t]*$", re.MULTILINE | re.DOTALL)


class RefusedError(Exception):
    """GitHub would not apply the suggestion."""


def suggested_lines(body: str) -> list[str] | None:
    """The lines of the first suggestion block of a comment, None if there is none."""
    found = _BLOCK.search(body.replace("\r\n", "\n"))
    return found[2].split("\n")[:-1] if found else None


def apply_all_suggestions(files: Mapping[str, bytes], comments: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """The files (path to contents at the head) after all suggestions were applied in one batch."""
    result = dict(files)
    taken: set[tuple[str, int]] = set()
    for comment in sorted(comments, key=lambda one: -(one["line"] or 0)):
        new = suggested_lines(comment["body"])
        if new is None:
            continue
        path, end = comment["path"], comment["line"]
        if end is None:
            msg = "Outdated suggestions cannot be applied."
            raise RefusedError(msg)
        start = comment["start_line"] or end
        covered = {(path, number) for number in range(start, end + 1)}
        if covered & taken:
            msg = "Only one suggestion per line can be applied in a batch."
            raise RefusedError(msg)
        taken |= covered
        changed = _replace(result[path], start, end, new)
        if changed == result[path]:
            msg = "This suggestion is invalid because no changes were made to the code."
            raise RefusedError(msg)
        result[path] = changed
    return result


def _replace(content: bytes, start: int, end: int, new: list[str]) -> bytes:
    ending = b"\r\n" if content.count(b"\r\n") * 2 > content.count(b"\n") else b"\n"
    rows = content.split(b"\n")
    has_final_newline = rows[-1] == b""
    if has_final_newline:
        rows.pop()
    replacement = [line.encode() + ending[:-1] for line in new]
    if not has_final_newline and end == len(rows) and replacement:
        replacement[-1] = replacement[-1].removesuffix(b"\r")
    rows[start - 1 : end] = replacement
    return b"\n".join(rows) + (b"\n" if has_final_newline and rows else b"")
