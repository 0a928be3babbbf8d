"""`slmfix-train errors`: what real failing programs get wrong, beside what our samples get wrong."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Markdown.")
@click.option(
    "--samples", type=click.Path(path_type=Path, exists=True), help="Folder of samples, put beside the real programs."
)
@click.option("--limit", default=600, show_default=True, help="Samples judged for each file.")
def errors(data: tuple[Path, ...], output: Path, samples: Path | None, limit: int) -> None:
    """Measures the distribution of errors in files of real failing programs (JSONL, or folders of them)."""
    from slmfix_training.faults.error_counts import count_real, count_samples
    from slmfix_training.faults.error_report import Measured, render
    from slmfix_training.samples.real_cases import case_files

    measured = []
    for file in case_files(data):
        real = count_real(file)
        both = [count_samples(samples, real, limit, bifi=bifi) for bifi in (False, True)] if samples else []
        measured.append(Measured(real, *both))
        click.echo(f"{file.stem}: {real.failing} of {real.total} fail; samples {[one.failing for one in both]}")
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(render(measured), encoding="utf-8")
