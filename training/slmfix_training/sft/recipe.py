"""The settings of a training run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Sizes and rates; shares are of the CPU budget.

    `hidden`, `layers` and `feed_forward` are those of a new network. `train_layers` upper layers are trained (None:
    all); `embeddings` says whether the embedding rows learn as inputs and outputs ("all"), as outputs only, which
    spares the way back through frozen layers ("output"), or not ("frozen"). `optimizer`: "muon" for the matrices of
    the layers with AdamW for the rest, or "adamw" for everything.
    A step has `rows` rows of `length` tokens; the loss is computed at `predicted` places of it. Rates warm up over
    `warm_up` steps, stay, and fall linearly over the last `decay_share`. Until the share `copy_until`, copy tasks are
    used and `echo_rows` rows of each step are random tokens written twice: they make a new network learn to copy early.
    `average` is the decay of the running average of the weights, `sync` the number of steps after which several workers
    average theirs.
    """

    hidden: int = 256
    layers: int = 6
    feed_forward: int = 704
    train_layers: int | None = None
    embeddings: str = "all"
    rows: int = 6
    length: int = 384
    predicted: int = 832
    prompt_share: float = 0.3
    prompt_weight: float = 0.3
    optimizer: str = "muon"
    muon_rate: float = 0.015
    adam_rate: float = 2e-3
    weight_decay: float = 0.02
    warm_up: int = 100
    decay_share: float = 0.25
    copy_until: float = 0.6
    echo_rows: int = 1
    average: float = 0.998
    bf16: bool = True
    compile: bool = False
    threads: int = 1
    sync: int = 12
    seed: int = 1


# A pretrained network can copy, and large Muon steps would cost as much as its forward pass.
PRETRAINED = Recipe(
    optimizer="adamw",
    adam_rate=5e-4,
    rows=4,
    predicted=560,
    warm_up=40,
    echo_rows=0,
    copy_until=0.1,
    average=0.99,
)
