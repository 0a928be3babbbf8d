import os
import shutil
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slmfix_bot.adapters.git import Git
from slmfix_bot.core.change import ChangeSet, FileChange, Status
from slmfix_bot.core.pre_push import PushedRef
from slmfix_bot.core.text import split_lines
from slmfix_bot.errors import GitError
from tests.testing.git_repo import GitRepo

LINK, GITLINK = "120000", "160000"


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "repo")
    made.write("a.sh", "one\ntwo\nthree\n")
    made.commit("base")
    made.branch("work")
    return made


def change(repo: GitRepo, base: str = "main", head: str = "HEAD") -> ChangeSet:
    return Git(repo.path).change_set(base, head)


def only(changes: ChangeSet) -> FileChange:
    assert changes.skipped == ()
    [file] = changes.files
    return file


def reasons(changes: ChangeSet) -> dict[str, str]:
    assert changes.files == ()
    return {skipped.path: skipped.reason for skipped in changes.skipped}


# --- the change set


def test_base_is_the_merge_base_not_the_tip(repo: GitRepo) -> None:
    start = repo.head
    repo.write("a.sh", "one\nTWO\nthree\n")
    head = repo.commit()
    repo.switch("main")
    repo.write("other.sh", "x\n")
    repo.commit()
    changes = change(repo, head="work")
    assert (changes.base, changes.head) == (start, head)
    file = only(changes)
    assert (file.path, file.status, file.base_text, file.head_text) == (
        "a.sh", Status.MODIFIED, "one\ntwo\nthree\n", "one\nTWO\nthree\n",
    )  # fmt: skip
    assert [(hunk.start, hunk.end, hunk.added) for hunk in file.hunks] == [(1, 3, frozenset({2}))]


@pytest.mark.parametrize("content", ["a\r\nb\r\n", "a\nb", "a\n\x0cb\rc\u2028d\n", "\ufeffa\n"])
def test_contents_are_kept_exactly(repo: GitRepo, content: str) -> None:
    repo.write("n.sh", content)
    repo.commit()
    file = only(change(repo))
    assert (file.status, file.base_text, file.head_text) == (Status.ADDED, None, content)
    assert file.added_lines == set(range(1, len(split_lines(content)) + 1))


@pytest.mark.parametrize(
    "path", ["café.sh", 'with "quotes" and space.sh', "x b/y", "back\\slash", "new\nline\t.sh", "-p", ":(top)x"]
)
def test_paths_of_every_kind(repo: GitRepo, path: str) -> None:
    repo.write(path, "echo\n")
    repo.commit()
    file = only(change(repo))
    assert (file.path, file.added_lines) == (path, frozenset({1}))
    assert Git(repo.path).read_blob("HEAD", path) == b"echo\n"
    assert path in Git(repo.path).list_files("HEAD")


def test_path_that_is_not_utf_8_is_skipped(repo: GitRepo) -> None:
    (repo.path / os.fsdecode(b"caf\xe9.sh")).write_bytes(b"x\n")
    repo.commit()
    assert reasons(change(repo)) == {"caf\\xe9.sh": "the path is not valid UTF-8"}


def test_rename_with_an_edit_knows_the_old_path(repo: GitRepo) -> None:
    repo.git("mv", "a.sh", "b.sh")
    repo.write("b.sh", "one\ntwo\nthree\nfour\n")
    repo.commit()
    file = only(change(repo))
    assert (file.path, file.old_path, file.status, file.added_lines) == ("b.sh", "a.sh", Status.RENAMED, frozenset({4}))
    assert file.base_text == "one\ntwo\nthree\n"


def test_pure_rename_mode_change_deletion_and_empty_file_noop(repo: GitRepo) -> None:
    repo.write("mode.sh", "m\n")
    repo.write("gone.sh", "g\n")
    repo.commit()
    base = repo.head
    repo.git("mv", "a.sh", "b.sh")
    (repo.path / "mode.sh").chmod(0o755)
    (repo.path / "gone.sh").unlink()
    repo.write("empty.sh", "")
    repo.commit()
    changes = change(repo, base)
    assert (changes.files, changes.skipped) == ((), ())


def test_removed_lines_alone_have_hunks_without_added_lines(repo: GitRepo) -> None:
    repo.write("a.sh", "one\nthree\n")
    repo.commit()
    file = only(change(repo))
    assert file.hunks
    assert not file.added_lines


