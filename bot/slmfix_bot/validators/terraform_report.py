"""Collects the diagnostics of one Terraform file."""

from __future__ import annotations

from bisect import bisect_right
from copy import copy
from itertools import accumulate
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.text import split_lines
from slmfix_bot.validators.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slmfix_bot.core.edit import Edit

_NEAR = 8
_MAX_EXPLAINED = 200


class Report:
    """Offsets go in, diagnostics come out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Diagnostic] = []
        self._before = 0
        self._starts = list(accumulate((len(line) for line in split_lines(text)), initial=0))

    def attempt(self) -> Report:
        """An empty report on the same text."""
        other = copy(self)
        other.found, other._before = [], self._before + len(self.found)
        return other

    @property
    def explains(self) -> bool:
        """Whether it is still worth looking for the nearest names: nobody reads the thousandth."""
        return self._before + len(self.found) < _MAX_EXPLAINED

    def line_of(self, offset: int) -> int:
        """The 1-based line of an offset; that of the last sign for the end of the text."""
        inside = max(0, min(offset, len(self.text) - 1))
        return max(1, bisect_right(self._starts, inside))

    def add(
        self,
        rule: str,
        message: str,
        offset: int,
        *,
        found: str | None = None,
        expected: Iterable[str] = (),
        related: int | None = None,
        severity: Severity = Severity.ERROR,
        fix: tuple[Edit, ...] = (),
    ) -> None:
        """Adds a diagnostic; `related` is the offset of the opener or the first definition."""
        line = self.line_of(offset)
        start = self._starts[line - 1]
        end = self.text.find("\n", start)
        width = len(self.text[start : end if end >= 0 else len(self.text)].rstrip("\r"))
        self.found.append(
            Diagnostic(
                rule=rule,
                message=message,
                line=line,
                column=min(offset - start, width) + 1,
                found=found,
                expected=tuple(expected),
                related_line=None if related is None else self.line_of(related),
                severity=severity,
                fix=fix,
            )
        )

    def unknown(
        self, rule: str, what: str, name: str, offset: int, legal: Iterable[str], severity: Severity = Severity.ERROR
    ) -> None:
        """A name that does not exist, with the legal ones nearest to it."""
        expected = nearest(name, legal, _NEAR) if self.explains else ()
        hint = f', did you mean "{expected[0]}"?' if expected else ""
        self.add(rule, f"{what}{hint}", offset, found=name, expected=expected, severity=severity)
