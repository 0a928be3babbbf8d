"""Creates a small git repository from commits given as data, for `demo`. No setting of the user counts."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.adapters.process import run, scrubbed_environment
from slmfix_bot.errors import GitError, ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

START = 1_767_225_600  # 2026-01-01T00:00:00Z; a commit is one hour later than the one before


@dataclass(frozen=True, kw_only=True)
class NewCommit:
    """`author` is "Name <address>"; `files` maps paths to new contents; `branch` starts a branch before the commit."""

    message: str
    author: str
    files: Mapping[str, str]
    branch: str | None = None


def create_repository(folder: Path, commits: Sequence[NewCommit]) -> None:
    """A repository in an empty folder, on branch `main` until a commit starts another. Raises GitError."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        msg = f"{folder} is not empty; give a folder that is"
        raise GitError(msg)
    _git(folder, START, "init", "--quiet", "--initial-branch=main", "--template=")
    for number, commit in enumerate(commits):
        if commit.branch is not None:
            _git(folder, START, "checkout", "--quiet", "-b", commit.branch)
        for path, text in commit.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="")
        _git(folder, START, "add", "--all")
        _git(folder, START + 3600 * number, "commit", "--quiet", "-m", commit.message, author=commit.author)


def _git(folder: Path, clock: int, *arguments: str, author: str = "Demo <demo@example.org>") -> None:
    match = re.fullmatch(r"(.+) <(.+)>", author)
    assert match is not None, author
    identity = {"NAME": match[1], "EMAIL": match[2], "DATE": f"{clock} +0000"}
    env = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in identity.items()}
    env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    try:
        done = run(["git", *arguments], cwd=folder, env=scrubbed_environment(env), timeout=30)
    except ToolError as error:
        msg = f"git {arguments[0]}: {error}"
        raise GitError(msg) from error
    if done.returncode:
        msg = f"git {arguments[0]} failed in {folder}: {done.error_text.strip()}"
        raise GitError(msg)