def test_link_and_submodule_are_skipped_and_said(repo: GitRepo) -> None:
    (repo.path / "link.sh").symlink_to("/etc/passwd")
    repo.git("update-index", "--add", "--cacheinfo", f"{GITLINK},{'1' * 40},lib")
    repo.git("add", "link.sh")
    repo.git("commit", "--quiet", "-m", "x")
    assert reasons(change(repo)) == {"lib": "submodule", "link.sh": "symbolic link"}


def test_file_that_was_a_link_is_new(repo: GitRepo) -> None:
    (repo.path / "l.sh").symlink_to("a.sh")
    base = repo.commit()
    (repo.path / "l.sh").unlink()
    repo.write("l.sh", "x\ny\n")
    repo.commit()
    file = only(change(repo, base))
    assert (file.status, file.base_text, file.added_lines) == (Status.ADDED, None, frozenset({1, 2}))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x7fELF\0\0", "binary"),
        (b"x" * 9000 + b"\0", "binary"),
        (b"caf\xe9\n", "not valid UTF-8"),
        (b"x" * (5 << 20), "larger than 1024 KiB (limits.file_kib)"),
    ],
)
def test_what_is_no_small_text_is_skipped(repo: GitRepo, content: bytes, reason: str) -> None:
    repo.write("f", content)
    repo.commit()
    assert reasons(change(repo)) == {"f": reason}


def test_text_that_was_binary_or_huge_is_skipped(repo: GitRepo) -> None:
    repo.write("b", b"a\0")
    repo.write("h", b"x\n" * (1 << 20))
    base = repo.commit()
    repo.write("b", "a\n")
    repo.write("h", "x\n")
    repo.commit()
    found = reasons(change(repo, base))
    assert found["b"].startswith("binary before the change")
    assert found["h"].startswith("the version before the change")


def test_latin_1_base_does_not_hide_a_change(repo: GitRepo) -> None:
    repo.write("l", b"caf\xe9\nb\n")
    base = repo.commit()
    repo.write("l", "café\nb\n")
    repo.commit()
    assert only(change(repo, base)).base_text == "caf\ufffd\nb\n"


def test_exclude_and_generated_files(repo: GitRepo) -> None:
    repo.write(
        ".gitattributes", "*.gen linguist-generated\nthird/** linguist-vendored=true\nkeep.gen -linguist-generated\n"
    )
    base = repo.commit()
    for path in ("x.gen", "keep.gen", "third/y", "docs/z"):
        repo.write(path, "1\n")
    repo.commit()
    changes = Git(repo.path).change_set(base, exclude=["docs/"])
    assert [file.path for file in changes.files] == ["keep.gen"]
    assert {skipped.path: skipped.reason for skipped in changes.skipped} == {
        "docs/z": "excluded by the configuration",
        "third/y": "marked linguist-vendored in .gitattributes",
        "x.gen": "marked linguist-generated in .gitattributes",
    }


def test_a_declared_language_comes_from_the_base(repo: GitRepo) -> None:
    repo.write(".gitattributes", "*.inc linguist-language=SQL\n")
    base = repo.commit()
    repo.write(".gitattributes", "*.inc linguist-language=Text\n")
    repo.write("a.inc", "SELECT 1;\n")
    repo.write("b.txt", "1\n")
    repo.commit()
    declared = {file.path: file.declared_language for file in Git(repo.path).change_set(base).files}
    assert declared == {".gitattributes": None, "a.inc": "SQL", "b.txt": None}


def test_change_cannot_hide_itself_with_attributes(repo: GitRepo) -> None:
    repo.write(".gitattributes", "*.sh -diff -text linguist-generated\na.sh binary\n")
    repo.write("a.sh", "one\ntwo\nthree\nfour\n")
    repo.commit()
    assert {file.path: file.added_lines for file in change(repo).files} == {".gitattributes": {1, 2}, "a.sh": {4}}


