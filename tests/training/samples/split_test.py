from __future__ import annotations

from slmfix_training.samples.split import is_for_learning


def test_about_half_of_the_cases_may_be_learnt_from() -> None:
    chosen = sum(is_for_learning(f"case-{i}") for i in range(1000))
    assert 440 < chosen < 560


def test_the_half_never_changes() -> None:
    assert [is_for_learning(f"sql-{i:05}") for i in range(8)] == EXPECTED


EXPECTED = [False, True, True, True, False, True, False, False]
