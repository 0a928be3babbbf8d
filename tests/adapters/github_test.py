from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.adapters import github as github_adapter
from slmfix_bot.adapters.github import MAX_POSTS, GitHubPoster
from slmfix_bot.core.fingerprint import marker
from slmfix_bot.core.review import ReviewComment
from slmfix_bot.errors import GitHubError
from tests.testing.fake_github import FakeGitHub
from tests.testing.git_repo import GitRepo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """`long.sh` with two hunks at lines 1-6 (added: 3) and 35-41 (added: 38), on branch topic."""
    repo = GitRepo(tmp_path / "repo")
    lines = [f"echo {n}" for n in range(1, 61)]
    repo.write("long.sh", "\n".join(lines) + "\n")
    repo.write("other.sh", "true\n")
    repo.commit("base")
    repo.branch("topic")
    repo.write("long.sh", "\n".join([*lines[:2], "if true", *lines[3:37], "done", *lines[38:]]) + "\n")
    repo.commit("topic")
    return repo


@pytest.fixture
def fake(repo: GitRepo) -> Iterator[FakeGitHub]:
    with FakeGitHub(repo.path, repo.git("rev-parse", "main"), repo.head) as fake:
        yield fake


def poster(fake: FakeGitHub, **more: Any) -> GitHubPoster:
    settings = {"token": "t0ken", "repository": fake.full_name, "number": fake.number, **more}
    return GitHubPoster(api_url=fake.url, seconds_between_writes=0, settle_seconds=0, **settings)


def comment(line: int | None, start: int | None = None, *, path: str = "long.sh", body: str = "text") -> ReviewComment:
    ids = (f"{line or 0:020x}",)
    return ReviewComment(path=path, line=line, start_line=start, body=f"{body}\n\n{marker(ids)}", ids=ids)


def posts(fake: FakeGitHub) -> list[int]:
    return [status for method, _, status in fake.requests if method == "POST"]


def test_reads_what_the_pull_request_says_about_itself(repo: GitRepo) -> None:
    facts: dict[str, Any] = {
        "author": "copilot[bot]",
        "branch": "copilot/fix",
        "labels": ["ai"],
        "title": "T",
        "body": "B",
    }
    with FakeGitHub(repo.path, repo.git("rev-parse", "main"), repo.head, **facts) as fake:
        pull = poster(fake).pull_request()
    assert (pull.head_sha, pull.base_sha, pull.base_ref) == (fake.head, fake.base, "main")
    assert pull.changed_files == 1
    assert pull.facts.author_is_bot
    assert (pull.facts.branch, pull.facts.labels, pull.facts.body) == ("copilot/fix", ("ai",), "B")


def test_posts_one_review_with_all_comments(fake: FakeGitHub) -> None:
    given = [comment(38), comment(5, 2)]
    outcome = poster(fake).post(fake.head, given, "two suggestions")
    assert outcome.posted == tuple(given)
    assert not outcome.refused
    assert [review["state"] for review in fake.reviews] == ["COMMENTED"]
    assert [(c["line"], c["start_line"], c["side"]) for c in fake.comments] == [(38, None, "RIGHT"), (5, 2, "RIGHT")]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (comment(20), "line must be part of the diff"),
        (comment(38, 3), "same hunk"),
        (comment(5, 6), "must precede the end"),
        (comment(1, path="other.sh"), "path is invalid"),
        (comment(3, body="x" * 66_000), "too long"),
    ],
)
def test_one_bad_comment_does_not_lose_the_others(fake: FakeGitHub, bad: ReviewComment, words: str) -> None:
    good = [comment(n) for n in (41, 40, 39, 38, 4, 2, 1)]
    outcome = poster(fake).post(fake.head, [*good[:3], bad, *good[3:]], "summary")
    assert set(outcome.posted) == set(good)
    [(refused, reason)] = outcome.refused
    assert refused is bad
    assert words in reason
    assert len(posts(fake)) <= 7
    assert len(fake.comments) == len(good)


def test_the_search_for_bad_comments_is_bounded(fake: FakeGitHub) -> None:
    bad = [comment(n) for n in range(10, 30)]
    outcome = poster(fake).post(fake.head, bad, "summary")
    assert len(posts(fake)) == MAX_POSTS
    assert len(outcome.refused) == len(bad)


def test_comments_on_files_go_one_by_one(fake: FakeGitHub) -> None:
    outcome = poster(fake).post(fake.head, [comment(None), comment(None, path="other.sh"), comment(3)], "s")
    assert [c.path for c in outcome.posted] == ["long.sh", "long.sh"]
    assert [c.path for c, _ in outcome.refused] == ["other.sh"]
    assert [c["subject_type"] for c in fake.comments] == ["line", "file"]
    assert not any(own.is_outdated for own in poster(fake).own_comments())


def test_nothing_is_posted_on_a_branch_that_moved(fake: FakeGitHub, repo: GitRepo) -> None:
    repo.write("more.sh", "x\n")
    before = fake.head
    fake.push(repo.commit("more"))
    outcome = poster(fake).post(before, [comment(3)], "s")
    assert outcome.blocked is not None
    assert "moved" in outcome.blocked
    assert posts(fake) == []


