"""What a validator says about a program. Lines and columns are 1-based, columns count code points, ends are inclusive
for lines and exclusive for columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slmfix_bot.core.edit import Edit
    from slmfix_bot.core.embedded import Embedded


class Severity(StrEnum):
    """ERROR means "will not run"; only errors trigger a repair."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One statement of a validator.

    `found` is the offending name exactly as written, `expected` the legal names nearest first, `related_line` the
    opener of an unclosed block or the first definition, `fix` the tool's own safe fix, `embedded` the program
    inside the file that this is about (a shell script in a workflow), if it is not about the file itself.
    """

    rule: str
    message: str
    line: int
    end_line: int = 0
    column: int | None = None
    end_column: int | None = None
    severity: Severity = Severity.ERROR
    found: str | None = None
    expected: tuple[str, ...] = ()
    related_line: int | None = None
    fix: tuple[Edit, ...] = ()
    embedded: Embedded | None = None

    def __post_init__(self) -> None:
        if self.end_line < self.line:
            object.__setattr__(self, "end_line", self.line)

    @property
    def identity(self) -> tuple[str, str]:
        """Rule and message without positions: equal for the same defect in two versions of a file."""
        return self.rule, re.sub(r"\b(line|column|col|position|char)\W{0,3}\d+", r"\1", self.message, flags=re.I)


@dataclass(frozen=True, kw_only=True)
class Validation:
    """The outcome of the validators of a language over one program: one, or the built-in one and the user's own.

    `skipped` holds the reason when the validator could not judge (missing tool, time limit, template, dialect that it
    does not know); then `diagnostics` is empty and means nothing. `silent` holds the names and reasons of those
    validators of the language that could not judge while others could.
    """

    validator: str
    version: str
    diagnostics: tuple[Diagnostic, ...] = ()
    skipped: str | None = None
    silent: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stop the program from running."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    @property
    def is_valid(self) -> bool:
        """Judged, and without an error."""
        return self.skipped is None and not self.errors
