"""`slmfix-train verl-data`."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command("verl-data")
@click.option("--samples", "samples_folder", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--test-share", default=0.05, show_default=True, help="Of the programs, for verl's validation file.")
def verl_data(samples_folder: Path, output: Path, test_share: float) -> None:
    """Writes the samples as verl's parquet files (training/verl/README.md)."""
    from slmfix_training.verl.verl_data import write_parquet

    click.echo(json.dumps(write_parquet(samples_folder, output, test_share)))
