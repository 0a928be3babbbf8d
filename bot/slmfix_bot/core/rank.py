"""Ranks verified candidates: the prior of the tier that made them, the model's log-probability, and what they keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from slmfix_bot.core.harm import Harm
    from slmfix_bot.core.propose.case import Candidate

MODEL_WEIGHT = 0.1  # of a nat of log-probability against the hand-set costs; see docs/decisions/0006-ranking.md
KEPT_WEIGHT = 4.0  # per unit of code that a candidate does not keep
GROWTH_WEIGHT = 0.01  # per character of change in length, so that the smaller of two equal edits wins


@dataclass(frozen=True)
class Verified:
    """A candidate that the validator accepted and the do-no-harm filter let pass."""

    candidate: Candidate
    harm: Harm
    remaining: int
    log_probability: float | None = None


def score(verified: Verified, old: str) -> float:
    """Lower is better. Candidates that leave fewer diagnostics always come first (DESIGN section 6)."""
    growth = min(200, abs(len(verified.candidate.text) - len(old)))
    total = verified.candidate.cost + KEPT_WEIGHT * (1 - verified.harm.kept) + GROWTH_WEIGHT * growth
    if verified.log_probability is not None and verified.candidate.source is not RepairSource.SCHEMA:
        # Among names out of a schema the closeness of words, which the cost holds, is the better judge.
        total -= MODEL_WEIGHT * max(-40.0, verified.log_probability)
    return 1000.0 * verified.remaining + total
