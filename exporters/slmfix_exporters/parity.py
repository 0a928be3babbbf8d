"""Whether the exported graph computes what the checkpoint computes: with the cache, token by token, against one full
forward pass in torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NEW_TOKENS = 24
# float32 on both sides: what is above this is not rounding; pretrained networks have larger activations than ours
MAX_FP32_DIFFERENCE = 1e-3
MAX_FP32_SHARE = 1e-4  # of the largest logit
MIN_AGREEMENT = 0.9


@dataclass(frozen=True, kw_only=True)
class Parity:
    """`difference`: largest absolute difference of a logit, `largest`: largest absolute logit; `agreement`: share of
    positions with the same best token, over `positions` positions, `decoded` of them one by one on the cache."""

    difference: float
    largest: float
    agreement: float
    positions: int
    decoded: int

    @property
    def is_rounding(self) -> bool:
        """Whether two computations in float32 may differ that much."""
        return self.difference <= max(MAX_FP32_DIFFERENCE, MAX_FP32_SHARE * self.largest)

    def as_record(self) -> dict[str, float | int]:
        """For the package's manifest."""
        return {
            "max_abs_logit_difference": round(self.difference, 6),
            "max_abs_logit": round(self.largest, 3),
            "greedy_agreement": round(self.agreement, 4),
            "positions": self.positions,
            "decoded_positions": self.decoded,
        }


def compare(path: Path, model: Any, prompts: Sequence[Sequence[int]], new_tokens: int = NEW_TOKENS) -> Parity:
    """Greedy decoding of each prompt (token ids) with the graph, then the same sequence through the torch model."""
    import torch

    from slmfix_bot.adapters.onnx import Network

    network = Network(path, "cpu", 0)
    difference, largest, same, positions, decoded = 0.0, 0.0, 0, 0, 0
    for prompt in prompts:
        ids, rows = list(prompt), []
        logits, cache = network.run(np.array([ids], dtype=np.int64), None)
        rows.append(logits[0])
        for _ in range(new_tokens):
            ids.append(int(rows[-1][-1].argmax()))
            logits, cache = network.run(np.array([ids[-1:]], dtype=np.int64), cache)
            rows.append(logits[0])
        ours = np.concatenate(rows)
        with torch.inference_mode():
            theirs = model(torch.tensor([ids]), use_cache=False).logits[0].float().numpy()
        difference = max(difference, float(np.abs(ours - theirs).max()))
        largest = max(largest, float(np.abs(theirs).max()))
        same += int((ours.argmax(axis=-1) == theirs.argmax(axis=-1)).sum())
        positions += len(ids)
        decoded += new_tokens
    agreement = same / positions
    return Parity(difference=difference, largest=largest, agreement=agreement, positions=positions, decoded=decoded)
