"""The JSON report (contract `slmfix.report/1`, data/report.schema.json)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.tally import tally

if TYPE_CHECKING:
    from slmfix_bot.core.provenance import Attribution
    from slmfix_bot.core.report import Finding, Repair, Report
    from slmfix_bot.reporters import Style

SCHEMA = "slmfix.report/1"


def render(report: Report, style: Style) -> str:
    """The report as one indented JSON document, keys in the order of the contract, ended by LF."""
    return json.dumps(to_data(report), indent=2, ensure_ascii=False) + "\n"


def to_data(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    counts = tally(report)
    model = report.model
    return {
        "schema": SCHEMA,
        "tool": {
            "name": "slmfix-bot",
            "version": report.tool_version,
            "model": model and {"name": model.name, "version": model.version, "sha256": model.sha256},
        },
        "base": report.base,
        "head": report.head,
        "summary": {
            "files": counts.files,
            "hunks": counts.hunks,
            "findings": counts.findings,
            "repaired": counts.repaired,
            "unrepaired": counts.unrepaired,
            "suppressed": counts.suppressed,
            "skipped": counts.skipped,
            "by_origin": {str(verdict): count for verdict, count in counts.by_origin.items()},
        },
        "findings": [_finding(finding) for finding in report.findings],
        "skipped": [{"path": utf8(skip.path), "reason": skip.reason} for skip in report.skipped],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    diagnostic = finding.diagnostic
    optional = {
        "column": diagnostic.column,
        "suppressed": finding.suppressed and utf8(finding.suppressed),
        "delivery": finding.delivery and str(finding.delivery),
    }
    return {
        "id": finding.id,
        "path": utf8(finding.path),
        "language": finding.language,
        "line": diagnostic.line,
        "end_line": diagnostic.end_line,
        "rule": diagnostic.rule,
        "severity": str(diagnostic.severity),
        "message": utf8(diagnostic.message),
        "validator": {"name": finding.validator, "version": finding.validator_version},
        "in_diff": finding.in_diff,
        "new": finding.new,
        "provenance": attribution_data(finding.provenance),
        "repair": finding.repair and _repair(finding.repair),
        **{key: value for key, value in optional.items() if value is not None},
    }


def attribution_data(attribution: Attribution) -> dict[str, Any]:
    """A verdict with its evidence as plain data; also the output of `slmfix-bot provenance --format json`."""
    return {
        "verdict": str(attribution.verdict),
        "confidence": str(attribution.confidence),
        **({"tool": attribution.tool} if attribution.tool else {}),
        "evidence": [
            {"kind": item.kind, "scope": str(item.scope), "quote": utf8(item.quote), "source": utf8(item.source)}
            for item in attribution.evidence
        ],
    }


def _repair(repair: Repair) -> dict[str, Any]:
    return {
        "status": str(repair.status),
        "source": repair.source and str(repair.source),
        "edits": [
            {"start_line": e.start_line, "end_line": e.end_line, "replacement": utf8(e.replacement)}
            for e in repair.edits
        ],
        "similarity": repair.similarity,
        "verified_by": repair.verified_by,
        "candidates": repair.candidates,
        "latency_ms": round(repair.latency_ms, 1),
        **({"reason": repair.reason} if repair.reason else {}),
    }


def utf8(text: str) -> str:
    """The text as any JSON reader takes it: undecodable bytes, which arrive as surrogates, become U+FFFD."""
    return text.encode(errors="surrogateescape").decode(errors="replace")
