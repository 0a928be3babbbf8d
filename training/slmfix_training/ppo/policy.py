"""The policy with its value head, as one module, so that `accelerate` can wrap it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn

from slmfix_training.ppo.rollout import log_distribution

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

    from slmfix_training.ppo.candidate_tree import Tree


@dataclass(frozen=True, kw_only=True)
class Scores:
    """One entry a script token of the tree: log-probability, entropy of its distribution (nats), value before it."""

    log_probabilities: torch.Tensor
    entropies: torch.Tensor
    values: torch.Tensor


class PolicyWithValue(nn.Module):
    """A causal language model and a scalar head on its last hidden state, zero at the start.

    The trunk is shared, because a second network would double the cost of a step that is bounded by computation, and
    the head predicts from what the policy already knows about its chances. With `value_gradient` off the trunk does
    not learn from the value loss, which is large at the start and would move the policy before any reward does.
    """

    def __init__(self, model: LlamaForCausalLM, *, temperature: float = 1.0, value_gradient: bool = False) -> None:
        super().__init__()
        self.model, self.temperature, self.value_gradient = model, temperature, value_gradient
        self.value_head = nn.Linear(model.config.hidden_size, 1)
        nn.init.zeros_(self.value_head.weight)
        nn.init.zeros_(self.value_head.bias)

    def forward(self, tree: Tree) -> Scores:
        """The scores of all script tokens under the distribution that they were sampled from."""
        hidden = hidden_states(self.model, tree)
        scores = score(self.model, hidden, tree, self.temperature)
        chosen = scores.gather(1, tree.targets[:, None])[:, 0]
        # an illegal token has probability 0 and log-probability -inf, whose product is not 0 in floating point
        entropies = -(scores.exp() * scores.masked_fill(scores.isinf(), 0)).sum(1)
        values = self.value_head(hidden if self.value_gradient else hidden.detach())[:, 0]
        return Scores(log_probabilities=chosen, entropies=entropies, values=values)


def hidden_states(model: LlamaForCausalLM, tree: Tree) -> torch.Tensor:
    """The last hidden state before each script token."""
    hidden: torch.Tensor = model.model(
        input_ids=tree.tokens, attention_mask=tree.mask, position_ids=tree.positions, use_cache=False
    ).last_hidden_state
    return hidden.reshape(-1, hidden.shape[-1])[tree.places]


def score(model: LlamaForCausalLM, hidden: torch.Tensor, tree: Tree, temperature: float) -> torch.Tensor:
    """Log-probabilities of all tokens of the vocabulary at each script token's place."""
    return log_distribution(model.lm_head(hidden), tree.legal, temperature)


@torch.no_grad()
def reference_scores(model: LlamaForCausalLM, tree: Tree, temperature: float) -> torch.Tensor:
    """Log-probabilities of the script tokens under the frozen reference."""
    scores = score(model, hidden_states(model, tree), tree, temperature)
    return scores.gather(1, tree.targets[:, None])[:, 0]
