"""The budget's clock and the learning rate over it."""

from __future__ import annotations

import time

import pytest

from slmfix_training.sft.schedule import LOWEST, Clock, rate


def test_rate_warms_up_stays_and_falls_at_the_end() -> None:
    def at(progress: float, step: int = 99) -> float:
        return rate(step, progress, warm_up=10, decay_share=0.25)

    assert at(0.0, step=0) == pytest.approx(0.1)
    assert at(0.1) == at(0.74) == 1.0
    assert at(0.875) == pytest.approx(0.5)
    assert at(1.0) == LOWEST


def test_a_larger_budget_returns_to_the_constant_rate() -> None:
    assert rate(99, 1.9 / 2, warm_up=10, decay_share=0.25) < 0.3
    assert rate(99, 1.9 / 10, warm_up=10, decay_share=0.25) == 1.0


def burn(seconds: float) -> None:
    """Uses the processor."""
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_clock_counts_cpu_time_but_neither_sleep_nor_pauses() -> None:
    clock = Clock(cpu=100.0, wall=500.0)
    time.sleep(0.05)
    with clock.paused():
        burn(0.1)
    assert 100.0 <= clock.cpu < 100.05
    assert clock.wall >= 500.15
    burn(0.1)
    assert clock.cpu >= 100.1


def test_clock_of_several_workers_adds_their_time_up() -> None:
    clock = Clock(cpu=100.0, workers=2)
    burn(0.1)
    assert clock.cpu >= 100.2
