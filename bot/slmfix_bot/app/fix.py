"""Use case: the verified repairs of a report as new file contents, verified once more together."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.combine import combined_edits, is_repaired
from slmfix_bot.core.edit import apply_edits

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slmfix_bot.core.change import FileChange
    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.report import Finding, Report

    Judge = Callable[[FileChange, str], Validation]


@dataclass(frozen=True, kw_only=True)
class Fix:
    """One file's text before and after, and the ids of the findings that are gone then."""

    path: str
    before: str
    after: str
    ids: frozenset[str]


def fixes(report: Report, judge: Judge) -> tuple[Fix, ...]:
    """The files that repairs change. `judge` validates a text in the place of a file.

    Each repair was verified alone; two that do not get on are told apart here, and the later one is left out.
    """
    result = []
    for change in report.changes:
        found = [finding for finding in report.findings if finding.path == change.path and is_repaired(finding)]
        if found and (fix := _fix(change, found, judge)):
            result.append(fix)
    return tuple(result)


def _fix(change: FileChange, found: Sequence[Finding], judge: Judge) -> Fix | None:
    before = Counter(error.identity for error in judge(change, change.head_text).errors)

    def holds(findings: Sequence[Finding]) -> bool:
        validation = judge(change, _text(change, findings))
        after = Counter(error.identity for error in validation.errors)
        return validation.skipped is None and after.total() < before.total() and not after - before

    kept = list(found)
    if not holds(kept):
        kept = []
        for finding in found:
            if holds([*kept, finding]):
                kept.append(finding)
    if not kept:
        return None
    edits = set(combined_edits(kept))
    ids = frozenset(finding.id for finding in kept if finding.repair and set(finding.repair.edits) <= edits)
    return Fix(path=change.path, before=change.head_text, after=_text(change, kept), ids=ids)


def _text(change: FileChange, findings: Sequence[Finding]) -> str:
    return apply_edits(change.head_text, combined_edits(findings))