def test_a_read_only_token_blocks_without_an_exception(repo: GitRepo) -> None:
    with FakeGitHub(repo.path, repo.git("rev-parse", "main"), repo.head, read_only=True) as fake:
        outcome = poster(fake).post(fake.head, [comment(3), comment(2)], "s")
    assert outcome.posted == ()
    assert outcome.blocked is not None
    assert "fork" in outcome.blocked
    assert posts(fake) == [403]


@pytest.mark.parametrize(("status", "message"), [(403, "You have exceeded a secondary rate limit"), (429, "slow down")])
def test_a_rate_limit_ends_posting(fake: FakeGitHub, status: int, message: str) -> None:
    fake.fail("POST", "/reviews", status, message, headers={"Retry-After": "3600"})
    outcome = poster(fake).post(fake.head, [comment(3), comment(2)], "s")
    assert outcome.blocked
    assert len(posts(fake)) == 1


def test_too_much_content_is_not_taken_for_a_bad_comment(fake: FakeGitHub) -> None:
    fake.fail("POST", "/reviews", 422, "was submitted too quickly")
    outcome = poster(fake).post(fake.head, [comment(3), comment(2)], "s")
    assert outcome.blocked
    assert len(posts(fake)) == 1


def test_a_server_error_after_the_review_was_stored_posts_nothing_twice(fake: FakeGitHub) -> None:
    fake.fail("POST", "/reviews", 502, acts=True)
    outcome = poster(fake).post(fake.head, [comment(3)], "s")
    assert outcome.posted == (comment(3),)
    assert len(fake.comments) == 1
    assert posts(fake) == [502]


def test_a_server_error_before_storing_is_reported_and_not_repeated(fake: FakeGitHub) -> None:
    fake.fail("POST", "/reviews", 502)
    outcome = poster(fake).post(fake.head, [comment(3)], "s")
    assert outcome.posted == ()
    assert outcome.blocked is not None
    assert "502" in outcome.blocked
    assert posts(fake) == [502]


def test_reads_are_repeated_after_a_server_error(fake: FakeGitHub) -> None:
    fake.fail("GET", "/comments", 502)
    assert poster(fake).own_comments() == ()


def test_a_long_retry_after_is_not_slept_through(fake: FakeGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(github_adapter, "MAX_WAIT", 0.0)
    fake.fail("GET", "/comments", 429, "slow down", headers={"Retry-After": "30"})
    started = time.monotonic()
    assert poster(fake).own_comments() == ()
    assert time.monotonic() - started < 15


def test_only_our_own_marked_comments_count(repo: GitRepo) -> None:
    text = f"x\n{marker(['b' * 20])}"
    with FakeGitHub(repo.path, repo.git("rev-parse", "main"), repo.head, writes_as="slmfix") as fake:
        poster(fake).post(fake.head, [comment(3)], "s")
        fake.comment_as("mallory", text, "long.sh", 3)
        fake.comment_as("github-actions[bot]", text, "long.sh", 3, kind="Bot")
        fake.comment_as("slmfix", "no marker", "long.sh", 3)
        assert [own.ids for own in poster(fake).own_comments()] == [frozenset(comment(3).ids)]


def test_without_a_readable_login_bots_count_and_people_do_not(fake: FakeGitHub) -> None:
    poster(fake).post(fake.head, [comment(3)], "s")
    fake.comment_as("mallory", f"x\n{marker(['b' * 20])}", "long.sh", 3)
    assert [own.ids for own in poster(fake).own_comments()] == [frozenset(comment(3).ids)]


def test_comments_are_read_from_all_pages(fake: FakeGitHub) -> None:
    for _ in range(150):
        fake.comment_as("mallory", "noise", "long.sh", 3)
    poster(fake).post(fake.head, [comment(3)], "s")
    assert len(poster(fake).own_comments()) == 1


def test_comments_follow_their_lines_or_become_outdated(fake: FakeGitHub, repo: GitRepo) -> None:
    poster(fake).post(fake.head, [comment(38), comment(3)], "s")
    lines = (repo.path / "long.sh").read_text().split("\n")
    repo.write("long.sh", "\n".join(["new", *lines[:2], "if false", *lines[3:]]))
    fake.push(repo.commit("second"))
    assert {own.ids: own.is_outdated for own in poster(fake).own_comments()} == {
        frozenset(comment(38).ids): False,
        frozenset(comment(3).ids): True,
    }
    assert fake.comments[0]["line"] == 39


@pytest.mark.parametrize(
    ("settings", "status", "words"),
    [({"token": "wrong"}, 401, "token is wrong"), ({"repository": "octo/none"}, 404, "pull-requests: write")],
)
def test_refused_reads_say_what_to_do(fake: FakeGitHub, settings: dict[str, str], status: int, words: str) -> None:
    with pytest.raises(GitHubError, match=words) as caught:
        poster(fake, **settings).pull_request()
    assert caught.value.status == status


def test_a_dead_server_is_an_error_with_status_zero() -> None:
    nobody = GitHubPoster(token="t", repository="a/b", number=1, api_url="http://127.0.0.1:9", retries=0)
    with pytest.raises(GitHubError, match="no answer") as caught:
        nobody.pull_request()
    assert caught.value.status == 0
