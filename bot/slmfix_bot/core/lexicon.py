"""The words that a repair may write, so that decoding can only write words that begin one of them.

Reads words as the do-no-harm filter does (core/harm.py): a letter or underscore and what follows, without regard to
case; single letters are no names; the `n` of an escaped line end is none. Where bytes cannot tell, it is lenient: the
filter has the last word. Works on UTF-8 bytes, because a token may end inside a character.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RUN = rb"[0-9A-Za-z_\x80-\xff]"
_TAIL = re.compile(RUN + rb"*\Z")
_HEAD = re.compile(RUN + rb"*")
DIGITS = b"0123456789"
_BASES = b"sbodh"  # of a Verilog number, 'hff
ESCAPED, QUOTED = b"\\", b"'"

State = bytes | None
"""The word that is being written, case folded (empty between words), `ESCAPED` after a backslash, `QUOTED` after the
apostrophe of a number, None inside of something that is not checked."""


def without_escape(run: bytes) -> bytes:
    """What is left of a run behind a backslash: `n` of a line end and the like belong to the escape."""
    return run[1:] if run[:1] in (b"a", b"b", b"f", b"n", b"r", b"t", b"v", b"0") else run


def leading_run(text: bytes) -> bytes:
    """The word characters that the text begins with, case folded."""
    found = _HEAD.match(text)
    return found.group().lower() if found else b""


class Lexicon:
    """Known words; `advance` follows a text that is written piece by piece."""

    def __init__(self, words: Iterable[str], *, based_numbers: bool = False) -> None:
        """`words` are case folded; `based_numbers`: the digits of `'haee0` are no word (Verilog)."""
        self.words = sorted({word.encode(errors="replace") for word in words})
        self.prefixes = {word[:n] for word in self.words for n in range(1, len(word) + 1)}
        self._known = frozenset(self.words)
        self._based_numbers = based_numbers

    def begins_word(self, word: bytes) -> bool:
        """Whether the word can still become a known one, or is a single letter."""
        return len(word) < 2 or word in self.prefixes

    def is_complete(self, state: State) -> bool:
        """Whether the word may end here."""
        return state is None or len(state) < 2 or state in self._known

    def ends_with(self, state: State, following: bytes) -> bool:
        """Whether the text may end here, where the run `following` comes next."""
        if state is None or state in (ESCAPED, QUOTED):
            return True
        word = (state + following).lstrip(DIGITS)
        return len(word) < 2 or word in self._known or not word.isascii()

    def endings(self, word: bytes) -> Iterator[bytes]:
        """What the known words have after `word`."""
        for at in range(bisect_left(self.words, word), len(self.words)):
            if not self.words[at].startswith(word):
                return
            yield self.words[at][len(word) :]

    def advance(self, state: State, piece: bytes) -> State:
        """The state after another piece of text."""
        tail = _TAIL.search(piece)
        start = tail.start() if tail else len(piece)
        run = piece[start:]
        before = piece[start - 1 : start] if start else b""
        if not start:
            if state is None or not run:
                return state
            before, state = (state, b"") if state in (ESCAPED, QUOTED) else (b"", state)
        else:
            state = b""
        if before == ESCAPED:
            if not run:
                return ESCAPED
            run = without_escape(run)
        if before == QUOTED and self._based_numbers:
            if not run:
                return QUOTED
            if run[:1].lower() in _BASES:
                return None
        word = (state + run.lower()).lstrip(DIGITS)
        return word if self.begins_word(word) else None
