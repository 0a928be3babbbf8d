"""The diff of a pull request as GitHub sees it, read from git's text by a parser of its own.

It shares no code with the product, so that a mistake in core/diff.py shows as a refused comment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from tests.testing.git_repo import GitRepo

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class DiffHunk:
    """New-side and old-side line numbers of one hunk, context included, and its text."""

    right: list[int] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def lines(self, side: str) -> list[int]:
        return self.left if side == "LEFT" else self.right


@dataclass
class DiffFile:
    """One changed file."""

    path: str
    old_path: str
    status: str
    hunks: list[DiffHunk]

    @property
    def patch(self) -> str:
        return "\n".join(line for hunk in self.hunks for line in hunk.text)


STATUS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}


def read_hunks(text: str) -> list[DiffHunk]:
    """The hunks of one file's unified diff."""
    hunks: list[DiffHunk] = []
    old = new = old_end = new_end = 0
    for line in text.split("\n"):
        if old >= old_end and new >= new_end:  # between hunks only a header can follow
            header = re.match(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line)
            if header:
                old, new = int(header[1]), int(header[3])
                old_end = old + int(header[2] if header[2] is not None else 1)
                new_end = new + int(header[4] if header[4] is not None else 1)
                hunks.append(DiffHunk(text=[line]))
            continue
        if line.startswith("\\"):
            continue
        hunks[-1].text.append(line)
        if not line.startswith("+"):
            hunks[-1].left.append(old)
            old += 1
        if not line.startswith("-"):
            hunks[-1].right.append(new)
            new += 1
    return hunks


@cache
def pull_diff(repository: Path, base: str, head: str) -> dict[str, DiffFile]:
    """The changed files between the merge-base and the head, by new path."""
    repo = GitRepo(repository)
    raw = repo.git("diff", "--raw", "-z", "-M", f"{base}...{head}").split("\0")
    files: dict[str, DiffFile] = {}
    fields = iter(raw)
    for meta in fields:
        if not meta.startswith(":"):
            continue
        letter = meta.split()[4][0]
        old = next(fields)
        new = next(fields) if letter in "RC" else old
        text = repo.git("diff", "-M", "--no-color", "--no-ext-diff", f"{base}...{head}", "--", old, new)
        files[new] = DiffFile(new, old, STATUS[letter], read_hunks(text))
    return files


@cache
def commits(repository: Path, base: str, head: str) -> frozenset[str]:
    """The commits of the pull request."""
    return frozenset(GitRepo(repository).git("rev-list", f"{base}..{head}").split())


def moved_range(repository: Path, before: str, after: str, path: str, start: int, end: int) -> tuple[int, int] | None:
    """Where the lines `start..end` of one commit stand in a later one; None if any of them changed."""
    repo = GitRepo(repository)
    shift = 0
    for header in re.finditer(
        r"^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@",
        repo.git("diff", "--unified=0", "--no-color", before, after, "--", path),
        flags=re.MULTILINE,
    ):
        old, removed, added = int(header[1]), int(header[2] or 1), int(header[3] or 1)
        first = old if removed else old + 1
        if first + removed <= start:
            shift += added - removed
        elif first <= end:
            return None
    return start + shift, end + shift
