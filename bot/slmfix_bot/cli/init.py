"""`slmfix-bot init`: the workflow, the pre-push hook and a commented configuration, ready to be changed."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from slmfix_bot.errors import UsageError

WORKFLOW = ".github/workflows/slmfix.yml"
CONFIGURATION = ".slmfix.yml"


@click.command(name="init")
@click.option("--force", is_flag=True, help="Replace files that are already there.")
@click.option("--no-hook", is_flag=True, help="Leave the pre-push hook out.")
def command(force: bool, no_hook: bool) -> None:
    """Write .slmfix.yml, .github/workflows/slmfix.yml and the git hook pre-push.

    Nothing is written when one of them exists, unless --force is given.
    """
    from slmfix_bot.adapters.git import Git

    git = Git(Path.cwd())
    targets = {git.root / CONFIGURATION: "slmfix.yml", git.root / WORKFLOW: "pull-request.yml"}
    if not no_hook:
        targets[git.hooks_folder() / "pre-push"] = "pre-push"
    existing = [target for target in targets if target.exists() or target.is_symlink()]
    if existing and not force:
        names = ", ".join(map(str, existing))
        msg = f"{names} exists already; nothing was written. --force replaces it"
        raise UsageError(msg)
    for target, name in targets.items():
        _write(target, files("slmfix_bot").joinpath("data", name).read_text(encoding="utf-8"))
        if name == "pre-push":
            target.chmod(0o755)
        click.echo(f"wrote {target}")
    click.echo(f"Replace OWNER and the release in {WORKFLOW}, then commit it and {CONFIGURATION}.")


def _write(target: Path, text: str) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not through a link: what it points to need not belong to the repository.
        target.unlink(missing_ok=True)
        target.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        msg = f"{target} cannot be written: {error.strerror}"
        raise UsageError(msg) from error
