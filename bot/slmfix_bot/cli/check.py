"""`slmfix-bot check`: the changes of a local repository, before a push or in any CI."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slmfix_bot.cli.options import CONFIG, ENGINE, RUN, with_options
from slmfix_bot.errors import EXIT_CLEAN, EXIT_FINDINGS, UsageError
from slmfix_bot.reporters import REPORTERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.adapters.git import Git
    from slmfix_bot.cli.checking import Checked
    from slmfix_bot.core.change import ChangeSet
    from slmfix_bot.core.options import Options

SETTINGS = (
    "scope",
    "fail_on",
    "aggressiveness",
    "model",
    "device",
    "jobs",
    "max_repairs",
    "time_budget",
    "repair",
)


@click.command(name="check")
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS]...")
@click.option("--base", metavar="REF", help="Compare with the merge-base of this; default the upstream branch.")
@click.option("--head", metavar="REF", help="What to check; default HEAD.")
@click.option("--staged", is_flag=True, help="Check what is staged instead of a commit.")
@click.option("--worktree", is_flag=True, help="Check the work tree, untracked files included.")
@click.option("--pre-push", is_flag=True, help="For the git hook: every pushed reference on standard input is checked.")
@click.option("--fix", is_flag=True, help="Write the verified repairs to the work tree.")
@click.option(
    "--patch",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the verified repairs as a patch for git apply.",
)
@click.option("--format", "form", type=click.Choice(list(REPORTERS)), default="rich", show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the report goes; default standard output.",
)
@with_options(*RUN, *ENGINE, CONFIG)
def command(**given: Any) -> int:
    """Check the lines that a change adds and offer verified repairs.

    PATHS limit the check to these files and folders. With --pre-push they are what git hands to the hook: the name
    and the address of the remote.
    """
    _refuse_contradictions(given)
    from slmfix_bot.adapters.git import Git
    from slmfix_bot.cli.build import local_options
    from slmfix_bot.cli.changes import choose_changes, pushed_changes
    from slmfix_bot.cli.checking import check_changes
    from slmfix_bot.cli.outcome import is_failure

    git = Git(Path.cwd())
    options = local_options(git.root, given["config"], {name: given[name] for name in SETTINGS})
    if given["pre_push"]:
        remote = given["paths"][0] if given["paths"] else "origin"
        change_sets = pushed_changes(git, _standard_input(), os.environ, remote, options)
    else:
        change_sets = [choose_changes(git, given, options)]
    options = _with_validators(git, options, change_sets, given["config"])
    checked = [*check_changes(git, change_sets, options)]
    _write_reports(checked, given)
    _write_repairs(checked, given, git.root)
    return EXIT_FINDINGS if any(is_failure(one.report, options.fail_on, one.fixed) for one in checked) else EXIT_CLEAN


def _refuse_contradictions(given: dict[str, Any]) -> None:
    modes = [name for name in ("staged", "worktree", "pre_push") if given[name]]
    if len(modes) > 1:
        msg = f"--{modes[0].replace('_', '-')} and --{modes[1].replace('_', '-')} exclude each other"
        raise click.UsageError(msg)
    if given["head"] and modes:
        msg = f"--head names a commit; it does not go with --{modes[0].replace('_', '-')}"
        raise click.UsageError(msg)
    if given["base"] and given["pre_push"]:
        msg = "--pre-push takes its bases from git; leave --base out"
        raise click.UsageError(msg)
    if given["fix"] and (given["patch"] or given["repair"] is False):
        msg = f"--fix does not go with {'--patch' if given['patch'] else '--no-repair'}"
        raise click.UsageError(msg)


def _with_validators(
    git: Git, options: Options, change_sets: Sequence[tuple[str, ChangeSet]], config: Path | None
) -> Options:
    """Settles which of the user's own validators run; of several change sets the first one's base is asked."""
    if not options.validators:
        return options
    from slmfix_bot.cli.custom import with_base_config, with_named_config

    if config is not None:
        return with_named_config(options, config)
    changes = next((changes for _, changes in change_sets if changes.files), None)
    return with_base_config(git, options, changes.base, changes.head) if changes else options


def _standard_input() -> str:
    if sys.stdin.isatty():
        msg = "--pre-push reads the lines that git gives to the hook; on a terminal use: slmfix-bot check --base REF"
        raise UsageError(msg)
    return sys.stdin.read()


def _write_reports(checked: list[Checked], given: dict[str, Any]) -> None:
    """One report after another; there are several only for a push of several references."""
    from slmfix_bot.cli.build import terminal_style
    from slmfix_bot.core.tally import tally
    from slmfix_bot.reporters import Style
    from slmfix_bot.reporters.wording import headline

    output: Path | None = given["output"]
    style = terminal_style() if output is None else Style()
    render = REPORTERS[given["form"]]
    texts = [render(one.report, style) for one in checked]
    if given["form"] == "rich" and len(checked) > 1:
        texts = [f"{one.name}\n{text}\n" for one, text in zip(checked, texts, strict=True)]
    if output is None:
        sys.stdout.write("".join(texts))
        return
    try:
        output.write_text("".join(texts), encoding="utf-8", errors="replace", newline="")
    except OSError as error:
        msg = f"the report cannot be written to {output}: {error.strerror}"
        raise UsageError(msg) from error
    for one in checked:
        click.echo(headline(tally(one.report)), err=True)


def _write_repairs(checked: list[Checked], given: dict[str, Any], root: Path) -> None:
    from slmfix_bot.adapters.worktree import write_if_unchanged
    from slmfix_bot.reporters.patch import render_patch

    if given["patch"]:
        patch = "".join(render_patch({fix.path: (fix.before, fix.after) for fix in one.fixes}) for one in checked)
        try:
            given["patch"].write_bytes(patch.encode(errors="surrogateescape"))
        except OSError as error:
            msg = f"the patch cannot be written to {given['patch']}: {error.strerror}"
            raise UsageError(msg) from error
    if not given["fix"]:
        return
    for one in checked:
        for fix in one.fixes:
            reason = write_if_unchanged(root, fix.path, fix.before, fix.after)
            if reason is None:
                one.fixed.update(fix.ids)
            click.echo(f"not fixed: {fix.path} {reason}" if reason else f"fixed: {fix.path}", err=True)
