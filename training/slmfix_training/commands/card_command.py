"""`slmfix-train card`: the model card of a package."""

from __future__ import annotations

import json
from pathlib import Path

import click

from slmfix_bot.adapters.model_package import MANIFEST
from slmfix_training.reports.card import render_model_card


@click.command()
@click.argument("package", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True)
def card(package: Path, output: Path) -> None:
    """Writes the model card of PACKAGE from the records in its manifest."""
    manifest = json.loads((package / MANIFEST).read_text(encoding="utf-8"))
    output.write_text(render_model_card(manifest), encoding="utf-8")
    click.echo(f"{output}: {manifest['name']} {manifest['version']}")
