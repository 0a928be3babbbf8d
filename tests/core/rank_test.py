from __future__ import annotations

from slmfix_bot.core.harm import Harm
from slmfix_bot.core.propose.case import Candidate
from slmfix_bot.core.rank import Verified, score
from slmfix_bot.core.report import RepairSource

OLD = "select a fro t"


def verified(
    *, text: str = OLD, cost: float = 1.0, kept: float = 1.0, remaining: int = 0, log_probability: float | None = None
) -> Verified:
    candidate = Candidate(text, RepairSource.SEARCH, cost)
    return Verified(candidate, Harm(reasons=(), kept=kept), remaining, log_probability)


def test_fewer_diagnostics_come_before_everything() -> None:
    assert score(verified(cost=9, kept=0.1, log_probability=-100), OLD) < score(verified(remaining=1, cost=0), OLD)


def test_cost_kept_growth_and_probability_all_count() -> None:
    base = score(verified(), OLD)
    assert score(verified(cost=1.5), OLD) > base
    assert score(verified(kept=0.9), OLD) > base
    assert score(verified(text=OLD + "xx"), OLD) > base
    assert score(verified(log_probability=-1.0), OLD) < score(verified(log_probability=-9.0), OLD)


def test_a_hopeless_log_probability_and_a_long_text_are_bounded() -> None:
    assert score(verified(log_probability=-50.0), OLD) == score(verified(log_probability=-5000.0), OLD)
    assert score(verified(text="x" * 1000), OLD) == score(verified(text="x" * 9000), OLD)
