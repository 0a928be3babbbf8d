"""The only module that talks to GitHub, through PyGithub.

A POST is never repeated blindly: after an answer of 5xx the review may exist all the same, so the comments are listed
again and compared by marker. Waiting for a rate limit is bounded, because a job that sleeps is paid for. Only
comments of our own account are believed: `GET /user` names it, and where the token may not ask that (an Actions or an
App token), accounts of type Bot, which only the repository's administrators can let in.
"""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import github
import requests
from github.GithubException import GithubException, RateLimitExceededException
from github.GithubRetry import GithubRetry

from slmfix_bot.core.fingerprint import read_marker
from slmfix_bot.core.provenance import PullRequestFacts
from slmfix_bot.core.review import OwnComment, PostOutcome, PullRequest, ReviewComment
from slmfix_bot.errors import GitHubError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from github.PullRequest import PullRequest as ApiPullRequest
    from github.PullRequestComment import PullRequestComment

MAX_WAIT = 60.0
"""Seconds that one answer may make us wait."""

MAX_POSTS = 16
"""Reviews tried in one run while searching for the comment that GitHub refuses."""

SETTLE_SECONDS = 2.0
"""How long after a failed POST GitHub needs to list what it may have stored."""


class _BoundedRetry(GithubRetry):
    """Repeats reads only, and never sleeps longer than MAX_WAIT whatever Retry-After says."""

    def get_retry_after(self, response: Any) -> float | None:
        wait = super().get_retry_after(response)
        return wait if wait is None else min(wait, MAX_WAIT)


@dataclass
class _Progress:
    """The outcome of one `post` while it grows."""

    posted: list[ReviewComment] = field(default_factory=list)
    refused: list[tuple[ReviewComment, str]] = field(default_factory=list)
    blocked: str | None = None
    posts: int = 0

    def freeze(self) -> PostOutcome:
        return PostOutcome(posted=tuple(self.posted), refused=tuple(self.refused), blocked=self.blocked)


class GitHubPoster:
    """The Poster of core/ports.py for one pull request. `api_url` is GITHUB_API_URL, also on GitHub Enterprise."""

    def __init__(
        self,
        *,
        token: str,
        repository: str,
        number: int,
        api_url: str = "https://api.github.com",
        seconds_between_writes: float = 1.0,
        settle_seconds: float = SETTLE_SECONDS,
        retries: int = 3,
    ) -> None:
        # PyGithub prints what it retries; we report what matters, escaped, and the runner reads all that is printed.
        logging.getLogger("github").setLevel(logging.CRITICAL)
        self._settle_seconds = settle_seconds
        self._number = number
        self._client = github.Github(
            auth=github.Auth.Token(token),
            base_url=api_url,
            per_page=100,
            timeout=30,
            retry=_BoundedRetry(
                total=retries,
                backoff_factor=1,
                allowed_methods=frozenset({"GET"}),
                secondary_rate_wait=MAX_WAIT,
                max_rate_limit_wait=MAX_WAIT,
            ),
            seconds_between_requests=None,
            seconds_between_writes=seconds_between_writes,
            lazy=True,
        )
        self._repository = self._client.get_repo(repository)

    def pull_request(self) -> PullRequest:
        """The state of the pull request now. Raises GitHubError."""
        pull = self._pull()
        return PullRequest(
            number=pull.number,
            facts=PullRequestFacts(
                author=pull.user.login,
                author_is_bot=pull.user.type == "Bot",
                branch=pull.head.ref,
                title=pull.title or "",
                body=pull.body or "",
                labels=tuple(label.name for label in pull.labels),
            ),
            base_ref=pull.base.ref,
            base_sha=pull.base.sha,
            head_sha=pull.head.sha,
            changed_files=pull.changed_files,
        )

    def own_comments(self) -> tuple[OwnComment, ...]:
        """Our own marked comments, all pages. Raises GitHubError."""
        login = self._login()
        with _translated("list the review comments"):
            return tuple(
                OwnComment(
                    number=comment.id,
                    path=comment.path,
                    ids=read_marker(comment.body),
                    is_outdated=_is_outdated(comment),
                )
                for comment in self._pull().get_review_comments()
                if read_marker(comment.body) and _is_ours(comment, login)
            )

    def post(self, head_sha: str, comments: Sequence[ReviewComment], summary: str) -> PostOutcome:
        """One review (event COMMENT) with the comments on lines, then the comments on files one by one."""
        progress = _Progress()
        try:
            pull = self._pull()
        except GitHubError as error:
            return PostOutcome(blocked=str(error))
        if pull.head.sha != head_sha:
            now = pull.head.sha[:12]
            return PostOutcome(blocked=f"the branch moved to {now} meanwhile; the run for that commit comments")
        on_lines = [comment for comment in comments if comment.line is not None]
        if on_lines:
            self._post_review(pull, on_lines, summary, progress)
        for comment in comments:
            if comment.line is None and progress.blocked is None:
                self._post_on_file(pull, comment, progress)
        return progress.freeze()

    def _post_review(
        self, pull: ApiPullRequest, comments: list[ReviewComment], summary: str, progress: _Progress
    ) -> None:
        # GitHub refuses the whole review for one bad comment and does not say which, so a refused review is halved.
        if progress.blocked is not None:
            return
        if progress.posts == MAX_POSTS:
            progress.refused.extend((comment, "GitHub refused too many reviews of this run") for comment in comments)
            return
        progress.posts += 1
        body = {
            "commit_id": pull.head.sha,
            "event": "COMMENT",
            "body": summary,
            "comments": [_payload(comment) for comment in comments],
        }
        try:
            with _translated("post the review"):
                pull.requester.requestJsonAndCheck("POST", f"{pull.url}/reviews", input=body)
        except GitHubError as error:
            if error.status == 422 and not _is_about_speed(str(error)):
                if len(comments) == 1:
                    progress.refused.append((comments[0], str(error)))
                    return
                middle = len(comments) // 2
                self._post_review(pull, comments[:middle], summary, progress)
                self._post_review(pull, comments[middle:], summary, progress)
                return
            progress.blocked = str(error)
            if error.status == 0 or error.status >= 500:
                progress.posted.extend(self._stored(comments))
        else:
            progress.posted.extend(comments)

    def _post_on_file(self, pull: ApiPullRequest, comment: ReviewComment, progress: _Progress) -> None:
        try:
            with _translated("comment on a file"):
                pull.create_review_comment(comment.body, pull.head.sha, comment.path, subject_type="file")
        except GitHubError as error:
            if error.status == 422 and not _is_about_speed(str(error)):
                progress.refused.append((comment, str(error)))
                return
            progress.blocked = str(error)
            if error.status == 0 or error.status >= 500:
                progress.posted.extend(self._stored([comment]))
        else:
            progress.posted.append(comment)

    def _stored(self, comments: Sequence[ReviewComment]) -> list[ReviewComment]:
        """Those of the comments that exist although the answer said otherwise."""
        time.sleep(self._settle_seconds)
        try:
            present = frozenset().union(*(own.ids for own in self.own_comments() if not own.is_outdated))
        except GitHubError:
            return []
        return [comment for comment in comments if present.issuperset(comment.ids)]

    def _pull(self) -> ApiPullRequest:
        with _translated(f"read pull request {self._number}"):
            pull = self._repository.get_pull(self._number)
            pull.complete()
            return pull

    def _login(self) -> str | None:
        try:
            with _translated("ask for our own name"):
                return self._client.get_user().login
        except GitHubError as error:
            if error.status in {401, 403, 404}:
                return None
            raise


