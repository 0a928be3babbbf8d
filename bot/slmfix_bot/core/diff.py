"""Reads what `git diff` prints: the raw list of changed paths, and the hunks of a patch. The only user of unidiff.

unidiff is given one file's hunks at a time, never git's headers: it does not decode quoted paths, takes
`diff --git a/x b/y b/x b/y` apart wrongly, and drops a combined diff without a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from unidiff.errors import UnidiffParseError
from unidiff.patch import PatchSet

from slmfix_bot.core.change import Hunk

if TYPE_CHECKING:
    from collections.abc import Iterator

SYMLINK = "120000"
SUBMODULE = "160000"
REGULAR = ("100644", "100755")
ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


@dataclass(frozen=True, kw_only=True)
class RawEntry:
    """One changed path of `git diff --raw -z`; `old_path` equals `path` except for renames and copies.

    Paths are decoded with surrogateescape; object ids are all zeros where git did not compute one (work tree).
    """

    status: str
    old_mode: str
    new_mode: str
    old_id: str
    new_id: str
    old_path: str
    path: str

    @property
    def changes_content(self) -> bool:
        """False for a pure rename and for a change of mode alone."""
        return self.old_id != self.new_id or not self.new_id.strip("0")


@dataclass(frozen=True, kw_only=True)
class Patch:
    """One file's part of a patch: `hunks` is None when git calls the contents binary or shows a merge."""

    path: str
    hunks: tuple[Hunk, ...] | None


def parse_raw(output: bytes) -> Iterator[RawEntry]:
    """The entries of `git diff --raw -z --no-abbrev` for two sides; a merge's combined entries are not accepted.

    Raises ValueError for anything else.
    """
    fields = iter(output.decode(errors="surrogateescape").split("\0"))
    for header in fields:
        if not header:
            continue
        parts = header.split(" ")
        if not header.startswith(":") or header.startswith("::") or len(parts) != 5:
            msg = f"not a raw diff entry: {header[:80]!r}"
            raise ValueError(msg)
        old_mode, new_mode, old_id, new_id, status = parts
        old_path = next(fields)
        path = next(fields) if status[0] in "RC" else old_path
        yield RawEntry(
            status=status[0],
            old_mode=old_mode[1:],
            new_mode=new_mode,
            old_id=old_id,
            new_id=new_id,
            old_path=old_path,
            path=path,
        )


def parse_patch(output: bytes) -> Iterator[Patch]:
    """The files of a `git diff -p` with `a/` and `b/` prefixes that still exist on the new side and have contents.

    Deletions, pure renames and changes of mode alone have no new-side text and are left out.
    """
    for section in re.split(rb"^(?=diff --(?:git|cc|combined) )", output, flags=re.M):
        if not section.startswith(b"diff --"):
            continue
        header, at, body = _split_hunks(section)
        path = _new_path(header)
        if path is None:
            continue
        is_readable = at and section.startswith(b"diff --git ")
        yield Patch(path=path, hunks=parse_hunks(body.decode(errors="surrogateescape")) if is_readable else None)


def parse_hunks(patch: str) -> tuple[Hunk, ...]:
    """The hunks of one file, without file headers (GitHub's REST API gives such a `patch` per file).

    Raises ValueError when it is not a unified diff.
    """
    if not patch:
        return ()
    if not patch.startswith("@@ -"):
        msg = f"not the hunks of a unified diff: they begin with {patch[:20]!r}"
        raise ValueError(msg)
    try:
        [file] = PatchSet(f"--- a\n+++ b\n{patch}")
    except (UnidiffParseError, ValueError) as error:
        msg = f"not the hunks of a unified diff: {error}"
        raise ValueError(msg) from error
    return tuple(
        Hunk(
            hunk.target_start,
            hunk.target_start + hunk.target_length - 1,
            frozenset(line.target_line_no for line in hunk if line.is_added and line.target_line_no is not None),
        )
        for hunk in file
    )


def unquote_path(path: str) -> str:
    """A path as git prints it, C-quoted or not, decoded.

    >>> unquote_path('"caf\\\\303\\\\251 \\\\"x\\\\".sh"')
    'café "x".sh'
    """
    if not (len(path) >= 2 and path.startswith('"') and path.endswith('"')):
        return path

    def byte(match: re.Match[str]) -> str:
        code = match[1]
        value = ESCAPES[code] if code in ESCAPES else int(code, 8) & 0xFF
        return chr(value) if value < 0x80 else chr(0xDC00 + value)

    escaped = re.sub(r'\\([abtnvfr"\\]|[0-7]{3})', byte, path[1:-1])
    return escaped.encode(errors="surrogateescape").decode(errors="surrogateescape")


def _split_hunks(section: bytes) -> tuple[bytes, bytes, bytes]:
    match = re.search(rb"^@@ ", section, flags=re.M)
    if match is None:
        return section, b"", b""
    return section[: match.start()], b"@@", section[match.start() :]


def _new_path(header: bytes) -> str | None:
    """The new side's path from `+++`, or from "Binary files … differ" or a combined header, which name no other."""
    text = header.decode(errors="surrogateescape")
    if match := re.search(r"^\+\+\+ (.*)$", text, flags=re.M):
        name = unquote_path(match[1].removesuffix("\t"))
        return None if name == "/dev/null" else name.removeprefix("b/")
    if match := re.search(r"^diff --(?:cc|combined) (.*)$", text, flags=re.M):
        return unquote_path(match[1])
    if match := re.search(r"^Binary files (?:.*) and (\"b/.*\"|b/.*) differ$", text, flags=re.M):
        return unquote_path(match[1]).removeprefix("b/")
    return None
