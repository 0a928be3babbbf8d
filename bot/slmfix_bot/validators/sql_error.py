"""What the judges of SQL report."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ERRORS = 20


@dataclass(frozen=True, kw_only=True)
class SqlError:
    """A syntax error at `offset`; `found` is the token as written, `opener` the offset of an unclosed bracket."""

    message: str
    offset: int
    found: str | None = None
    opener: int | None = None


@dataclass(frozen=True, kw_only=True)
class NameProblem:
    """`found` is the name as written, at offset `start` (end exclusive); `expected` are legal names, nearest first.
    Without `is_sure` it may be right in a part of the database that is not known."""

    rule: str
    message: str
    start: int
    end: int
    found: str
    expected: tuple[str, ...]
    is_sure: bool = True
