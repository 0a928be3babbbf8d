"""SARIF 2.1.0 for code scanning and editors. Columns count code points; repairs become `fixes`.

GitHub refuses a whole upload for one result without a location or one fix without an artefact change, and shows at
most one location a result.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from slmfix_bot.core.combine import is_repaired
from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.text import chomp, line_ending, split_lines
from slmfix_bot.reporters.wording import origin, repair_line

if TYPE_CHECKING:
    from slmfix_bot.core.edit import Edit
    from slmfix_bot.core.report import Finding, Report
    from slmfix_bot.reporters import Style

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(report: Report, style: Style) -> str:
    """The report as one SARIF log with one run."""
    texts = {change.path: change.head_text for change in report.changes}
    rules = sorted({_rule_id(finding) for finding in report.findings})
    run = {
        "tool": {
            "driver": {
                "name": "slmfix-bot",
                "version": report.tool_version,
                "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, rules, texts.get(finding.path)) for finding in report.findings],
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [
                    {
                        "level": "note",
                        "message": {"text": f"skipped: {skip.reason}"},
                        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _uri(skip.path)}}}],
                    }
                    for skip in report.skipped
                    if skip.path
                ],
            }
        ],
    }
    log = {"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule_id(finding: Finding) -> str:
    return f"{finding.language}/{finding.diagnostic.rule}"


def _uri(path: str) -> str:
    return quote(path.encode(errors="surrogateescape"))


def _result(finding: Finding, rules: list[str], text: str | None) -> dict[str, Any]:
    diagnostic = finding.diagnostic
    region: dict[str, int] = {"startLine": diagnostic.line, "endLine": diagnostic.end_line}
    if diagnostic.column is not None:
        region["startColumn"] = diagnostic.column
        if diagnostic.end_column is not None:
            region["endColumn"] = diagnostic.end_column
    artifact = {"uri": _uri(finding.path)}
    rule = _rule_id(finding)
    result: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": LEVELS[diagnostic.severity],
        "message": {"text": diagnostic.message or diagnostic.rule},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, "region": region}}],
        "partialFingerprints": {"slmfixFinding/v1": finding.id},
        "baselineState": "new" if finding.new else "unchanged",
        "properties": {"origin": str(finding.provenance.verdict), "originEvidence": origin(finding.provenance)},
    }
    if finding.suppressed is not None:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.suppressed}]
    if finding.repair is not None and text is not None and is_repaired(finding):
        replacements = [_replacement(edit, text) for edit in finding.repair.edits]
        change = {"artifactLocation": artifact, "replacements": replacements}
        result["fixes"] = [{"description": {"text": repair_line(finding.repair)}, "artifactChanges": [change]}]
    return result


def _replacement(edit: Edit, text: str) -> dict[str, Any]:
    """The edit as a region to delete and a text to insert, in the file's own line ending."""
    lines, ending = split_lines(text), line_ending(text)
    inserted = "".join(line + ending for line in edit.new_lines)
    region = {"startLine": edit.start_line, "startColumn": 1, "endLine": edit.end_line + 1, "endColumn": 1}
    if edit.end_line >= len(lines) and lines and not lines[-1].endswith("\n"):
        # The last line has no newline, so the region ends behind its text and the new last line gets none.
        inserted = chomp(inserted)
        region |= {"endLine": len(lines), "endColumn": len(lines[-1]) + 1}
        if edit.start_line > 1 and (edit.is_insertion or not inserted):
            before = edit.start_line - 1
            region |= {"startLine": before, "startColumn": len(chomp(lines[before - 1])) + 1}
            inserted = ending + inserted if edit.new_lines else ""
    return {"deletedRegion": region, "insertedContent": {"text": inserted}}
