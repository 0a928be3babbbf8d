"""The files of one version of a repository, as texts: a commit, the index or the work tree. Nothing is executed."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from slmfix_bot.adapters.worktree import read_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slmfix_bot.adapters.git import Git
    from slmfix_bot.core.ports import RepositoryFiles

MAX_BYTES = 1 << 20


def open_files(git: Git, version: str) -> RepositoryFiles:
    """The files of a version as `ChangeSet.head` and `ChangeSet.base` name it."""
    return _WorktreeFiles(git) if version == "WORKTREE" else _StoredFiles(git, version)


class _StoredFiles:
    """A commit, a tree, or with "STAGED" the index."""

    def __init__(self, git: Git, version: str) -> None:
        self._git = git
        self._version = version

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        return self._git.index_entries() if self._version == "STAGED" else self._git.tree_entries(self._version)

    @cached_property
    def _paths(self) -> Sequence[str]:
        return tuple(self._ids)

    def paths(self) -> Sequence[str]:
        return self._paths

    def read(self, paths: Sequence[str]) -> Mapping[str, str]:
        wanted = {path: self._ids[path] for path in paths if path in self._ids}
        sizes = self._git.blob_sizes(set(wanted.values())) if wanted else {}
        small = {name for name, size in sizes.items() if size <= MAX_BYTES}
        contents = self._git.blobs(small) if small else {}
        texts = {}
        for path, name in wanted.items():
            try:
                texts[path] = contents[name].decode()
            except (KeyError, UnicodeDecodeError):
                continue
        return texts


class _WorktreeFiles:
    """Tracked and new files as they are now; a link out of the repository is not followed."""

    def __init__(self, git: Git) -> None:
        self._git = git

    @cached_property
    def _paths(self) -> Sequence[str]:
        return tuple(dict.fromkeys((*self._git.index_entries(), *self._git.untracked_files())))

    def paths(self) -> Sequence[str]:
        return self._paths

    def read(self, paths: Sequence[str]) -> Mapping[str, str]:
        texts = {path: read_text(self._git.root, path, MAX_BYTES) for path in paths}
        return {path: text for path, text in texts.items() if text is not None}
