"""Which token may come next in an edit script, so that decoding can only write legal ones.

Operations go through the window in order; what a substitution replaces can only be copied from its entry, as the
substitutions before it left the entry; nothing may become what it was. Texts are bytes, because a token may end inside
a character. With a lexicon words can only be known ones. Whether an edit makes sense is for the verifier.
"""

from __future__ import annotations

import re
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.lexicon import leading_run
from slmfix_bot.core.line_diff import shared_prefix
from slmfix_bot.core.prompt import (
    CUT,
    DELETE,
    END,
    GAP,
    INDENT,
    INSERT,
    LINE_TOKENS,
    OPERATIONS,
    OUT,
    REPLACE,
    SUBSTITUTE,
    TO,
    WINDOW,
)
from slmfix_bot.core.window import MAX_SEGMENT

if TYPE_CHECKING:
    from collections.abc import Collection

    from slmfix_bot.core.lexicon import Lexicon, State

_LINE = re.compile("(" + "|".join(map(re.escape, LINE_TOKENS)) + ")")


_AFTER_LINE = {SUBSTITUTE: "old", INDENT: "indentation", REPLACE: "text", INSERT: "text"}


@dataclass(frozen=True)
class Allowed:
    """Control tokens that may follow; whether any text may (with a lexicon: any that keeps to its words, from the
    state `word` on); texts of which a beginning may; whether blanks may."""

    control: tuple[str, ...]
    text: bool = False
    copies: tuple[bytes, ...] = ()
    blanks: bool = False
    lexicon: Lexicon | None = None
    word: State = b""


def entries_of(prompt: str) -> tuple[str, ...]:
    """The escaped texts of the window's entries, from a rendered prompt."""
    window = prompt.rpartition(WINDOW)[2].removesuffix(OUT).replace(GAP, "")
    return tuple(_LINE.split(window)[2::2])


def _may_continue(before: bytes, entry: bytes) -> bool:
    """Whether the entry may be the next segment of a long line, which only begins with a blank because it was split."""
    word = entry.lstrip().split(b" ", 1)[0]
    return len(before.decode()) + 1 + len(word.decode()) > MAX_SEGMENT


