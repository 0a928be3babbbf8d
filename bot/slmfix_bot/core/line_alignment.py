"""Which old line became which new one: the pairs that the edit script's operations are made from."""

from __future__ import annotations

from difflib import SequenceMatcher
from math import inf
from typing import TYPE_CHECKING

from slmfix_bot.core.line_diff import is_shift, shared_prefix, shared_suffix

if TYPE_CHECKING:
    from slmfix_bot.core.window import Window

    Step = tuple[int | None, str | None]  # old line number and new line; None: an insertion, a deletion

_ALIGNED = 4000  # line pairs that are aligned exactly
_LONGEST = 2000  # changed lines that are aligned at all


def slot_after(window: Window, after: int, count: int) -> int | None:
    """The address up to `count` that an insertion after physical line `after` refers to."""
    addresses = [address for address in window.addresses.get(after, []) if address <= count]
    if addresses:
        return addresses[-1]
    first = window.entries[0].line if window.entries else 1
    return 0 if after == first - 1 else None


def align(
    window: Window, old: list[str], new: list[str], start: int, end: int, *, shifts: bool = True
) -> list[Step] | None:
    """Pairs of old line number and new line in order; None on one side is an insertion or a deletion."""
    size = end - start
    if size * len(new) <= _ALIGNED:
        return _align_exactly(window, old, new, start, end, shifts=shifts)
    if size + len(new) > _LONGEST:
        return None
    steps: list[Step] = []
    matcher = SequenceMatcher(a=old[start:end], b=new, autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        if (b - a) * (d - c) > _ALIGNED:
            return None
        steps += _align_exactly(window, old, new[c:d], start + a, start + b, shifts=shifts)
    return steps


def _pair_cost(old: str, new: str, *, shifts: bool) -> int:
    """About what `line_diff` would need for the pair; of a block that is shifted, each line pays a part."""
    if old == new:
        return 0
    if shifts and is_shift(old, new):
        return 4 + abs(len(new) - len(old))
    head = shared_prefix(old, new)
    tail = shared_suffix(old, new, head)
    return min(9 + len(old) + len(new) - 2 * (head + tail), 6 + len(new))


def _align_exactly(
    window: Window, old: list[str], new: list[str], start: int, end: int, *, shifts: bool = True
) -> list[Step]:
    """The cheapest alignment that edits only lines of the window, by dynamic programming from the end."""
    height, width = end - start, len(new)
    visible = [start + i + 1 in window.addresses for i in range(height)]
    best: list[list[tuple[float, str]]] = [[(inf, "")] * (width + 1) for _ in range(height + 1)]
    best[height][width] = (0.0, "")
    for i in range(height, -1, -1):
        slot = slot_after(window, start + i, len(window.entries)) is not None
        for j in range(width, -1, -1):
            if i == height and j == width:
                continue
            options = []
            if i < height and j < width:
                cost = _pair_cost(old[start + i], new[j], shifts=shifts)
                options.append((best[i + 1][j + 1][0] + (cost if visible[i] or not cost else inf), "pair"))
            if i < height:
                options.append((best[i + 1][j][0] + (5 if visible[i] else inf), "delete"))
            if j < width:
                options.append((best[i][j + 1][0] + (6 + len(new[j]) if slot else inf), "insert"))
            best[i][j] = min(options, key=lambda option: option[0])
    steps: list[Step] = []
    i = j = 0
    while i < height or j < width:
        step = best[i][j][1]
        steps.append((None if step == "insert" else start + i + 1, None if step == "delete" else new[j]))
        i, j = i + (step != "insert"), j + (step != "delete")
    return steps
