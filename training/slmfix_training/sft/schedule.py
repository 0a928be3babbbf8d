"""The budget of a run in CPU time, and the learning rate over it: warm-up, constant, linear fall at the end.

CPU time because a shared machine makes wall time meaningless; a run that is continued with a larger budget goes back to
the constant rate (Hu et al. 2024, MiniCPM, section 4.2: warm-up, stable, decay).
"""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

LOWEST = 0.02


class Clock:
    """CPU and wall seconds of a run over all its sittings; the CPU time of `workers` processes is added up."""

    def __init__(self, cpu: float = 0.0, wall: float = 0.0, workers: int = 1) -> None:
        self._workers = workers
        self._cpu = time.process_time() - cpu / workers
        self._wall = time.monotonic() - wall

    @property
    def cpu(self) -> float:
        """CPU seconds spent on training."""
        return (time.process_time() - self._cpu) * self._workers

    @property
    def wall(self) -> float:
        """Wall seconds, measuring and saving included."""
        return time.monotonic() - self._wall

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """CPU time of the block does not count: measuring is not training."""
        before = time.process_time()
        try:
            yield
        finally:
            self._cpu += time.process_time() - before


def rate(step: int, progress: float, *, warm_up: int, decay_share: float) -> float:
    """Factor of the learning rates; `progress` is the share of the budget that is used."""
    left = max(0.0, 1.0 - progress)
    held = 1.0 if left >= decay_share else max(LOWEST, left / decay_share)
    return min(1.0, (step + 1) / warm_up) * held
