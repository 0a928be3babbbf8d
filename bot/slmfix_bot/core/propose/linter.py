"""Tier (a), second half: the fix that the validator itself declares safe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator


def propose_linter(case: Case) -> Iterator[Candidate]:
    """One candidate per diagnostic that carries a fix, the target's first; an inapplicable fix is passed over."""
    for diagnostic in sorted(case.diagnostics, key=lambda d: d is not case.target):
        if diagnostic.fix:
            try:
                text = apply_edits(case.text, diagnostic.fix)
            except ValueError:
                continue
            yield Candidate(text, RepairSource.LINTER, 0.5, f"the validator's own fix for {diagnostic.rule}")
