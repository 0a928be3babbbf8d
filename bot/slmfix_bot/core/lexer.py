"""A tolerant lexer shared by the proposals and the do-no-harm filter.

It knows just enough of each language to keep comments, strings and words apart in text that does not parse. Tokens
cover the text exactly: joining `Token.text` gives the input back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class Kind(StrEnum):
    """Token classes that matter to an edit."""

    SPACE = "space"
    NEWLINE = "newline"
    COMMENT = "comment"
    STRING = "string"
    WORD = "word"
    NUMBER = "number"
    PUNCTUATION = "punctuation"


class Token(NamedTuple):
    """`start` is the offset in the text, in code points."""

    kind: Kind
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset after the last character."""
        return self.start + len(self.text)


@dataclass(frozen=True)
class _Syntax:
    comment: str
    string: str
    word: str = r"[^\W\d]\w*"
    punctuation: str = r"<=|>=|<>|!=|==|\|\||&&|::|->|=>|\*\*|//|[^\s\w]"


_QUOTED = r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\""
_SYNTAX = {
    "sql": _Syntax(r"--[^\n]*|/\*(?s:.*?)\*/", r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`\n]*`"),
    "bash": _Syntax(
        r"(?<![^\s;(|&])#[^\n]*",
        r"'[^']*'|\"(?:[^\"\\]|\\(?s:.))*\"",
        word=r"[^\W\d][\w-]*",
        punctuation=r";;|\|\||&&|<<<|<<-?|>>|\$\(\(|\$\(|\$\{|\[\[|\]\]|\(\(|\)\)|[^\s\w]",
    ),
    "python": _Syntax(r"#[^\n]*", r"'''(?s:.*?)'''|\"\"\"(?s:.*?)\"\"\"|" + _QUOTED),
    "json": _Syntax(r"//[^\n]*|/\*(?s:.*?)\*/", _QUOTED),
    "yaml": _Syntax(r"(?<![^\s])#[^\n]*", r"'(?:[^'\n]|'')*'|\"(?:[^\"\\\n]|\\.)*\"", word=r"[^\W\d][\w-]*"),
    "verilog": _Syntax(r"//[^\n]*|/\*(?s:.*?)\*/", r"\"(?:[^\"\\\n]|\\.)*\"", word=r"[^\W\d][\w$]*"),
}
_FAMILY = {
    "sh": "bash",
    "ansible": "yaml",
    "toml": "yaml",
    "workflow": "yaml",
    "kubernetes": "yaml",
    "terraform": "python",
    "dockerfile": "bash",
}


@lru_cache(maxsize=32)
def _pattern(language: str) -> re.Pattern[str]:
    syntax = _SYNTAX.get(_FAMILY.get(language, language), _SYNTAX["python"])
    return re.compile(
        rf"(?P<comment>{syntax.comment})|(?P<string>{syntax.string})|(?P<newline>\r?\n)|(?P<space>[^\S\n]+)"
        rf"|(?P<number>\d\w*(?:\.\d\w*)?)|(?P<word>{syntax.word})|(?P<punctuation>{syntax.punctuation})|(?P<rest>.)",
    )


def tokenize(language: str, text: str) -> list[Token]:
    """All tokens of the text, blanks included. Linear in the length of the text."""
    tokens = []
    for match in _pattern(language).finditer(text):
        name = match.lastgroup or "rest"
        kind = Kind.PUNCTUATION if name == "rest" else Kind(name)
        tokens.append(Token(kind, match.group(), match.start()))
    return tokens


def code_tokens(language: str, text: str) -> list[Token]:
    """The tokens without blanks, line ends and comments."""
    skipped = {Kind.SPACE, Kind.NEWLINE, Kind.COMMENT}
    return [token for token in tokenize(language, text) if token.kind not in skipped]


_WORD = re.compile(r"[^\W\d]\w*")


def words(text: str) -> set[str]:
    """Every identifier-like word anywhere in the text, strings and comments included, case folded."""
    return {match.group().casefold() for match in _WORD.finditer(text)}
