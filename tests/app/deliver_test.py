from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from slmfix_bot.adapters.actions import OUTPUTS
from slmfix_bot.adapters.git import Git
from slmfix_bot.adapters.github import GitHubPoster
from slmfix_bot.app.deliver import NO_PULL_REQUEST, Delivered, deliver
from slmfix_bot.core.combine import combined_edits
from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import Edit, apply_edits
from slmfix_bot.core.fingerprint import fingerprints
from slmfix_bot.core.options import ReviewOptions
from slmfix_bot.core.report import Delivery, Finding, Repair, RepairSource, RepairStatus, Report
from tests.testing.apply_suggestions import apply_all_suggestions
from tests.testing.fake_github import FakeGitHub
from tests.testing.git_repo import GitRepo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LONG = [f"echo {n}" for n in range(1, 61)]
CHANGED = [*LONG[:2], "if true", *LONG[3:37], "don", *LONG[38:]]
NEW = ["#!/bin/bash", "for x in 1 2; do", "  echo ```$x", "x = 1", "y = 2", "fi"]


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """A changed `long.sh` with hunks around 3 and 38, and a new `wîth space.sh` of six lines with CRLF."""
    repo = GitRepo(tmp_path / "repo")
    repo.write("long.sh", "\n".join(LONG) + "\n")
    repo.commit("base")
    repo.branch("topic")
    repo.write("long.sh", "\n".join(CHANGED) + "\n")
    repo.write("wîth space.sh", "\r\n".join(NEW) + "\r\n")
    repo.commit("topic")
    return repo


@pytest.fixture
def fake(repo: GitRepo) -> Iterator[FakeGitHub]:
    with FakeGitHub(repo.path, repo.git("rev-parse", "main"), repo.head) as fake:
        yield fake


def poster(fake: FakeGitHub) -> GitHubPoster:
    return GitHubPoster(
        token="t0ken",
        repository=fake.full_name,
        number=fake.number,
        api_url=fake.url,
        seconds_between_writes=0,
        settle_seconds=0,
    )


Case: TypeAlias = "tuple[str, int, Sequence[Edit] | None]"


def report_of(repo: GitRepo, cases: list[Case], **more: Any) -> Report:
    """A report with one finding per case (path, line, edits of its verified repair)."""
    git = Git(repo.path)
    base = git.merge_base("main", repo.head)
    changes = git.change_set(base, repo.head)
    findings = []
    for index, (path, line, edits) in enumerate(cases):
        text = next(change.head_text for change in changes.files if change.path == path)
        diagnostic = Diagnostic(rule=f"R{index}", message=f"bad thing {index} for @team", line=line, **more)
        repair = None
        if edits is not None:
            repair = Repair(
                status=RepairStatus.REPAIRED,
                source=RepairSource.SEARCH,
                edits=tuple(edits),
                verified_by="bash 5.2",
                similarity=0.9,
            )
        findings.append(
            Finding(
                id=fingerprints(path, [diagnostic], text)[0],
                path=path,
                language="bash",
                diagnostic=diagnostic,
                validator="bash",
                validator_version="5.2",
                in_diff=True,
                new=True,
                repair=repair,
            )
        )
    return Report(
        tool_version="0.1",
        model=None,
        base=base,
        head=repo.head,
        findings=tuple(findings),
        skipped=changes.skipped,
        changes=changes.files,
    )


def deliveries(delivered: Delivered) -> list[Delivery | None]:
    return [finding.delivery for finding in delivered.report.findings]


def committed_files(repo: GitRepo, fake: FakeGitHub) -> dict[str, bytes]:
    """What the branch holds after every suggestion was committed."""
    paths = {comment["path"] for comment in fake.comments}
    contents = Git(repo.path)
    return apply_all_suggestions({path: contents.read_blob(fake.head, path) or b"" for path in paths}, fake.comments)


SPACE = "wîth space.sh"
MIXED: list[Case] = [
    ("long.sh", 3, [Edit(3, 3, "if true; then\n"), Edit(4, 3, "fi\n")]),
    ("long.sh", 38, [Edit(38, 38, "done\n")]),
    (SPACE, 3, [Edit(3, 3, "  echo '```' $x\n")]),
    (SPACE, 6, [Edit(6, 6, "")]),
    (SPACE, 4, None),
]


def test_suggestions_applied_on_github_equal_the_repairs(repo: GitRepo, fake: FakeGitHub) -> None:
    report = report_of(repo, MIXED)
    delivered = deliver(report, poster(fake), ReviewOptions())
    assert deliveries(delivered) == [Delivery.SUGGESTION] * 4 + [Delivery.ANNOTATION]
    assert len(fake.reviews) == 1
    # Lower lines first, so that committing one by one moves none that is still open.
    assert [comment["line"] for comment in fake.comments if comment["path"] == SPACE] == [6, 3]
    assert (delivered.suggestions, delivered.posted) == (4, 4)
    for path, content in committed_files(repo, fake).items():
        text = next(change.head_text for change in report.changes if change.path == path)
        expected = apply_edits(text, combined_edits(f for f in report.findings if f.path == path))
        assert content == expected.encode()


