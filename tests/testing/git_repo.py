"""Real git repositories for tests, with pinned identities, dates and configuration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.adapters.process import run, scrubbed_environment

if TYPE_CHECKING:
    from pathlib import Path

HUMAN = "Grace Example <grace@example.org>"
START = 1_767_225_600  # 2026-01-01T00:00:00Z; each commit is one minute later than the one before


class GitRepo:
    """A repository in an existing or new folder, on branch `main`."""

    def __init__(self, path: Path, *init_options: str) -> None:
        self.path = path
        self._clock = START
        path.mkdir(parents=True, exist_ok=True)
        if not (path / ".git").exists():
            self.git("init", "--quiet", "--initial-branch=main", *init_options)

    def git(self, *args: str, env: dict[str, str] | None = None, stdin: str | bytes = b"") -> str:
        """Standard output of a git command without its last newline; fails the test when git fails."""
        settings = {
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_AUTHOR_NAME": "Grace Example",
            "GIT_AUTHOR_EMAIL": "grace@example.org",
            "GIT_COMMITTER_NAME": "Grace Example",
            "GIT_COMMITTER_EMAIL": "grace@example.org",
            "GIT_AUTHOR_DATE": f"{self._clock} +0000",
            "GIT_COMMITTER_DATE": f"{self._clock} +0000",
            **(env or {}),
        }
        completed = run(["git", *args], cwd=self.path, env=scrubbed_environment(settings), stdin=stdin, timeout=60)
        assert completed.returncode == 0, f"git {args}: {completed.error_text}"
        return completed.text.removesuffix("\n")

    def write(self, path: str, content: str | bytes) -> None:
        """Writes a file of the work tree exactly as given, without newline translation."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())

    def commit(
        self,
        message: str = "change",
        *,
        author: str = HUMAN,
        committer: str = HUMAN,
        trailers: tuple[str, ...] = (),
        date: int | None = None,
    ) -> str:
        """Commits everything in the work tree; `trailers` become the last paragraph; the full hash."""
        self._clock = date if date is not None else self._clock + 60
        self.git("add", "--all")
        text = message + ("\n\n" + "\n".join(trailers) if trailers else "")
        self.git("commit", "--quiet", "--allow-empty", "-F", "-", env=_identities(author, committer), stdin=text)
        return self.head

    def branch(self, name: str, start: str = "HEAD") -> None:
        """Creates a branch and switches to it."""
        self.git("checkout", "--quiet", "-b", name, start)

    def switch(self, name: str) -> None:
        """Switches to an existing branch."""
        self.git("checkout", "--quiet", name)

    def merge(self, name: str, message: str = "merge") -> str:
        """Merges a branch with a merge commit; the full hash."""
        self._clock += 60
        self.git("merge", "--quiet", "--no-ff", "-m", message, name)
        return self.head

    def note(self, commit: str, text: str, ref: str = "refs/notes/ai") -> None:
        """Attaches a note exactly as given."""
        blob = self.git("hash-object", "-w", "--stdin", stdin=text)
        self.git("notes", f"--ref={ref}", "add", "-f", "-C", blob, commit)

    @property
    def head(self) -> str:
        """The full hash of the current commit."""
        return self.git("rev-parse", "HEAD")


def _identities(author: str, committer: str) -> dict[str, str]:
    settings = {}
    for role, identity in (("AUTHOR", author), ("COMMITTER", committer)):
        match = re.fullmatch(r"(.*) <(.*)>", identity)
        assert match, identity
        settings[f"GIT_{role}_NAME"], settings[f"GIT_{role}_EMAIL"] = match.groups()
    return settings
