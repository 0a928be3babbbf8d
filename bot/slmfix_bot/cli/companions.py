"""Wires the files that programs depend on to a git repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.adapters.repository_files import open_files
from slmfix_bot.app.companions import Companions
from slmfix_bot.validators.companions import companions

if TYPE_CHECKING:
    from slmfix_bot.adapters.git import Git


def open_companions(git: Git) -> Companions:
    """Companions out of the repository's commits, index or work tree."""
    return Companions(companions, lambda version: open_files(git, version))
