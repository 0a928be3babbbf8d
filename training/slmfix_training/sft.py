"""Supervised training of the repair model on two CPU cores, bounded by wall time.

Packed rows of one static shape, so that the step compiles once; the loss covers every script token and a random share
of the prompt's tokens with a lower weight, computed only at those places; Muon for the matrices and AdamW for the
rest, learning rates over wall time: short warm-up, then linear to zero. New shards are picked up while it runs.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import distributed, nn
from torch.nn import functional

from slmfix_training.checkpoint import load_state, new_model, save_checkpoint, save_state
from slmfix_training.feed import Feed
from slmfix_training.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tokenizers import Tokenizer  # type: ignore[import-untyped,unused-ignore]
    from transformers import LlamaForCausalLM

    from slmfix_training.packing import Batch
    from slmfix_training.recipe import Recipe

EMA = 0.998


def batch_loss(
    model: LlamaForCausalLM, batch: Batch, predicted: int, rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """(weighted loss, mean loss of the script tokens) of a packed batch, each sample attending to itself only."""
    places, targets, weights = choose_places(batch, predicted, rng)
    segments = torch.from_numpy(batch.segments)
    same = (segments[:, :, None] == segments[:, None, :]).tril()
    mask = torch.zeros(same.shape).masked_fill_(~same, -1e9)[:, None]
    hidden = model.model(
        input_ids=torch.from_numpy(batch.tokens),
        attention_mask=mask,
        position_ids=torch.from_numpy(batch.positions),
        use_cache=False,
    ).last_hidden_state
    chosen = hidden.reshape(-1, hidden.shape[-1])[torch.from_numpy(places)]
    logits = functional.linear(chosen, model.model.embed_tokens.weight).float()
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


def optimizers(model: LlamaForCausalLM, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, AdamW for embeddings and norms."""
    matrices = [p for p in model.model.layers.parameters() if p.ndim == 2]
    ids = {id(p) for p in matrices}
    others = [p for p in model.parameters() if id(p) not in ids]
    decay = recipe.weight_decay
    return [
        torch.optim.Muon(matrices, lr=recipe.muon_rate, weight_decay=decay, momentum=0.95, nesterov=True),
        torch.optim.AdamW(others, lr=recipe.adam_rate, betas=(0.9, 0.97), weight_decay=0.0),
    ]


def rate(step: int, elapsed: float, total: float, warm_up: int) -> float:
    """Factor of the learning rates; `elapsed` and `total` in seconds."""
    progress = min(1.0, elapsed / total)
    held = 1.0 if progress < 0.3 else max(0.02, (1 - progress) / 0.7)
    return min(1.0, (step + 1) / warm_up) * held


