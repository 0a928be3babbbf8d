"""The surroundings in which git runs: no variable of the caller, no setting that starts a program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from slmfix_bot.adapters.process import scrubbed_environment
from slmfix_bot.errors import GitError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SETTINGS = {
    "core.quotepath": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "core.pager": "cat",
    "diff.noprefix": "false",
    "diff.mnemonicprefix": "false",
    "diff.suppressBlankEmpty": "false",
    "diff.renameLimit": "2000",
    "i18n.logOutputEncoding": "UTF-8",
    "log.showSignature": "false",
    "blame.ignoreRevsFile": "",
}
DIFF_OPTIONS = (
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--no-relative",
    "--no-abbrev",
    "--submodule=short",
    "--ignore-submodules=dirty",
    "--find-renames",
    "--diff-algorithm=myers",
    "--indent-heuristic",
    "--inter-hunk-context=0",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
NOT_A_REPOSITORY = "{} is not inside a git repository: run this in a checkout, or give the path of one"
DUBIOUS = (
    "git refuses {} because another user owns it: run as its owner, or `git config --global --add safe.directory {}`"
)
PARTIAL = (
    "{} is a partial clone that lacks files of the change, and nothing is fetched from here: clone without --filter, "
    "or `git fetch --refetch --no-filter` (git 2.36 or newer)"
)
SHALLOW = (
    "git finds no common ancestor of {} and {} because this clone is shallow: fetch the whole history "
    '(actions/checkout with "fetch-depth: 0", or `git fetch --unshallow`)'
)


def git_environment(root: Path, settings: Mapping[str, str], *, user_settings: bool) -> dict[str, str]:
    """No GIT_* of the caller survives; the user's own configuration counts only where a work tree is compared."""
    values = {**SETTINGS, **settings, "safe.directory": str(root)}
    env = {
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_LITERAL_PATHSPECS": "1",
        # Nothing is fetched: a partial clone would start the programs that its configuration names for a remote.
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_CONFIG_COUNT": str(len(values)),
    }
    for index, (key, value) in enumerate(values.items()):
        env |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    if user_settings:
        env |= {key: os.environ[key] for key in ("HOME", "XDG_CONFIG_HOME") if key in os.environ}
    else:
        env |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return scrubbed_environment(env)


def find_root(path: Path) -> Path:
    """The nearest folder upwards that holds `.git`, else one that is a bare repository; git must not search past a
    stranger's.

    A bare repository inside a work tree is passed over: its files can be part of a change, its settings included.
    """
    start = path.resolve()
    folders = (start, *start.parents)
    for folder in folders:
        if (folder / ".git").exists():
            return folder
    for folder in folders:
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir():
            return folder
    raise GitError(NOT_A_REPOSITORY.format(path))


def refuse_repository(root: Path, error_text: str) -> None:
    """Raises GitError when git's message means that it cannot work in this repository at all."""
    if "not a git repository" in error_text:
        raise GitError(NOT_A_REPOSITORY.format(root))
    if "dubious ownership" in error_text:
        raise GitError(DUBIOUS.format(root, root))
    if "not allowed" in error_text and "transport" in error_text:
        raise GitError(PARTIAL.format(root))
