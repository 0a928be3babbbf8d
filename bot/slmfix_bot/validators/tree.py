"""Every language without a validator of its own: a tree-sitter grammar reads the text, and what it cannot read is said.

A grammar is not the language. It knows no macro of the project and is behind the newest syntax, so a report of this
rule counts only where the change put it (core/rules.py, LOCAL_RULES).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING

from slmfix_bot.adapters.syntax import GRAMMARS, Fault, detections, faults, leaves
from slmfix_bot.core.brackets import Gap, Sign, find_gaps
from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.lexer import code_tokens
from slmfix_bot.core.tree_languages import TREE_LANGUAGES, Trust
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slmfix_bot.core.program import Program

ROWS = {row.name: row for row in TREE_LANGUAGES}
MAX = 20
SHOWN = 40
MAX_LINE = 5000  # characters; what is longer was written by a program
MAX_GAPS = 5


@dataclass(frozen=True)
class TreeValidator:
    """One language of the table in core/tree_languages.py, or the stand-in where a language's own parser is missing."""

    language: str
    trust: Trust = Trust.FULL
    unless: str | None = None

    @property
    def name(self) -> str:
        """As reports show it."""
        return f"tree-sitter {GRAMMARS[self.language]}"

    @property
    def languages(self) -> tuple[str, ...]:
        """One registry line each."""
        return (self.language,)

    def version(self) -> str:
        """That of the bundle of grammars."""
        return version("tree-sitter-language-pack")

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """What the grammar cannot read. Raises CannotJudge for what is too large or was written by a program."""
        text = program.text
        if max(map(len, text.split("\n"))) > MAX_LINE:
            msg = "a generated or minified file"
            raise CannotJudge(msg)
        grammar = GRAMMARS[self.language]
        found = faults(grammar, text)
        if found is None:
            msg = "too large for the grammar, or too slow"
            raise CannotJudge(msg)
        if not found:
            return ()
        if self.unless and re.search(self.unless, text):
            msg = "the grammar does not know everything that the file is written in"
            raise CannotJudge(msg)
        gaps = _agreed_gaps(self.language, text, leaves(grammar, text))
        # Error nodes of a grammar that is trusted less are warnings: a repair must leave fewer of them.
        is_sure = self.trust is Trust.FULL
        doubts = () if is_sure else (replace(_unread(text, fault), severity=Severity.WARNING) for fault in found[:MAX])
        reports = (*_reports(text, found if is_sure else (), gaps), *doubts)
        return tuple(sorted(reports, key=lambda report: (report.line, report.column or 0)))

    def explain(self, program: Program, diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        """Moves each report from what was skipped to the token at which no reading could go on."""
        text, grammar = program.text, GRAMMARS[self.language]
        stops = list(detections(grammar, text)) if self.trust is Trust.FULL else []
        moved = []
        for diagnostic in diagnostics:
            if diagnostic.severity is not Severity.ERROR or not diagnostic.message.startswith("cannot read"):
                moved.append(diagnostic)
                continue
            start = _offset(text, diagnostic.line, diagnostic.column or 1)
            end = _offset(text, diagnostic.end_line, diagnostic.end_column or 1)
            at = next((stop for stop, _ in stops if start <= _next_sign(text, stop) and stop <= end), None)
            moved.append(diagnostic if at is None else _placed(text, diagnostic, at))
        return tuple(moved)


def _agreed_gaps(language: str, text: str, tokens: Sequence[Sign]) -> tuple[Gap, ...]:
    """Where the brackets do not match, if grammar and lexer agree that they do not: one swallows brackets where it
    recovers, the other knows no regular expressions."""
    gaps = find_gaps(text, tokens)
    plain = gaps and find_gaps(text, [Sign(token.text, token.start) for token in code_tokens(language, text)])
    return (min(gaps, plain, key=len) if plain else ()) if gaps else ()


def _reports(text: str, found: tuple[Fault, ...], gaps: tuple[Gap, ...]) -> Iterator[Diagnostic]:
    gaps = gaps if len(gaps) <= MAX_GAPS else ()
    first = min(sign.start for gap in gaps if (sign := gap.opener or gap.stray)) if gaps else len(text) + 1
    yield from (_gap(text, gap) for gap in gaps)
    # What stands behind a bracket that does not match is its consequence.
    for fault in [fault for fault in found if fault.end <= first][:MAX]:
        if fault.missing is not None:
            line, column = place_of(text, fault.start)
            message, signs = f'missing "{fault.missing}"', () if fault.missing[0].isalpha() else (fault.missing,)
            yield Diagnostic(rule="error-node", message=message, line=line, column=column, expected=signs)
        else:
            yield _unread(text, fault)


def _gap(text: str, gap: Gap) -> Diagnostic:
    line, column = place_of(text, gap.place)
    if gap.opener is None:
        message = f'unexpected "{gap.stray.text}"' if gap.stray else "unexpected bracket"
        return Diagnostic(rule="error-node", message=message, line=line, column=column, end_column=column + 1)
    opener = place_of(text, gap.opener.start).line
    message = f'missing "{gap.closer}"'
    return Diagnostic(
        rule="error-node", message=message, line=line, column=column, expected=(gap.closer,), related_line=opener
    )


def _unread(text: str, fault: Fault) -> Diagnostic:
    snippet = " ".join(text[fault.start : fault.end].split("\n")[0].split())
    shown = snippet if len(snippet) <= SHOWN else f"{snippet[:SHOWN]}…"
    (line, column), (end_line, end_column) = place_of(text, fault.start), place_of(text, fault.end)
    return Diagnostic(
        rule="error-node",
        message=f'cannot read "{shown}"' if shown else "cannot read this",
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
    )


def _placed(text: str, diagnostic: Diagnostic, stop: int) -> Diagnostic:
    """At the token behind the stop; if that is on another line, from the end of the token before it."""
    following = _next_sign(text, stop)
    line, column = place_of(text, following)
    before = place_of(text, stop)
    if before.line == line:
        return replace(diagnostic, line=line, column=column, end_line=line, end_column=None)
    return replace(diagnostic, line=before.line, column=before.column, end_line=line, end_column=None)


def _next_sign(text: str, offset: int) -> int:
    rest = len(text[offset:].lstrip())
    return len(text) - rest if rest else len(text.rstrip())


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return start + column - 1


@cache
def tree_validator(language: str) -> TreeValidator:
    """The registry's way in: one validator a language."""
    row = ROWS[language]
    return TreeValidator(language, row.trust, row.unless)