class Trainer:
    """One run; `minutes` of wall time over all its resumptions."""

    def __init__(
        self,
        samples: Path,
        output: Path,
        tokenizer: Tokenizer,
        recipe: Recipe,
        minutes: float,
        *,
        rank: int = 0,
        workers: int = 1,
    ) -> None:
        torch.set_num_threads(recipe.threads)
        self.rank, self.workers = rank, workers
        self.recipe, self.output, self.tokenizer, self.total = recipe, output, tokenizer, 60 * minutes
        self.feed = Feed(samples, tokenizer, recipe, rank, workers)
        output.mkdir(parents=True, exist_ok=True)
        state = load_state(output)
        self.model = new_model(
            tokenizer, hidden=recipe.hidden, layers=recipe.layers, feed_forward=recipe.feed_forward, seed=recipe.seed
        )
        self.optimizers = optimizers(self.model, recipe)
        self.step, self.elapsed = 0, 0.0
        self.average = {name: value.detach().clone() for name, value in self.model.named_parameters()}
        if state is not None:
            self.model.load_state_dict(state["model"])
            for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
            self.step, self.elapsed, self.feed.seen = state["step"], state["elapsed"], state["seen"] // workers
            self.average = state["average"]
            self.feed.uses = {name: counts.numpy() for name, counts in state["uses"].items()}
        self.losses: list[float] = []
        self.noise = np.random.default_rng(recipe.seed + self.step + rank)

    def run(self, record: dict[str, Any], say: Callable[[str], None], save_minutes: float) -> None:
        """Trains until the time is over; saves the averaged model and the state every `save_minutes`."""
        if self.recipe.compile:
            self.model.model.compile(dynamic=False)
        began = saved = time.monotonic()
        started = began - self.elapsed
        tokens = 0
        for batch in self.feed.batches():
            self.elapsed = time.monotonic() - started
            if self.step % self.recipe.sync == 0 and self._synchronise(self.elapsed >= self.total):
                break
            self.feed.progress = self.elapsed / self.total
            factor = rate(self.step, self.elapsed, self.total, self.recipe.warm_up)
            for optimizer, base in zip(self.optimizers, (self.recipe.muon_rate, self.recipe.adam_rate), strict=True):
                optimizer.param_groups[0]["lr"] = base * factor
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.recipe.bf16):
                loss, script = batch_loss(self.model, batch, self.recipe.predicted, self.noise)
            loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            for optimizer in self.optimizers:
                optimizer.step()
                optimizer.zero_grad(set_to_none=True)
            self._average()
            tokens += int((batch.segments > 0).sum())
            self.losses.append(float(script))
            self.step += 1
            if self.step % 25 == 0 and self.rank == 0:
                mean = sum(self.losses[-25:]) / len(self.losses[-25:])
                speed = tokens / max(1e-9, time.monotonic() - began)
                say(
                    json.dumps(
                        {
                            "step": self.step,
                            "minutes": round(self.elapsed / 60, 2),
                            "script_loss": round(mean, 4),
                            "samples": self.feed.seen * self.workers,
                            "tokens_per_second": round(speed),
                            "rate": round(factor, 3),
                        }
                    )
                )
            if self.rank == 0 and time.monotonic() - saved > 60 * save_minutes:
                self.save(record)
                saved = time.monotonic()
        if self.rank == 0:
            self.save(record)

    def _synchronise(self, over: bool) -> bool:
        """Averages the weights of all workers; whether any of them wants to stop."""
        if self.workers == 1:
            return over
        values = [p.data for p in self.model.parameters()]
        flat = torch.cat([value.reshape(-1) for value in values] + [torch.tensor([float(over)])])
        distributed.all_reduce(flat)
        at = 0
        for value in values:
            value.copy_(flat[at : at + value.numel()].view_as(value) / self.workers)
            at += value.numel()
        return bool(flat[-1] > 0)

    def _average(self) -> None:
        decay = min(EMA, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for name, value in self.model.named_parameters():
                self.average[name].lerp_(value, 1 - decay)

    def save(self, record: dict[str, Any]) -> None:
        """Writes the averaged weights as the checkpoint, and what a resumption needs."""
        plain = new_model(
            self.tokenizer,
            hidden=self.recipe.hidden,
            layers=self.recipe.layers,
            feed_forward=self.recipe.feed_forward,
            seed=0,
        )
        plain.load_state_dict({**plain.state_dict(), **self.average})
        recent = self.losses[-200:]
        run = {
            "recipe": asdict(self.recipe),
            "parameters": sum(p.numel() for p in plain.parameters()),
            "steps": self.step,
            "workers": self.workers,
            "samples_seen": self.feed.seen * self.workers,
            "minutes": round(self.elapsed / 60, 1),
            "training_script_loss": round(sum(recent) / len(recent), 4) if recent else None,
            "shards": sorted(self.feed.uses),
        }
        record = {**record, "training": {**record.get("training", {}), "run": run}}
        save_checkpoint(self.output, plain, self.tokenizer, record)
        save_state(
            self.output,
            {
                "model": self.model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
                "average": self.average,
                "step": self.step,
                "elapsed": self.elapsed,
                "seen": self.feed.seen * self.workers,
                "uses": {name: torch.from_numpy(counts) for name, counts in self.feed.uses.items()},
            },
        )


def run_worker(
    rank: int, workers: int, port: int, arguments: tuple[Any, ...], record: dict[str, Any], save: float
) -> None:
    """One of several processes that train replicas on disjoint samples and average them every few steps."""
    if workers > 1:
        # Linux shares the processor between sessions before it shares it between processes.
        os.setsid()
        address = f"tcp://127.0.0.1:{port}"
        distributed.init_process_group("gloo", init_method=address, rank=rank, world_size=workers)
    samples, output, tokenizer_file, recipe, minutes = arguments
    tokenizer = load_tokenizer(tokenizer_file)
    Trainer(samples, output, tokenizer, recipe, minutes, rank=rank, workers=workers).run(
        record, lambda line: print(line, flush=True), save
    )
