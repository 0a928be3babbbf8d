"""The only writer of a user's files: whole files, at once or not at all, and never through a symbolic link."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

from slmfix_bot.errors import UsageError

NOT_REGULAR = "is not a regular file"
DIFFERS = "differs from the checked version"


def write_if_unchanged(root: Path, path: str, before: str, after: str) -> str | None:
    """Replaces the file's contents if they are still `before`; otherwise why it was left alone.

    The mode stays, and so do line endings, which the texts hold exactly. A symbolic link anywhere on the way counts
    as not regular: its target need not belong to the repository.
    """
    target = root / path
    parents = [root.joinpath(*Path(path).parts[:depth]) for depth in range(1, len(Path(path).parts))]
    if ".." in Path(path).parts or Path(path).is_absolute() or any(parent.is_symlink() for parent in parents):
        return NOT_REGULAR
    try:
        status = target.lstat()
        if not stat.S_ISREG(status.st_mode):
            return NOT_REGULAR
        if target.read_bytes() != before.encode(errors="surrogateescape"):
            return DIFFERS
        _replace(target, after.encode(errors="surrogateescape"), stat.S_IMODE(status.st_mode))
    except OSError as error:
        return f"cannot be written: {error.strerror}"
    return None


def _replace(target: Path, content: bytes, mode: int) -> None:
    with NamedTemporaryFile(dir=target.parent, prefix=".slmfix-", delete=False) as temporary:
        try:
            temporary.write(content)
            temporary.flush()
            os.fchmod(temporary.fileno(), mode)
            os.replace(temporary.name, target)  # noqa: PTH105 - same call, shorter
        except BaseException:
            Path(temporary.name).unlink(missing_ok=True)
            raise


def write_new(target: Path, text: str) -> None:
    """Writes a file of our own, in place of whatever has its name; a link there is removed, not followed.

    Raises UsageError.
    """
    try:
        target.unlink(missing_ok=True)
        with target.open("x", encoding="utf-8", errors="replace", newline="") as stream:
            stream.write(text)
    except OSError as error:
        msg = f"{target} cannot be written: {error.strerror}"
        raise UsageError(msg) from error


def read_text(root: Path, path: str, max_bytes: int) -> str | None:
    """A regular file inside the root as UTF-8; None when there is none, it is larger, or it is not text."""
    target = root / path
    try:
        if not target.resolve().is_relative_to(root.resolve()) or not target.is_file():
            return None
        with target.open("rb") as stream:
            content = stream.read(max_bytes + 1)
        return content.decode() if len(content) <= max_bytes else None
    except (OSError, ValueError):
        return None
