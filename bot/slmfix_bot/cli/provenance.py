"""`slmfix-bot provenance`: who wrote each added line, and how that is known."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from slmfix_bot.cli.options import CONFIG, with_options


@click.command(name="provenance")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")
@click.option("--base", metavar="REF", help="Compare with the merge-base of this; default the upstream branch.")
@click.option("--head", metavar="REF", help="What to look at; default HEAD.")
@click.option("--staged", is_flag=True, help="Look at what is staged instead of a commit.")
@click.option("--worktree", is_flag=True, help="Look at the work tree.")
@click.option("--format", "form", type=click.Choice(["rich", "json"]), default="rich", show_default=True)
@with_options(CONFIG)
def command(**given: Any) -> None:
    """Print the verdict on each added line with its evidence.

    A line without evidence is unknown. That a person wrote it is never inferred, only attested.
    """
    if sum([given["staged"], given["worktree"], given["head"] is not None]) > 1:
        msg = "choose one of --head, --staged and --worktree"
        raise click.UsageError(msg)
    from slmfix_bot.adapters.git import Git
    from slmfix_bot.app.provenance import attribute
    from slmfix_bot.cli.build import local_options, terminal_style
    from slmfix_bot.cli.changes import choose_changes
    from slmfix_bot.reporters.provenance_report import render_json, render_text

    git = Git(Path.cwd())
    options = local_options(git.root, given["config"], {})
    _, changes = choose_changes(git, given, options)
    attributions = attribute(git, changes, declare=options.declare, ignore=options.ignore)
    if given["form"] == "json":
        sys.stdout.write(render_json(changes, attributions))
        return
    sys.stdout.write(render_text(changes, attributions, terminal_style()))
