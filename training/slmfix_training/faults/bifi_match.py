"""Finds where a template fits into a program."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from slmfix_training.faults.bifi_tokens import END, LINE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slmfix_training.faults.bifi_templates import Slot, Template
    from slmfix_training.faults.bifi_tokens import Piece


def index_of(pieces: Sequence[Piece]) -> dict[str, list[int]]:
    """Where each symbol stands."""
    index: dict[str, list[int]] = defaultdict(list)
    for i, piece in enumerate(pieces):
        index[piece.symbol].append(i)
        if piece.begins_line and piece.text != END:
            index[LINE].append(i)
    return index


def find_sites(template: Template, pieces: Sequence[Piece], index: Mapping[str, Sequence[int]]) -> list[int]:
    """The positions of the first piece of all matches. Sought from the literal of the pattern that is rarest."""
    pattern = template.pattern
    anchors = [(len(index.get(slot.symbol, ())), i) for i, slot in enumerate(pattern)]
    if not anchors or min(anchors)[0] == 0:
        return []
    _, anchor = min(anchors)
    starts = (at - anchor for at in index[pattern[anchor].symbol])
    last = len(pieces) - len(pattern)
    return [start for start in starts if 0 <= start <= last and _fits(pattern, pieces, start)]


def _fits(pattern: Sequence[Slot], pieces: Sequence[Piece], start: int) -> bool:
    bound: dict[int, str] = {}
    for slot, piece in zip(pattern, pieces[start : start + len(pattern)], strict=True):
        alike = piece.begins_line and piece.text != END if slot.symbol == LINE else slot.symbol == piece.symbol
        if not alike or (slot.begins_line is not None and slot.begins_line != piece.begins_line):
            return False
        if slot.hole >= 0 and bound.setdefault(slot.hole, piece.text) != piece.text:
            return False
    return len(set(bound.values())) == len(bound)


def bindings(template: Template, pieces: Sequence[Piece], start: int) -> dict[int, str]:
    """What the holes hold at a site."""
    return {slot.hole: pieces[start + i].text for i, slot in enumerate(template.pattern) if slot.hole >= 0}
