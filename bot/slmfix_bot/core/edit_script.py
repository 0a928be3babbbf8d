"""Edit scripts of format `line-edit/1`: what a model answers (operations: core/edit_operation.py).

`encode` is canonical, so that training has one answer for one repair: the shortest of the scripts that it knows to
build, `<cut>` before `<del>` at the end of a text, `<sub>` on whole words before `<rep>`, operations in text order.
Where only the indentation of lines changes it is always `<ind>`, with the whole of the least indentation as `old`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.edit_operation import BLANKS, Operation, apply_operations, parse_script, render_script
from slmfix_bot.core.line_alignment import align, slot_after
from slmfix_bot.core.line_diff import edit_line, join_shifts, shared_prefix, shared_suffix, shift_line
from slmfix_bot.core.prompt import CUT, DELETE, INDENT, INSERT, OPERATIONS
from slmfix_bot.core.window import line_contents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from slmfix_bot.core.window import Window


def decode(window: Window, old_text: str, script: str) -> str | None:
    """The text that a script makes of `old_text`; None when it is malformed, refers wrongly or changes nothing."""
    operations = parse_script(script)
    if not operations:
        return None
    new_text = apply_operations(window, old_text, operations)
    return None if new_text == old_text else new_text


def encode(window: Window, old_text: str, new_text: str, *, operations: Collection[str] = OPERATIONS) -> str | None:
    """The canonical script that turns one text into the other; None when it would have to edit outside the window.

    `operations` are those that the reader of the script knows: without `<ind>` lines are shifted one by one.
    `decode(window, old_text, encode(window, old_text, new_text)) == new_text` whenever the result is not None.
    """
    if old_text == new_text:
        return None
    old = [content for content, _ in line_contents(old_text)]
    new = [content for content, _ in line_contents(new_text)]
    builder = _Builder(window, shifts=INDENT in operations)
    attempts = [*builder.with_cut(old, new), builder.without_cut(old, new, len(window.entries))]
    found = [edits for edits in attempts if edits]
    for edits in sorted(found, key=_cost):
        script = render_script(edits)
        if decode(window, old_text, script) == new_text:
            return script
    return None


def _cost(operations: Sequence[Operation]) -> int:
    return sum(operation.cost for operation in operations)


class _Builder:
    """Builds candidate scripts for one window; `shifts`: whether `<ind>` may be used."""

    def __init__(self, window: Window, *, shifts: bool) -> None:
        self.window = window
        self.shifts = shifts

    def with_cut(self, old: list[str], new: list[str]) -> Iterator[list[Operation] | None]:
        """One attempt for each place from which everything may have been removed."""
        first = shared_prefix(old, new) + 1
        if sum(map(len, new)) + len(new) >= sum(map(len, old)) + len(old):
            return
        for address, entry in enumerate(self.window.entries, 1):
            if entry.line < first:
                continue
            head = old[: entry.line - 1] + ([old[entry.line - 1][: entry.start]] if entry.start else [])
            if abs(len(head) - len(new)) <= len(self.window.entries):
                operations = self.without_cut(head, new, address - 1)
                yield None if operations is None else [*operations, Operation(CUT, address, address)]

    def without_cut(self, old: list[str], new: list[str], count: int) -> list[Operation] | None:
        """The cheaper of the two extreme alignments; edits only the first `count` entries."""
        head = shared_prefix(old, new)
        tail = shared_suffix(old, new, head)
        late_tail = shared_suffix(old, new)
        early_head = min(head, len(old) - late_tail, len(new) - late_tail)
        results = []
        for before, after in dict.fromkeys([(head, tail), (early_head, late_tail)]):
            operations = self._edit_block(old, new[before : len(new) - after], before, len(old) - after, count)
            if operations is not None:
                results.append(operations)
        return min(results, key=_cost, default=None)

    def _edit_block(self, old: list[str], new: list[str], start: int, end: int, count: int) -> list[Operation] | None:
        """Operations that turn the lines start..end (from 0, end exclusive) into `new`."""
        operations: list[Operation] = []
        steps = align(self.window, old, new, start, end, shifts=self.shifts)
        if steps is None:
            return None
        for at, (number, target) in enumerate(steps):
            step = self._edit_step(old, number, target, _last_line(steps[:at], start), count)
            if step is None or any(operation.last > count for operation in step):
                return None
            operations += step
        return _merge(self.window, operations)

    def _edit_step(
        self, old: list[str], number: int | None, target: str | None, after: int, count: int
    ) -> list[Operation] | None:
        """One aligned pair: `number` is the old line (1-based) or None, `target` the new one or None."""
        if number is None:
            slot = slot_after(self.window, after, count)
            return None if slot is None or target is None else [Operation(INSERT, slot, slot, target)]
        line = old[number - 1]
        if line == target:
            return []
        addresses = self.window.addresses.get(number, [])
        entries = [self.window.entries[a - 1] for a in addresses if self.window.entries[a - 1].end <= len(line)]
        addresses = addresses[: len(entries)]
        if target is not None:
            shift = shift_line(addresses, entries, line, target) if self.shifts else None
            return [shift] if shift else edit_line(addresses, entries, line, target) if entries else None
        if "".join(entry.text for entry in entries) != line or not entries:
            return None
        return [Operation(DELETE, address, address) for address in addresses]


def _last_line(steps: Sequence[tuple[int | None, str | None]], start: int) -> int:
    return next((line for line, _ in reversed(steps) if line is not None), start)


def _merge(window: Window, operations: Sequence[Operation]) -> list[Operation]:
    """Neighbouring deletions, and shifts of neighbouring lines that are alike, become one operation."""
    merged: list[Operation] = []
    for operation in operations:
        previous = merged[-1] if merged else None
        joined = None
        if previous and previous.kind == operation.kind == DELETE and previous.last + 1 == operation.first:
            joined = Operation(DELETE, previous.first, operation.last)
        elif previous and previous.kind == operation.kind == INDENT:
            between = window.entries[previous.last : operation.first - 1]
            if all(entry.start or not entry.text.strip(BLANKS) for entry in between):
                joined = join_shifts(previous, operation)
        merged[len(merged) - (joined is not None) :] = [joined or operation]
    return merged
