"""Command line `slmfix-train`."""

from __future__ import annotations

import json
from itertools import chain
from pathlib import Path

import click

from slmfix_bot.validators import VALIDATORS
from slmfix_training.commands.bifi_command import bifi
from slmfix_training.commands.card_command import card
from slmfix_training.commands.errors_command import errors
from slmfix_training.commands.fetch_command import fetch
from slmfix_training.commands.plot_command import plot
from slmfix_training.commands.ppo_command import ppo, ppo_evaluate
from slmfix_training.commands.sft_command import sft
from slmfix_training.commands.start_command import start
from slmfix_training.commands.verl_command import verl_data
from slmfix_training.corpora.corpus import LANGUAGES, build_corpus, build_own_corpus, excluded_hashes
from slmfix_training.corpora.exclusion import Exclusion, evaluation_texts
from slmfix_training.networks.tokenizer import VOCABULARY, corpus_texts, sample_texts, train_tokenizer
from slmfix_training.samples.own import OwnLanguage, read_own_language
from slmfix_training.samples.sample_files import write_samples

FOLDER = click.Path(path_type=Path, file_okay=False)
EXISTING = click.Path(path_type=Path, exists=True)
OWN = click.option(
    "--validator-config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A .slmfix.yml with `validators:`: trains for a language of your own (docs/custom-validators.md).",
)


def _own(config: Path | None, languages: tuple[str, ...]) -> OwnLanguage | None:
    """The language of the user's that is meant; None without a configuration."""
    return read_own_language(config, languages[0] if languages else None) if config else None


@click.group()
def main() -> None:
    """Trains the embedded repair model: corpus, tokenizer, samples, sft, evaluate (in this order)."""


@main.command()
@click.option("--root", "roots", multiple=True, type=EXISTING, required=True, help="Folder that holds source packages.")
@click.option("--output", type=FOLDER, required=True)
@click.option("--exclude", multiple=True, type=EXISTING, help="Evaluation sets (JSONL); their texts are refused.")
@click.option("--seed", default=1, show_default=True)
@click.option("--share", default=1.0, show_default=True, help="Of the usual number of snippets per package.")
@click.option("--language", help="Only this one; with --validator-config one of your own, default the first there.")
@click.option("--licence", default="proprietary", show_default=True, help="With --validator-config: of your files.")
@OWN
def corpus(
    roots: tuple[Path, ...],
    output: Path,
    exclude: tuple[Path, ...],
    seed: int,
    share: float,
    language: str | None,
    licence: str,
    validator_config: Path | None,
) -> None:
    """Collects clean programs from named packages and generates more; or those of your own language from folders."""
    own = _own(validator_config, (language,) if language else ())
    if own is not None:
        manifest = build_own_corpus(own.language, roots, own.patterns, output, licence)
    else:
        chosen = (language,) if language else LANGUAGES
        manifest = build_corpus(roots, output, Exclusion(evaluation_texts(exclude)), seed, chosen, share)
    click.echo(json.dumps(manifest, indent=2))


@main.command()
@click.option("--corpus", "source", type=EXISTING, required=True, help="Folder written by `corpus`.")
@click.option("--output", type=FOLDER, required=True)
@click.option("--language", "languages", multiple=True, required=True)
@click.option("--limit", default=50_000, show_default=True, help="Repair samples per language.")
@click.option("--minutes", default=10.0, show_default=True, help="Time per language.")
@click.option("--exclude", multiple=True, type=EXISTING, help="Evaluation sets (JSONL); their texts are refused.")
@click.option("--seed", default=1, show_default=True, help="Another seed writes another shard beside the first.")
@click.option(
    "--with-schema", default=0.55, show_default=True, help="Share of generated SQL whose faults are of schema."
)
@click.option("--passes", default=1, show_default=True, help="How often a small corpus is gone through.")
@OWN
def samples(
    source: Path,
    output: Path,
    languages: tuple[str, ...],
    limit: int,
    minutes: float,
    exclude: tuple[Path, ...],
    seed: int,
    with_schema: float,
    passes: int,
    validator_config: Path | None,
) -> None:
    """Breaks clean programs and keeps what the real validator refuses."""
    excluded = excluded_hashes(exclude)
    own = _own(validator_config, languages)
    for language in languages:
        counts = write_samples(
            source,
            output,
            language,
            limit=limit,
            seconds=60 * minutes,
            seed=seed,
            excluded=excluded,
            with_schema=with_schema,
            validators=own.validators if own and language == own.language else VALIDATORS,
            passes=passes,
        )
        click.echo(f"{language}: {dict(counts)}")


@main.command()
@click.option("--corpus", "source", type=EXISTING, required=True, help="Folder written by `corpus`.")
@click.option("--samples", "samples_folder", type=EXISTING, help="Folder of samples, for messages and scripts.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
@click.option("--per-file", default=12_000, show_default=True, help="Texts per language.")
@click.option("--size", default=VOCABULARY, show_default=True)
def tokenizer(source: Path, samples_folder: Path | None, output: Path, per_file: int, size: int) -> None:
    """Trains the byte-level BPE tokenizer."""
    texts = corpus_texts(sorted(source.glob("*.jsonl")), per_file)
    shards = sorted(samples_folder.glob("*.train.jsonl")) if samples_folder else []
    trained = train_tokenizer(chain(texts, sample_texts(shards, per_file // 3)), size)
    output.parent.mkdir(parents=True, exist_ok=True)
    trained.save(str(output))
    click.echo(f"{trained.get_vocab_size()} tokens")


@main.command()
@click.argument("checkpoint", type=EXISTING)
@click.option("--samples", "samples_folder", type=EXISTING, required=True, help="Folder with the *.held.jsonl files.")
@click.option("--count", default=300, show_default=True, help="Samples per language.")
@click.option("--ranked", default=60, show_default=True, help="Of these, cases for the ranking test (slow).")
@click.option("--seed", default=1, show_default=True)
@click.option("--record/--no-record", default=True, help="Write the figures into slmfix-training.json.")
@OWN
def evaluate(
    checkpoint: Path,
    samples_folder: Path,
    count: int,
    ranked: int,
    seed: int,
    record: bool,
    validator_config: Path | None,
) -> None:
    """Measures a checkpoint on held-out synthetic samples."""
    import torch

    from slmfix_training.networks.checkpoint import RECORD, load_model, read_record
    from slmfix_training.networks.tokenizer import load_tokenizer
    from slmfix_training.reports.evaluate import Judge
    from slmfix_training.reports.evaluate import evaluate as run_evaluation

    torch.set_num_threads(1)  # two threads wait for each other on a busy machine (training/README.md)
    own = _own(validator_config, ())
    validators = own.validators if own else VALIDATORS
    judge = Judge(load_model(checkpoint), load_tokenizer(checkpoint / "tokenizer.json"), validators)
    figures = {}
    for name, row in run_evaluation(judge, samples_folder, count=count, ranked=ranked, seed=seed):
        figures[name] = row
        click.echo(f"{name}: {json.dumps(row)}")
    if record:
        kept = read_record(checkpoint)
        kept["evaluation"] = {"set": "held-out synthetic", "seed": seed, "decoding": "greedy, unmasked", **figures}
        (checkpoint / RECORD).write_text(json.dumps(kept, indent=2) + "\n")


main.add_command(ppo)
main.add_command(ppo_evaluate)
main.add_command(verl_data)
main.add_command(plot)
main.add_command(sft)
main.add_command(start)
main.add_command(errors)
main.add_command(fetch)
main.add_command(card)
main.add_command(bifi)
