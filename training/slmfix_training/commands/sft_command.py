"""`slmfix-train sft`: supervised training within a budget of CPU time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from slmfix_bot.errors import UsageError
from slmfix_bot.validators import VALIDATORS
from slmfix_training.samples.own import read_own_language

FOLDER = click.Path(path_type=Path, file_okay=False)
EXISTING = click.Path(path_type=Path, exists=True)
_HELD = "held.jsonl"


@click.command()
@click.option("--samples", "folders", multiple=True, type=EXISTING, required=True, help="Folders of samples.")
@click.option("--tokenizer", type=EXISTING, help="Of a new network; a started or continued one has its own.")
@click.option("--start", type=EXISTING, help="Checkpoint to begin with, as `slmfix-train start` writes it.")
@click.option("--corpus", "source", type=EXISTING, help="Folder with the manifest, for the record.")
@click.option("--output", type=FOLDER, required=True, help="Checkpoint; an existing one is continued.")
@click.option("--cpu-hours", type=float, help="CPU time over all sittings and workers; more than before continues.")
@click.option("--minutes", type=float, help="The same in CPU minutes.")
@click.option("--save-minutes", default=10.0, show_default=True, help="CPU time between saves.")
@click.option("--held", type=EXISTING, help="Fixed held-out samples (JSONL); chosen from the shards by default.")
@click.option("--held-minutes", default=10.0, show_default=True, help="CPU time between measurements on them.")
@click.option("--workers", default=1, show_default=True, help="Processes that average their weights every few steps.")
@click.option("--port", default=29511, show_default=True, help="Local port for several workers.")
@click.option("--recipe", "settings", multiple=True, metavar="NAME=VALUE", help="Overrides one field of the recipe.")
@click.option("--name", help="Of the model, for the record; default slmfix-mini, with --start slmfix-base.")
@click.option(
    "--validator-config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A .slmfix.yml with `validators:`: trains for a language of your own (docs/custom-validators.md).",
)
def sft(
    folders: tuple[Path, ...],
    tokenizer: Path | None,
    start: Path | None,
    source: Path | None,
    output: Path,
    cpu_hours: float | None,
    minutes: float | None,
    save_minutes: float,
    held: Path | None,
    held_minutes: float,
    workers: int,
    port: int,
    settings: tuple[str, ...],
    name: str | None,
    validator_config: Path | None,
) -> None:
    """Trains the model on the samples; stops by itself when the CPU time is used up."""
    from torch.multiprocessing import spawn  # type: ignore[attr-defined,unused-ignore]

    from slmfix_training.corpora.corpus import LANGUAGES
    from slmfix_training.reports.record import training_record
    from slmfix_training.sft.recipe import PRETRAINED, Recipe
    from slmfix_training.sft.sft import Job, run_worker

    if (cpu_hours is None) == (minutes is None):
        msg = "give the budget as --cpu-hours or as --minutes"
        raise UsageError(msg)
    changes: dict[str, Any] = {
        field: _value(value) for field, _, value in (setting.partition("=") for setting in settings)
    }
    job = Job(
        samples=folders,
        output=output,
        tokenizer=_tokenizer(output, start, tokenizer),
        recipe=replace(PRETRAINED if start else Recipe(), **changes),
        cpu_seconds=3600 * cpu_hours if cpu_hours is not None else 60 * (minutes or 0),
        start=start,
        held=_held_rows(output, held, folders),
        held_seconds=60 * held_minutes,
        save_seconds=60 * save_minutes,
    )
    own = read_own_language(validator_config, None) if validator_config else None
    languages, validators = ((own.language,), own.validators) if own else (LANGUAGES, VALIDATORS)
    chosen = name or ("slmfix-base" if start else "slmfix-mini")
    record = training_record(source, languages=languages, validators=validators, name=chosen)
    if workers == 1:
        run_worker(0, workers, port, job, record)
    else:
        spawn(run_worker, (workers, port, job, record), nprocs=workers)  # type: ignore[no-untyped-call,unused-ignore]


def _value(text: str) -> object:
    """A JSON value; a bare word is a string."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _tokenizer(output: Path, start: Path | None, given: Path | None) -> Path:
    """A continued checkpoint's own tokenizer, or the start's, or the given file."""
    for folder in (output, start):
        if folder is not None and (folder / "tokenizer.json").is_file():
            return folder / "tokenizer.json"
    if given is None:
        msg = "a new network needs --tokenizer, or --start with a checkpoint"
        raise UsageError(msg)
    return given


def _held_rows(output: Path, given: Path | None, folders: tuple[Path, ...]) -> tuple[dict[str, str], ...]:
    """The held-out set, chosen once and kept beside the checkpoint, so that a curve is about the same samples."""
    from slmfix_training.sft.held import choose_held

    kept = output / _HELD
    if not kept.exists():
        output.mkdir(parents=True, exist_ok=True)
        text = given.read_text() if given else "".join(json.dumps(row) + "\n" for row in choose_held(folders))
        kept.write_text(text)
    return tuple(json.loads(line) for line in kept.read_text().split("\n") if line)
