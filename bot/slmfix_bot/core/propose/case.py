"""What a proposer sees and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from slmfix_bot.core.embedded import inner_text, to_inner_column, with_inner_text
from slmfix_bot.core.lexer import Kind, Token, tokenize
from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program
    from slmfix_bot.core.report import RepairSource


@dataclass(frozen=True)
class Candidate:
    """A whole new text. `cost` orders candidates within and across tiers: lower is tried and preferred first; it is
    a hand-set prior on the scale of a negative log-probability, so that a model's score can be added to it."""

    text: str
    source: RepairSource
    cost: float
    note: str = ""


@dataclass(frozen=True)
class Case:
    """A failing program and the diagnostic to remove; `diagnostics` are all errors, the target included."""

    program: Program
    diagnostics: tuple[Diagnostic, ...]
    target: Diagnostic

    @property
    def text(self) -> str:
        """The text to repair."""
        return self.program.text

    @cached_property
    def lines(self) -> list[str]:
        """Physical lines with terminators."""
        return split_lines(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """Offset of each physical line, and the end of the text."""
        offsets = [0]
        for line in self.lines:
            offsets.append(offsets[-1] + len(line))
        return offsets

    def offset(self, line: int, column: int | None) -> int:
        """Offset of a 1-based position, clamped to the text; without a column the first code on the line."""
        if line > len(self.lines):
            return len(self.text)
        start = self.starts[max(0, line - 1)]
        content = self.lines[max(0, line - 1)]
        if column is None:
            return start + len(content) - len(content.lstrip())
        return min(start + max(0, column - 1), start + len(content.rstrip("\r\n")))

    @cached_property
    def at(self) -> int:
        """Offset of the reported error."""
        return self.offset(self.target.line, self.target.column)

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens of the text."""
        return tokenize(self.program.language, self.text)

    @cached_property
    def code(self) -> list[Token]:
        """Tokens without blanks, line ends and comments."""
        return [t for t in self.tokens if t.kind not in {Kind.SPACE, Kind.NEWLINE, Kind.COMMENT}]

    def splice(self, start: int, end: int, replacement: str) -> str:
        """The text with one range replaced."""
        return self.text[:start] + replacement + self.text[end:]


def inner_case(case: Case) -> Case:
    """The program inside the file that the target is about, as a case of its own; the case itself if there is none."""
    place = case.target.embedded
    if place is None:
        return case
    program = replace(case.program, language=place.language, text=inner_text(case.text, place), dialect=None)

    def inside(diagnostic: Diagnostic) -> Diagnostic:
        lines = [max(1, line - place.first_line + 1) for line in (diagnostic.line, diagnostic.end_line)]
        related = diagnostic.related_line and max(1, diagnostic.related_line - place.first_line + 1)
        column = diagnostic.column and to_inner_column(place, lines[0], diagnostic.column)
        end_column = diagnostic.end_column and to_inner_column(place, lines[1], diagnostic.end_column)
        return replace(
            diagnostic,
            message=diagnostic.message.removeprefix(f"{place.language}: "),
            line=lines[0],
            end_line=lines[1],
            column=column,
            end_column=end_column,
            related_line=related,
            fix=(),
            embedded=None,
        )

    own = [diagnostic for diagnostic in case.diagnostics if diagnostic.embedded == place]
    return Case(program, tuple(map(inside, own)), inside(case.target))


def outer_text(case: Case, inner: str) -> str | None:
    """The file with another text of the target's program; None where that cannot stand there."""
    place = case.target.embedded
    return inner if place is None else with_inner_text(case.text, place, inner)


class Proposer(Protocol):
    """A source of candidates; lazy, finite, in any order."""

    def __call__(self, case: Case) -> Iterable[Candidate]: ...
