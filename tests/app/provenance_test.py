import json
from pathlib import Path

import pytest

from slmfix_bot.adapters.git import Git
from slmfix_bot.app.provenance import attribute
from slmfix_bot.core.provenance import UNKNOWN, Attribution, Confidence, PullRequestFacts, Verdict
from tests.testing.git_repo import GitRepo

CLAUDE = "Co-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>"
CODEX = "Co-authored-by: Codex <noreply@openai.com>"
SESSION = "s_11c3e1cdda522c"


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.write("a.sh", "one\ntwo\nthree\n")
    made.commit("base")
    made.branch("work")
    return made


def lines(repo: GitRepo, path: str = "a.sh", facts: PullRequestFacts | None = None) -> dict[int, Attribution]:
    git = Git(repo.path)
    return dict(attribute(git, git.change_set("main"), facts)[path])


def tools(found: dict[int, Attribution]) -> dict[int, str | None]:
    return {line: attribution.tool for line, attribution in found.items()}


def note(repo: GitRepo, commit: str, head: str, base: str | None = None) -> None:
    metadata = {
        "schema_version": "authorship/3.0.0",
        "base_commit_sha": base or commit,
        "prompts": {},
        "sessions": {SESSION: {"agent_id": {"tool": "cursor", "id": "1", "model": "m"}}},
    }
    repo.note(commit, f"{head}---\n{json.dumps(metadata)}")


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_each_line_gets_the_mark_of_its_own_commit(tmp_path: Path, ending: str) -> None:
    repo = GitRepo(tmp_path / "repo")
    repo.write("a.sh", ending.join(["one", "two", "three", ""]))
    repo.commit()
    repo.branch("work")
    repo.write("a.sh", ending.join(["zero", "one", "two", "three", ""]))
    repo.commit(trailers=(CLAUDE,))
    repo.write("a.sh", ending.join(["zero", "one", "two", "three", "four"]))
    repo.commit()
    repo.write("a.sh", ending.join(["-1", "zero", "one", "two", "three", "four"]))
    repo.commit(trailers=(CODEX,))
    found = lines(repo)
    assert tools(found) == {1: "codex", 2: "claude", 6: None}
    assert found[6] == UNKNOWN


