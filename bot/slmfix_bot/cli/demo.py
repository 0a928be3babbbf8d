"""`slmfix-bot demo`: the whole way on a small repository, which is made for it."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import click

from slmfix_bot.cli.options import ENGINE, with_options
from slmfix_bot.errors import EXIT_CLEAN, EXIT_FINDINGS

if TYPE_CHECKING:
    from slmfix_bot.adapters.git import Git
    from slmfix_bot.cli.checking import Checked
    from slmfix_bot.core.options import Options

BASE = "main"


@click.command(name="demo")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Make the repository in this new folder and keep it.",
)
@with_options(*ENGINE)
def command(keep: Path | None, **given: Any) -> int:
    """Break four languages the way coding agents do, find it, repair it, apply it, and look again.

    Exit code 0 only if everything found was repaired and nothing is found afterwards.
    """
    if keep is not None:
        return run_demo(keep, given)
    with TemporaryDirectory(prefix="slmfix-demo-") as folder:
        return run_demo(Path(folder), given)


def run_demo(folder: Path, given: dict[str, Any]) -> int:
    """Creates the repository, checks it, applies the repairs and checks the result."""
    from slmfix_bot.adapters.config import build_options, environment_settings
    from slmfix_bot.adapters.git import Git
    from slmfix_bot.adapters.new_repository import create_repository
    from slmfix_bot.cli.build import read_config_file, terminal_style
    from slmfix_bot.cli.demo_commits import COMMITS
    from slmfix_bot.reporters import REPORTERS

    create_repository(folder, COMMITS)
    git = Git(folder)
    settings = {"scope": "ai", "repair": True}
    options = build_options(read_config_file(git.root, None), environment_settings(os.environ), given, settings)
    _say(f"A branch with {len(COMMITS) - 1} commits by coding agents, in {folder}")
    before = _check(git, options, worktree=False)
    click.echo(REPORTERS["rich"](before.report, terminal_style()), nl=False)
    _say("The verified repairs are applied")
    written = _apply(git.root, before)
    _say("The same check again")
    after = _check(git, options, worktree=True)
    click.echo(REPORTERS["rich"](after.report, terminal_style()), nl=False)
    found, left = len(before.report.open_findings), len(after.report.open_findings)
    ok = found > 0 and written and left == 0 and not after.report.skipped
    click.echo(f"\n{found} findings before, {left} after" + ("" if ok else ": the demo failed"))
    return EXIT_CLEAN if ok else EXIT_FINDINGS


def _say(text: str) -> None:
    click.echo(click.style(f"\n== {text}\n", bold=True))


def _check(git: Git, options: Options, *, worktree: bool) -> Checked:
    from slmfix_bot.cli.checking import check_changes

    changes = git.worktree_changes(BASE) if worktree else git.change_set(BASE)
    (checked,) = check_changes(git, [(changes.head, changes)], options)
    return checked


def _apply(root: Path, checked: Checked) -> bool:
    from slmfix_bot.adapters.worktree import write_if_unchanged

    reasons = {fix.path: write_if_unchanged(root, fix.path, fix.before, fix.after) for fix in checked.fixes}
    for path, reason in reasons.items():
        click.echo(f"not fixed: {path} {reason}" if reason else f"fixed: {path}")
    return not any(reasons.values())
