"""Rewrite templates of the breaker: where a repair undid something, the pattern of doing it again elsewhere.

A template holds one edit from a repaired program back to its broken form, with a context of one or two pieces on each
side. Names, numbers and the words of strings are holes; what is left literal are signs, keywords of the language, and
words that the same edit position shows in several different cases (`bifi_learn.py`), so no template carries the text
of a case along.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Slot:
    """One piece of a pattern: its symbol, the number of its hole (-1 for a literal), and whether it begins a line
    (None: it may)."""

    symbol: str
    hole: int = -1
    begins_line: bool | None = None


@dataclass(frozen=True)
class Out:
    """One piece that is written. `kind` says how: `literal` (text), `bound` (the hole), `changed` (the hole, by the
    change that text names), `renamed` (the hole, anyhow), `own` (a name of the program), `free` (any other), `said` (a
    word of a sentence), `number`. `gap` is "", " ", "\\n" or "=" (as it was); `indent` the columns more than the
    line has where the edit begins."""

    kind: str
    text: str = ""
    hole: int = -1
    gap: str = "="
    indent: int = 0


@dataclass(frozen=True)
class Template:
    """`left`, `old` and `right` are matched in a row, `old` is replaced by `new`; `every`: all places at once."""

    left: tuple[Slot, ...]
    old: tuple[Slot, ...]
    right: tuple[Slot, ...]
    new: tuple[Out, ...]
    every: bool = False

    @property
    def pattern(self) -> tuple[Slot, ...]:
        """All that has to match."""
        return self.left + self.old + self.right


def to_row(template: Template) -> dict[str, Any]:
    """For JSON."""
    sides = {
        side: [[slot.symbol, slot.hole, slot.begins_line] for slot in getattr(template, side)]
        for side in ("left", "old", "right")
    }
    new = [[out.kind, out.text, out.hole, out.gap, out.indent] for out in template.new]
    return {**sides, "new": new, "every": template.every}


def from_row(row: Mapping[str, Any]) -> Template:
    """The template of a row."""
    left, old, right = (tuple(Slot(*slot) for slot in row[side]) for side in ("left", "old", "right"))
    return Template(left, old, right, tuple(Out(*out) for out in row["new"]), row["every"])
