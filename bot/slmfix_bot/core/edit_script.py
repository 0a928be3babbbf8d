"""Edit scripts of format `line-edit/1`: what a model answers (operations: core/edit_operation.py).

`encode` is canonical, so that training has one answer for one repair: the shortest of the scripts that it knows to
build, `<cut>` before `<del>` at the end of a text, `<sub>` on whole words before `<rep>`, operations in text order.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from math import inf
from typing import TYPE_CHECKING

from slmfix_bot.core.edit_operation import Operation, apply_operations, parse_script, render_script
from slmfix_bot.core.line_diff import edit_line, shared_prefix, shared_suffix
from slmfix_bot.core.prompt import CUT, DELETE, INSERT
from slmfix_bot.core.window import line_contents

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slmfix_bot.core.window import Window

_ALIGNED = 4000  # line pairs that are aligned exactly
_LONGEST = 2000  # changed lines that are aligned at all


def decode(window: Window, old_text: str, script: str) -> str | None:
    """The text that a script makes of `old_text`; None when it is malformed, refers wrongly or changes nothing."""
    operations = parse_script(script)
    if not operations:
        return None
    new_text = apply_operations(window, old_text, operations)
    return None if new_text == old_text else new_text


def encode(window: Window, old_text: str, new_text: str) -> str | None:
    """The canonical script that turns one text into the other; None when it would have to edit outside the window.

    `decode(window, old_text, encode(window, old_text, new_text)) == new_text` whenever the result is not None.
    """
    if old_text == new_text:
        return None
    old = [content for content, _ in line_contents(old_text)]
    new = [content for content, _ in line_contents(new_text)]
    attempts = [*_with_cut(window, old, new), _without_cut(window, old, new, len(window.entries))]
    found = [operations for operations in attempts if operations]
    for operations in sorted(found, key=lambda operations: sum(operation.cost for operation in operations)):
        script = render_script(operations)
        if decode(window, old_text, script) == new_text:
            return script
    return None


def _with_cut(window: Window, old: list[str], new: list[str]) -> Iterator[list[Operation] | None]:
    """One attempt for each place from which everything may have been removed."""
    first = shared_prefix(old, new) + 1
    if sum(map(len, new)) + len(new) >= sum(map(len, old)) + len(old):
        return
    for address, entry in enumerate(window.entries, 1):
        if entry.line < first:
            continue
        head = old[: entry.line - 1] + ([old[entry.line - 1][: entry.start]] if entry.start else [])
        if abs(len(head) - len(new)) <= len(window.entries):
            operations = _without_cut(window, head, new, address - 1)
            yield None if operations is None else [*operations, Operation(CUT, address, address)]


def _without_cut(window: Window, old: list[str], new: list[str], count: int) -> list[Operation] | None:
    """The cheaper of the two extreme alignments; edits only the first `count` entries."""
    head = shared_prefix(old, new)
    tail = shared_suffix(old, new, head)
    late_tail = shared_suffix(old, new)
    early_head = min(head, len(old) - late_tail, len(new) - late_tail)
    results = []
    for before, after in dict.fromkeys([(head, tail), (early_head, late_tail)]):
        operations = _edit_block(window, old, new[before : len(new) - after], before, len(old) - after, count)
        if operations is not None:
            results.append(operations)
    return min(results, key=lambda operations: sum(operation.cost for operation in operations), default=None)


def _edit_block(
    window: Window, old: list[str], new: list[str], start: int, end: int, count: int
) -> list[Operation] | None:
    """Operations that turn the lines start..end (from 0, end exclusive) into `new`."""
    operations: list[Operation] = []
    steps = _align(window, old, new, start, end)
    if steps is None:
        return None
    for at, (number, target) in enumerate(steps):
        step = _edit_step(window, old, number, target, _last_line(steps[:at], start), count)
        if step is None or any(operation.last > count for operation in step):
            return None
        operations += step
    return _merge_deletions(operations)


def _edit_step(
    window: Window,
    old: list[str],
    number: int | None,
    target: str | None,
    after: int,
    count: int,
) -> list[Operation] | None:
    """One aligned pair: `number` is the old line (1-based) or None, `target` the new one or None."""
    if number is None:
        slot = _slot(window, after, count)
        return None if slot is None or target is None else [Operation(INSERT, slot, slot, target)]
    line = old[number - 1]
    if line == target:
        return []
    addresses = window.addresses.get(number, [])
    entries = [window.entries[address - 1] for address in addresses if window.entries[address - 1].end <= len(line)]
    addresses = addresses[: len(entries)]
    if target is not None:
        return edit_line(addresses, entries, line, target) if entries else None
    if "".join(entry.text for entry in entries) != line or not entries:
        return None
    return [Operation(DELETE, address, address) for address in addresses]


def _last_line(steps: Sequence[tuple[int | None, str | None]], start: int) -> int:
    return next((line for line, _ in reversed(steps) if line is not None), start)


def _slot(window: Window, after: int, count: int) -> int | None:
    """The address up to `count` that an insertion after physical line `after` refers to."""
    addresses = [address for address in window.addresses.get(after, []) if address <= count]
    if addresses:
        return addresses[-1]
    first = window.entries[0].line if window.entries else 1
    return 0 if after == first - 1 else None


def _merge_deletions(operations: Sequence[Operation]) -> list[Operation]:
    merged: list[Operation] = []
    for operation in operations:
        previous = merged[-1] if merged else None
        if previous and previous.kind == operation.kind == DELETE and previous.last + 1 == operation.first:
            merged[-1] = Operation(DELETE, previous.first, operation.last)
        else:
            merged.append(operation)
    return merged


def _align(
    window: Window, old: list[str], new: list[str], start: int, end: int
) -> list[tuple[int | None, str | None]] | None:
    """Pairs of old line number and new line in order; None on one side is an insertion or a deletion."""
    size = end - start
    if size * len(new) <= _ALIGNED:
        return _align_exactly(window, old, new, start, end)
    if size + len(new) > _LONGEST:
        return None
    steps: list[tuple[int | None, str | None]] = []
    matcher = SequenceMatcher(a=old[start:end], b=new, autojunk=False)
    for _, a, b, c, d in matcher.get_opcodes():
        inner = _align_exactly(window, old, new[c:d], start + a, start + b) if (b - a) * (d - c) <= _ALIGNED else None
        if inner is None:
            return None
        steps += inner
    return steps


def _pair_cost(old: str, new: str) -> int:
    """About what `line_diff` would need for the pair."""
    if old == new:
        return 0
    head = shared_prefix(old, new)
    tail = shared_suffix(old, new, head)
    return min(9 + len(old) + len(new) - 2 * (head + tail), 6 + len(new))


def _align_exactly(
    window: Window, old: list[str], new: list[str], start: int, end: int
) -> list[tuple[int | None, str | None]]:
    """The cheapest alignment that edits only lines of the window, by dynamic programming from the end."""
    height, width = end - start, len(new)
    visible = [start + i + 1 in window.addresses for i in range(height)]
    best: list[list[tuple[float, str]]] = [[(inf, "")] * (width + 1) for _ in range(height + 1)]
    best[height][width] = (0.0, "")
    for i in range(height, -1, -1):
        slot = _slot(window, start + i, len(window.entries)) is not None
        for j in range(width, -1, -1):
            if i == height and j == width:
                continue
            options = []
            if i < height and j < width:
                cost = _pair_cost(old[start + i], new[j])
                options.append((best[i + 1][j + 1][0] + (cost if visible[i] or not cost else inf), "pair"))
            if i < height:
                options.append((best[i + 1][j][0] + (5 if visible[i] else inf), "delete"))
            if j < width:
                options.append((best[i][j + 1][0] + (6 + len(new[j]) if slot else inf), "insert"))
            best[i][j] = min(options, key=lambda option: option[0])
    steps: list[tuple[int | None, str | None]] = []
    i = j = 0
    while i < height or j < width:
        step = best[i][j][1]
        steps.append((None if step == "insert" else start + i + 1, None if step == "delete" else new[j]))
        i, j = i + (step != "insert"), j + (step != "delete")
    return steps
