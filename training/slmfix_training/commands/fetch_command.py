"""The verb `fetch` of `slmfix-train`."""

from __future__ import annotations

from pathlib import Path

import click

from slmfix_training.corpora.sources import sources

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--output", type=FOLDER, required=True, help="Where the packages are unpacked; `corpus --root` reads it.")
@click.option("--downloads", type=FOLDER, help="Where the archives are kept; default `downloads` beside the output.")
@click.option("--language", "languages", multiple=True, help="Only packages of this language; may be repeated.")
@click.option("--package", "packages", multiple=True, help="Only this package; may be repeated.")
def fetch(output: Path, downloads: Path | None, languages: tuple[str, ...], packages: tuple[str, ...]) -> None:
    """Downloads and unpacks the packages of the source table in their versions; needs pip, and apt-get with deb-src."""
    from slmfix_training.corpora.fetch import fetch as run_fetch

    wanted = [
        source
        for source in sources()
        if (not languages or set(languages) & set(source.languages)) and (not packages or source.package in packages)
    ]
    problems = 0
    for found in run_fetch(wanted, output, downloads or output.parent / "downloads"):
        problems += bool(found.problem)
        click.echo(f"{found.package}: {found.problem or f'{found.unpacked} files'}")
    click.echo(f"{len(wanted)} packages wanted, {problems} with problems")
