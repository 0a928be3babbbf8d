"""What the judges of SQL syntax report."""

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
