"""Which tokens keep to the known words (core/lexicon.py), for every state of a word that is being written.

The tokens are sorted once by the word characters that they begin and end with. The tokens that may begin a word are
found once a lexicon, those that may go on with one from the endings of the few known words that fit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np

from slmfix_bot.core.lexicon import DIGITS, ESCAPED, QUOTED, RUN, leading_run, without_escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from slmfix_bot.core.lexicon import Lexicon, State

    Mask = NDArray[np.bool_]

_RUNS = re.compile(rb"(\\?)(" + RUN + rb"+)")


def _is_foreign(run: bytes) -> bool:
    return not run.isascii()


@dataclass(frozen=True)
class _Prepared:
    """Of one lexicon: the pieces whose part behind the first word fits, and the masks of the states met so far."""

    rests: Mask
    masks: dict[State, Mask]


class WordMasks:
    """Masks over the pieces of one vocabulary; a piece with a line end never fits."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._size = len(pieces)
        self._runs: dict[bytes, list[int]] = {}  # pieces of word characters alone
        self._heads: dict[bytes, list[int]] = {}  # the others, by the word characters that they begin with
        self._rests: dict[tuple[tuple[bytes, ...], bytes], list[int]] = {}  # by whole words and the last, open one
        for i, piece in enumerate(pieces):
            if piece and b"\n" not in piece:
                self._sort_in(i, piece)
        self._longest = max(map(len, self._runs), default=0)
        self._is_run = np.zeros(self._size, dtype=np.bool_)
        self._is_foreign = np.zeros(self._size, dtype=np.bool_)
        for run, ids in self._runs.items():
            self._is_run[ids] = True
            self._is_foreign[ids] = _is_foreign(run)
        self._prepared: WeakKeyDictionary[Lexicon, _Prepared] = WeakKeyDictionary()

    def _sort_in(self, i: int, piece: bytes) -> None:
        head = leading_run(piece)
        if len(head) == len(piece):
            self._runs.setdefault(head, []).append(i)
            return
        rest = piece[len(head) :]
        found = [(m.end(), without_escape(m[2]) if m[1] else m[2]) for m in _RUNS.finditer(rest)]
        words = [(end, run.lower().lstrip(DIGITS)) for end, run in found]
        tail = words.pop()[1] if words and words[-1][0] == len(rest) else b""
        self._heads.setdefault(head, []).append(i)
        self._rests.setdefault((tuple(word for _, word in words), tail), []).append(i)

    def mask(self, lexicon: Lexicon, state: State) -> Mask:
        """Which pieces may come next; not to be changed."""
        prepared = self._prepared.get(lexicon)
        if prepared is None:
            prepared = self._prepared.setdefault(lexicon, self._prepare(lexicon))
        if state not in prepared.masks:
            prepared.masks[state] = self._inside(lexicon, state, prepared)
        return prepared.masks[state]

    def _prepare(self, lexicon: Lexicon) -> _Prepared:
        rests = np.zeros(self._size, dtype=np.bool_)
        for (words, tail), ids in self._rests.items():
            if all(map(lexicon.is_complete, words)) and (_is_foreign(tail) or lexicon.begins_word(tail)):
                rests[ids] = True
        between = rests.copy()
        for run, ids in self._runs.items():
            if _is_foreign(run) or lexicon.begins_word(run.lstrip(DIGITS)):
                between[ids] = True
        for head, ids in self._heads.items():
            if not lexicon.is_complete(head.lstrip(DIGITS)):
                between[ids] = False
        return _Prepared(rests, {b"": between})

    def _inside(self, lexicon: Lexicon, state: State, prepared: _Prepared) -> Mask:
        if state == ESCAPED:
            return prepared.masks[b""]
        if state is None or state == QUOTED:
            return prepared.masks[b""] | self._is_run
        mask = np.zeros(self._size, dtype=np.bool_)
        if lexicon.is_complete(state):
            starts = self._heads.get(b"", [])
            mask[starts] = prepared.rests[starts]
            mask |= self._is_foreign
        for ending in lexicon.endings(state):
            for n in range(1, min(len(ending), self._longest) + 1):
                mask[self._runs.get(ending[:n], [])] = True
            ids = self._heads.get(ending, []) if ending else []
            mask[ids] = prepared.rests[ids]
        return mask
