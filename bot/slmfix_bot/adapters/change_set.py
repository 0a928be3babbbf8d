"""Puts a change set together from git's raw list, its patch and the blobs. `Git` is the only caller."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slmfix_bot.core.change import ChangeSet, FileChange, Hunk, Skipped, Status
from slmfix_bot.core.diff import REGULAR, SUBMODULE, SYMLINK, RawEntry, parse_patch, parse_raw
from slmfix_bot.core.globs import matches_any
from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from slmfix_bot.adapters.git import Git

RAW = ("--raw", "-z")
PATCH = ("--patch", "--unified=3")
STATUSES = {"M": Status.MODIFIED, "R": Status.RENAMED, "C": Status.COPIED}
GENERATED = "marked {} in .gitattributes"


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The largest file that is examined, in KiB."""

    kib: int

    @property
    def bytes(self) -> int:
        """The same in bytes."""
        return self.kib * 1024

    @property
    def reason(self) -> str:
        """Why a larger file is skipped."""
        return f"larger than {self.kib} KiB (limits.file_kib)"


class CannotRead(Exception):
    """The file is not a text that can be examined; the message is the reason to report."""


def committed(git: Git, base: str, head: str, *, exclude: Sequence[str], file_kib: int) -> ChangeSet:
    """Between two commits; nothing is read from the work tree."""
    limit = Limit(kib=file_kib)
    raw = git.diff_trees(*RAW, base=base, head=head, big_file=limit.bytes)
    patch = git.diff_trees(*PATCH, base=base, head=head, big_file=limit.bytes) if raw else b""
    return _assemble(git, base, head, raw, patch, exclude, limit)


def staged(git: Git, base: str, *, exclude: Sequence[str], file_kib: int) -> ChangeSet:
    """Between a commit and the index."""
    limit = Limit(kib=file_kib)
    raw = git.diff_local("--cached", *RAW, base=base, big_file=limit.bytes)
    patch = git.diff_local("--cached", *PATCH, base=base, big_file=limit.bytes)
    return _assemble(git, base, "STAGED", raw, patch, exclude, limit)


def worktree(git: Git, base: str, *, exclude: Sequence[str], file_kib: int) -> ChangeSet:
    """Between a commit and the work tree; untracked files that are not ignored count as added."""
    limit = Limit(kib=file_kib)
    raw = git.diff_local(*RAW, base=base, big_file=limit.bytes)
    patch = git.diff_local(*PATCH, base=base, big_file=limit.bytes)
    changes = _assemble(git, base, "WORKTREE", raw, patch, exclude, limit)
    files, skipped = list(changes.files), list(changes.skipped)
    for path in git.untracked_files():
        if reason := _reason_for_path(path, exclude):
            skipped.append(Skipped(path=_printable(path), reason=reason))
            continue
        try:
            files.append(_untracked(git.root, path, limit))
        except CannotRead as error:
            skipped.append(Skipped(path=path, reason=str(error)))
    return ChangeSet(base=base, head=changes.head, files=tuple(f for f in files if f.hunks), skipped=tuple(skipped))


def _assemble(
    git: Git, base: str, head: str, raw: bytes, patch: bytes, exclude: Sequence[str], limit: Limit
) -> ChangeSet:
    hunks = {part.path: part.hunks for part in parse_patch(patch)}
    entries = [entry for entry in parse_raw(raw) if entry.status != "D" and entry.changes_content]
    attributes = git.file_attributes(base, [entry.path for entry in entries])
    reasons = {entry.path: _reason_to_skip(entry, exclude, attributes.get(entry.path, {})) for entry in entries}
    wanted = [entry for entry in entries if not reasons[entry.path]]
    is_worktree = head == "WORKTREE"
    blobs = _read_blobs(git, {i for e in wanted for i in (e.old_id, "" if is_worktree else e.new_id)}, limit)
    files = []
    for entry in wanted:
        try:
            content = _read_regular_file(git.root, entry.path, limit) if is_worktree else blobs[entry.new_id]
            change = _file_change(entry, content, hunks.get(entry.path, ()), blobs, limit)
            change = replace(change, declared_language=attributes.get(entry.path, {}).get("linguist-language"))
        except CannotRead as error:
            reasons[entry.path] = str(error)
        else:
            files.extend([change] if change.hunks else [])
    skipped = tuple(Skipped(path=_printable(path), reason=reason) for path, reason in reasons.items() if reason)
    return ChangeSet(base=base, head=head, files=tuple(files), skipped=skipped)


