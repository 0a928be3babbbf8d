"""Makes a starting checkpoint in our layout out of a pretrained model: some layers, some tokens, our control tokens."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional
from transformers import GenerationConfig

from slmfix_bot.core.prompt import END, PAD, SPECIAL_TOKENS
from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]
    from transformers import LlamaForCausalLM

    from slmfix_training.networks.pretrained import Pretrained

# What a control token means, in words that the pretrained model knows; its row starts as their mean.
_MEANINGS = {
    "<pad>": "\n",
    "<end>": " end\n\n",
    "<names>": "\nnames:",
    "<win>": "\nprogram:\n",
    "<gap>": "\n...\n",
    "<out>": "\nfix:\n",
    "<rep>": " replace line",
    "<sub>": " replace",
    "<ins>": " insert",
    "<del>": " delete",
    "<cut>": " remove",
    "<ind>": " indent",
    "<to>": " with",
}
_MAX_POSITIONS = 1024


def meaning(token: str) -> str:
    """Words for a control token.

    >>> meaning("<|12|>"), meaning("<l:bash>"), meaning("<to>")
    ('\\n12', ' bash:', ' with')
    """
    if token.startswith("<|"):
        return "\n" + token[2:-2]
    return f" {token[3:-1]}:" if token.startswith("<l:") else _MEANINGS[token]


def parse_layers(text: str, count: int) -> tuple[int, ...]:
    """`0-5,24-29` as numbers; raises UsageError for what a model of `count` layers does not have.

    >>> parse_layers("0-1,4", 6)
    (0, 1, 4)
    """
    try:
        spans = [part.partition("-") for part in text.split(",")]
        layers = [i for low, dash, high in spans for i in range(int(low), int(high if dash else low) + 1)]
    except ValueError as error:
        msg = f"layers {text!r}: write numbers and spans, as in 0-5,24-29"
        raise UsageError(msg) from error
    if sorted(set(layers)) != layers or not layers or layers[-1] >= count:
        msg = f"layers {text!r}: ascending numbers below {count} are needed"
        raise UsageError(msg)
    return tuple(layers)


def keep_layers(model: LlamaForCausalLM, layers: Sequence[int]) -> None:
    """Removes the other decoder layers, in place."""
    blocks = model.model.layers
    model.model.layers = nn.ModuleList([blocks[i] for i in layers])
    for i, block in enumerate(model.model.layers):
        block.self_attn.layer_idx = i  # its place in the key-value cache
    model.config.num_hidden_layers = len(layers)


def fit_vocabulary(source: Pretrained, tokenizer: Tokenizer, old: Tokenizer) -> None:
    """Gives the model one tied embedding row for each token of `tokenizer`: the pretrained row of a text token, for a
    control token the mean over the words of its meaning (`old` encodes them), with a little noise to tell rows apart,
    for a byte that the pretrained model lacks the mean over those it has."""
    model = source.model
    rows = model.model.embed_tokens.weight.detach()
    noise = torch.Generator().manual_seed(1)
    new = torch.empty(tokenizer.get_vocab_size(), rows.shape[1])
    byte = rows[[place for token, place in source.vocabulary.items() if len(token) == 1]].mean(0)
    for token, place in tokenizer.get_vocab().items():
        if token in SPECIAL_TOKENS:
            pieces = old.encode(meaning(token), add_special_tokens=False).tokens
            mean = rows[[source.vocabulary[piece] for piece in pieces]].mean(0)
            new[place] = mean + 0.1 * rows.std() * torch.randn(mean.shape, generator=noise)
        else:
            known = source.vocabulary.get(token)
            new[place] = byte if known is None else rows[known]
    model.resize_token_embeddings(len(new), mean_resizing=False)
    model.config.tie_word_embeddings = True
    with torch.no_grad():
        model.model.embed_tokens.weight.copy_(new)
    model.lm_head.weight = model.model.embed_tokens.weight
    _configure(model, tokenizer)


def _configure(model: LlamaForCausalLM, tokenizer: Tokenizer) -> None:
    """Names our end and padding; the pretrained settings name tokens that are gone."""
    end, pad = tokenizer.token_to_id(END), tokenizer.token_to_id(PAD)
    config = model.config
    config.bos_token_id, config.eos_token_id, config.pad_token_id = None, end, pad
    config.max_position_embeddings = _MAX_POSITIONS
    settings = {"eos_token_id": end, "pad_token_id": pad, "do_sample": False}
    model.generation_config = GenerationConfig(**settings)  # type: ignore[no-untyped-call,unused-ignore]


@torch.no_grad()
def text_loss(model: LlamaForCausalLM, encoded: Sequence[Sequence[int]]) -> float:
    """Nats for each token of plain texts; compares choices of layers before any training."""
    total, count = 0.0, 0
    for ids in encoded:
        tokens = torch.tensor([list(ids)])
        logits = model(input_ids=tokens, use_cache=False).logits[0, :-1].float()
        total += float(functional.cross_entropy(logits, tokens[0, 1:], reduction="sum"))
        count += len(ids) - 1
    return total / max(1, count)


@torch.no_grad()
def influences(model: LlamaForCausalLM, encoded: Sequence[Sequence[int]]) -> list[float]:
    """How much each layer turns the hidden state: one minus the mean cosine of its input and output (block influence,
    Men et al. 2024, "ShortGPT")."""
    sums = [0.0] * len(model.model.layers)
    count = 0
    for ids in encoded:
        hidden = model.model(input_ids=torch.tensor([list(ids)]), output_hidden_states=True).hidden_states
        for i in range(len(sums) - 1):  # the last state is after the final norm
            sums[i] += float((1 - functional.cosine_similarity(hidden[i], hidden[i + 1], dim=-1)).sum())
        count += len(ids)
    return [*(value / count for value in sums[:-1]), math.inf]


def strongest_layers(values: Sequence[float], count: int) -> tuple[int, ...]:
    """The `count` layers of the largest influence, in order."""
    return tuple(sorted(sorted(range(len(values)), key=lambda i: -values[i])[:count]))
