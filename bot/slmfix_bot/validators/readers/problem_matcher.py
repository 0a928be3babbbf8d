"""GitHub's problem matchers: regular expressions for consecutive lines (core/problem_matcher.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slmfix_bot.core.problem_matcher import parse_matchers
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.readers.base import output_lines

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.problem_matcher import Matcher
    from slmfix_bot.validators.readers.base import Source


def read(output: str, source: Source) -> list[Diagnostic]:
    """The diagnostics of all matchers. Raises CannotJudge for a file that holds no matcher."""
    try:
        matchers = parse_matchers(source.pattern or "[]")
    except ValueError as error:
        msg = f"its problem matcher cannot be used: {error}"
        raise CannotJudge(msg) from None
    lines = output_lines(output)
    return [one for matcher in matchers for one in _run(matcher, lines, source)]


def _run(matcher: Matcher, lines: list[str], source: Source) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    values: dict[str, str] = {}
    at = 0  # the step that the next line has to match

    def finish() -> None:
        if source.is_own(values.get("file")):
            fields: dict[str, Any] = {name: value for name, value in values.items() if name != "file"}
            found.append(source.diagnostic(**{"severity": matcher.severity, "line": 1, **fields}))

    for line in lines:
        step = matcher.steps[at]
        match = step.regexp.search(line)
        if match is None and at > 0:
            # The run of lines ends here, and another may begin with this very line.
            at, values, step = 0, {}, matcher.steps[0]
            match = step.regexp.search(line)
        if match is None:
            continue
        if at == 0:
            values = {}
        seen = {name: match[group] for name, group in step.groups if match[group] is not None}
        if at + 1 < len(matcher.steps):
            values.update(seen)
            at += 1
            continue
        kept = dict(values)
        values.update(seen)
        finish()
        if step.loop:
            values = kept  # the next line of the loop inherits the heading, not this finding
        else:
            at, values = 0, {}
    return found
