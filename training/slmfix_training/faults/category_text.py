"""Signs in a text that does not parse that tell what went wrong, whatever the language."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, code_tokens
from slmfix_bot.core.residue import find_residue
from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.lexer import Token
    from slmfix_bot.core.program import Program

_RESIDUE = {"simulated output": "simulated-output", "prompt fragment": "several-statements"}
_PLACEHOLDER = re.compile(
    r"(?<![<\w])<\|?(?!end|im_|user|endof|assistant)[A-Za-z][\w.:/ -]*\|?>(?!>)|\[(?:your|insert|name of)[\w ]+\]"
    r"|\byour_\w+\b|(?:(?<=\s)|^)\.\.\.(?=\s|$|;)|\{\.\.\.\}",
    re.I,
)
_MARKDOWN_ESCAPE = re.compile(r"\\[_*<>#]")
_OPENERS, _CLOSERS = frozenset("([{") | {"$(", "${", "$((", "(("}, frozenset(")]}") | {"))"}
_GOES_ON = frozenset(
    """, = == != < > <= >= <> + - * / % | || && & ( [ { $( ${ . : \\ and or not where on in from join by select set
    values as having then case when else between like is return if while for def class import elif with do until assign
    inner left right union end""".split()
) - {"end", "left", "right"}


def residue_category(program: Program, diagnostic: Diagnostic) -> str | None:
    """What the first span that is surely no code is; None without one. In Python the parser stops there, and what
    looks like prose far from the place is that of a docstring."""
    text = program.text
    spans = find_residue(program.language, text)
    if program.language == "json":
        # A string of JSON may well be a sentence; prose stands where no value could.
        spans = [span for span in spans if span.kind == "fence" or text[span.start] not in "\"'{["]
        if not spans and re.search(r"`{3,}", re.sub(r'"[^"\n]*"', "", text)):
            return "residue"
    if program.language == "python":
        spans = [s for s in spans if s.kind == "fence" or abs(text.count("\n", 0, s.start) + 1 - diagnostic.line) <= 1]
    escape = _MARKDOWN_ESCAPE.search(text) if program.language == "sql" else None
    if not spans or (escape and escape.start() < spans[0].start):
        return "escapes" if escape else None
    return _RESIDUE.get(spans[0].kind, "residue")


def has_placeholder(text: str) -> bool:
    """Whether the text leaves a place for its reader to fill in: `<file>`, `your_table`, `...`."""
    return bool(_PLACEHOLDER.search(text))


def balance(tokens: Sequence[Token]) -> int:
    """Openers less closers among the code tokens."""
    signs = [t.text for t in tokens if t.kind is Kind.PUNCTUATION]
    return sum(s in _OPENERS for s in signs) - sum(s in _CLOSERS for s in signs)


def goes_on(tokens: Sequence[Token]) -> bool:
    """Whether the last token of the program wants another one behind it."""
    return bool(tokens) and tokens[-1].text.casefold() in _GOES_ON


def is_at_end(text: str, diagnostic: Diagnostic, lines: int = 1) -> bool:
    """Whether the diagnostic points at one of the last lines that are not empty."""
    return diagnostic.line >= len(split_lines(text.rstrip())) - lines + 1


def token_at(program: Program, diagnostic: Diagnostic) -> tuple[Token | None, Token | None]:
    """The code tokens before and at the place of the diagnostic; without a column, of its line's first token."""
    lines = split_lines(program.text)
    offset = sum(map(len, lines[: diagnostic.line - 1])) + (diagnostic.column or 1) - 1
    before: Token | None = None
    for token in code_tokens(program.language, program.text):
        if token.end > offset:
            return before, token
        before = token
    return before, None


def open_quote(tokens: Sequence[Token], marks: str = "'\"") -> Token | None:
    """The last quote sign that begins no string and ends none."""
    return next((t for t in reversed(tokens) if t.kind is Kind.PUNCTUATION and t.text in marks), None)