def test_nothing_of_the_repository_runs(repo: GitRepo, tmp_path: Path) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nfour\n")
    repo.commit()
    proof = tmp_path / "proof"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {proof}\ncat\n")
    script.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "gpg.program", "diff.external", "diff.evil.textconv"):
        repo.git("config", key, str(script))
    for key in ("diff.evil.command", "filter.evil.clean", "filter.evil.smudge", "filter.evil.process"):
        repo.git("config", key, str(script))
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "filter.evil.required", "true")
    (repo.path / ".git/hooks/post-index-change").symlink_to(script)
    (repo.path / ".git/info/attributes").write_text("*.sh diff=evil filter=evil\n")
    repo.write("a.sh", "one\ntwo\nthree\nfour\nfive\n")
    git = Git(repo.path)
    base = git.resolve("main")
    assert only(git.change_set("main")).added_lines == {4}
    assert git.blame(base, "HEAD", "a.sh", [(4, 4)])[4].commit == repo.head
    assert len(git.commits(base, "HEAD")) == len(git.touched_paths(base, "HEAD")) == 1
    assert only(git.staged_changes("main")).added_lines == {4}
    assert only(git.worktree_changes("main")).added_lines == {4, 5}
    assert not proof.exists()
    with pytest.raises(AssertionError, match="filter 'evil' failed"):
        repo.git("diff", "HEAD")
    assert proof.exists(), "the traps are live"


def test_settings_of_the_caller_do_not_leak_in(repo: GitRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".gitconfig").write_text(
        "[diff]\nnoprefix = true\ncontext = 0\nalgorithm = patience\n[core]\nquotepath = true\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", "false")
    repo.git("config", "diff.context", "0")
    repo.git("config", "diff.suppressBlankEmpty", "true")
    repo.write("é.sh", "1\n\n2\n")
    base = repo.commit()
    repo.write("é.sh", "1\n\n2\n3\n")
    repo.commit()
    [hunk] = only(change(repo, base)).hunks
    assert (hunk.start, hunk.end, hunk.added) == (1, 4, frozenset({4}))


def test_two_hundred_files_are_quick(repo: GitRepo) -> None:
    for number in range(200):
        repo.write(f"d/{number}.sh", "line\n" * 50)
    base = repo.commit()
    for number in range(200):
        repo.write(f"d/{number}.sh", "line\n" * 20 + "new\n" + "line\n" * 30)
    repo.commit()
    start = time.monotonic()
    changes = change(repo, base)
    assert len(changes.files) == 200
    assert time.monotonic() - start < 2


TEXT = st.lists(
    st.sampled_from(["a\n", "b\n", "\n", "\r\n", "x\ry\n", "\x0c\n", "++ b\n", "-- a\n"]), max_size=15
).flatmap(lambda lines: st.sampled_from(["", "end"]).map(lambda end: "".join(lines) + end))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXT, TEXT)
def test_hunks_tell_exactly_what_was_added(repo: GitRepo, old: str, new: str) -> None:
    repo.write("f", old)
    base = repo.commit()
    repo.write("f", new)
    repo.commit()
    changes = change(repo, base)
    if old == new or not new:
        assert all(not file.added_lines for file in changes.files)
        return
    file = only(changes)
    assert (file.base_text, file.head_text) == (old, new)
    count = len(split_lines(new))
    assert all(1 <= line <= count for line in file.added_lines)
    assert all(one.end < two.start for one, two in pairwise(file.hunks))
    rest = iter(split_lines(old))
    kept = [line for number, line in enumerate(split_lines(new), 1) if number not in file.added_lines]
    assert all(line in rest for line in kept), "the lines that stay are a subsequence of the old ones"
    added, removed, _ = repo.git("diff", "--numstat", base, "HEAD").split("\t")
    assert (int(added), int(removed)) == (len(file.added_lines), len(split_lines(old)) - len(kept))


# --- staged and work tree


def test_staged_reads_the_index_and_not_the_work_tree(repo: GitRepo) -> None:
    repo.write("a.sh", "one\ntwo\nthree\nstaged\n")
    repo.git("add", "a.sh")
    repo.write("a.sh", "work tree\n")
    changes = Git(repo.path).staged_changes()
    assert changes.head == "STAGED"
    assert only(changes).head_text.endswith("staged\n")


def test_work_tree_reads_tracked_and_untracked_files_but_follows_no_link(repo: GitRepo) -> None:
    repo.write(".gitignore", "ignored\n")
    repo.commit()
    repo.write("a.sh", "one\ntwo\nthree\r\nfour")
    repo.write("new é.sh", "x\n")
    repo.write("ignored", "x\n")
    repo.write("big", "x" * (2 << 20))
    (repo.path / "link").symlink_to("/etc/passwd")
    os.mkfifo(repo.path / "pipe")
    changes = Git(repo.path / ".").worktree_changes()
    assert changes.head == "WORKTREE"
    assert {file.path: file.added_lines for file in changes.files} == {"a.sh": {3, 4}, "new é.sh": {1}}
    assert changes.files[0].head_text == "one\ntwo\nthree\r\nfour"
    assert {skipped.path for skipped in changes.skipped} == {"big", "link"}