def test_a_second_run_posts_nothing_and_says_the_same(repo: GitRepo, fake: FakeGitHub) -> None:
    first = deliver(report_of(repo, MIXED), poster(fake), ReviewOptions(comment_on_unrepaired=True))
    count = len(fake.comments)
    second = deliver(report_of(repo, MIXED), poster(fake), ReviewOptions(comment_on_unrepaired=True))
    assert len(fake.comments) == count
    assert second.posted == 0
    assert deliveries(second) == deliveries(first)
    assert second.suggestions == first.suggestions == 4


def test_outputs_are_those_of_the_action(repo: GitRepo) -> None:
    outputs = deliver(report_of(repo, MIXED), None, ReviewOptions()).outputs("slmfix-report.json")
    assert tuple(outputs) == OUTPUTS
    assert tuple(outputs.values()) == (5, 4, 1, 0, "slmfix-report.json")


def test_a_new_push_adds_only_what_is_new(repo: GitRepo, fake: FakeGitHub) -> None:
    deliver(report_of(repo, MIXED[:2]), poster(fake), ReviewOptions())
    repo.write("long.sh", "\n".join(["echo 0", *CHANGED, "bad"]) + "\n")
    fake.push(repo.commit("second"))
    moved: list[Case] = [
        ("long.sh", 4, [Edit(4, 4, "if true; then\n"), Edit(5, 4, "fi\n")]),
        ("long.sh", 39, [Edit(39, 39, "done\n")]),
        ("long.sh", 62, [Edit(62, 62, "true\n")]),
    ]
    delivered = deliver(report_of(repo, moved), poster(fake), ReviewOptions())
    assert delivered.posted == 1
    assert deliveries(delivered) == [Delivery.SUGGESTION] * 3
    assert len(committed_files(repo, fake)["long.sh"].split(b"\n")) == 64


def test_an_outdated_suggestion_is_offered_again(repo: GitRepo, fake: FakeGitHub) -> None:
    wide: list[Case] = [("long.sh", 3, [Edit(3, 5, "if true; then\necho 4\nfi\n")])]
    deliver(report_of(repo, wide), poster(fake), ReviewOptions())
    repo.write("long.sh", "\n".join([*CHANGED[:4], "echo five", *CHANGED[5:]]) + "\n")
    fake.push(repo.commit("second"))
    again = deliver(report_of(repo, wide), poster(fake), ReviewOptions())
    assert again.posted == 1
    assert [comment["line"] for comment in fake.comments] == [None, 5]


def test_a_strangers_copy_of_the_marker_silences_nothing(repo: GitRepo, fake: FakeGitHub) -> None:
    deliver(report_of(repo, MIXED[:1]), poster(fake), ReviewOptions())
    forged = fake.comments.pop()["body"]
    fake.comment_as("mallory", forged, "long.sh", 3)
    assert deliver(report_of(repo, MIXED[:1]), poster(fake), ReviewOptions()).posted == 1


def test_a_read_only_token_leaves_everything_in_annotations_and_summary(repo: GitRepo) -> None:
    with FakeGitHub(repo.path, repo.git("rev-parse", "main"), repo.head, read_only=True) as fake:
        delivered = deliver(report_of(repo, MIXED), poster(fake), ReviewOptions())
    assert deliveries(delivered) == [Delivery.ANNOTATION] * 5
    [note] = delivered.notes
    assert "fork" in note
    assert len(delivered.annotations) == 6
    assert "+if true; then" in delivered.summary
    assert all(f"bad thing {n}" in delivered.summary for n in range(5))


def test_without_a_pull_request_nothing_is_asked(repo: GitRepo) -> None:
    delivered = deliver(report_of(repo, MIXED), None, ReviewOptions())
    assert delivered.notes == (NO_PULL_REQUEST,)
    assert deliveries(delivered) == [Delivery.ANNOTATION] * 5


def test_an_unreachable_server_loses_nothing(repo: GitRepo) -> None:
    nobody = GitHubPoster(token="t", repository="a/b", number=1, api_url="http://127.0.0.1:9", retries=0)
    delivered = deliver(report_of(repo, MIXED), nobody, ReviewOptions())
    assert deliveries(delivered) == [Delivery.ANNOTATION] * 5
    assert "no answer" in delivered.notes[0]


def test_the_bound_on_comments_prefers_suggestions(repo: GitRepo, fake: FakeGitHub) -> None:
    cases: list[Case] = [("long.sh", 1, None), *MIXED[:2]]
    delivered = deliver(report_of(repo, cases), poster(fake), ReviewOptions(max_comments=2, comment_on_unrepaired=True))
    assert deliveries(delivered) == [Delivery.ANNOTATION, Delivery.SUGGESTION, Delivery.SUGGESTION]
    assert "max-comments is 2" in delivered.notes[0]


