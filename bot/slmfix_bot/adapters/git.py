"""Everything that is asked of git, without running what a repository could bring along. The only user of `git`.

No hook, filter, text conversion, external diff, pager or file system monitor is started; commits are compared without
the `.gitattributes` of the work tree, so that a change cannot declare its own files binary.
"""

from __future__ import annotations

import os
import re
from functools import cached_property
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slmfix_bot.adapters import change_set
from slmfix_bot.adapters.git_environment import DIFF_OPTIONS, SHALLOW, find_root, git_environment, refuse_repository
from slmfix_bot.adapters.process import Completed, run
from slmfix_bot.core.history import BlameLine, Commit, parse_blame, parse_log, parse_touched
from slmfix_bot.errors import GitError, ToolError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from slmfix_bot.core.change import ChangeSet
    from slmfix_bot.core.pre_push import PushedRef

TIMEOUT = 120.0
MAX_OUTPUT = 1 << 30
LOG_FORMAT = "%H%n%P%n%an%n%ae%n%cn%n%ce%n%at%n%ct%n%B"


class Git:
    """One repository; `root` is the top of its work tree, or the repository itself when it is bare.

    Raises GitError when there is none, and from every method when git refuses.
    """

    def __init__(self, path: Path) -> None:
        self.root = find_root(path)

    def resolve(self, ref: str) -> str:
        """The full hash of the commit that a revision names."""
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", check=False)
        if found.returncode == 0:
            return found.text.strip()
        refuse_repository(self.root, found.error_text)
        hint = " (this clone is shallow: fetch-depth: 0 brings the history)" if self.is_shallow() else ""
        msg = f"unknown revision {ref!r}: no commit of {self.root} has that name{hint}; fetch it or name another"
        raise GitError(msg)

    def merge_base(self, one: str, two: str) -> str:
        """The best common ancestor of two revisions."""
        found = self._run("merge-base", self.resolve(one), self.resolve(two), check=False)
        if found.returncode == 0:
            return found.text.split()[0]
        unrelated = "{} and {} have no common history: choose a base that the branch was started from"
        raise GitError((SHALLOW if self.is_shallow() else unrelated).format(one, two))

    def is_shallow(self) -> bool:
        """Whether the history was cut by a shallow clone."""
        return self._run("rev-parse", "--is-shallow-repository").text.strip() == "true"

    def default_base(self) -> str:
        """The merge-base of HEAD with the upstream branch, else with origin's default branch, else main or master."""
        for ref in ("@{upstream}", "origin/HEAD", "origin/main", "origin/master", "main", "master"):
            found = self._run("rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", check=False)
            if found.returncode == 0:
                return self.merge_base(found.text.strip(), "HEAD")
        msg = "no base to compare with: no upstream branch, origin/HEAD, main or master; name one with --base"
        raise GitError(msg)

    def push_base(self, pushed: PushedRef, remote: str) -> str | None:
        """What a push adds its commits to: a commit, `empty_tree` for the first push, None when there is nothing new.

        A reference that is new, or whose remote state was never fetched, is compared with all that the remote has.
        """
        head = self.resolve(pushed.local_id)
        if pushed.remote_id and self._has_commit(pushed.remote_id):
            found = self._run("merge-base", pushed.remote_id, head, check=False)
            if found.returncode == 0:
                return found.text.split()[0]
        known = f"--remotes={remote}" if self._has_refs(f"refs/remotes/{remote}/") else "--remotes"
        listed = self._run("rev-list", "--boundary", head, "--not", known).text.split()
        if not listed:
            return None
        edge = [name.removeprefix("-") for name in listed if name.startswith("-")]
        return self._run("merge-base", head, *edge[:100]).text.split()[0] if edge else self.empty_tree

    def local_head(self) -> str:
        """The commit that is checked out; `empty_tree` before the first one."""
        born = self._run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", check=False)
        return born.text.strip() if born.returncode == 0 else self.empty_tree

    @cached_property
    def empty_tree(self) -> str:
        """The tree without files: the base of a history that starts from nothing."""
        return self._run("hash-object", "-t", "tree", "--stdin").text.strip()

    # --- changes

    def change_set(
        self, base: str, head: str = "HEAD", *, exclude: Sequence[str] = (), file_kib: int = 1024
    ) -> ChangeSet:
        """What `head` adds to its merge-base with `base`; `base` may also be `empty_tree`."""
        start = base if base == self.empty_tree else self.merge_base(base, head)
        return change_set.committed(self, start, self.resolve(head), exclude=exclude, file_kib=file_kib)

    def staged_changes(
        self, base: str | None = None, *, exclude: Sequence[str] = (), file_kib: int = 1024
    ) -> ChangeSet:
        """What the index adds to HEAD, or to the merge-base of HEAD and `base`."""
        start = self._start_of_local_changes(base)
        return change_set.staged(self, start, exclude=exclude, file_kib=file_kib)

    def worktree_changes(
        self, base: str | None = None, *, exclude: Sequence[str] = (), file_kib: int = 1024
    ) -> ChangeSet:
        """What the work tree, untracked files included, adds to HEAD, or to the merge-base of HEAD and `base`."""
        start = self._start_of_local_changes(base)
        return change_set.worktree(self, start, exclude=exclude, file_kib=file_kib)

    def diff_trees(self, *options: str, base: str, head: str, big_file: int) -> bytes:
        """Output of `git diff-tree` for two commits or trees; a blob over `big_file` bytes counts as binary."""
        settings = {"core.bigFileThreshold": str(big_file)}
        arguments = ("diff-tree", "-r", *DIFF_OPTIONS, *options, base, head)
        return self._run(*arguments, settings=settings, isolated=True).stdout

    def diff_local(self, *options: str, base: str, big_file: int) -> bytes:
        """Output of `git diff-index` against the work tree, or with `--cached` against the index."""
        settings = {"core.bigFileThreshold": str(big_file), **self._filters_off}
        return self._run("diff-index", *DIFF_OPTIONS, *options, base, settings=settings, user_settings=True).stdout

    def untracked_files(self) -> tuple[str, ...]:
        """Paths that are neither tracked nor ignored (surrogateescape)."""
        output = self._run("ls-files", "-z", "--others", "--exclude-standard", "--full-name", user_settings=True).stdout
        return _paths(output)

    # --- contents

    def blob_sizes(self, ids: Iterable[str]) -> dict[str, int]:
        """Bytes of each object; missing ones are left out."""
        output = self._run("cat-file", "--batch-check", stdin="".join(f"{name}\n" for name in ids)).text
        fields = (line.split() for line in output.split("\n"))
        return {parts[0]: int(parts[2]) for parts in fields if len(parts) == 3 and parts[1] == "blob"}

    def blobs(self, ids: Iterable[str]) -> dict[str, bytes]:
        """The contents of each object; missing ones are left out."""
        output = self._run("cat-file", "--batch", stdin="".join(f"{name}\n" for name in ids)).stdout
        contents, position = {}, 0
        while position < len(output):
            end = output.index(b"\n", position)
            name, *rest = output[position:end].decode().split()
            position = end + 1
            if len(rest) == 2:
                size = int(rest[1])
                contents[name] = output[position : position + size]
                position += size + 1
        return contents

    def read_blob(self, commit: str, path: str) -> bytes | None:
        """A regular file's contents at a commit; None when there is no such file, or a link or submodule."""
        listed = self._run("ls-tree", "-z", "--full-tree", self.resolve(commit), "--", path or ".git").stdout
        match = re.match(rb"100(?:644|755) blob ([0-9a-f]+)\t", listed)
        return self._run("cat-file", "blob", match[1].decode()).stdout if match else None

    def list_files(self, commit: str) -> tuple[str, ...]:
        """Paths of all files at a commit, links and submodules included (surrogateescape)."""
        return _paths(self._run("ls-tree", "-r", "-z", "--full-tree", "--name-only", self.resolve(commit)).stdout)

    def tree_entries(self, version: str) -> dict[str, str]:
        """The blob of each regular file of a commit or tree, by path."""
        return _entries(self._run("ls-tree", "-r", "-z", "--full-tree", version).stdout)

    def index_entries(self) -> dict[str, str]:
        """The blob of each regular file of the index, by path."""
        return _entries(self._run("ls-files", "-z", "--stage", "--full-name").stdout)

    def file_attributes(self, commit: str, paths: Iterable[str]) -> dict[str, dict[str, str]]:
        """What the `.gitattributes` of a commit say of paths in GitHub's attributes, by path and attribute.

        Only what is set: `linguist-generated` and `linguist-vendored` are "set" or "true", `linguist-language` a name.
        GIT_INDEX_FILE is a throw-away index: `check-attr --source` needs git 2.40.
        """
        names = list(paths)
        attribute_files = self._run("ls-tree", "-r", "-z", "--full-tree", "--name-only", commit).stdout
        if not names or not re.search(rb"(^|/|\0)\.gitattributes\0", attribute_files):
            return {}
        with TemporaryDirectory() as folder:
            extra = {"GIT_INDEX_FILE": f"{folder}/index"}
            self._run("read-tree", commit, extra=extra)
            wanted = ("linguist-generated", "linguist-vendored", "linguist-language")
            payload = b"".join(os.fsencode(name) + b"\0" for name in names)
            output = self._run("check-attr", "--cached", "-z", "--stdin", *wanted, extra=extra, stdin=payload).stdout
        fields = _paths(output)
        found: dict[str, dict[str, str]] = {}
        for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
            if value not in {"unspecified", "unset", "false"}:
                found.setdefault(path, {})[name] = value
        return found

    # --- history

    def commits(self, base: str, head: str) -> tuple[Commit, ...]:
        """The commits of `base..head`, newest first; the whole history when `base` is `empty_tree`."""
        output = self._run(
            "log", "-z", "--no-color", "--no-mailmap", "--no-notes", f"--format={LOG_FORMAT}", *self._range(base, head)
        ).stdout
        return tuple(parse_log(output))

    def blame(
        self, base: str, head: str, path: str, ranges: Sequence[tuple[int, int]], contents: str | None = None
    ) -> dict[int, BlameLine]:
        """Who last wrote each line of the ranges (1-based, inclusive) of a file at `head`; boundary = before `base`.

        With `contents`, the state of a file that is not committed, `head` must be HEAD; uncommitted lines have a
        commit of zeros, and a file that HEAD does not have has no lines.
        """
        options = ["--line-porcelain", "--no-textconv", *(f"-L{first},{last}" for first, last in ranges)]
        if contents is None:
            output = self._run("blame", *options, *self._range(base, head), "--", path, isolated=True).stdout
        elif not self._run("ls-tree", "--full-tree", head, "--", path).stdout:
            return {}
        else:
            start = () if base == self.empty_tree else (f"^{base}",)
            arguments = ("blame", *options, "--contents", "-", *start, "--", path)
            output = self._run(*arguments, isolated=True, stdin=contents).stdout
        return {line.line: line for line in parse_blame(output)}

    def touched_paths(self, base: str, head: str) -> dict[str, list[tuple[str, str]]]:
        """For each commit of `base..head` that is no merge, the old and new path of each change (surrogateescape)."""
        output = self._run(
            "log", "-z", "--no-color", "--no-merges", "--no-notes", "--raw", "--find-renames", "--no-abbrev",
            "--format=commit %H", *self._range(base, head),
        ).stdout  # fmt: skip
        return parse_touched(output)

    def notes(self, ref: str, commits: Iterable[str], max_bytes: int = 1 << 20) -> dict[str, str]:
        """The notes of commits under `refs/notes/…`, without those that are too large to be one."""
        listed = self._run("notes", f"--ref={ref}", "list", check=False).text
        by_commit = {commit: blob for blob, _, commit in (line.partition(" ") for line in listed.split("\n"))}
        wanted = {commit: by_commit[commit] for commit in commits if commit in by_commit}
        if not wanted:
            return {}
        sizes = self.blob_sizes(wanted.values())
        texts = self.blobs(blob for blob in wanted.values() if sizes.get(blob, max_bytes + 1) <= max_bytes)
        return {commit: texts[blob].decode(errors="replace") for commit, blob in wanted.items() if blob in texts}

    def hooks_folder(self) -> Path:
        """Where git looks for this repository's hooks, by the user's own settings."""
        without_ours = {"GIT_CONFIG_COUNT": "0"}
        found = self._run("rev-parse", "--git-path", "hooks", extra=without_ours, user_settings=True)
        return self.root / found.text.rstrip()

    # --- running git

    def _has_commit(self, name: str) -> bool:
        return self._run("cat-file", "-e", f"{name}^{{commit}}", check=False).returncode == 0

    def _has_refs(self, prefix: str) -> bool:
        return bool(self._run("for-each-ref", "--count=1", prefix).stdout)

    def _range(self, base: str, head: str) -> tuple[str, ...]:
        return (head,) if base == self.empty_tree else (f"{base}..{head}",)

    def _start_of_local_changes(self, base: str | None) -> str:
        if base is None or base == self.empty_tree:
            return base or self.local_head()
        return self.merge_base(base, "HEAD")

    @cached_property
    def _git_dir(self) -> str:
        return self._run("rev-parse", "--absolute-git-dir").text.removesuffix("\n")

    @cached_property
    def _filters_off(self) -> dict[str, str]:
        listed = self._run("config", "-z", "--name-only", "--get-regexp", r"^filter\.", check=False, user_settings=True)
        names = {name.rpartition(".")[0] for name in _paths(listed.stdout)}
        return {f"{name}.{key}": "" for name in names for key in ("clean", "smudge", "process")} | {
            f"{name}.required": "false" for name in names
        }

    def _run(
        self,
        *arguments: str,
        stdin: str | bytes | None = None,
        check: bool = True,
        settings: dict[str, str] | None = None,
        extra: dict[str, str] | None = None,
        user_settings: bool = False,
        isolated: bool = False,
    ) -> Completed:
        """`isolated`: git reads attributes from the current folder, then from the index; there, both have none."""
        env = git_environment(self.root, settings or {}, user_settings=user_settings)
        if isolated:
            folder = self._git_dir
            env |= {"GIT_DIR": folder, "GIT_WORK_TREE": folder, "GIT_INDEX_FILE": f"{folder}/slmfix-no-index"}
        try:
            completed = run(
                ["git", *arguments],
                cwd=self._git_dir if isolated else self.root,
                env={**env, **(extra or {})},
                stdin=stdin,
                timeout=TIMEOUT,
                max_output=MAX_OUTPUT,
            )
        except ToolError as error:
            msg = f"git {arguments[0]}: {error}"
            raise GitError(msg) from error
        if check and completed.returncode != 0:
            refuse_repository(self.root, completed.error_text)
            msg = f"git {arguments[0]} failed in {self.root}: {completed.error_text.strip()}"
            raise GitError(msg)
        return completed


def _entries(output: bytes) -> dict[str, str]:
    """Of `ls-tree` ("mode blob id\\tpath") or `ls-files --stage` ("mode id stage\\tpath"); conflicts have no blob."""
    pattern = re.compile(rb"100(?:644|755) (?:blob )?([0-9a-f]{40,64})(?: 0)?\t(.+)", re.DOTALL)
    found = (pattern.fullmatch(entry) for entry in output.split(b"\0"))
    return {os.fsdecode(match[2]): match[1].decode() for match in found if match}


def _paths(output: bytes) -> tuple[str, ...]:
    return tuple(output.decode(errors="surrogateescape").split("\0")[:-1])
