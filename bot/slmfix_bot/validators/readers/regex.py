"""One regular expression with named groups, tried on each line of the output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slmfix_bot.core.problem_matcher import GROUPS, compile_pattern
from slmfix_bot.validators.readers.base import output_lines

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.readers.base import Source


def read(output: str, source: Source) -> list[Diagnostic]:
    """The diagnostics of the lines that match; other lines say nothing."""
    pattern = compile_pattern(source.pattern or "")
    found = []
    for line in output_lines(output):
        match = pattern.search(line)
        if match is None:
            continue
        groups: dict[str, Any] = match.groupdict()
        if not source.is_own(groups.pop("file", None)):
            continue
        groups.setdefault("message", match[0])
        found.append(source.diagnostic(**{name: value for name, value in groups.items() if name in GROUPS}))
    return found
