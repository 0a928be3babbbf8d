"""Which token may come next in an edit script, so that decoding can only write legal ones.

Operations go through the window in order; what a substitution replaces can only be copied from its entry. Texts are
bytes, because a token may end inside a character. The grammar knows the prompt alone: what a text looks like and
whether an edit makes sense is for the verifier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

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

_LINE = re.compile("(" + "|".join(map(re.escape, LINE_TOKENS)) + ")")


_AFTER_LINE = {SUBSTITUTE: "old", INDENT: "indentation", REPLACE: "text", INSERT: "text"}


@dataclass(frozen=True)
class Allowed:
    """Control tokens that may follow; whether any text may; texts of which a beginning may; whether blanks may."""

    control: tuple[str, ...]
    text: bool = False
    copies: tuple[bytes, ...] = ()
    blanks: bool = False


def entries_of(prompt: str) -> tuple[str, ...]:
    """The escaped texts of the window's entries, from a rendered prompt."""
    window = prompt.rpartition(WINDOW)[2].removesuffix(OUT).replace(GAP, "")
    return tuple(_LINE.split(window)[2::2])


def _may_continue(before: bytes, entry: bytes) -> bool:
    """Whether the entry may be the next segment of a long line, which only begins with a blank because it was split."""
    word = entry.lstrip().split(b" ", 1)[0]
    return len(before.decode()) + 1 + len(word.decode()) > MAX_SEGMENT


class ScriptGrammar:
    """The state of one script; `allowed` before each token, `accept_*` after it."""

    def __init__(self, entries: tuple[str, ...], operations: Collection[str] = OPERATIONS) -> None:
        """`operations` are those that the model knows."""
        self._known = [kind for kind in OPERATIONS if kind in operations]
        self._entries = [entry.encode() for entry in entries]
        self._expects = "operation"
        self._kind = ""
        self._address = 0  # of the latest operation, its last entry
        self._choices: list[int] = []
        self._is_first_line = True
        self._first = 0  # entry of a shift
        self._old = b""
        self._text = b""

    @property
    def is_closed(self) -> bool:
        """Whether `<end>` came."""
        return self._expects == "nothing"

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
            return Allowed((TO,) if self._is_whole(self._old) else (), copies=self._copies())
        if self._expects == "indentation":
            return Allowed((TO,), copies=self._indentation())
        if self._expects == "blanks":
            return Allowed(self._operations() if self._text != self._old else (), blanks=True)
        if self._expects == "text":
            return Allowed(self._operations(), text=True)
        return Allowed(())

    def _is_whole(self, text: bytes) -> bool:
        try:
            return bool(text.decode())
        except UnicodeDecodeError:
            return False

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
        if token == END:
            self._expects = "nothing"
        elif token == TO:
            self._expects, self._text = "blanks" if self._kind == INDENT else "text", b""
        elif token in OPERATIONS:
            self._choices = self._addresses(token)
            self._expects, self._kind, self._old = "line", token, b""
            self._is_first_line = True
        else:
            self._accept_line(LINE_TOKENS.index(token))

    def _accept_line(self, address: int) -> None:
        self._address = address
        if self._kind in (DELETE, INDENT) and self._is_first_line:
            self._is_first_line, self._first = False, address
            self._choices = list(range(address, len(self._entries) + 1))
            return
        self._expects, self._text = _AFTER_LINE.get(self._kind, "operation"), b""

    def accept_text(self, piece: bytes) -> None:
        """Goes on after a token of text."""
        if self._expects in ("old", "indentation"):
            self._old += piece
        else:
            self._text += piece
