"""Findings as workflow commands, within what the runner shows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from slmfix_bot.adapters.actions import workflow_command
from slmfix_bot.core.combine import is_repaired
from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.markdown import one_line
from slmfix_bot.core.review import Annotation, Level

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slmfix_bot.core.report import Finding, Report
    from slmfix_bot.reporters import Style

MAX_PER_LEVEL = 10
"""The runner shows the first ten annotations of each level of one step and drops the rest in silence."""

LEVELS = {Severity.ERROR: Level.ERROR, Severity.WARNING: Level.WARNING, Severity.INFO: Level.NOTICE}


def annotation(finding: Finding) -> Annotation:
    """The finding beside its lines."""
    message = one_line(finding.diagnostic.message, 1000)
    if is_repaired(finding) and finding.repair is not None:
        message += f"\nA repair verified by {finding.repair.verified_by} is in the job summary."
    return Annotation(
        level=LEVELS[finding.diagnostic.severity],
        title=one_line(f"{finding.diagnostic.rule} ({finding.validator})", 120),
        message=message,
        path=finding.path,
        line=finding.diagnostic.line,
        end_line=finding.diagnostic.end_line,
    )


def choose(findings: Iterable[Finding], reserved: Iterable[Annotation] = ()) -> tuple[Finding, ...]:
    """The findings that still fit: ten of each level, those inside the diff first; `reserved` are already printed."""
    used = Counter(one.level for one in reserved)
    chosen = []
    for finding in sorted(findings, key=lambda f: not f.in_diff):
        level = LEVELS[finding.diagnostic.severity]
        if used[level] < MAX_PER_LEVEL:
            used[level] += 1
            chosen.append(finding)
    return tuple(chosen)


def render(report: Report, style: Style) -> str:
    """The format `github` of `check`: commands for what fits and a line that counts the rest."""
    chosen = choose(report.open_findings)
    lines = [workflow_command(annotation(finding)) for finding in chosen]
    rest = len(report.open_findings) - len(chosen)
    if rest:
        lines.append(f"{rest} more findings are not shown: the runner takes {MAX_PER_LEVEL} annotations of a level.")
    return "".join(f"{line}\n" for line in lines)
