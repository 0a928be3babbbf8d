"""The counts of a report, in one place for every reporter."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.report import RepairStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_bot.core.provenance import Verdict
    from slmfix_bot.core.report import Report


@dataclass(frozen=True, kw_only=True)
class Tally:
    """`findings` = `repaired` + `unrepaired`, without the suppressed ones; `by_origin` counts those findings."""

    files: int
    hunks: int
    findings: int
    repaired: int
    unrepaired: int
    suppressed: int
    skipped: int
    by_origin: Mapping[Verdict, int]


def tally(report: Report) -> Tally:
    """Counts what a report holds; only a verified, complete repair counts as repaired."""
    open_findings = report.open_findings
    repaired = sum(f.repair is not None and f.repair.status is RepairStatus.REPAIRED for f in open_findings)
    return Tally(
        files=len(report.changes),
        hunks=sum(len(change.hunks) for change in report.changes),
        findings=len(open_findings),
        repaired=repaired,
        unrepaired=len(open_findings) - repaired,
        suppressed=len(report.findings) - len(open_findings),
        skipped=len(report.skipped),
        by_origin=dict(Counter(f.provenance.verdict for f in open_findings).most_common()),
    )