def test_marks_follow_a_rename(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nfour\n")
    repo.commit(trailers=(CLAUDE,))
    repo.git("mv", "a.sh", 'b "é".sh')
    repo.commit()
    assert tools(lines(repo, 'b "é".sh')) == {4: "claude"}


def test_one_commit_needs_no_blame(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write("a.sh", "one\nTWO\nthree\n")
    repo.commit(trailers=(CLAUDE,))
    repo.write("b.sh", "x\n")
    repo.commit()
    monkeypatch.setattr(Git, "blame", None)
    assert tools(lines(repo)) == {2: "claude"}
    assert tools(lines(repo, "b.sh")) == {1: None}


def test_lines_merged_from_main_are_not_part_of_the_change(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nwork\n")
    repo.commit(trailers=(CLAUDE,))
    repo.switch("main")
    repo.write("a.sh", "main\none\ntwo\nthree\n")
    repo.commit(trailers=(CODEX,))
    repo.switch("work")
    repo.merge("main")
    assert tools(lines(repo)) == {5: "claude"}


def test_conflict_resolution_of_a_merge_is_unknown(repo: GitRepo) -> None:
    repo.write("a.sh", "one\nWORK\nthree\n")
    repo.commit(trailers=(CLAUDE,))
    repo.switch("main")
    repo.write("a.sh", "one\nMAIN\nthree\n")
    repo.commit()
    repo.switch("work")
    repo.git("merge", "--quiet", "-s", "ours", "--no-commit", "main")
    repo.write("a.sh", "one\nBOTH\nthree\n")
    repo.git("add", "a.sh")
    repo.git("commit", "--quiet", "-m", f"Merge\n\n{CLAUDE}")
    assert lines(repo, facts=PullRequestFacts(branch="claude/x"))[2] == UNKNOWN


def test_note_speaks_line_by_line_with_original_numbers_and_path(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nai\nperson\nsilent\n")
    sha = repo.commit(trailers=(CLAUDE,))
    note(repo, sha, f"a.sh\n  {SESSION}::t_e99b144ead241a 1,4\n  h_0123456789abcd 5\nother.sh\n  {SESSION} 1-9999\n")
    repo.git("mv", "a.sh", "b.sh")
    repo.write("b.sh", "top\none\ntwo\nthree\nai\nperson\nsilent\n")
    repo.commit()
    found = lines(repo, "b.sh")
    assert [found.pop(line) for line in (2, 3, 4)] == [UNKNOWN] * 3, "older lines that only moved"
    assert {line: (a.verdict, a.confidence, a.tool) for line, a in found.items()} == {
        1: (Verdict.UNKNOWN, Confidence.NONE, None),
        5: (Verdict.AI, Confidence.HIGH, "cursor"),
        6: (Verdict.HUMAN_ATTESTED, Confidence.HIGH, None),
        7: (Verdict.UNKNOWN, Confidence.NONE, None),
    }
    assert [evidence.kind for evidence in found[5].evidence] == ["note", "trailer"]
    assert [evidence.kind for evidence in found[7].evidence] == ["note", "trailer"]
    assert found[1].evidence == ()


def test_note_of_a_rebased_commit_is_less_sure(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nfour\n")
    note(repo, repo.commit(), f"a.sh\n  {SESSION} 4\n", base="f" * 40)
    assert lines(repo)[4].confidence is Confidence.MEDIUM


def test_unreadable_note_noop(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nfour\n")
    repo.note(repo.commit(trailers=(CLAUDE,)), "just a remark")
    assert lines(repo)[4].tool == "claude"


def test_pull_request_marks_reach_commits_without_their_own(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nfour\n")
    repo.commit()
    repo.write("a.sh", "one\ntwo\nthree\nfour\nfive\n")
    repo.commit(trailers=(CLAUDE,))
    found = lines(repo, facts=PullRequestFacts(branch="codex/x"))
    assert tools(found) == {4: "codex", 5: "claude"}
    assert [evidence.kind for evidence in found[5].evidence] == ["trailer", "branch"]


def test_declare_and_ignore(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nfour\n")
    repo.commit(trailers=(CLAUDE,))
    repo.write("gen/b.sh", "b\n")
    repo.commit()
    git = Git(repo.path)
    found = attribute(git, git.change_set("main"), declare=["gen/", "a.sh=human_attested"], ignore=["trailer"])
    assert found["a.sh"][4].verdict is Verdict.HUMAN_ATTESTED
    assert found["gen/b.sh"][1].verdict is Verdict.AI
    marked = attribute(git, git.change_set("main"), declare=["a.sh=human_attested"])["a.sh"][4]
    assert marked.verdict is Verdict.AI, "a co-author line outweighs the declaration, which is kept"
    assert [evidence.kind for evidence in marked.evidence] == ["trailer", "declared"]


def test_uncommitted_lines_are_unknown_and_committed_ones_are_not(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nai\n")
    repo.commit(trailers=(CLAUDE,))
    repo.write("a.sh", "new\none\ntwo\nthree\nai\n")
    repo.write("b.sh", "b\n")
    git = Git(repo.path)
    found = attribute(git, git.worktree_changes("main"), PullRequestFacts(branch="codex/x"))
    assert tools(dict(found["a.sh"])) == {1: None, 5: "claude"}
    assert found["a.sh"][1] == found["b.sh"][1] == UNKNOWN
    repo.git("add", ".")
    assert tools(dict(attribute(git, git.staged_changes("main"))["a.sh"])) == {1: None, 5: "claude"}
    assert attribute(git, git.staged_changes())["a.sh"][1] == UNKNOWN


def test_first_push_has_provenance_too(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nfour\n")
    repo.commit(trailers=(CLAUDE,))
    git = Git(repo.path)
    found = attribute(git, git.change_set(git.empty_tree))["a.sh"]
    assert tools(dict(found)) == {1: None, 2: None, 3: None, 4: "claude"}


def test_before_the_first_commit(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "new")
    repo.write("a.sh", "x\n")
    git = Git(repo.path)
    assert attribute(git, git.worktree_changes()) == {"a.sh": {1: UNKNOWN}}


def test_nothing_changed(repo: GitRepo) -> None:
    git = Git(repo.path)
    assert attribute(git, git.change_set("main")) == {}
