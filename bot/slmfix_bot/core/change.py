"""A change set: the files between a merge-base and a head, with the lines that the change added."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """What happened to the file."""

    ADDED = "added"
    MODIFIED = "modified"
    RENAMED = "renamed"
    COPIED = "copied"


@dataclass(frozen=True, order=True)
class Hunk:
    """New-side extent of one diff hunk, context included: `start..end`, 1-based and inclusive; empty if end < start.

    `added` are the new-side lines that the change added. A review comment must lie inside one hunk.
    """

    start: int
    end: int
    added: frozenset[int] = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One text file of the change. `base_text` is None for an added file; `hunks` have three lines of context;
    `declared_language` is the name that the base commit's `.gitattributes` gives (`linguist-language`)."""

    path: str
    old_path: str | None
    status: Status
    base_text: str | None
    head_text: str
    hunks: tuple[Hunk, ...]
    declared_language: str | None = None

    @property
    def added_lines(self) -> frozenset[int]:
        """Head-side line numbers that the change added or rewrote."""
        return frozenset().union(*(hunk.added for hunk in self.hunks))


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A file, or a whole part of the run, that was not examined, and why; always reported."""

    path: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """`base` is the merge-base commit, `head` the examined commit (or "WORKTREE", "STAGED"); full hashes."""

    base: str
    head: str
    files: tuple[FileChange, ...]
    skipped: tuple[Skipped, ...] = ()

    @property
    def is_local(self) -> bool:
        """Whether the examined state is not a commit."""
        return self.head in ("STAGED", "WORKTREE")
