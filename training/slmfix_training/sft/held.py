"""A fixed set of held-out samples, and what a network makes of it without decoding."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from slmfix_training.sft.packing import MAX_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]
    from transformers import LlamaForCausalLM

COUNT = 300
_ROWS = 8


def choose_held(folders: Iterable[Path], count: int = COUNT) -> list[dict[str, str]]:
    """At most `count` held-out samples, as many of each language as there are, by the hash of their prompts: the same
    for every arm of a comparison."""
    by_language: dict[str, list[tuple[str, dict[str, str]]]] = {}
    for folder in folders:
        for file in sorted(folder.glob("*.held.jsonl")):
            for line in file.read_text().split("\n")[:-1]:
                row = json.loads(line)
                kept = {name: row[name] for name in ("language", "prompt", "script")}
                digest = hashlib.sha256(row["prompt"].encode()).hexdigest()
                by_language.setdefault(row["language"], []).append((digest, kept))
    share = -(-count // max(1, len(by_language)))
    return [
        row for name in sorted(by_language) for _, row in sorted(by_language[name], key=lambda pair: pair[0])[:share]
    ]


class HeldOut:
    """Samples of a held-out file as tokens; those that do not fit are left out."""

    def __init__(self, rows: Sequence[dict[str, str]], tokenizer: Tokenizer) -> None:
        self.samples: list[tuple[list[int], int]] = []
        for row in rows:
            head = tokenizer.encode(row["prompt"], add_special_tokens=False).ids
            tail = tokenizer.encode(row["script"], add_special_tokens=False).ids
            if len(head) + len(tail) <= MAX_TOKENS:
                self.samples.append(([*head, *tail], len(head)))
        self.samples.sort(key=lambda sample: len(sample[0]))

    @torch.no_grad()
    def measure(self, model: LlamaForCausalLM, *, bf16: bool) -> dict[str, Any]:
        """`held_loss` nats a script token; `held_nats` a script, which compares networks of different vocabularies;
        `held_exact` the share of scripts whose every token is the likeliest, which is greedy decoding's exact match."""
        nats, tokens, exact = 0.0, 0, 0
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            for at in range(0, len(self.samples), _ROWS):
                some = self.samples[at : at + _ROWS]
                losses, counts, right = _score(model, some)
                nats, tokens, exact = nats + losses, tokens + counts, exact + right
        count = max(1, len(self.samples))
        return {
            "held": len(self.samples),
            "held_loss": round(nats / max(1, tokens), 4),
            "held_nats": round(nats / count, 3),
            "held_exact": round(exact / count, 4),
        }


def _score(model: LlamaForCausalLM, samples: Sequence[tuple[list[int], int]]) -> tuple[float, int, int]:
    """Sum of the script tokens' losses, their number, and how many scripts are right throughout."""
    longest = max(len(ids) for ids, _ in samples)
    # padding on the right needs no mask: a causal model does not look ahead
    tokens = torch.tensor([ids + [0] * (longest - len(ids)) for ids, _ in samples])
    hidden = model.model(input_ids=tokens, use_cache=False).last_hidden_state
    nats, count, exact = 0.0, 0, 0
    for row, (ids, script) in enumerate(samples):
        logits = functional.linear(hidden[row, script - 1 : len(ids) - 1], model.lm_head.weight).float()
        wanted = tokens[row, script : len(ids)]
        nats += float(functional.cross_entropy(logits, wanted, reduction="sum"))
        count += len(wanted)
        exact += bool((logits.argmax(-1) == wanted).all())
    return nats, count, exact
