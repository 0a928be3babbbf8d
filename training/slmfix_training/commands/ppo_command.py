"""`slmfix-train ppo`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import click

from slmfix_training.ppo.ppo_recipe import PpoRecipe
from slmfix_training.ppo.reward import GATES, KINDS, Gate, Kind, RewardRule

FOLDER = click.Path(path_type=Path, file_okay=False)
EXISTING = click.Path(path_type=Path, exists=True)
SHOWN = ("step", "reward", "pass", "harmless", "exact", "kl", "entropy", "length", "cpu_minutes")


@click.command()
@click.option("--checkpoint", "start", type=EXISTING, required=True, help="Supervised model: start and reference.")
@click.option("--samples", "samples_folder", type=EXISTING, required=True, help="Folder with *.rl.jsonl samples.")
@click.option("--output", type=FOLDER, required=True, help="Checkpoint; an existing one is continued.")
@click.option("--minutes", type=float, required=True, help="Processor time over all continuations.")
@click.option("--save-minutes", default=4.0, show_default=True, help="Of the clock.")
@click.option("--reward", "kind", type=click.Choice(KINDS), default="both", show_default=True)
@click.option(
    "--gate", type=click.Choice(GATES), default="harmless", show_default=True, help="What earns nothing; none: paper."
)
@click.option("--floor", default=0.0, show_default=True, help="Least p; 0.5 in the paper's later version.")
@click.option("--recipe", "settings", multiple=True, metavar="NAME=VALUE", help="Overrides one field of the recipe.")
def ppo(
    start: Path,
    samples_folder: Path,
    output: Path,
    minutes: float,
    save_minutes: float,
    kind: str,
    gate: str,
    floor: float,
    settings: tuple[str, ...],
) -> None:
    """Reinforcement learning with the validator's verdict (PPO); for several processes use `accelerate launch`."""
    from slmfix_training.ppo.ppo_run import PpoRun

    changes = {field: json.loads(value) for field, _, value in (setting.partition("=") for setting in settings)}
    rule = RewardRule(kind=cast("Kind", kind), gate=cast("Gate", gate), floor=floor)
    run = PpoRun(start, samples_folder, output, PpoRecipe(**changes), rule, minutes)
    run.run(lambda row: click.echo(json.dumps({name: row[name] for name in SHOWN})), save_minutes)


@click.command("ppo-evaluate")
@click.argument("checkpoint", type=EXISTING)
@click.option("--samples", "samples_folder", type=EXISTING, help="Folder with *.held.jsonl samples.")
@click.option("--real", multiple=True, type=EXISTING, help="Real failing programs (JSONL files or folders).")
@click.option("--count", default=40, show_default=True, help="Cases a language or file.")
@click.option("--candidates", default=8, show_default=True, help="The greedy one and samples.")
@click.option("--lexicon/--no-lexicon", default=True, help="Only words that the do-no-harm filter knows, as the bot.")
@click.option("--seed", default=1, show_default=True)
def ppo_evaluate(
    checkpoint: Path,
    samples_folder: Path | None,
    real: tuple[Path, ...],
    count: int,
    candidates: int,
    lexicon: bool,
    seed: int,
) -> None:
    """What a checkpoint writes alone, greedily and with several candidates; one JSON object a language."""
    import torch

    from slmfix_bot.adapters.vocabulary import Vocabulary
    from slmfix_training.networks.checkpoint import load_model
    from slmfix_training.networks.tokenizer import load_tokenizer
    from slmfix_training.ppo.rl_evaluate import Setting, measure, real_cases, synthetic_cases
    from slmfix_training.ppo.rollout import new_sampler

    torch.set_num_threads(1)
    sampler = new_sampler(load_model(checkpoint), Vocabulary(load_tokenizer(checkpoint / "tokenizer.json")), seed=seed)
    setting = Setting(count=candidates, lexicon=lexicon)
    sets = {
        "synthetic": synthetic_cases(samples_folder, count) if samples_folder else {},
        "real": real_cases(real, count),
    }
    for kind, groups in sets.items():
        for name, row in measure(sampler, groups, setting) if groups else ():
            click.echo(json.dumps({"set": kind, "group": name, **row}))
