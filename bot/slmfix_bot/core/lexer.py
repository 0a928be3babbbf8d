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

from slmfix_bot.core.family import family_of
from slmfix_bot.core.tree_languages import TREE_LANGUAGES


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
    """Alternatives of the token pattern; `of_line` are the quotes whose strings end with the line at the latest."""

    comment: tuple[str, ...]
    string: tuple[str, ...]
    of_line: frozenset[str] = frozenset("'\"")
    word: str = r"[^\W\d]\w*"
    punctuation: str = r"<=|>=|<>|!=|==|\|\||&&|::|->|=>|\*\*|//|[^\s\w]"


_OPENERS = frozenset({"'", '"', "`", "/*", "(*", "{-"})
_FIRST = frozenset("'\"`/({")
_KINDS = {kind.value: kind for kind in Kind} | {"rest": Kind.PUNCTUATION}
_BLOCK = r"/\*(?s:.*?)\*/"
_CHARACTER = r"'(?:[^'\\\n]|\\[^\n]{1,9}?)'"
_SINGLE, _DOUBLE = r"'(?:[^'\\\n]|\\.)*'", r"\"(?:[^\"\\\n]|\\.)*\""
_SYNTAX = {
    "sql": _Syntax(
        (r"--[^\n]*", _BLOCK),
        (r"'(?:[^']|'')*'", r"\"(?:[^\"]|\"\")*\"", r"`[^`\n]*`"),
        of_line=frozenset("`"),
    ),
    "bash": _Syntax(
        (r"(?<![^\s;(|&])#[^\n]*",),
        (r"'[^']*'", r"\"(?:[^\"\\]|\\(?s:.))*\""),
        of_line=frozenset(),
        word=r"[^\W\d][\w-]*",
        punctuation=r";;|\|\||&&|<<<|<<-?|>>|\$\(\(|\$\(|\$\{|\[\[|\]\]|\(\(|\)\)|[^\s\w]",
    ),
    # Strings end with their line at the latest, continuations aside; a comment has a line of its own.
    "dockerfile": _Syntax(
        (r"(?<![^\s;(|&])#[^\n]*",),
        (r"'[^'\n]*'", r"\"(?:[^\"\\\n]|\\(?s:.))*\""),
        word=r"[^\W\d][\w-]*",
        punctuation=r";;|\|\||&&|<<<|<<-?|>>|\$\(\(|\$\(|\$\{|\[\[|\]\]|\(\(|\)\)|[^\s\w]",
    ),
    "python": _Syntax((r"#[^\n]*",), (r"'''(?s:.*?)'''", r"\"\"\"(?s:.*?)\"\"\"", _SINGLE, _DOUBLE)),
    "json": _Syntax((r"//[^\n]*", _BLOCK), (_SINGLE, _DOUBLE)),
    "yaml": _Syntax((r"(?<![^\s])#[^\n]*",), (r"'(?:[^'\n]|'')*'", _DOUBLE), word=r"[^\W\d][\w-]*"),
    "verilog": _Syntax((r"//[^\n]*", _BLOCK), (_DOUBLE,), word=r"[^\W\d][\w$]*"),
    "terraform": _Syntax((r"#[^\n]*", r"//[^\n]*", _BLOCK), (_DOUBLE,), word=r"[^\W\d][\w-]*"),
    "c": _Syntax((r"//[^\n]*", _BLOCK), (_DOUBLE, _SINGLE, r"`[^`\n]*`")),
    # One sign between single quotes, so that a lifetime of Rust and a digit separator of C++ open no string.
    "chars": _Syntax((r"//[^\n]*", _BLOCK), (r"\"\"\"(?s:.*?)\"\"\"", _DOUBLE, _CHARACTER, r"`[^`]*`")),
    "dashes": _Syntax((r"--\[\[(?s:.{0,2000}?)\]\]", r"--[^\n]*", r"\{-(?s:.*?)-\}"), (_DOUBLE, _CHARACTER)),
    "percent": _Syntax((r"(?<!\\)%[^\n]*",), (_DOUBLE,)),
    "ml": _Syntax((r"\(\*(?s:.*?)\*\)",), (r"\"(?:[^\"\\]|\\(?s:.))*\"", _CHARACTER)),
    "hash": _Syntax((r"#[^\n]*",), (_DOUBLE,)),
}
_FAMILY = {
    **{language.name: language.lexis for language in TREE_LANGUAGES},
    "sh": "bash",
    "ansible": "yaml",
    "toml": "yaml",
    "workflow": "yaml",
    "kubernetes": "yaml",
    "javascript": "c",
    "typescript": "c",
    "protobuf": "c",
    "cmake": "hash",
    "graphql": "python",
    "jq": "hash",
    "latex": "percent",
    "make": "bash",
    "promql": "python",
}


def _syntax(language: str) -> _Syntax:
    return _SYNTAX.get(_FAMILY.get(language, family_of(language)), _SYNTAX["python"])


@lru_cache(maxsize=128)
def _pattern(language: str, hopeless: frozenset[str] = frozenset()) -> re.Pattern[str]:
    syntax = _syntax(language)
    comment, string = (_without(pattern, hopeless) for pattern in (syntax.comment, syntax.string))
    return re.compile(
        rf"(?P<comment>{comment})|(?P<string>{string})|(?P<newline>\r?\n)|(?P<space>[^\S\n]+)"
        rf"|(?P<number>\d\w*(?:\.\d\w*)?)|(?P<word>{syntax.word})|(?P<punctuation>{syntax.punctuation})|(?P<rest>.)",
    )


def _without(alternatives: tuple[str, ...], hopeless: frozenset[str]) -> str:
    openers = tuple(hopeless)
    return "|".join(a for a in alternatives if not a.replace("\\", "").startswith(openers)) or "(?!)"


def tokenize(language: str, text: str) -> list[Token]:
    """All tokens of the text, blanks included. Linear in the length of the text.

    An opener without its closer would be looked for from every later opener anew; where one search failed, those that
    follow cannot succeed, so the opener is given up: for the line if its string ends with the line, else for good.
    """
    tokens: list[Token] = []
    of_line = _syntax(language).of_line
    hopeless: frozenset[str] = frozenset()
    position = 0
    while position < len(text):
        for match in _pattern(language, hopeless).finditer(text, position):
            name, start, position = match.lastgroup or "rest", match.start(), match.end()
            kind = _KINDS[name]
            tokens.append(Token(kind, match.group(), start))
            if hopeless and "\n" in match.group() and hopeless & of_line:
                hopeless -= of_line
                break
            if kind is Kind.PUNCTUATION and text[start] in _FIRST:
                opener = text[start : start + 2] if text[start] in "/({" else text[start]
                if opener in _OPENERS and opener not in hopeless:
                    hopeless |= {opener}
                    break
    return tokens


def code_tokens(language: str, text: str) -> list[Token]:
    """The tokens without blanks, line ends and comments."""
    skipped = {Kind.SPACE, Kind.NEWLINE, Kind.COMMENT}
    return [token for token in tokenize(language, text) if token.kind not in skipped]


_WORD = re.compile(r"[^\W\d]\w*")


def words(text: str) -> set[str]:
    """Every identifier-like word anywhere in the text, strings and comments included, case folded."""
    return {match.group().casefold() for match in _WORD.finditer(text)}
