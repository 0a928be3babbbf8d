"""Averages of weights: over the steps of a run, which is what a checkpoint holds, and over several workers."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import torch
from torch import distributed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn


class Average:
    """The running average of the trained weights, with a shorter memory at the start."""

    def __init__(self, model: nn.Module, decay: float) -> None:
        self._model, self._decay = model, decay
        self.weights = {name: value.detach().clone() for name, value in self._trained()}

    def _trained(self) -> Iterator[tuple[str, nn.Parameter]]:
        return ((name, value) for name, value in self._model.named_parameters() if value.requires_grad)

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Moves towards the weights after step number `step`."""
        decay = min(self._decay, (1 + step) / (10 + step))
        for name, value in self._trained():
            self.weights[name].lerp_(value, 1 - decay)

    @contextlib.contextmanager
    @torch.no_grad()
    def swapped_in(self) -> Iterator[None]:
        """The model has the averaged weights inside the block."""
        raw = {name: value.detach().clone() for name, value in self._trained()}
        for name, value in self._trained():
            value.copy_(self.weights[name])
        try:
            yield
        finally:
            for name, value in self._trained():
                value.copy_(raw[name])


def synchronise(model: nn.Module, workers: int, *, over: bool) -> bool:
    """Averages the weights of all workers; whether any of them wants to stop."""
    if workers == 1:
        return over
    values = [p.data for p in model.parameters() if p.requires_grad]
    flat = torch.cat([value.reshape(-1) for value in values] + [torch.tensor([float(over)])])
    distributed.all_reduce(flat)
    at = 0
    for value in values:
        value.copy_(flat[at : at + value.numel()].view_as(value) / workers)
        at += value.numel()
    return bool(flat[-1] > 0)
