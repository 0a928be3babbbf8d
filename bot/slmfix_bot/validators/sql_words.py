"""The words of one SQL statement, whatever its dialect: enough to read definitions, which are regular everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEXER = re.compile(
    r"--[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/)?"
    r"|(?P<text>'(?:[^'\\]|''|\\.)*+'?|\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$)"
    r"|(?P<name>\"(?:[^\"]|\"\")*+\"|`(?:[^`]|``)*+`|\[[^\]\n,]{1,300}\])"
    r"|(?P<word>[@#]{0,2}[^\W\d][\w$#]*)|(?P<number>\d[\w.]*)|(?P<mark>[^\s\w])",
    re.DOTALL,
)


GENERIC_TYPES = frozenset({"STRUCT", "ARRAY", "MAP", "TABLE", "ROW", "NESTED"})


@dataclass(frozen=True)
class Word:
    """`kind` is text, name (quoted), word, number or mark; `value` is without quotes, and in upper case for a word."""

    kind: str
    value: str
    spelt: str
    start: int

    @property
    def is_name(self) -> bool:
        """Whether it may name a table or a column."""
        return self.kind in {"word", "name"}


def words_of_statement(statement: str) -> list[Word]:
    """The words without comments."""
    found: list[Word] = []
    for match in LEXER.finditer(statement):
        kind = "text" if match.lastgroup == "tag" else match.lastgroup
        if kind is None:
            continue
        spelt = match[0]
        value = spelt.upper() if kind == "word" else unquote(spelt) if kind == "name" else spelt
        found.append(Word(kind, value, unquote(spelt) if kind == "name" else spelt, match.start()))
    return found


def unquote(name: str) -> str:
    """A quoted name without its quotes.

    >>> unquote('"a""b"'), unquote("[a b]")
    ('a"b', 'a b')
    """
    mark = name[0]
    return name[1:-1] if mark == "[" else name[1:-1].replace(mark * 2, mark)


class Reader:
    """Walks over words; every method that finds nothing leaves the place as it is."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._words = words
        self.place = 0

    def peek(self, ahead: int = 0) -> str:
        """The value of a coming word, "" at the end. A quoted name never looks like a keyword."""
        at = self.place + ahead
        if at >= len(self._words):
            return ""
        word = self._words[at]
        return f'"{word.value}"' if word.kind == "name" else word.value

    def word(self, ahead: int = 0) -> Word | None:
        """A coming word."""
        at = self.place + ahead
        return self._words[at] if at < len(self._words) else None

    def take(self, *values: str) -> bool:
        """Goes past these words if they come next, all of them in this order."""
        if all(self.peek(ahead) == value for ahead, value in enumerate(values)):
            self.place += len(values)
            return True
        return False

    def take_any(self, values: frozenset[str]) -> bool:
        """Goes past all words of a set that come next; whether there was one."""
        before = self.place
        while self.peek() in values:
            self.place += 1
        return self.place > before

    def name(self) -> str | None:
        """The last part of a dotted name, as spelt."""
        word = self.word()
        if word is None or not word.is_name:
            return None
        self.place += 1
        while self.peek() == ".":
            following = self.word(1)
            if following is None or not following.is_name:
                break
            word, self.place = following, self.place + 2
        if word.kind == "name" and "." in word.value:
            return word.value.rpartition(".")[2]  # `project.dataset.table` in one pair of quotes
        return word.spelt

    def group(self) -> list[list[Word]] | None:
        """The comma-separated parts of the parenthesis that comes next."""
        if self.peek() != "(":
            return None
        self.place += 1
        parts = list(self.parts())
        self.take(")")
        return parts

    def parts(self) -> Iterator[list[Word]]:
        """The words up to each comma, until a parenthesis that was not opened here, or the end."""
        depth, angles, part = 0, 0, list[Word]()
        while self.place < len(self._words):
            word = self._words[self.place]
            mark = word.value if word.kind == "mark" else ""
            if depth == 0 and mark == ")":
                break
            depth += (mark in {"(", "["}) - (mark in {")", "]"})
            if (mark == "<" and self.peek(-1) in GENERIC_TYPES) or (mark == ">" and angles):
                step = 1 if mark == "<" else -1
                depth, angles = depth + step, angles + step
            self.place += 1
            if mark == "," and depth <= 0:
                yield part
                part = []
            else:
                part.append(word)
        if part:
            yield part
