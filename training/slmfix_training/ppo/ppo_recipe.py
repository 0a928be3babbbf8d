"""The settings of a PPO run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PpoRecipe:
    """A step samples `candidates` scripts for each of `prompts` broken programs and learns `epochs` times from them,
    `minibatch` prompts at a time.

    `temperature`, `masked` (the bot's grammar) and `lexicon` (with it: only words that the bot would let pass) define
    the distribution that is sampled and improved. `kl` is the price of a nat per token away from the reference; with
    `kl_target` (nats per script) it adapts, at most by a fifth of the error in each `kl_horizon` steps. An update stops
    early when it has moved the policy by `stop_kl` nats per token. `leave_one_out` subtracts from each reward the mean
    of its prompt's other candidates, which a value head would have to learn first. `value_gradient`: whether the value
    loss also trains the trunk. `gold_weight` mixes in cross-entropy on the canonical scripts: on its own the RL loss
    forgets (CodeRL); `policy_weight` 0 leaves nothing but that, a control for how much of a gain is more supervision.
    `steps` 0 means: until the time is over. The defaults are those that did best in docs/ppo.md.
    """

    prompts: int = 16
    candidates: int = 8
    temperature: float = 1.0
    masked: bool = True
    lexicon: bool = True
    max_new: int = 64
    max_tokens: int = 384
    epochs: int = 1
    minibatch: int = 4
    rate: float = 7e-5
    value_rate: float = 1e-3
    warm_up: int = 5
    gamma: float = 1.0
    lam: float = 0.95
    clip: float = 0.2
    value_clip: float = 0.2
    value_weight: float = 0.5
    value_gradient: bool = False
    policy_weight: float = 1.0
    entropy_weight: float = 0.01
    gold_weight: float = 0.1
    gradient: float = 1.0
    kl: float = 0.1
    kl_target: float | None = None
    kl_horizon: float = 20.0
    stop_kl: float = 0.1
    steps: int = 0
    leave_one_out: bool = True
    threads: int = 1
    seed: int = 1