def test_what_annotations_cannot_show_is_in_the_summary(repo: GitRepo) -> None:
    many: list[Case] = [("long.sh", n, None) for n in range(1, 26)]
    delivered = deliver(report_of(repo, many), None, ReviewOptions())
    assert deliveries(delivered).count(Delivery.ANNOTATION) == 10
    assert deliveries(delivered).count(Delivery.SUMMARY) == 15
    assert all(f"bad thing {n} " in delivered.summary for n in range(25))


def test_two_findings_on_one_line_share_a_comment(repo: GitRepo, fake: FakeGitHub) -> None:
    cases: list[Case] = [MIXED[1], ("long.sh", 38, MIXED[1][2]), ("long.sh", 38, None)]
    delivered = deliver(report_of(repo, cases), poster(fake), ReviewOptions(comment_on_unrepaired=True))
    [comment] = fake.comments
    assert all(f"bad thing {n}" in comment["body"] for n in range(3))
    assert comment["body"].count("does not repair it") == 1
    assert deliveries(delivered) == [Delivery.SUGGESTION, Delivery.SUGGESTION, Delivery.COMMENT]


def test_a_repair_in_two_hunks_is_offered_in_parts_that_say_so(repo: GitRepo, fake: FakeGitHub) -> None:
    edits = [Edit(3, 3, "if true; then\n"), Edit(38, 38, "fi\n")]
    delivered = deliver(report_of(repo, [("long.sh", 3, edits)]), poster(fake), ReviewOptions())
    assert deliveries(delivered) == [Delivery.SUGGESTION]
    assert len(fake.comments) == 2
    assert all("2 places" in comment["body"] for comment in fake.comments)
    text = next(iter(report_of(repo, []).changes)).head_text
    assert committed_files(repo, fake)["long.sh"] == apply_edits(text, edits).encode()
    assert deliver(report_of(repo, [("long.sh", 3, edits)]), poster(fake), ReviewOptions()).posted == 0


def test_a_repair_that_leaves_the_diff_is_not_offered_in_pieces(repo: GitRepo, fake: FakeGitHub) -> None:
    edits = [Edit(3, 3, "if true; then\n"), Edit(20, 20, "fi\n")]
    delivered = deliver(report_of(repo, [("long.sh", 3, edits)]), poster(fake), ReviewOptions())
    assert fake.comments == []
    assert deliveries(delivered) == [Delivery.ANNOTATION]
    assert "no suggestion: the repair does not fit into one hunk" in delivered.summary
    assert "+fi" in delivered.summary


def test_colliding_repairs_are_offered_one_at_a_time(repo: GitRepo, fake: FakeGitHub) -> None:
    cases: list[Case] = [("long.sh", 38, [Edit(38, 38, "done\n")]), ("long.sh", 38, [Edit(38, 38, "true\n")])]
    delivered = deliver(report_of(repo, cases), poster(fake), ReviewOptions())
    assert len(fake.comments) == 1
    assert sorted(map(str, deliveries(delivered))) == ["annotation", "suggestion"]
    assert "collides" in delivered.summary


def test_findings_outside_the_hunks_become_a_comment_on_the_file(repo: GitRepo, fake: FakeGitHub) -> None:
    delivered = deliver(
        report_of(repo, [("long.sh", 20, None)]), poster(fake), ReviewOptions(comment_on_unrepaired=True)
    )
    assert [comment["subject_type"] for comment in fake.comments] == ["file"]
    assert "line 20" in fake.comments[0]["body"]
    assert deliveries(delivered) == [Delivery.COMMENT]


def test_unrepaired_findings_are_no_comments_unless_asked_noop(repo: GitRepo, fake: FakeGitHub) -> None:
    delivered = deliver(report_of(repo, [("long.sh", 3, None)]), poster(fake), ReviewOptions())
    assert fake.comments == []
    assert deliveries(delivered) == [Delivery.ANNOTATION]


def test_warnings_are_annotated_as_warnings(repo: GitRepo) -> None:
    delivered = deliver(report_of(repo, [("long.sh", 3, None)], severity=Severity.WARNING), None, ReviewOptions())
    assert [one.level.value for one in delivered.annotations] == ["warning"]


def test_comments_quote_messages_without_mentioning_anybody(repo: GitRepo, fake: FakeGitHub) -> None:
    deliver(report_of(repo, MIXED[:1]), poster(fake), ReviewOptions())
    assert "`bad thing 0 for @team`" in fake.comments[0]["body"]
    assert "Verified by bash 5.2" in fake.comments[0]["body"]
    assert "slmfix: ignore[R0] reason" in fake.comments[0]["body"]
