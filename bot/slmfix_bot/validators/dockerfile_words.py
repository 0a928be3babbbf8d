"""The argument forms of Dockerfile instructions: words with quotes, and JSON arrays."""

from __future__ import annotations

import json
import re
from typing import NamedTuple


class Word(NamedTuple):
    """A word as written, quotes included; `start` is an offset in the instruction's logical line."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset behind the word."""
        return self.start + len(self.text)

    @property
    def is_closed(self) -> bool:
        """Whether every quote in it has its partner."""
        return not open_quote(self.text)

    @property
    def bare(self) -> str:
        """Without the quotes around it."""
        text = self.text
        return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def split_words(text: str, escape: str = "\\", shift: int = 0) -> list[Word]:
    """Words as BuildKit splits them: blanks inside quotes, or behind the escape character, do not separate.

    >>> [word.text for word in split_words('a="b c" d')]
    ['a="b c"', 'd']
    """
    words: list[Word] = []
    start, quote, position = -1, "", 0
    while position < len(text):
        sign = text[position]
        if not quote and sign.isspace():
            if start >= 0:
                words.append(Word(text[start:position], shift + start))
            start = -1
        elif start < 0:
            start = position
        if sign == escape and quote != "'":
            position += 2
            continue
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        position += 1
    if start >= 0:
        words.append(Word(text[start:], shift + start))
    return words


def open_quote(text: str, escape: str = "\\") -> str:
    """The quote that is still open at the end; empty when there is none.

    >>> open_quote("a='b"), open_quote("a='b'")
    ("'", '')
    """
    quote, position = "", 0
    while position < len(text):
        sign = text[position]
        if sign == escape and quote != "'":
            position += 1
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        position += 1
    return quote


def read_array(text: str) -> list[str] | None:
    """The elements of a JSON array of strings; None for anything else, which is then the shell form."""
    array = read_json(text)
    strings = [element for element in array or () if isinstance(element, str)]
    return strings if array is not None and len(strings) == len(array) else None


def read_json(text: str) -> list[object] | None:
    """A JSON array with whatever elements; None when the text is none."""
    if not text.startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


MEANT_AS_ARRAY = re.compile(
    r"""\[\s*(?:"[^"\n]*"|'[^'\n]*'|“[^”\n]*”)\s*(?:,|"|'|“|\]\s*(?:\#.*)?\Z|\Z)|\[\s*(?:\w[\w./-]*\s*,\s*)+["'\w./-]+\s*\]\Z""",
    re.X,
)


def is_meant_as_array(text: str) -> bool:
    """Whether a text that is no JSON array was clearly meant to be one; a shell's `[ "$a" = "b" ]` was not.

    >>> is_meant_as_array("['a', 'b']"), is_meant_as_array('[ "$a" = "b" ] && c'), is_meant_as_array('["a", "b"')
    (True, False, True)
    """
    return read_json(text) is None and MEANT_AS_ARRAY.match(text) is not None
