"""Reviewdog's Diagnostic Format, as one document (rdjson) or one diagnostic a line (rdjsonl).

Source: proto/rdf/reviewdog.proto of reviewdog. Lines and columns are 1-based, columns count bytes of UTF-8.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.readers.base import MAX_LINES, Replacement, edits_of, load_json, number, utf8_column

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.edit import Edit
    from slmfix_bot.validators.readers.base import Source


def read(output: str, source: Source) -> list[Diagnostic]:
    """The diagnostics of a document. Raises CannotJudge."""
    document = load_json(output, "rdjson")
    rows = document.get("diagnostics", []) if isinstance(document, dict) else None
    if not isinstance(rows, list) or (not rows and "diagnostics" not in document and "source" not in document):
        msg = 'its output is not rdjson: no list "diagnostics"'
        raise CannotJudge(msg)
    return _diagnostics(rows, source, document.get("severity"))


def read_lines(output: str, source: Source) -> list[Diagnostic]:
    """The diagnostics of JSON lines; no output is no finding. Raises CannotJudge."""
    lines = [line for line in output.split("\n") if line.strip()]
    if len(lines) > MAX_LINES:
        msg = f"it printed more than {MAX_LINES:,} lines"
        raise CannotJudge(msg)
    try:
        rows = [json.loads(line) for line in lines]
    except ValueError as error:
        msg = f"its output is not rdjsonl: {error}"
        raise CannotJudge(msg) from None
    return _diagnostics(rows, source, None)


def _diagnostics(rows: list[Any], source: Source, severity: object) -> list[Diagnostic]:
    try:
        found = [_diagnostic(row, source, severity) for row in rows]
    except (AttributeError, KeyError, TypeError) as error:
        msg = f"its output is not rdjson: {type(error).__name__}: {error}"
        raise CannotJudge(msg) from None
    return [one for one in found if one is not None]


def _diagnostic(row: Any, source: Source, severity: object) -> Diagnostic | None:
    location = row.get("location") or {}
    if not source.is_own(location.get("path")):
        return None
    start, end = _ends(location.get("range"))
    code = row.get("code")
    related = [r.get("location") or {} for r in row.get("relatedLocations") or row.get("related_locations") or []]
    opener = next((_ends(r.get("range"))[0].get("line") for r in related if source.is_own(r.get("path"))), None)
    return source.diagnostic(
        message=row["message"],
        line=start.get("line"),
        column=start.get("column"),
        end_line=end.get("line"),
        end_column=end.get("column"),
        rule=code.get("value") if isinstance(code, dict) else code,
        severity=_severity(row.get("severity") or severity),
        related_line=opener,
        fix=_fix(row.get("suggestions") or [], source),
        columns=utf8_column,
    )


def _severity(value: object) -> object:
    return None if value in {"UNKNOWN_SEVERITY", 0} else {1: "error", 2: "warning", 3: "info"}.get(value, value)  # type: ignore[call-overload]


def _ends(span: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    span = span or {}
    return span.get("start") or {}, span.get("end") or {}


def _fix(suggestions: list[Any], source: Source) -> tuple[Edit, ...]:
    """The first suggestion; the others are alternatives to it."""
    if not suggestions:
        return ()
    start, end = _ends(suggestions[0].get("range"))
    first = number(start.get("line"), 0)
    last = number(end.get("line"), first)
    if not 1 <= first <= last <= len(source.lines):
        return ()

    def place(line: int, column: object) -> int | None:
        value = number(column, 0)
        return utf8_column(source.lines[line - 1], value) if value else None

    # Without an end the range is empty where it has a column (an insertion), else the whole line.
    stop = place(last, end.get("column")) if end else place(first, start.get("column"))
    text = str(suggestions[0].get("text") or "")
    return edits_of(source, [Replacement(first, place(first, start.get("column")), last, stop, text)])
