"""Our own JSON lines, the easiest format to print: one object a finding.

    {"line": 3, "column": 5, "message": "...", "rule": "unknown-option", "severity": "error",
     "found": "replica", "expected": ["replicas"]}

Only `message` and `line` are required; `end_line`, `end_column`, `related_line` and `file` are understood too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.readers.base import MAX_LINES

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.readers.base import Source

KEYS = (
    *("message", "line", "column", "end_line", "end_column", "rule", "severity", "found", "expected", "related_line"),
)


def read(output: str, source: Source) -> list[Diagnostic]:
    """The diagnostics; no output is no finding. Raises CannotJudge for a line that is no such object."""
    rows = [row for row in output.split("\n") if row.strip()]
    if len(rows) > MAX_LINES:
        msg = f"it printed more than {MAX_LINES:,} lines"
        raise CannotJudge(msg)
    found = []
    for count, row in enumerate(rows, start=1):
        try:
            fields = json.loads(row)
        except ValueError as error:
            msg = f"line {count} of its output is not JSON: {error}"
            raise CannotJudge(msg) from None
        if not isinstance(fields, dict) or "message" not in fields or "line" not in fields:
            msg = f'line {count} of its output is not an object with "message" and "line"'
            raise CannotJudge(msg)
        if source.is_own(fields.get("file")):
            found.append(source.diagnostic(**{key: fields[key] for key in KEYS if key in fields}))
    return found
