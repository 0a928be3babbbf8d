"""Supervised training of a repair model on a CPU, bounded by CPU time, in as many sittings as it takes.

Starts from a new network, a checkpoint of `slmfix-train start`, or the state of an earlier sitting. The checkpoint is
the running average of the weights; new shards of samples are picked up while it runs.
"""

from __future__ import annotations

import os
from collections import deque
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import distributed, nn

from slmfix_training.networks.checkpoint import (
    load_model,
    load_state,
    new_model,
    read_record,
    save_checkpoint,
    save_state,
)
from slmfix_training.networks.tokenizer import load_tokenizer
from slmfix_training.reports.record import samples_record
from slmfix_training.sft.averaging import Average, synchronise
from slmfix_training.sft.curve import Curve
from slmfix_training.sft.feed import Feed
from slmfix_training.sft.held import HeldOut
from slmfix_training.sft.loss import batch_loss
from slmfix_training.sft.optimizers import build_optimizers, freeze, set_rates
from slmfix_training.sft.schedule import Clock, rate

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from transformers import LlamaForCausalLM

    from slmfix_training.sft.packing import Batch
    from slmfix_training.sft.recipe import Recipe

MILESTONES = (1, 3, 10, 30)  # CPU-hours whose checkpoints are kept in milestones/
_ROW_STEPS = 25


@dataclass(frozen=True, kw_only=True)
class Job:
    """One run: `cpu_seconds` over all its sittings; `tokenizer` and `start` are files and folders to read at the first
    of them; `held` are rows of `held.choose_held`. Measures every `held_seconds` of CPU time, saves every
    `save_seconds`."""

    samples: tuple[Path, ...]
    output: Path
    tokenizer: Path
    recipe: Recipe
    cpu_seconds: float
    start: Path | None = None
    held: tuple[dict[str, str], ...] = ()
    held_seconds: float = 600.0
    save_seconds: float = 600.0


