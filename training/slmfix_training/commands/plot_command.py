"""`slmfix-train plot`: training curves as a picture."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("checkpoints", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="An .svg or .png file.")
def plot(checkpoints: tuple[Path, ...], output: Path) -> None:
    """Draws the curves that `sft` wrote into CHECKPOINTS."""
    from slmfix_training.sft.plot import plot_curves

    plot_curves(checkpoints, output)
    click.echo(str(output))
