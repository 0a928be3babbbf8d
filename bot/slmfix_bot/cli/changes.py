"""Which changes a local command looks at: a commit range, the index, the work tree, or what is being pushed."""

from __future__ import annotations

from dataclasses import replace
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.pre_push import parse_pre_push
from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slmfix_bot.adapters.git import Git
    from slmfix_bot.core.change import ChangeSet
    from slmfix_bot.core.options import Options


def choose_changes(git: Git, given: Mapping[str, Any], options: Options) -> tuple[str, ChangeSet]:
    """The change set that the options name, limited to the given paths."""
    bounds: dict[str, Any] = {"exclude": options.exclude, "file_kib": options.limits.file_kib}
    if given["staged"]:
        changes = git.staged_changes(given["base"], **bounds)
    elif given["worktree"]:
        changes = git.worktree_changes(given["base"], **bounds)
    else:
        base = given["base"] or git.default_base()
        changes = git.change_set(base, given["head"] or "HEAD", **bounds)
    return changes.head, limit_to_paths(changes, git.root, Path.cwd(), given["paths"])


def limit_to_paths(changes: ChangeSet, root: Path, folder: Path, paths: Sequence[str]) -> ChangeSet:
    """The files at or below the paths, which are relative to the folder. Raises UsageError for one that is nowhere."""
    if not paths:
        return changes
    prefixes = []
    for path in paths:
        try:
            # Not resolve(): the path of a link is its own, not that of its target.
            relative = Path(normpath(folder.resolve() / path)).relative_to(root.resolve()).as_posix()
        except ValueError:
            msg = f"{path} is outside the repository {root}"
            raise UsageError(msg) from None
        prefixes.append("" if relative == "." else relative)
    chosen = replace(
        changes,
        files=tuple(file for file in changes.files if _is_below(file.path, prefixes)),
        skipped=tuple(skip for skip in changes.skipped if _is_below(skip.path, prefixes)),
    )
    if not chosen.files and not chosen.skipped:
        for path, prefix in zip(paths, prefixes, strict=True):
            if not (root / prefix).exists():
                msg = f"{path}: there is no such file, and no change of one"
                raise UsageError(msg)
    return chosen


def _is_below(path: str, prefixes: Sequence[str]) -> bool:
    return any(not prefix or path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def pushed_changes(
    git: Git, lines: str, environ: Mapping[str, str], remote: str, options: Options
) -> list[tuple[str, ChangeSet]]:
    """The change set of every pushed reference.

    The framework `pre-commit` reads git's lines itself and hands one pair of revisions on in PRE_COMMIT_FROM_REF and
    PRE_COMMIT_TO_REF, or only the branch when everything is new.
    """
    bounds: dict[str, Any] = {"exclude": options.exclude, "file_kib": options.limits.file_kib}
    found = []
    for pushed in parse_pre_push(lines):
        base = git.push_base(pushed, remote)
        if base is not None:
            found.append((pushed.local_ref, git.change_set(base, pushed.local_id, **bounds)))
    if not lines.strip() and "PRE_COMMIT_REMOTE_NAME" in environ:
        head = environ.get("PRE_COMMIT_TO_REF") or environ.get("PRE_COMMIT_LOCAL_BRANCH") or "HEAD"
        start = environ.get("PRE_COMMIT_FROM_REF") or git.empty_tree
        found.append((head, git.change_set(start, head, **bounds)))
    return found