def _is_ours(comment: PullRequestComment, login: str | None) -> bool:
    author = comment.user
    if author is None:  # a deleted account
        return False
    return bool(author.login == login if login is not None else author.type == "Bot")


def _is_outdated(comment: PullRequestComment) -> bool:
    # Comments on files have no line either, but say so.
    return comment.line is None and comment.subject_type != "file"


def _payload(comment: ReviewComment) -> dict[str, Any]:
    payload: dict[str, Any] = {"path": comment.path, "body": comment.body, "line": comment.line, "side": "RIGHT"}
    if comment.start_line is not None and comment.start_line != comment.line:
        payload |= {"start_line": comment.start_line, "start_side": "RIGHT"}
    return payload


def _is_about_speed(message: str) -> bool:
    # Too much content too fast also comes as 422; halving would only add to it.
    return any(sign in message.lower() for sign in ("abuse", "too quickly", "rate limit"))


@contextmanager
def _translated(action: str) -> Iterator[None]:
    """PyGithub's and requests' exceptions as GitHubError that says what was tried and what to do."""
    try:
        yield
    except RateLimitExceededException as error:
        msg = f"could not {action}: GitHub's rate limit is used up; later runs will post"
        raise GitHubError(msg, error.status) from error
    except GithubException as error:
        msg = f"could not {action}: {_reason(error)}{_advice(error.status)}"
        raise GitHubError(msg, error.status) from error
    except requests.RequestException as error:
        msg = f"could not {action}: no answer from GitHub ({type(error).__name__})"
        raise GitHubError(msg) from error


def _reason(error: GithubException) -> str:
    data = error.data if isinstance(error.data, dict) else {}
    details = data.get("errors") or []
    told = [item if isinstance(item, str) else str(item.get("message") or item.get("code")) for item in details]
    return " ".join(["HTTP", str(error.status), str(data.get("message") or error.message or ""), *told]).strip()


def _advice(status: int) -> str:
    return {
        401: "; the token is wrong or has expired",
        403: "; the token may not write here, which is normal for a pull request from a fork"
        " (otherwise grant pull-requests: write)",
        404: "; the token does not see this pull request (it needs pull-requests: write)",
    }.get(status, "")