def test_work_tree_renames_and_a_folder_replaced_by_a_link(repo: GitRepo, tmp_path: Path) -> None:
    repo.write("d/x.sh", "x\n")
    base = repo.commit()
    repo.git("mv", "a.sh", "b.sh")
    repo.write("b.sh", "one\ntwo\nthree\nfour\n")
    shutil.move(repo.path / "d", tmp_path / "elsewhere")
    (repo.path / "d").symlink_to(tmp_path / "elsewhere")
    changes = Git(repo.path).worktree_changes(base)
    assert [(file.path, file.added_lines) for file in changes.files] == [("b.sh", frozenset({4}))]
    assert [skipped.path for skipped in changes.skipped] == ["d"]


def test_local_changes_before_the_first_commit(tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "new")
    repo.write("a.sh", "x\n")
    assert only(Git(repo.path).worktree_changes()).status is Status.ADDED
    repo.git("add", ".")
    assert only(Git(repo.path).staged_changes()).added_lines == {1}


def test_conflict_is_skipped_and_said(repo: GitRepo) -> None:
    repo.write("a.sh", "one\nWORK\nthree\n")
    repo.commit()
    repo.switch("main")
    repo.write("a.sh", "one\nMAIN\nthree\n")
    repo.commit()
    with pytest.raises(AssertionError, match="merge"):
        repo.merge("work")
    assert "conflict" in reasons(Git(repo.path).staged_changes())["a.sh"]
    assert "<<<<<<< HEAD" in only(Git(repo.path).worktree_changes()).head_text


# --- references and errors


def test_unknown_revision_is_named(repo: GitRepo) -> None:
    for name in ("origin/nope", "--output=x", "a.sh", "HEAD:a.sh"):
        with pytest.raises(GitError, match="unknown revision"):
            change(repo, name)


