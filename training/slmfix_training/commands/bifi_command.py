"""`slmfix-train bifi`: one round of break-it-fix-it with real failing programs (arXiv 2106.06600)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

EXISTING = click.Path(path_type=Path, exists=True)
_SCHEMA = "sql-schema"


@click.command()
@click.argument("data", nargs=-1, required=True, type=EXISTING)
@click.option(
    "--work", required=True, type=click.Path(path_type=Path, file_okay=False), help="For pairs and templates."
)
@click.option("--corpus", type=EXISTING, help="Folder written by `corpus`: its programs are broken.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), help="Folder of samples.")
@click.option(
    "--language", "languages", multiple=True, help=f"Default: all with enough pairs. {_SCHEMA} is one of them."
)
@click.option("--least", default=20, show_default=True, help="Pairs that a language needs for a breaker.")
@click.option("--limit", default=6000, show_default=True, help="Samples per language.")
@click.option("--minutes", default=10.0, show_default=True, help="Time per language.")
@click.option("--passes", default=3, show_default=True, help="How often the corpus is gone through at most.")
@click.option("--fix/--no-fix", default=True, help="Let the fixer try cases that it has not tried yet.")
@click.option("--model", help="Let this model take part in the fixer.")
def bifi(
    data: tuple[Path, ...],
    work: Path,
    corpus: Path | None,
    output: Path | None,
    languages: tuple[str, ...],
    least: int,
    limit: int,
    minutes: float,
    passes: int,
    fix: bool,
    model: str | None,
) -> None:
    """Fixes real failing programs, learns from the repairs how they were broken, and breaks clean programs likewise.

    Only the half of the cases that `split.py` gives for learning is used. Every stage goes on where it stopped.
    """
    from slmfix_training.corpora.exclusion import excluded_hashes
    from slmfix_training.faults.bifi_breaker import load, save
    from slmfix_training.faults.bifi_learn import learn, summary
    from slmfix_training.faults.bifi_pairs import read_rows
    from slmfix_training.samples.sample_files import write_samples

    if fix:
        click.echo(json.dumps(_fix(data, work / "pairs.jsonl", model), sort_keys=True))
    pairs: dict[str, list[tuple[str, str, str]]] = {}
    for row in read_rows(work / "pairs.jsonl"):
        if row["status"] == "accepted":
            key = _SCHEMA if row["schema"] else row["language"]
            pairs.setdefault(key, []).append((row["broken"], row["repaired"], row["category"]))
    excluded = excluded_hashes(data)
    for name in languages or sorted(pairs):
        language, schema = name.removesuffix("-schema"), name == _SCHEMA
        file = work / f"{name}.templates.json"
        learnt = learn(language, pairs.get(name, ()))
        save(file, learnt)
        click.echo(f"{name}: {json.dumps(summary(learnt))}")
        if learnt.pairs < least or corpus is None or output is None:
            continue
        breaker = load(file)
        counts: dict[str, Any] = write_samples(
            corpus,
            output,
            language,
            limit=limit,
            seconds=60 * minutes,
            seed="bifi-schema" if schema else "bifi",
            excluded=excluded,
            with_schema=1.0 if schema else 0.0,
            passes=passes,
            breaker=breaker,
            shares=breaker.shares,
        )
        click.echo(f"{name}: {json.dumps(counts, sort_keys=True)}; {json.dumps(breaker.counts)}")


def _fix(data: tuple[Path, ...], pairs: Path, model: str | None) -> dict[str, int]:
    """Lets the engine try all cases for learning; without a model only its deterministic tiers."""
    from slmfix_training.faults.bifi_pairs import collect_pairs
    from slmfix_training.samples.real_cases import case_files

    return collect_pairs(case_files(data), pairs, model)
