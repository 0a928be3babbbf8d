"""The verified repairs as one unified diff that `git apply` takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.edit import opcodes
from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Operation = tuple[str, int, int, int, int]

CONTEXT = 3
NO_NEWLINE = "\\ No newline at end of file\n"
ESCAPES = {7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 34: '"', 92: "\\"}


def render_patch(changes: Mapping[str, tuple[str, str]]) -> str:
    """One diff of all files; `changes` maps a path to its texts before and after. Empty if nothing differs."""
    return "".join(unified_diff(path, old, new) for path, (old, new) in sorted(changes.items()))


def unified_diff(path: str, old: str, new: str) -> str:
    """The diff of one file with git's header, or nothing when the texts are equal."""
    if old == new:
        return ""
    a_name, b_name = quote_path(f"a/{path}"), quote_path(f"b/{path}")
    # A name with a space needs a tab behind it, or git reads the rest as a date.
    a_end, b_end = ("\t" if " " in name and name[0] != '"' else "" for name in (a_name, b_name))
    header = f"diff --git {a_name} {b_name}\n--- {a_name}{a_end}\n+++ {b_name}{b_end}\n"
    return header + "".join(_hunks(split_lines(old), split_lines(new)))


def quote_path(path: str) -> str:
    """A path as git writes it: in double quotes with octal escapes where it holds unusual bytes.

    >>> print(quote_path("b/caf\\u00e9.sh"))
    "b/caf\\303\\251.sh"
    """
    raw = path.encode(errors="surrogateescape")
    if all(0x20 <= byte < 0x7F and byte not in b'"\\' for byte in raw):
        return path
    parts = (
        f"\\{ESCAPES[byte]}" if byte in ESCAPES else chr(byte) if 0x20 <= byte < 0x7F else f"\\{byte:03o}"
        for byte in raw
    )
    return f'"{"".join(parts)}"'


def _hunks(old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for group in _grouped(opcodes(old, new)):
        first, last = group[0], group[-1]
        yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                yield from _marked(" ", old[i1:i2])
                continue
            yield from _marked("-", old[i1:i2])
            yield from _marked("+", new[j1:j2])


def _grouped(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Changes with up to CONTEXT equal lines on either side; those with at most twice as many between them are one."""
    group: list[Operation] = []
    for index, (tag, i1, i2, j1, j2) in enumerate(operations):
        if tag != "equal":
            group.append((tag, i1, i2, j1, j2))
            continue
        size, is_last = i2 - i1, index == len(operations) - 1
        kept = min(size, CONTEXT)
        if group and not is_last and size <= 2 * CONTEXT:
            group.append((tag, i1, i2, j1, j2))
            continue
        if group:
            yield [*group, (tag, i1, i1 + kept, j1, j1 + kept)]
        group = [] if is_last else [(tag, i2 - kept, i2, j2 - kept, j2)]
    if any(tag != "equal" for tag, *_ in group):
        yield group


def _range(start: int, stop: int) -> str:
    length = stop - start
    # An empty range names the line before it.
    return f"{start + 1 if length else start},{length}"


def _marked(mark: str, lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n{NO_NEWLINE}"
