"""Reads HCL tokens on demand. Whether a line end is a token depends on the innermost bracket, and what a quote opens is
no token at all, so there is no list of tokens in advance."""

from __future__ import annotations

import re
from typing import NamedTuple

from slmfix_bot.errors import CannotJudge

MAX_DEPTH = 80  # brackets inside each other; a level costs some eight frames of Python
_BLANKS = re.compile(r"(?:[ \t\r]|/\*[\s\S]*?\*/|(?:#|//)[^\n]*)*+")
_BLANKS_AND_LINES = re.compile(r"(?:[ \t\r\n]|/\*[\s\S]*?\*/|(?:#|//)[^\n]*)*+")
_TOKEN = re.compile(
    r"(?P<name>[^\W\d][\w-]*)"
    r"|(?P<number>\d+(?:\.\d+)*(?:[eE][+-]?\d+)?)"
    r"|(?P<heredoc><<-?[^\W\d][\w-]*\r?\n)"
    r"|(?P<sign>\.\.\.|::|=>|==|!=|<=|>=|&&|\|\||[{}()\[\]\"=:,.?*/+\-%<>!\n])"
)
_INVALID = {
    "'": "Invalid character: single quotes are not valid, use double quotes",
    "`": 'Invalid character: "`" is not valid, use the heredoc syntax for a text of several lines',
    ";": 'Invalid character: ";" is not valid, use line ends to separate arguments and commas in collections',
    "&": 'Unsupported operator: "&" does not exist, did you mean "&&"?',
    "|": 'Unsupported operator: "|" does not exist, did you mean "||"?',
    "^": 'Unsupported operator: "^" does not exist',
    "~": 'Unsupported operator: "~" does not exist',
}


class HclError(Exception):
    """The text is not HCL. Offsets are in code points; `opener` is that of the innermost open bracket or block."""

    def __init__(self, message: str, offset: int, opener: int | None = None, found: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.opener = opener
        self.found = found


class Token(NamedTuple):
    """`kind` is "name", "number", "heredoc", "end", or the sign itself."""

    kind: str
    text: str
    start: int
    end: int


class Scanner:
    """The position in the text and the open brackets."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.lines_count = True
        self.openers: list[int] = []
        self._next: Token | None = None

    def fail(self, message: str, offset: int | None = None, found: str | None = None) -> HclError:
        """The error to raise, at the next token unless said otherwise."""
        at = self.peek().start if offset is None else offset
        return HclError(message, at, self.openers[-1] if self.openers else None, found)

    def open(self, offset: int, *, lines_count: bool) -> bool:
        """Enters a bracket; returns what `close` needs."""
        if len(self.openers) >= MAX_DEPTH:
            msg = f"nested more than {MAX_DEPTH} levels deep"
            raise CannotJudge(msg)
        self.openers.append(offset)
        before, self.lines_count = self.lines_count, lines_count
        self._next = None
        return before

    def close(self, before: bool) -> None:
        """Leaves the bracket."""
        self.openers.pop()
        self.lines_count = before
        self._next = None

    def move(self, offset: int) -> None:
        """Goes on reading elsewhere."""
        self.position = offset
        self._next = None

    def skip(self) -> int:
        """The offset of the next token."""
        pattern = _BLANKS if self.lines_count else _BLANKS_AND_LINES
        match = pattern.match(self.text, self.position)
        return match.end() if match else self.position

    def peek(self) -> Token:
        """The next token."""
        if self._next is None:
            self._next = self._read_at(self.skip())
        return self._next

    def _read_at(self, start: int) -> Token:
        if start >= len(self.text):
            return Token("end", "", start, start)
        match = _TOKEN.match(self.text, start)
        if match is None:
            sign = self.text[start]
            message = _INVALID.get(sign, f"Invalid character: {sign!r} is not used within the language")
            return Token("invalid", message, start, start + 1)
        kind = match.lastgroup or "sign"
        text = match.group()
        return Token(text if kind == "sign" else kind, text, start, match.end())

    def take(self) -> Token:
        """The next token, which is used up."""
        token = self.peek()
        if token.kind == "invalid":
            raise self.fail(token.text, token.start, self.text[token.start])
        self.move(token.end)
        return token

    def take_if(self, kind: str) -> Token | None:
        """The next token if it is of the kind."""
        return self.take() if self.peek().kind == kind else None

    def check_valid(self) -> None:
        """Raises for a sign that the language does not have: that is the better message than what it disturbs."""
        token = self.peek()
        if token.kind == "invalid":
            raise self.fail(token.text, token.start, self.text[token.start])
        if token.kind == "/" and self.text.startswith("/*", token.start):
            msg = 'Unterminated comment: there is no closing "*/"'
            raise self.fail(msg, token.start)

    @property
    def found(self) -> str:
        """The next token in words."""
        token = self.peek()
        return {"end": "the end of the file", "\n": "the end of the line"}.get(token.kind, f'"{token.text.strip()}"')
