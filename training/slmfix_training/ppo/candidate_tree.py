"""One row for a prompt and all its candidates: the prompt is computed once, each candidate sees it and itself.

A prompt has about 120 tokens and a script 15, so with 8 candidates a prompt this is a quarter of the work of 8 rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Branch:
    """The tokens of a script, and the mask over the vocabulary under which each was chosen, None for no mask."""

    tokens: tuple[int, ...]
    legal: tuple[NDArray[np.bool_], ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Tree:
    """`tokens` and `positions` are rows x length, `mask` (rows x 1 x length x length) is added to attention scores.
    For every script token, in the order of the branches: `places` is the flat place whose hidden state predicts it,
    `targets` its id, `legal` (tokens x vocabulary) what could have stood there, None if nothing was masked."""

    tokens: torch.Tensor
    positions: torch.Tensor
    mask: torch.Tensor
    places: torch.Tensor
    targets: torch.Tensor
    legal: torch.Tensor | None

    def to(self, device: torch.device) -> Tree:
        """The same on another device."""
        legal = None if self.legal is None else self.legal.to(device)
        names = ("tokens", "positions", "mask", "places", "targets")
        return Tree(legal=legal, **{name: getattr(self, name).to(device) for name in names})


def build_tree(groups: Sequence[tuple[list[int], Sequence[Branch]]], vocabulary: int) -> Tree:
    """The batch of (prompt, its branches), one row each; branches of a row do not see each other."""
    length = max(len(prompt) + sum(len(branch.tokens) for branch in branches) for prompt, branches in groups)
    tokens, positions, segments = (np.zeros((len(groups), length), dtype=np.int64) for _ in range(3))
    places: list[int] = []
    targets: list[int] = []
    for row, (prompt, branches) in enumerate(groups):
        at = len(prompt)
        tokens[row, :at], positions[row, :at], segments[row, :at] = prompt, np.arange(at), 1
        for number, branch in enumerate(branches, 2):
            size = len(branch.tokens)
            span = slice(at, at + size)
            tokens[row, span], segments[row, span] = branch.tokens, number
            positions[row, span] = len(prompt) + np.arange(size)
            start = row * length
            places += [start + len(prompt) - 1, *range(start + at, start + at + size - 1)] if size else []
            targets += branch.tokens
            at += size
    return Tree(
        tokens=torch.from_numpy(tokens),
        positions=torch.from_numpy(positions),
        mask=_attention(torch.from_numpy(segments)),
        places=torch.tensor(places),
        targets=torch.tensor(targets),
        legal=_legal([branch for _, branches in groups for branch in branches], vocabulary),
    )


def _attention(segments: torch.Tensor) -> torch.Tensor:
    """0 where a token may look: at itself and what comes before it in its own segment or in the prompt (1)."""
    seen = segments[:, None, :]
    visible = ((seen == segments[:, :, None]) | (seen == 1)).tril()
    return torch.zeros(visible.shape).masked_fill_(~visible, -1e9)[:, None]


def _legal(branches: Sequence[Branch], vocabulary: int) -> torch.Tensor | None:
    if all(branch.legal is None for branch in branches):
        return None
    free = np.ones(vocabulary, dtype=np.bool_)
    masks = [mask for branch in branches for mask in branch.legal or (free,) * len(branch.tokens)]
    return torch.from_numpy(np.stack(masks))
