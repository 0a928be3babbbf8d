"""Gives each finding of a repaired file its own edits, so that a reader can take one suggestion and leave another.

A finding's edits are those near it, and they count only if the validator agrees that they alone remove it and break
nothing. What cannot be separated is offered as one repair, shared by the findings that it removes.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from slmfix_bot.app.repair_state import Outcome, new_errors
from slmfix_bot.core.edit import Edit, apply_edits
from slmfix_bot.core.report import Finding, Repair, RepairStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.app.findings import FileFindings
    from slmfix_bot.core.ports import ProgramValidator

_NEAR = 2  # lines between a report and the edit that repairs it


def assign(file: FileFindings, outcome: Outcome, validator: ProgramValidator) -> tuple[Finding, ...]:
    """The findings of the file with their repairs; a finding that is still open keeps an UNREPAIRED one."""
    if outcome.status not in {RepairStatus.REPAIRED, RepairStatus.PARTIAL}:
        unrepaired = _unrepaired(outcome)
        return tuple(f if f.suppressed is not None else replace(f, repair=unrepaired) for f in file.findings)
    left = Counter(error.identity for error in new_errors(outcome.after.errors, Counter(file.baseline)))
    repaired: list[Finding] = []
    wanted = [finding for finding in file.findings if finding.suppressed is None]
    for finding in file.findings:
        identity = finding.diagnostic.identity
        if finding.suppressed is not None:
            repaired.append(finding)
            continue
        if left[identity] > 0:
            left[identity] -= 1
            repaired.append(replace(finding, repair=_unrepaired(outcome)))
            continue
        edits = outcome.edits if len(wanted) == 1 else _own_edits(file, finding, outcome, validator)
        repaired.append(replace(finding, repair=_repair(outcome, edits)))
    return tuple(repaired)


def _own_edits(file: FileFindings, finding: Finding, outcome: Outcome, validator: ProgramValidator) -> tuple[Edit, ...]:
    """The smallest group of edits around the finding that stands alone, else all edits."""
    diagnostic = finding.diagnostic
    near = tuple(
        edit
        for edit in outcome.edits
        if edit.start_line - _NEAR <= diagnostic.end_line and diagnostic.line <= edit.end_line + _NEAR
    )
    on_line = tuple(
        edit for edit in near if edit.start_line <= diagnostic.end_line and diagnostic.line <= edit.end_line
    )
    for edits in dict.fromkeys((on_line, near)):
        if edits and edits != outcome.edits and _stands_alone(file, finding, edits, validator):
            return edits
    return outcome.edits


def _stands_alone(file: FileFindings, finding: Finding, edits: Sequence[Edit], validator: ProgramValidator) -> bool:
    validation = validator.validate(file.program.with_text(apply_edits(file.program.text, edits)))
    open_ones = (other for other in file.findings if other.suppressed is None)
    before = Counter(other.diagnostic.identity for other in open_ones) + Counter(file.baseline)
    after = Counter(error.identity for error in validation.errors)
    identity = finding.diagnostic.identity
    return validation.skipped is None and not after - before and after[identity] < before[identity]


def _repair(outcome: Outcome, edits: tuple[Edit, ...]) -> Repair:
    return Repair(
        status=RepairStatus.REPAIRED,
        source=outcome.source,
        edits=edits,
        similarity=outcome.similarity,
        verified_by=f"{outcome.after.validator} {outcome.after.version}".strip(),
        candidates=outcome.candidates,
        latency_ms=round(outcome.latency_ms, 1),
        reason=outcome.note or None,
    )


def _unrepaired(outcome: Outcome) -> Repair:
    return Repair(
        status=RepairStatus.SKIPPED if outcome.status is RepairStatus.SKIPPED else RepairStatus.UNREPAIRED,
        candidates=outcome.candidates,
        latency_ms=round(outcome.latency_ms, 1),
        reason=outcome.reason,
    )
