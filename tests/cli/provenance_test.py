"""`slmfix-bot provenance`: every added line once, with a verdict and its evidence."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.cli.main import main
from slmfix_bot.core.provenance import UNKNOWN
from slmfix_bot.reporters.provenance_report import ranges
from tests.testing.git_repo import GitRepo
from tests.testing.sample_report import CLAUDE as BY_CLAUDE

if TYPE_CHECKING:
    from pathlib import Path

CLAUDE = ("Co-Authored-By: Claude <noreply@anthropic.com>",)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    """A branch whose file has a line of Claude's between two without evidence."""
    repository = GitRepo(tmp_path / "repo")
    repository.commit("start")
    repository.branch("feature")
    repository.write("a.sh", "echo one\necho three\n")
    repository.commit("by hand")
    repository.write("a.sh", "echo one\necho two\necho three\n")
    repository.commit("by machine", trailers=CLAUDE)
    monkeypatch.chdir(repository.path)
    return repository


def test_json_covers_every_added_line_once(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["provenance", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "slmfix.provenance/1"
    assert document["head"] == repo.head
    (file,) = document["files"]
    assert [(part["start_line"], part["end_line"], part["verdict"]) for part in file["lines"]] == [
        (1, 1, "unknown"),
        (2, 2, "ai"),
        (3, 3, "unknown"),
    ]
    assert file["lines"][1]["evidence"][0]["quote"] == CLAUDE[0]
    assert file["lines"][0]["evidence"] == []


def test_text_names_the_evidence_and_never_says_human(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["provenance", "a.sh"]) == 0
    shown = capsys.readouterr().out
    assert "a.sh" in shown
    assert f'trailer "{CLAUDE[0]}"' in shown
    assert "origin unknown: no evidence either way" in shown
    assert "human" not in shown


def test_no_change_has_no_line(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["provenance", "--base", "HEAD"]) == 0
    assert "no added line" in capsys.readouterr().out


def test_contradicting_options_are_exit_two(repo: GitRepo) -> None:
    assert main(["provenance", "--staged", "--worktree"]) == 2


def test_ranges_join_only_equal_neighbours() -> None:
    lines = {1: UNKNOWN, 2: UNKNOWN, 4: UNKNOWN, 5: BY_CLAUDE, 6: BY_CLAUDE}
    assert list(ranges(lines)) == [(1, 2, UNKNOWN), (4, 4, UNKNOWN), (5, 6, BY_CLAUDE)]
