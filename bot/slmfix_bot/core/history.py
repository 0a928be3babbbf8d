"""Commits and blame, parsed from what git prints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.diff import unquote_path

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, kw_only=True)
class Commit:
    """One commit; dates are seconds since 1970, identities and message are written by strangers."""

    sha: str
    parents: tuple[str, ...]
    author_name: str
    author_email: str
    committer_name: str
    committer_email: str
    author_date: int
    committer_date: int
    message: str

    @property
    def is_merge(self) -> bool:
        """Whether it has several parents."""
        return len(self.parents) > 1


@dataclass(frozen=True, kw_only=True)
class BlameLine:
    """`line` at the blamed head came from `orig_line` of `orig_path` at `commit`, which is a boundary if it is older
    than the range that was blamed."""

    line: int
    commit: str
    orig_line: int
    orig_path: str
    boundary: bool


def parse_log(output: bytes) -> Iterator[Commit]:
    """Commits of `git log -z` in the adapter's format: eight lines of fields, then the message."""
    for record in output.decode(errors="replace").split("\0"):
        fields = record.split("\n", 8)
        if len(fields) < 8:
            continue
        sha, parents, author, author_email, committer, committer_email, authored, committed = fields[:8]
        yield Commit(
            sha=sha,
            parents=tuple(parents.split()),
            author_name=author,
            author_email=author_email,
            committer_name=committer,
            committer_email=committer_email,
            author_date=int(authored or 0),
            committer_date=int(committed or 0),
            message=fields[8] if len(fields) > 8 else "",
        )


def parse_blame(output: bytes) -> Iterator[BlameLine]:
    """Lines of `git blame --line-porcelain`; contents, which start with a tab, are passed over."""
    header: re.Match[str] | None = None
    path, boundary = "", False
    for raw in output.split(b"\n"):
        if raw.startswith(b"\t"):
            if header is not None:
                yield BlameLine(
                    line=int(header[3]), commit=header[1], orig_line=int(header[2]), orig_path=path, boundary=boundary
                )
            header, path, boundary = None, "", False
            continue
        text = raw.decode(errors="surrogateescape")
        if header is None:
            header = re.match(r"([0-9a-f]{40,64}) (\d+) (\d+)", text)
        elif text == "boundary":
            boundary = True
        elif text.startswith("filename "):
            path = unquote_path(text.removeprefix("filename "))


def parse_touched(output: bytes) -> dict[str, list[tuple[str, str]]]:
    """Old and new path of each change, per commit of `git log -z --raw --format="commit %H"` (surrogateescape)."""
    touched: dict[str, list[tuple[str, str]]] = {}
    pairs: list[tuple[str, str]] = []
    fields = iter(output.decode(errors="surrogateescape").split("\0"))
    for field in fields:
        if field.startswith("commit "):
            pairs = touched.setdefault(field.removeprefix("commit "), [])
        elif field:
            old = next(fields)
            is_pair = field.rpartition(" ")[2][0] in "RC"
            pairs.append((old, next(fields) if is_pair else old))
    return touched
