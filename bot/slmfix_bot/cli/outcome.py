"""Whether a report makes the exit code 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.combine import is_repaired
from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.options import FailOn

if TYPE_CHECKING:
    from collections.abc import Collection

    from slmfix_bot.core.report import Report


def is_failure(report: Report, fail_on: FailOn, fixed: Collection[str] = ()) -> bool:
    """Whether errors are left that count under the policy; `fixed` are the ids whose repairs have been written."""
    left = [
        finding
        for finding in report.open_findings
        if finding.diagnostic.severity is Severity.ERROR and finding.id not in fixed
    ]
    if fail_on is FailOn.NEVER:
        return False
    return bool(left) if fail_on is FailOn.ERROR else not all(map(is_repaired, left))
