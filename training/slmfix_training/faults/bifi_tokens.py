"""Programs as the breaker sees them: words, numbers and signs, each with the blanks before it.

Unlike the tokens of core/lexer.py these do not depend on where strings begin: a lost quote must not change how the
rest of the text is cut, or every pair of a broken program and its repair would differ all over. The lexer still says
what is inside of strings and comments, where no word is a keyword.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from slmfix_bot.core.family import family_of
from slmfix_bot.core.lexer import Kind, tokenize
from slmfix_bot.core.vocabulary import vocabulary

START, END = "\x02", "\x03"
LINE = "<line>"  # symbol of a pattern: whatever begins a line
_PIECE = re.compile(
    r"\w*(?:\\_\w+)+|\w+|<=|>=|<>|!=|==|\|\||&&|::|->|=>|\*\*|//|;;|\$\(\(|\$\(|\$\{|\{\{|\}\}|`{3,}|\"\"\"|'''|<\||\|>"
    r"|\+(?:[-=]+\+?)+|-{3,}|={3,}|[^\w\s]"
)
_INDENTED = frozenset({"python", "yaml"})


class Piece(NamedTuple):
    """`symbol` is what a template may say of it: the piece itself, `<word>` or `<number>`; `gap` the blanks before."""

    text: str
    gap: str
    symbol: str

    @property
    def begins_line(self) -> bool:
        """Whether a line break stands before it."""
        return "\n" in self.gap


def cut(language: str, text: str) -> list[Piece]:
    """The pieces of a text between two sentinels; gap and text of all of them, joined, give the text back."""
    keywords, folds = vocabulary(language), language in {"sql", "dockerfile"}
    quoted = [(t.start, t.end) for t in tokenize(language, text) if t.kind in {Kind.STRING, Kind.COMMENT}]
    starts = [start for start, _ in quoted]
    pieces, position = [Piece(START, "", START)], 0
    for match in _PIECE.finditer(text):
        piece, symbol = match.group(), match.group()
        if piece[0].isdigit():
            symbol = "<number>"
        elif piece[0].isalpha() or (piece[0] in "_\\" and piece[-1] != "\\"):
            at = bisect_right(starts, match.start()) - 1
            inside = at >= 0 and match.start() < quoted[at][1]
            known = not inside and piece.casefold() in keywords
            symbol = "<word>" if not known else piece.casefold() if folds else piece
        pieces.append(Piece(piece, text[position : match.start()], symbol))
        position = match.end()
    return [*pieces, Piece(END, text[position:], END)]


def join(pieces: list[Piece]) -> str:
    """The text of the pieces."""
    return "".join(piece.gap + ("" if piece.text in {START, END} else piece.text) for piece in pieces)


def gap_class(language: str, gap: str) -> str:
    """What of a gap matters: nothing, blanks, or a line break, with the indentation where that is grammar."""
    if "\n" not in gap:
        return " " if gap else ""
    return "\n" + str(width(gap)) if family_of(language) in _INDENTED or language in _INDENTED else "\n"


def width(gap: str) -> int:
    """The indentation that a gap with a line break leaves."""
    return len(gap.rpartition("\n")[2].expandtabs(4))
