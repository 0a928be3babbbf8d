"""A parser of the Protocol Buffers language (proto2, proto3, editions) that keeps what its rules need, with places.

The grammar is that of the language specification; options and text-format values are read but not interpreted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*(?s:.*?)\*/|\ufeff)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\w*)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<sign>[{}()\[\]<>=;,.:/+-])
    |(?P<bad>.)""",
    re.X | re.S,
)
LABELS = ("optional", "required", "repeated")
MAX_DEPTH = 64


class Token(NamedTuple):
    """`kind` is a group of TOKEN, or "end"."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.start + len(self.text)


class ProtoError(Exception):
    """`at` is an offset; `opener` that of the block that is open there."""

    def __init__(self, message: str, at: int, expected: tuple[str, ...] = (), opener: int | None = None) -> None:
        super().__init__(message)
        self.at = at
        self.expected = expected
        self.opener = opener


@dataclass(frozen=True)
class Field:
    """A field, or a value of an enumeration; `label` is empty for one without, `kind` of the kind that it stands in."""

    name: Token
    number: Token
    value: int
    label: str = ""
    kind: str = "field"
    start: int = 0


@dataclass
class Scope:
    """A file, message, enumeration or service with what is defined in it."""

    kind: str
    name: Token | None
    path: tuple[str, ...]
    fields: list[Field] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    reserved: list[tuple[int, int]] = field(default_factory=list)
    reserved_names: set[str] = field(default_factory=set)
    options: dict[str, str] = field(default_factory=dict)


class Reference(NamedTuple):
    """The use of a type: the name as written, where, and the path of the scope around it."""

    name: str
    start: int
    path: tuple[str, ...]


@dataclass
class File:
    """A whole file; `syntax` is "proto2", "proto3" or "editions"; `head_end` the end of the last import or the like."""

    root: Scope
    syntax: str = "proto2"
    syntax_given: bool = False
    package: tuple[str, ...] = ()
    imports: list[Token] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    head_end: int = 0


def tokenize(text: str) -> list[Token]:
    """The tokens and an end. Raises ProtoError for what is none, such as a string without its closing quote."""
    tokens: list[Token] = []
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or "bad"
        if kind == "bad":
            sign = match.group()
            message = "a string without its closing quote" if sign in "'\"" else f'unexpected "{sign}"'
            raise ProtoError(message, match.start(), (sign,) if sign in "'\"" else ())
        if kind != "skip":
            if match.group() == "/" and text.startswith("*", match.end()):
                msg = "a comment that does not end"
                raise ProtoError(msg, match.start(), ("*/",))
            tokens.append(Token(kind, match.group(), match.start()))
    tokens.append(Token("end", "", len(text.rstrip())))
    return tokens


class Parser:
    """Recursive descent; the first error is raised."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.openers: list[Token] = []
        self.file = File(Scope("file", None, ()))

    @property
    def next(self) -> Token:
        """The token to be read."""
        return self.tokens[self.index]

    def fail(self, wanted: str, *expected: str) -> ProtoError:
        """At the token, or behind the one before it if that ends its line."""
        opener = self.openers[-1].start if self.openers else None
        found = f'"{self.next.text}"' if self.next.text else "the end of the file"
        before = self.tokens[self.index - 1].end if self.index else 0
        at = before if "\n" in self.text[before : self.next.start] and expected else self.next.start
        return ProtoError(f"expected {wanted}, found {found}", at, expected, opener)

    def take(self) -> Token:
        """Reads any token."""
        token = self.next
        if token.kind != "end":
            self.index += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        """Reads one of the tokens, if it is next."""
        if self.next.kind != "string" and self.next.text in texts and self.next.text:
            return self.take()
        return None

    def want(self, text: str) -> Token:
        """Reads the token. Raises ProtoError."""
        token = self.accept(text)
        if token is None:
            msg = f'"{text}"'
            raise self.fail(msg, text)
        return token

    def word(self, what: str = "a name") -> Token:
        """Reads an identifier. Raises ProtoError."""
        if self.next.kind != "word":
            raise self.fail(what)
        return self.take()

    def open(self) -> None:
        """Reads the "{" of a block."""
        if len(self.openers) > MAX_DEPTH:
            msg = "nested too deeply"
            raise ProtoError(msg, self.next.start)
        self.openers.append(self.want("{"))

    def close(self) -> bool:
        """Reads the "}" of the block, if it is next. Raises ProtoError at the end of the file."""
        if self.next.kind == "end":
            msg = '"}"'
            raise self.fail(msg, "}")
        if self.accept("}"):
            self.openers.pop()
            return True
        return False

    def string(self) -> Token:
        """Reads one string or several in a row."""
        if self.next.kind != "string":
            msg = "a string"
            raise self.fail(msg)
        first = self.take()
        while self.next.kind == "string":
            self.take()
        return first

    def dotted(self) -> Token:
        """Reads a full name, which may begin with a dot."""
        start = self.next
        text = self.take().text if self.accept_is(".") else ""
        text += self.word().text
        while self.accept_is("."):
            text += self.take().text + self.word().text
        return Token("word", text, start.start)

    def accept_is(self, text: str) -> bool:
        """Whether the token is next."""
        return self.next.kind == "sign" and self.next.text == text

    def integer(self, what: str) -> tuple[Token, int]:
        """Reads an integer, perhaps negative."""
        negative = self.accept("-")
        token = self.next
        if token.kind != "number":
            raise self.fail(what)
        self.take()
        try:
            value = int(token.text, 8) if re.fullmatch(r"0[0-7]+", token.text) else int(token.text, 0)
        except ValueError:
            msg = f'expected {what}, found "{token.text}"'
            raise ProtoError(msg, token.start) from None
        return token, -value if negative else value

    def type_name(self, path: tuple[str, ...]) -> Token:
        """Reads the name of a type and keeps the reference."""
        name = self.dotted()
        self.file.references.append(Reference(name.text, name.start, path))
        return name
