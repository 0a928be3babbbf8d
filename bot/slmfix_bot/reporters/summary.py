"""The whole report as Markdown: every finding with its way of delivery, repairs that are no suggestion as a diff,
everything skipped. This is the job summary, and the format `markdown` of `check`."""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote

from slmfix_bot.core.combine import combined_edits, is_repaired
from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.markdown import cell, code, fenced, one_line, prose
from slmfix_bot.core.report import Delivery, RepairStatus
from slmfix_bot.core.tally import tally
from slmfix_bot.reporters.patch import unified_diff
from slmfix_bot.reporters.wording import VERDICTS, headline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slmfix_bot.core.report import Finding, Report
    from slmfix_bot.reporters import Style

MAX_DIFF = 100_000
"""Characters of repairs shown as diffs; the rest is counted."""

DELIVERIES = {
    Delivery.SUGGESTION: "suggestion",
    Delivery.COMMENT: "comment",
    Delivery.ANNOTATION: "annotation",
    Delivery.SUMMARY: "here only",
}


def render(report: Report, style: Style) -> str:
    """The format `markdown`."""
    return render_summary(report)


def render_summary(
    report: Report,
    *,
    notes: Sequence[str] = (),
    reasons: Mapping[str, str] | None = None,
    blob_url: str | None = None,
) -> str:
    """`notes` are plain sentences about the delivery, `reasons` say by finding id why a repair is no suggestion,
    `blob_url` is `https://host/owner/repo/blob/<sha>` for links to the lines."""
    counts = tally(report)
    parts = [f"## slmfix\n\n{prose(headline(counts), 300)}."]
    parts += [f"> {prose(note, 500)}" for note in notes]
    if report.findings:
        parts.append("\n".join(_table(report, reasons or {}, blob_url)))
    parts += _diffs(report)
    if report.skipped:
        rows = "\n".join(f"- {code(skipped.path or 'the run')}: {prose(skipped.reason)}" for skipped in report.skipped)
        parts.append(f"<details><summary>{len(report.skipped)} not examined</summary>\n\n{rows}\n\n</details>")
    model = report.model
    name = f"model {prose(model.name, 60)} {prose(model.version, 20)}" if model else "no model"
    parts.append(
        f"<sub>slmfix-bot {report.tool_version}, {name}; {code(report.base[:12])}..{code(report.head[:12])}</sub>"
    )
    return "\n\n".join(parts) + "\n"


def _table(report: Report, reasons: Mapping[str, str], blob_url: str | None) -> Iterator[str]:
    delivered = any(finding.delivery is not None for finding in report.findings)
    heads = ["Where", "Rule", "Message", "Origin", "Repair", *(["Delivered as"] if delivered else [])]
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for finding in report.findings:
        shown = DELIVERIES.get(finding.delivery) if finding.delivery else ""
        cells = [
            _where(finding, blob_url),
            code(finding.diagnostic.rule, 60),
            code(finding.diagnostic.message, 200),
            VERDICTS[finding.provenance.verdict],
            _repair(finding, reasons.get(finding.id)),
            *([shown or ""] if delivered else []),
        ]
        yield f"| {' | '.join(cell(text) for text in cells)} |"


def _where(finding: Finding, blob_url: str | None) -> str:
    text = code(f"{finding.path}:{finding.diagnostic.line}", 200)
    if blob_url is None:
        return text
    path = quote(finding.path.encode("utf-8", "surrogateescape"))
    return f"[{text}]({blob_url}/{path}#L{finding.diagnostic.line})"


def _repair(finding: Finding, reason: str | None) -> str:
    if finding.suppressed is not None:
        return f"suppressed: {prose(finding.suppressed, 120)}"
    repair = finding.repair
    if repair is None:
        return "not looked for"
    if repair.status is not RepairStatus.REPAIRED:
        return f"none verified: {prose(repair.reason or repair.status.value, 120)}"
    words = f"verified by {prose(repair.verified_by or '', 80)}"
    return f"{words}; no suggestion: {prose(reason, 160)}" if reason else words


def _diffs(report: Report) -> Iterator[str]:
    """Verified repairs that did not become suggestions, one diff per file, so that a fork loses nothing."""
    texts = {change.path: change.head_text for change in report.changes}
    room = MAX_DIFF
    left_out = 0
    open_repairs = [
        f for f in report.findings if is_repaired(f) and f.delivery is not Delivery.SUGGESTION and f.path in texts
    ]
    for path, group in groupby(sorted(open_repairs, key=lambda f: f.path), key=lambda f: f.path):
        diff = unified_diff(path, texts[path], apply_edits(texts[path], combined_edits(group)))
        if not diff:
            continue
        if len(diff) > room:
            left_out += 1
            continue
        room -= len(diff)
        title = f"<details><summary>Verified repair of <code>{escape(one_line(path))}</code></summary>"
        yield f"{title}\n\n{fenced(diff, 'diff')}\n\n</details>"
    if left_out:
        yield f"*The repairs of {left_out} more files are in the report file.*"