class Trainer:
    """One process of a run."""

    def __init__(self, job: Job, *, rank: int = 0, workers: int = 1) -> None:
        torch.set_num_threads(job.recipe.threads)
        self.job, self.rank, self.workers = job, rank, workers
        self.recipe = job.recipe
        self.tokenizer = load_tokenizer(job.tokenizer)
        self.feed = Feed(job.samples, self.tokenizer, job.recipe, rank, workers)
        job.output.mkdir(parents=True, exist_ok=True)
        state = load_state(job.output)
        self.model = self._network(resumed=state is not None)
        freeze(self.model, self.recipe)
        self.optimizers = build_optimizers(self.model, self.recipe)
        self.average = Average(self.model, self.recipe.average)
        self.step, self.tokens, self.clock = 0, 0, Clock(workers=workers)
        if state is not None:
            self._resume(state)
        self.held = HeldOut(job.held, self.tokenizer)
        self.losses: deque[float] = deque(maxlen=200)
        self.noise = np.random.default_rng(self.recipe.seed + self.step + rank)
        self.said = (0.0, 0)  # CPU seconds and tokens at the latest row of the curve

    def _network(self, *, resumed: bool) -> LlamaForCausalLM:
        """A sitting's first network; a resumed one has the right shape and gets its weights from the state."""
        source = self.job.output if resumed else self.job.start
        if source is not None:
            return load_model(source)
        recipe = self.recipe
        return new_model(
            self.tokenizer,
            hidden=recipe.hidden,
            layers=recipe.layers,
            feed_forward=recipe.feed_forward,
            seed=recipe.seed,
        )

    def _resume(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        for optimizer, saved in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(saved)
        self.average.weights = state["average"]
        self.step, self.tokens = state["step"], state["tokens"]
        self.clock = Clock(state["cpu"], state["wall"], self.workers)
        self.feed.seen = state["seen"] // self.workers
        self.feed.uses = {name: counts.numpy() for name, counts in state["uses"].items()}

    def run(self, record: dict[str, Any], say: Callable[[str], None]) -> None:
        """Trains until the budget is used up; saves now and then, at milestones, and at the end."""
        if self.recipe.compile:
            self.model.model.compile(dynamic=False)
        record = self._with_start(record)
        curve = Curve(self.job.output, say)
        curve.cut(self.step)
        self.said = (self.clock.cpu, self.tokens)
        measured = saved = self.clock.cpu
        passed = len([hours for hours in MILESTONES if self.clock.cpu >= 3600 * hours])
        for batch in self.feed.batches():
            cpu = self.clock.cpu
            over = cpu >= self.job.cpu_seconds
            if self.step % self.recipe.sync == 0 and synchronise(self.model, self.workers, over=over):
                break
            self._train(batch, cpu / self.job.cpu_seconds)
            if self.rank:
                continue
            if self.step % _ROW_STEPS == 0:
                curve.add(self._row())
            if self.held.samples and cpu - measured > self.job.held_seconds:
                curve.add(self._measure())
                measured = cpu
            if cpu - saved > self.job.save_seconds:
                self.save(record)
                saved = cpu
            if passed < len(MILESTONES) and cpu >= 3600 * MILESTONES[passed]:
                self._save_milestone(MILESTONES[passed], record)
                passed += 1
        if self.rank == 0:
            curve.add(self._measure() if self.held.samples else self._row())
            self.save(record)

    def _train(self, batch: Batch, progress: float) -> None:
        """One step."""
        recipe = self.recipe
        self.feed.progress = progress
        set_rates(self.optimizers, rate(self.step, progress, warm_up=recipe.warm_up, decay_share=recipe.decay_share))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bf16):
            loss, script = batch_loss(
                self.model, batch, recipe.predicted, self.noise, learn_inputs=recipe.embeddings == "all"
            )
        loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
        nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], 1.0)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        self.average.update(self.step)
        self.tokens += int((batch.segments > 0).sum()) * self.workers
        self.losses.append(float(script))
        self.step += 1

    def _row(self) -> dict[str, Any]:
        """Where the run is; losses are means over the latest steps."""
        cpu = self.clock.cpu
        recent = list(self.losses)[-_ROW_STEPS:]
        seconds, tokens = cpu - self.said[0], self.tokens - self.said[1]
        self.said = (cpu, self.tokens)
        return {
            "step": self.step,
            "cpu_minutes": round(cpu / 60, 2),
            "wall_minutes": round(self.clock.wall / 60, 2),
            "samples": self.feed.seen * self.workers,
            "tokens": self.tokens,
            "script_loss": round(sum(recent) / max(1, len(recent)), 4),
            "tokens_per_cpu_second": round(tokens / max(1e-9, seconds)),
            "rate": round(self.optimizers[-1].param_groups[0]["lr"], 7),
        }

    def _measure(self) -> dict[str, Any]:
        """A row with the averaged weights' figures on the held-out set."""
        with self.clock.paused(), self.average.swapped_in():
            row = self._row()
            del row["tokens_per_cpu_second"]  # over the few steps since the last row it says little
            return {**row, **self.held.measure(self.model, bf16=self.recipe.bf16)}

    def _with_start(self, record: dict[str, Any]) -> dict[str, Any]:
        """Says what the run started from; the licence of pretrained weights is kept."""
        source = self.job.output if self.step else self.job.start
        if source is None:
            return record
        earlier = read_record(source)
        start = earlier.get("training", {}).get("start")
        if start is None:
            return record
        training = {**record.get("training", {}), "start": start}
        return {**record, "licence": earlier.get("licence", record.get("licence")), "training": training}

    def _record(self, record: dict[str, Any]) -> dict[str, Any]:
        recent = list(self.losses)
        run = {
            "recipe": asdict(self.recipe),
            "parameters": sum(p.numel() for p in self.model.parameters()),
            "trained_parameters": sum(p.numel() for p in self.model.parameters() if p.requires_grad),
            "steps": self.step,
            "workers": self.workers,
            "samples_seen": self.feed.seen * self.workers,
            "tokens_seen": self.tokens,
            "budget": "CPU time of the process, all workers together, without measuring",
            "cpu_minutes": round(self.clock.cpu / 60, 1),
            "wall_minutes": round(self.clock.wall / 60, 1),
            "training_script_loss": round(sum(recent) / len(recent), 4) if recent else None,
            "shards": sorted(self.feed.uses),
        }
        samples = samples_record(self.job.samples)  # at every save, because shards may grow while it runs
        return {**record, "training": {**record.get("training", {}), "samples": samples, "run": run}}

    def _save_milestone(self, hours: int, record: dict[str, Any]) -> None:
        with self.average.swapped_in():
            folder = self.job.output / "milestones" / f"{hours}h"
            save_checkpoint(folder, self.model, self.tokenizer, self._record(record))

    def save(self, record: dict[str, Any]) -> None:
        """Writes the averaged weights as the checkpoint, and what a resumption needs."""
        with self.average.swapped_in():
            save_checkpoint(self.job.output, self.model, self.tokenizer, self._record(record))
        save_state(
            self.job.output,
            {
                "model": self.model.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
                "average": self.average.weights,
                "step": self.step,
                "tokens": self.tokens,
                "cpu": self.clock.cpu,
                "wall": self.clock.wall,
                "seen": self.feed.seen * self.workers,
                "uses": {name: torch.from_numpy(counts) for name, counts in self.feed.uses.items()},
            },
        )


def run_worker(rank: int, workers: int, port: int, job: Job, record: dict[str, Any]) -> None:
    """One of several processes that train replicas on disjoint samples and average them every few steps."""
    if workers > 1:
        # Linux shares the processor between sessions before it shares it between processes.
        os.setsid()
        address = f"tcp://127.0.0.1:{port}"
        distributed.init_process_group("gloo", init_method=address, rank=rank, world_size=workers)
    Trainer(job, rank=rank, workers=workers).run(record, lambda line: print(line, flush=True))
