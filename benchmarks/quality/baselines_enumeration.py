"""The baseline without any knowledge: edits near the report, smallest first, until the validator accepts one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.quality.methods import Attempt, Context

from slmfix_bot.core.lexer import Kind, Token, tokenize
from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slmfix_bot.core.diagnostic import Diagnostic, Validation
    from slmfix_bot.core.program import Program

MAX_TRIES = 400
_REACH = 10  # tokens to either side of the report
_SIGNS = (")", "(", "]", "[", "}", "{", ",", ";", ":", '"', "'", "=", "`")
_CLOSERS = {
    **dict.fromkeys(("bash", "sh"), ("fi", "done", "esac", "then", "do", "}")),
    "sql": ("END", "FROM", "AND", "ON", "AS", "THEN"),
    "verilog": ("end", "endmodule", "endcase", "begin", "assign", "reg"),
    "python": ("pass", "in", "def"),
}


class Enumeration:
    """Deletes a token, inserts a sign or keyword, deletes a line, cuts: at most 400 texts, the first valid one."""

    title = "enumeration, validator as oracle"
    sample = None

    def __init__(self, context: Context) -> None:
        self._validator = context.validator

    def supports(self, program: Program) -> bool:
        return True

    def repair(self, program: Program, before: Validation) -> Attempt:
        tried = {program.text}
        for text in edits(program, before.errors[0]):
            if len(tried) > MAX_TRIES:
                break
            if text in tried:
                continue
            tried.add(text)
            if self._validator.validate(program.with_text(text), quick=True).is_valid:
                return Attempt(text=text, candidates=len(tried) - 1)
        return Attempt(text=program.text, candidates=len(tried) - 1)


def edits(program: Program, error: Diagnostic) -> Iterator[str]:
    """Texts with one edit near the reported place, the smallest edits first and among them the nearest."""
    text = program.text
    lines = split_lines(text)
    first = sum(map(len, lines[: error.line - 1]))
    place = first + (error.column or 1) - 1
    tokens = [token for token in tokenize(program.language, text) if token.kind not in {Kind.SPACE, Kind.NEWLINE}]
    near = sorted(tokens, key=lambda token: abs(token.start - place))[: 2 * _REACH]
    signs = (*_SIGNS, *_CLOSERS.get(program.language, ()))
    for token in near[:6]:
        yield text[: token.start] + text[token.end :]
    for token in near[:6]:
        yield from _insertions(text, token, signs)
    yield from (f"{text.rstrip()}{space}{sign}\n" for sign in signs for space in ("", "\n"))
    for token in near[6:]:
        yield text[: token.start] + text[token.end :]
    yield from _cuts(text, lines, error, place)
    for token in near[6:]:
        yield from _insertions(text, token, signs)


def _insertions(text: str, token: Token, signs: Sequence[str]) -> Iterator[str]:
    for sign in signs:
        blank = " " if sign.isalpha() else ""
        yield text[: token.start] + sign + blank + text[token.start :]
        yield text[: token.end] + blank + sign + text[token.end :]


def _cuts(text: str, lines: Sequence[str], error: Diagnostic, place: int) -> Iterator[str]:
    """Without a line, without what follows on the line, without all that follows, without all that stands before."""
    at = min(error.line, len(lines)) - 1
    for line in (at, at - 1, at + 1):
        if 0 <= line < len(lines):
            yield "".join([*lines[:line], *lines[line + 1 :]])
    end = text.find("\n", place)
    yield text[:place] + (text[end:] if end >= 0 else "")
    yield text[:place].rstrip() + "\n"
    for line in range(at, max(-1, at - 4), -1):
        yield "".join(lines[:line])
        yield "".join(lines[line + 1 :])
