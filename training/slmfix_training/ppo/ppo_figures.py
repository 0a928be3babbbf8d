"""Figures of a PPO step that are no part of the algorithm."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch

SETTLED = 1e-8


def explained_variance(values: torch.Tensor, returns: torch.Tensor) -> float:
    """1 for a value head that knows every return, 0 for one that is no better than their mean."""
    variance = returns.var()
    return float(1 - (returns - values).var() / variance) if variance > SETTLED else 0.0


def means(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Means, the number of updates, and the first one's largest ratio, which is 1: nothing was learnt yet."""
    averages = {name: sum(row[name] for row in rows) / len(rows) for name in rows[0]}
    return averages | {"updates": float(len(rows)), "first_ratio": rows[0]["largest_ratio"]}
