"""What is trained, and by which optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from transformers import LlamaForCausalLM

    from slmfix_training.sft.recipe import Recipe


def freeze(model: LlamaForCausalLM, recipe: Recipe) -> None:
    """Takes the gradients from the layers below the upper `train_layers`, and from the embeddings if so wanted."""
    blocks = list(model.model.layers)
    for block in blocks[: max(0, len(blocks) - (recipe.train_layers or len(blocks)))]:
        block.requires_grad_(False)
    if recipe.embeddings not in ("all", "output", "frozen"):
        msg = f"embeddings {recipe.embeddings!r}: all, output or frozen"
        raise UsageError(msg)
    if recipe.embeddings == "frozen":
        model.model.embed_tokens.requires_grad_(False)
        model.lm_head.requires_grad_(False)


def build_optimizers(model: LlamaForCausalLM, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """One or two optimizers over the trained parameters; `base_rate` of each group is its full learning rate."""
    trained = [p for p in model.parameters() if p.requires_grad]
    blocks = {id(p) for p in model.model.layers.parameters() if p.ndim == 2}
    matrices = [p for p in trained if id(p) in blocks]
    others = [p for p in trained if id(p) not in blocks]
    made: list[torch.optim.Optimizer] = []
    decay = recipe.weight_decay
    if recipe.optimizer == "muon":
        made.append(torch.optim.Muon(matrices, lr=recipe.muon_rate, weight_decay=decay, momentum=0.95, nesterov=True))
        groups = [{"params": others, "weight_decay": 0.0}]
    elif recipe.optimizer == "adamw":
        groups = [{"params": matrices, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
    else:
        msg = f"optimizer {recipe.optimizer!r}: muon or adamw"
        raise UsageError(msg)
    made.append(torch.optim.AdamW([g for g in groups if g["params"]], lr=recipe.adam_rate, betas=(0.9, 0.97)))
    for optimizer in made:
        for group in optimizer.param_groups:
            group["base_rate"] = group["lr"]
    return made


def set_rates(optimizers: list[torch.optim.Optimizer], factor: float) -> None:
    """Scales every group's full rate."""
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = group["base_rate"] * factor
