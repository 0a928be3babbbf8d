from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.adapters.git import Git
from slmfix_bot.adapters.repository_files import MAX_BYTES, open_files
from tests.testing.git_repo import GitRepo

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"a.sql": "SELECT 1;\n", "dir/é.sql": "SELECT 'ü';\n"}


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    return GitRepo(tmp_path / "repo")


def commit(repo: GitRepo, texts: dict[str, str]) -> str:
    for path, text in texts.items():
        repo.write(path, text)
    return repo.commit()


def test_a_commit_the_index_and_the_work_tree_have_their_own_texts(repo: GitRepo) -> None:
    first = commit(repo, FILES)
    second = commit(repo, {"a.sql": "SELECT 2;\n"})
    repo.write("a.sql", "SELECT 3;\n")
    repo.git("add", "a.sql")
    repo.write("a.sql", "SELECT 4;\n")
    repo.write("new.sql", "SELECT 5;\n")
    git = Git(repo.path)
    read = {name: open_files(git, name).read(["a.sql"])["a.sql"] for name in (first, second, "STAGED", "WORKTREE")}
    assert list(read.values()) == ["SELECT 1;\n", "SELECT 2;\n", "SELECT 3;\n", "SELECT 4;\n"]
    assert open_files(git, first).read(["dir/é.sql"]) == {"dir/é.sql": "SELECT 'ü';\n"}
    assert set(open_files(git, second).paths()) == set(FILES)
    assert set(open_files(git, "WORKTREE").paths()) == {*FILES, "new.sql"}


def test_the_empty_tree_has_no_files(repo: GitRepo) -> None:
    commit(repo, FILES)
    git = Git(repo.path)
    assert open_files(git, git.empty_tree).paths() == ()


def test_what_is_large_binary_missing_or_a_link_is_left_out(repo: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("token")
    (repo.path / "link").symlink_to(tmp_path / "secret")
    (repo.path / "binary").write_bytes(b"\xff\xfe\0")
    head = commit(repo, {"large": "x" * (MAX_BYTES + 1), "small": "x"})
    git = Git(repo.path)
    wanted = ["link", "binary", "large", "small", "absent", "../secret"]
    for version in (head, "STAGED", "WORKTREE"):
        assert open_files(git, version).read(wanted) == {"small": "x"}