def test_outside_of_a_repository(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not inside a git repository"):
        Git(tmp_path)


def test_broken_repository(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    with pytest.raises(GitError, match="not inside a git repository"):
        Git(tmp_path).resolve("HEAD")


def test_shallow_clone_says_how_to_get_the_history(repo: GitRepo, tmp_path: Path) -> None:
    repo.write("a.sh", "one\n")
    repo.commit()
    repo.switch("main")
    repo.write("c", "c\n")
    repo.commit()
    clone = GitRepo(tmp_path / "clone", "--template=")
    clone.git("fetch", "--quiet", "--depth=1", f"file://{repo.path}", "main:main", "work:work", "--update-head-ok")
    assert Git(clone.path).is_shallow()
    with pytest.raises(GitError, match="fetch-depth: 0"):
        change(clone, "main", "work")
    with pytest.raises(GitError, match="shallow"):
        change(clone, "main~1", "work")


def test_unrelated_histories(repo: GitRepo) -> None:
    repo.git("checkout", "--quiet", "--orphan", "island")
    repo.commit()
    with pytest.raises(GitError, match="no common history"):
        change(repo)


def test_default_base(repo: GitRepo, tmp_path: Path) -> None:
    start = repo.head
    repo.write("a.sh", "x\n")
    repo.commit()
    git = Git(repo.path)
    assert git.default_base() == start
    repo.git("branch", "--quiet", "upstream")
    repo.git("branch", "--quiet", "--set-upstream-to=upstream")
    assert git.default_base() == repo.head
    lonely = GitRepo(tmp_path / "lonely")
    lonely.git("symbolic-ref", "HEAD", "refs/heads/trunk")
    lonely.commit()
    with pytest.raises(GitError, match="--base"):
        Git(lonely.path).default_base()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository away")
def test_repository_of_another_user(repo: GitRepo) -> None:
    """As in a container action, where the checkout belongs to the runner's user."""
    repo.write("a.sh", "one\ntwo\nthree\nfour\n")
    repo.commit()
    for path in (repo.path, *repo.path.rglob("*")):
        os.chown(path, 12345, 12345)
    with pytest.raises(AssertionError, match="dubious ownership"):
        repo.git("status")
    assert only(change(repo)).added_lines == {4}


def test_bare_repository_and_subfolder(repo: GitRepo, tmp_path: Path) -> None:
    repo.write("d/b.sh", "b\n")
    repo.commit()
    assert Git(repo.path / "d").root == repo.path.resolve()
    repo.git("clone", "--quiet", "--bare", str(repo.path), str(tmp_path / "bare.git"))
    assert only(Git(tmp_path / "bare.git").change_set("main", "work")).path == "d/b.sh"


def test_linked_work_tree(repo: GitRepo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", "-b", "linked", str(tmp_path / "linked"))
    linked = GitRepo(tmp_path / "linked")
    linked.write("a.sh", "one\ntwo\nthree\nfour\n")
    linked.commit()
    assert only(change(linked)).added_lines == {4}
    assert Git(linked.path).worktree_changes().files == ()


def test_read_blob_of_a_link_or_nothing(repo: GitRepo) -> None:
    (repo.path / "l").symlink_to("a.sh")
    repo.commit()
    git = Git(repo.path)
    assert git.read_blob("HEAD", "a.sh") == b"one\ntwo\nthree\n"
    assert git.read_blob("HEAD", "l") is None
    assert git.read_blob("HEAD", "no") is None
    assert git.read_blob("HEAD", "") is None


# --- pushes


def pushed(repo: GitRepo, remote_id: str | None) -> PushedRef:
    return PushedRef(local_ref="refs/heads/work", local_id=repo.head, remote_ref="refs/heads/work", remote_id=remote_id)


def test_push_to_a_known_branch_starts_there(repo: GitRepo) -> None:
    before = repo.head
    repo.commit()
    assert Git(repo.path).push_base(pushed(repo, before), "origin") == before


def test_push_of_a_new_branch_starts_at_what_the_remote_has(repo: GitRepo) -> None:
    start = repo.head
    repo.git("update-ref", "refs/remotes/origin/main", start)
    git = Git(repo.path)
    assert git.push_base(pushed(repo, None), "origin") is None
    repo.write("b", "b\n")
    repo.commit()
    assert git.push_base(pushed(repo, None), "origin") == start
    assert git.push_base(pushed(repo, "1" * 40), "https://example.org/r.git") == start


def test_first_push_of_all_starts_from_nothing(repo: GitRepo) -> None:
    git = Git(repo.path)
    base = git.push_base(pushed(repo, None), "origin")
    assert base == git.empty_tree
    file = only(git.change_set(base, repo.head))
    assert (file.status, file.added_lines) == (Status.ADDED, frozenset({1, 2, 3}))


# --- history


def test_commits_keep_identities_and_message(repo: GitRepo) -> None:
    base = repo.head
    sha = repo.commit(
        "Sübject\n\nBody", author="A É <a@b>", committer="C <c@d>", trailers=("X-Y: z",), date=1_770_000_000
    )
    [found] = Git(repo.path).commits(base, "HEAD")
    assert (found.sha, found.parents, found.author_name, found.committer_email) == (sha, (base,), "A É", "c@d")
    assert (found.author_date, found.message.strip()) == (1_770_000_000, "Sübject\n\nBody\n\nX-Y: z")


def test_blame_knows_original_line_and_path(repo: GitRepo) -> None:
    base = repo.head
    repo.write("a.sh", "zero\none\ntwo\nthree\n")
    first = repo.commit()
    repo.git("mv", "a.sh", "b é.sh")
    repo.write("b é.sh", "more\nzero\none\ntwo\nthree\n")
    second = repo.commit()
    blamed = Git(repo.path).blame(base, "HEAD", "b é.sh", [(1, 3)])
    assert {line: (b.commit, b.orig_path, b.orig_line, b.boundary) for line, b in blamed.items()} == {
        1: (second, "b é.sh", 1, False),
        2: (first, "a.sh", 1, False),
        3: (base, "a.sh", 1, True),
    }


def test_notes_are_bounded(repo: GitRepo) -> None:
    first = repo.head
    second = repo.commit()
    repo.note(first, "small")
    repo.note(second, "x" * 1000)
    git = Git(repo.path)
    assert git.notes("refs/notes/ai", [first, second], max_bytes=100) == {first: "small"}
    assert git.notes("refs/notes/none", [first]) == {}
