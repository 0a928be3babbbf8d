"""All verified repairs of one file as one set of edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.edit import overlaps
from slmfix_bot.core.report import RepairStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slmfix_bot.core.edit import Edit
    from slmfix_bot.core.report import Finding


def is_repaired(finding: Finding) -> bool:
    """Whether the finding is open and has a repair that the validator accepted in full."""
    repair = finding.repair
    repaired = repair is not None and repair.status is RepairStatus.REPAIRED and bool(repair.edits)
    return repaired and finding.suppressed is None


def combined_edits(findings: Iterable[Finding]) -> tuple[Edit, ...]:
    """The edits of all repaired findings of one file; a repair that collides with an earlier one is left out whole.

    Several findings may share one repair, or parts of one; a shared edit is taken once.
    """
    taken: set[Edit] = set()
    for finding in findings:
        if finding.repair is None or not is_repaired(finding):
            continue
        fresh = set(finding.repair.edits) - taken
        if not any(overlaps(edit, other) for edit in fresh for other in taken):
            taken |= fresh
    return tuple(sorted(taken))
