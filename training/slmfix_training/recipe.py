"""The settings of a training run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Sizes and rates; `predicted` is the number of places per step whose loss is computed, `sync` the number of steps
    after which several workers average their weights. Until the share `copy_until` of the time, copy tasks are used
    and `echo_rows` rows of each step are random tokens written twice: they make the network learn to copy early.
    """

    hidden: int = 256
    layers: int = 6
    feed_forward: int = 704
    rows: int = 6
    length: int = 384
    predicted: int = 832
    prompt_share: float = 0.3
    prompt_weight: float = 0.3
    muon_rate: float = 0.015
    adam_rate: float = 2e-3
    weight_decay: float = 0.02
    warm_up: int = 100
    copy_until: float = 0.6
    echo_rows: int = 1
    bf16: bool = True
    compile: bool = False
    threads: int = 1
    sync: int = 12
    seed: int = 1
