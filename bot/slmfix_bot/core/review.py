"""What goes to a pull request and what is known about it, without GitHub's own types."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slmfix_bot.core.provenance import PullRequestFacts


@dataclass(frozen=True, kw_only=True)
class PullRequest:
    """The state of a pull request; `changed_files` is GitHub's own count, to notice a truncated change set."""

    number: int
    facts: PullRequestFacts
    base_ref: str
    base_sha: str
    head_sha: str
    changed_files: int


@dataclass(frozen=True, kw_only=True)
class ReviewComment:
    """One comment on lines `start_line..line` of the new side, or on the whole file if `line` is None.

    `ids` are the fingerprints of the findings it speaks about; the body ends with their marker.
    """

    path: str
    line: int | None
    start_line: int | None = None
    body: str
    ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OwnComment:
    """An earlier comment of ours. GitHub calls it outdated when its lines changed; its suggestion is dead then."""

    number: int
    path: str
    ids: frozenset[str]
    is_outdated: bool


@dataclass(frozen=True, kw_only=True)
class PostOutcome:
    """What became of the comments: `posted`, or refused one by one (comment, reason). `blocked` says why nothing more
    can be posted at all: a read-only token, a moved branch, a rate limit, a server that does not answer."""

    posted: tuple[ReviewComment, ...] = ()
    refused: tuple[tuple[ReviewComment, str], ...] = ()
    blocked: str | None = None


class Level(StrEnum):
    """How loud an annotation is; the names are the runner's commands."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """A remark beside a file in the pull request's "Files changed" and in the run; without a path, in the run only."""

    level: Level
    title: str
    message: str
    path: str | None = None
    line: int | None = None
    end_line: int | None = None