def _reason_to_skip(entry: RawEntry, exclude: Sequence[str], attributes: Mapping[str, str]) -> str:
    if entry.new_mode == SYMLINK:
        return "symbolic link"
    if entry.new_mode == SUBMODULE:
        return "submodule"
    if entry.status == "U":
        return "unmerged: resolve the conflict first"
    if entry.new_mode not in REGULAR:
        return f"not a regular file (mode {entry.new_mode})"
    if reason := _reason_for_path(entry.path, exclude):
        return reason
    generated = next((name for name in ("linguist-generated", "linguist-vendored") if name in attributes), None)
    return GENERATED.format(generated) if generated else ""


def _reason_for_path(path: str, exclude: Sequence[str]) -> str:
    if _printable(path) != path:
        return "the path is not valid UTF-8"
    return "excluded by the configuration" if matches_any(path, exclude) else ""


def _read_blobs(git: Git, ids: set[str], limit: Limit) -> dict[str, bytes | None]:
    """Contents by object id, None for a blob over the limit."""
    real = sorted(name for name in ids if name.strip("0"))
    sizes = git.blob_sizes(real) if real else {}
    small = git.blobs(name for name, size in sizes.items() if size <= limit.bytes)
    return {name: small.get(name) for name in real}


def _file_change(
    entry: RawEntry,
    head: bytes | None,
    hunks: tuple[Hunk, ...] | None,
    blobs: dict[str, bytes | None],
    limit: Limit,
) -> FileChange:
    if head is None:
        raise CannotRead(limit.reason)
    text = _decode(head)
    was_text = entry.old_mode in REGULAR
    base = blobs.get(entry.old_id) if was_text else None
    if was_text and base is None:
        msg = f"the version before the change is {limit.reason}"
        raise CannotRead(msg)
    if hunks is None:
        msg = "binary before the change, or declared binary in .gitattributes"
        raise CannotRead(msg)
    return FileChange(
        path=entry.path,
        old_path=entry.old_path if was_text else None,
        status=STATUSES.get(entry.status, Status.ADDED) if was_text else Status.ADDED,
        base_text=None if base is None else base.decode(errors="replace"),
        head_text=text,
        hunks=hunks,
    )


def _untracked(root: Path, path: str, limit: Limit) -> FileChange:
    text = _decode(_read_regular_file(root, path, limit))
    count = len(split_lines(text))
    hunks = (Hunk(1, count, frozenset(range(1, count + 1))),) if count else ()
    return FileChange(path=path, old_path=None, status=Status.ADDED, base_text=None, head_text=text, hunks=hunks)


def _decode(content: bytes) -> str:
    if b"\0" in content:
        msg = "binary"
        raise CannotRead(msg)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        msg = "not valid UTF-8"
        raise CannotRead(msg) from error


def _read_regular_file(root: Path, path: str, limit: Limit) -> bytes:
    """A file of the work tree, without following a symbolic link in any part of its path."""
    folder, *parts = path.split("/")
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for index, part in enumerate([folder, *parts]):
            is_last = index == len(parts)
            kind = os.O_NONBLOCK if is_last else os.O_DIRECTORY
            following = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | kind, dir_fd=descriptor)
            os.close(descriptor)
            descriptor = following
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            msg = "not a regular file"
            raise CannotRead(msg)
        if status.st_size > limit.bytes:
            raise CannotRead(limit.reason)
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            return stream.read(limit.bytes + 1)
    except OSError as error:
        msg = f"cannot be read: {error.strerror}"
        raise CannotRead(msg) from error
    finally:
        with suppress(OSError):
            os.close(descriptor)


def _printable(path: str) -> str:
    return path.encode(errors="surrogateescape").decode(errors="backslashreplace")
