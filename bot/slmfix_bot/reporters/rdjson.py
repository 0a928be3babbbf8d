"""Reviewdog's diagnostic format: columns count UTF-8 bytes, a range without columns names whole lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.combine import is_repaired
from slmfix_bot.core.text import bare_lines
from slmfix_bot.reporters.wording import origin, repair_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.edit import Edit
    from slmfix_bot.core.report import Finding, Report
    from slmfix_bot.reporters import Style


def render(report: Report, style: Style) -> str:
    """The open findings as one `DiagnosticResult`; suppressed ones have no place in the format."""
    lines = {change.path: bare_lines(change.head_text) for change in report.changes}
    diagnostics = [_diagnostic(finding, lines.get(finding.path, [])) for finding in report.open_findings]
    return json.dumps({"source": {"name": "slmfix-bot"}, "diagnostics": diagnostics}, indent=2) + "\n"


def _diagnostic(finding: Finding, lines: Sequence[str]) -> dict[str, Any]:
    diagnostic = finding.diagnostic
    start: dict[str, int] = {"line": diagnostic.line}
    if diagnostic.column is not None:
        start["column"] = _byte_column(lines, diagnostic.line, diagnostic.column)
    end: dict[str, int] = {"line": diagnostic.end_line}
    if diagnostic.column is not None and diagnostic.end_column is not None:
        end["column"] = _byte_column(lines, diagnostic.end_line, diagnostic.end_column)
    elif diagnostic.column is not None:
        end = start
    result: dict[str, Any] = {
        "message": f"{diagnostic.message}\n{origin(finding.provenance)}\n{repair_line(finding.repair)}",
        "location": {"path": finding.path, "range": {"start": start, "end": end}},
        "severity": str(diagnostic.severity).upper(),
        "source": {"name": finding.validator},
        "code": {"value": diagnostic.rule},
    }
    if finding.repair is not None and is_repaired(finding):
        result["suggestions"] = [_suggestion(edit, lines) for edit in finding.repair.edits]
    return result


def _suggestion(edit: Edit, lines: Sequence[str]) -> dict[str, Any]:
    if edit.is_insertion:
        # An empty range at the start of a line inserts; behind the last line it starts with a line break instead.
        if edit.start_line <= len(lines):
            place = {"line": edit.start_line, "column": 1}
            return {"range": {"start": place, "end": place}, "text": edit.replacement}
        last = len(lines)
        place = {"line": last, "column": len(lines[-1].encode()) + 1} if lines else {"line": 1, "column": 1}
        return {"range": {"start": place, "end": place}, "text": "\n" + edit.replacement.removesuffix("\n")}
    if edit.replacement == "\n":
        # Whole lines and an empty text mean deletion; one empty line is what is left of the lines' characters.
        end = {"line": edit.end_line, "column": len(lines[edit.end_line - 1].encode()) + 1}
        return {"range": {"start": {"line": edit.start_line, "column": 1}, "end": end}, "text": ""}
    whole = {"start": {"line": edit.start_line}, "end": {"line": edit.end_line}}
    return {"range": whole, "text": edit.replacement.removesuffix("\n")}


def _byte_column(lines: Sequence[str], line: int, column: int) -> int:
    text = lines[line - 1] if line <= len(lines) else ""
    return len(text[: column - 1].encode(errors="surrogateescape")) + 1
