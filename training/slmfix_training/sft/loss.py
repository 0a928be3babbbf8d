"""The training loss of a packed batch: all script tokens, and a random share of the prompt's with a lower weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

    from slmfix_training.sft.packing import Batch


def batch_loss(
    model: LlamaForCausalLM, batch: Batch, predicted: int, rng: np.random.Generator, *, learn_inputs: bool = True
) -> tuple[torch.Tensor, torch.Tensor]:
    """(weighted loss, mean loss of the script tokens) of a packed batch, each sample attending to itself only.

    The head is computed at `predicted` places only: over 8192 entries it is otherwise a third of a step. Without
    `learn_inputs` no gradient goes through the lower, frozen layers to the embeddings.
    """
    places, targets, weights = choose_places(batch, predicted, rng)
    segments = torch.from_numpy(batch.segments)
    same = (segments[:, :, None] == segments[:, None, :]).tril()
    embedded = model.model.embed_tokens(torch.from_numpy(batch.tokens))
    hidden = model.model(
        inputs_embeds=embedded if learn_inputs else embedded.detach(),
        attention_mask=torch.zeros(same.shape).masked_fill_(~same, -1e9)[:, None],
        position_ids=torch.from_numpy(batch.positions),
        use_cache=False,
    ).last_hidden_state
    chosen = hidden.reshape(-1, hidden.shape[-1])[torch.from_numpy(places)]
    logits = functional.linear(chosen, model.lm_head.weight).float()
    losses = functional.cross_entropy(logits, torch.from_numpy(targets), reduction="none")
    weight = torch.from_numpy(weights)
    script = (weight == 1.0).float()
    return (losses * weight).sum() / weight.sum(), ((losses * script).sum() / script.sum().clamp(min=1)).detach()


def choose_places(
    batch: Batch, predicted: int, rng: np.random.Generator
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Exactly `predicted` flat places with their next tokens and weights: all script tokens, then prompt tokens."""
    weights = batch.weights[:, 1:].ravel()
    targets = batch.tokens[:, 1:].ravel()
    rows, columns = batch.tokens.shape
    flat = (np.arange(rows)[:, None] * columns + np.arange(columns - 1)[None, :]).ravel()
    order = np.argsort(-(weights + 1e-3 * rng.random(len(weights))))[:predicted]
    order.sort()
    return flat[order], targets[order], weights[order].astype(np.float32)
