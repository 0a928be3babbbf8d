"""A PPO run from a supervised checkpoint to a PPO checkpoint, in one or more sittings."""

from __future__ import annotations

import os
import time
from itertools import islice
from typing import TYPE_CHECKING, Any

import torch

from slmfix_bot.adapters.vocabulary import Vocabulary
from slmfix_bot.validators import VALIDATORS
from slmfix_training.networks.checkpoint import load_model, read_record
from slmfix_training.networks.tokenizer import load_tokenizer
from slmfix_training.ppo.ppo import Ppo
from slmfix_training.ppo.ppo_checkpoint import (
    STATE,
    Progress,
    ppo_record,
    reference_hash,
    resume,
    save,
    trim_curve,
    write_curve,
)
from slmfix_training.samples.rl_cases import CaseFeed, read_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from slmfix_bot.validators.base import Validator
    from slmfix_training.ppo.ppo_recipe import PpoRecipe
    from slmfix_training.ppo.reward import Case, RewardRule


def cpu_seconds() -> float:
    """Processor time of this process and of the validators that it started and waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


class PpoRun:
    """`minutes` of processor time (not of the clock: the machine may be shared) over all sittings."""

    def __init__(
        self,
        start: Path,
        samples: Path,
        output: Path,
        recipe: PpoRecipe,
        rule: RewardRule,
        minutes: float,
        validators: Mapping[str, Validator] = VALIDATORS,
    ) -> None:
        from accelerate import Accelerator  # type: ignore[import-untyped,unused-ignore]

        torch.set_num_threads(recipe.threads)
        torch.manual_seed(recipe.seed)
        self.accelerator = Accelerator()
        self.output, self.recipe, self.rule, self.total = output, recipe, rule, 60 * minutes
        self.tokenizer = load_tokenizer(start / "tokenizer.json")
        self.vocabulary = Vocabulary(self.tokenizer)
        self.reference = reference_hash(start)
        self.record = read_record(start)
        resumed = (output / STATE).exists()
        model = load_model(output if resumed else start)
        self.ppo = Ppo(self.accelerator, model, load_model(start), self.vocabulary, recipe, rule, validators)
        self.progress = resume(output, self.ppo, self.reference, read_record(output)) if resumed else Progress()
        feed = CaseFeed(
            read_rows(samples, learning=True),
            recipe.seed + 7919 * self.progress.steps + self.accelerator.process_index,
            validators,
        )
        self.cases = self._fitting(iter(feed))

    def _fitting(self, cases: Iterator[Case]) -> Iterator[Case]:
        """The cases whose prompt leaves room for a script."""
        limit = self.recipe.max_tokens - self.recipe.max_new
        return (case for case in cases if len(self.vocabulary.encode(case.prompt)) <= limit)

    def run(self, say: Callable[[dict[str, Any]], None], save_minutes: float) -> None:
        """Trains until the time or the steps are over; saves every `save_minutes` of the clock and at the end."""
        if self.accelerator.is_main_process:
            self.output.mkdir(parents=True, exist_ok=True)
            trim_curve(self.output, self.progress.steps)
        saved = time.monotonic()
        while not self._is_over():
            began, clock = cpu_seconds(), time.monotonic()
            figures = self.ppo.train_step(list(islice(self.cases, self.recipe.prompts)))
            spent = cpu_seconds() - began
            self.progress = Progress(seconds=self.progress.seconds + spent, steps=self.ppo.step, last=_rounded(figures))
            row = {
                "step": self.ppo.step,
                "processes": self.accelerator.num_processes,
                **_rounded(figures),
                "cpu_seconds": round(spent, 2),
                "seconds": round(time.monotonic() - clock, 2),
                "cpu_minutes": round(self.progress.seconds / 60, 2),
            }
            if self.accelerator.is_main_process:
                write_curve(self.output, row)
                say(row)
                if time.monotonic() - saved > 60 * save_minutes:
                    self.save()
                    saved = time.monotonic()
        if self.accelerator.is_main_process:
            self.save()

    def _is_over(self) -> bool:
        if 0 < self.recipe.steps <= self.ppo.step:
            return True
        # the processes must leave together
        left = torch.tensor(self.total - self.progress.seconds, device=self.accelerator.device)
        return float(self.accelerator.reduce(left, "mean")) <= 0

    def save(self) -> None:
        """Writes the checkpoint."""
        record = ppo_record(self.record, self.recipe, self.rule, self.reference, self.progress)
        save(self.output, self.ppo, self.tokenizer, record, self.progress)


def _rounded(figures: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in figures.items()}