def _is_whole(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


class ScriptGrammar:
    """The state of one script; `allowed` before each token, `accept_*` after it."""

    def __init__(
        self, entries: tuple[str, ...], operations: Collection[str] = OPERATIONS, lexicon: Lexicon | None = None
    ) -> None:
        """`operations` are those that the model knows; without a lexicon words are free."""
        self._lexicon = lexicon
        self._known = [kind for kind in OPERATIONS if kind in operations]
        self._originals = [entry.encode() for entry in entries]
        self._entries = list(self._originals)  # as the operations that change entries left them
        self._others: tuple[tuple[str, int, int, bytes, bytes], ...] = ()  # the other operations
        self._expects = "operation"
        self._kind = ""
        self._address = 0  # of the latest operation, its last entry
        self._choices: list[int] = []
        self._is_first_line = True
        self._first = 0  # entry of a shift
        self._old = b""
        self._text = b""
        self._word: State = b""  # at the end of the text
        self._following = b""  # word characters that come right after the text

    def copy(self) -> ScriptGrammar:
        """The same state, to go on from in another way."""
        other = copy(self)
        other._entries = list(self._entries)
        return other

    @property
    def is_closed(self) -> bool:
        """Whether `<end>` came."""
        return self._expects == "nothing"

    @property
    def effect(self) -> tuple[object, ...]:
        """What the script does: equal for two finished scripts only if they make the same text."""
        return (*self._entries, *self._others)

    def _addresses(self, kind: str) -> list[int]:
        """The entries that the operation may refer to; edits go forward, insertions follow the edits of their line."""
        stays = kind == INSERT or (kind == SUBSTITUTE == self._kind)
        first = self._address if stays else self._address + 1
        if kind == INSERT:
            return list(range(first, len(self._entries) + 1))
        addresses = range(max(first, 1), len(self._entries) + 1)
        if kind == INDENT:
            return [i for i in addresses if self._entries[i - 1].strip()]
        return [i for i in addresses if kind != SUBSTITUTE or self._entries[i - 1]]

    def _operations(self) -> tuple[str, ...]:
        if self._kind == CUT:
            return (END,)
        kinds = tuple(kind for kind in self._known if self._addresses(kind))
        return (*kinds, END) if self._kind else kinds

    def allowed(self) -> Allowed:
        """What may come next."""
        if self._expects == "operation":
            return Allowed(self._operations())
        if self._expects == "line":
            return Allowed(tuple(LINE_TOKENS[i] for i in self._choices))
        if self._expects == "old":
            return Allowed((TO,) if self._old and _is_whole(self._old) else (), copies=self._copies())
        if self._expects == "indentation":
            return Allowed((TO,), copies=self._indentation())
        if self._expects == "blanks":
            return Allowed(self._operations() if self._text != self._old else (), blanks=True)
        if self._expects == "text":
            control = self._operations() if self._may_end() else ()
            return Allowed(control, text=True, lexicon=self._lexicon, word=self._word)
        return Allowed(())

    def _may_end(self) -> bool:
        """Whether the text is whole, ends with a whole word, and changes something."""
        if not _is_whole(self._text):
            return False
        if self._lexicon is not None and not self._lexicon.ends_with(self._word, self._following):
            return False
        if self._kind == INSERT:
            return True
        at = self._address - 1
        return self._edited() != self._originals[at] and (self._kind == REPLACE or self._edited() != self._entries[at])

    def _edited(self) -> bytes:
        """What the operation makes of its entry."""
        if self._kind == REPLACE:
            return self._text
        return self._entries[self._address - 1].replace(self._old, self._text, 1)

    def _copies(self) -> tuple[bytes, ...]:
        """What follows the copied text wherever it occurs in the entry."""
        entry, old = self._entries[self._address - 1], self._old
        starts = [i for i in range(len(entry)) if entry.startswith(old, i)]
        return tuple(dict.fromkeys(entry[i + len(old) :] for i in starts if i + len(old) < len(entry)))

    def _indentation(self) -> tuple[bytes, ...]:
        """What is left of the blanks that all shifted lines begin with."""
        shifted = self._entries[self._first - 1 : self._address]
        lines = [
            entry[: len(entry) - len(entry.lstrip(b" \t"))]
            for i, entry in enumerate(shifted)
            if entry.strip() and not (i and _may_continue(shifted[i - 1], entry))
        ]
        common = lines[0]
        for line in lines[1:]:
            common = common[: shared_prefix(common, line)]
        return (common[len(self._old) :],) if len(common) > len(self._old) else ()

    def accept_control(self, token: str) -> None:
        """Goes on after a control token that was allowed."""
        if token == END or token in OPERATIONS:
            self._finish_operation()
        if token == END:
            self._expects = "nothing"
        elif token == TO:
            self._begin_text("blanks" if self._kind == INDENT else "text")
        elif token in OPERATIONS:
            self._choices = self._addresses(token)
            self._expects, self._kind, self._old = "line", token, b""
            self._is_first_line = True
        else:
            self._accept_line(LINE_TOKENS.index(token))

    def _finish_operation(self) -> None:
        if self._kind in (REPLACE, SUBSTITUTE):
            self._entries[self._address - 1] = self._edited()
        elif self._kind == INDENT:
            for i in range(self._first - 1, self._address):
                if self._entries[i].strip() and self._entries[i].startswith(self._old):
                    self._entries[i] = self._text + self._entries[i][len(self._old) :]
        elif self._kind:
            first = self._first if self._kind == DELETE else self._address
            self._others += ((self._kind, first, self._address, self._old, self._text),)

    def _accept_line(self, address: int) -> None:
        self._address = address
        if self._kind in (DELETE, INDENT) and self._is_first_line:
            self._is_first_line, self._first = False, address
            self._choices = list(range(address, len(self._entries) + 1))
            return
        self._begin_text(_AFTER_LINE.get(self._kind, "operation"))

    def _begin_text(self, expects: str) -> None:
        self._expects, self._text = expects, b""
        self._word, self._following = b"", b""
        if expects == "text" and self._kind != INSERT and self._lexicon is not None:
            before, old, after = self._entries[self._address - 1].partition(self._old or b"\n")
            is_split = self._is_split(self._address) if not old or not before else False
            self._word = None if is_split else self._lexicon.advance(b"", before) if old else b""
            self._following = leading_run(after)

    def _is_split(self, address: int) -> bool:
        """Whether the entry may begin inside of a word, where a long line without blanks had to be split."""
        entry, before = self._originals[address - 1], self._originals[address - 2] if address > 1 else b""
        return entry[:1] != b" " and len(before.decode()) == MAX_SEGMENT

    def accept_text(self, piece: bytes) -> None:
        """Goes on after a token of text."""
        if self._expects in ("old", "indentation"):
            self._old += piece
        else:
            self._text += piece
            if self._lexicon is not None:
                self._word = self._lexicon.advance(self._word, piece)
