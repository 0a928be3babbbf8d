"""Use case: who wrote each added line of a change set, from the repository and what the pull request says."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from slmfix_bot.core.attribution import Signal, attribute_line, without_ignored
from slmfix_bot.core.commit_evidence import commit_signals, pull_request_signals
from slmfix_bot.core.git_ai_note import Note, parse_note
from slmfix_bot.core.line_evidence import declared_signals, note_signals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slmfix_bot.adapters.git import Git
    from slmfix_bot.core.change import ChangeSet, FileChange
    from slmfix_bot.core.history import Commit
    from slmfix_bot.core.provenance import Attribution, PullRequestFacts

NOTE_REFS = ("refs/notes/ai", "refs/notes/ai-remote/origin", "refs/notes/ai-remote/fork")


def attribute(
    git: Git,
    changes: ChangeSet,
    facts: PullRequestFacts | None = None,
    declare: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Mapping[str, Mapping[int, Attribution]]:
    """The verdict on every added line, by path and head-side line number.

    Lines that are not committed yet have no evidence but the user's own declaration. `declare` holds path patterns
    (`PATTERN` or `PATTERN=VERDICT`), `ignore` kinds of evidence that do not count (`branch`, `trailer:copilot`).
    """
    head = git.local_head() if changes.is_local else changes.head
    history = _History.read(git, changes.base, head, facts) if changes.files else _History()
    return {file.path: _attribute_file(git, changes, file, history, declare, ignore) for file in changes.files}


@dataclass(frozen=True, kw_only=True)
class _Origin:
    """Where an added line comes from: its commit, and its path and number there."""

    commit: str
    path: str
    line: int


@dataclass(frozen=True, kw_only=True)
class _History:
    """The commits between base and head; `signals` and `notes` by commit, `touching` maps a path to the commits that
    touch it, `sources` to the paths that it was renamed from."""

    head: str = ""
    is_linear: bool = True
    commits: Mapping[str, Commit] = field(default_factory=dict)
    signals: Mapping[str, list[Signal]] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    touching: Mapping[str, set[str]] = field(default_factory=dict)
    sources: Mapping[str, set[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, git: Git, base: str, head: str, facts: PullRequestFacts | None) -> _History:
        commits = {commit.sha: commit for commit in git.commits(base, head)} if base != head else {}
        texts = {sha: text for ref in reversed(NOTE_REFS) for sha, text in git.notes(ref, commits).items()}
        touching: dict[str, set[str]] = defaultdict(set)
        sources: dict[str, set[str]] = defaultdict(set)
        for sha, pairs in (git.touched_paths(base, head) if commits else {}).items():
            for old, new in pairs:
                touching[old].add(sha)
                touching[new].add(sha)
                sources[new].add(old)
        return cls(
            head=head,
            is_linear=not any(commit.is_merge for commit in commits.values()),
            commits=commits,
            signals={sha: _signals_of_commit(commit, facts) for sha, commit in commits.items()},
            notes={sha: note for sha, text in texts.items() if (note := parse_note(text))},
            touching=touching,
            sources=sources,
        )

    def only_commit(self, file: FileChange) -> str | None:
        """The commit that made the whole change of a file, when it is certain without blame: a single one touches
        it, and the history is a line without merges."""
        if not self.is_linear:
            return None
        seen: set[str] = set()
        paths = {file.path, file.old_path or file.path}
        while paths:
            seen |= paths
            paths = set(chain.from_iterable(self.sources.get(path, ()) for path in paths)) - seen
        names = set(chain.from_iterable(self.touching.get(path, ()) for path in seen))
        return names.pop() if len(names) == 1 else None


def _attribute_file(
    git: Git,
    changes: ChangeSet,
    file: FileChange,
    history: _History,
    declare: Sequence[str],
    ignore: Sequence[str],
) -> Mapping[int, Attribution]:
    declared = list(declared_signals(file.path, declare))
    origins = _origins(git, changes, file, history)
    attributions = {}
    for line in sorted(file.added_lines):
        signals: list[Signal] = list(declared)
        if origin := origins.get(line):
            note = history.notes.get(origin.commit)
            signals += note_signals(note, origin.commit, origin.path, origin.line) if note else []
            signals += history.signals[origin.commit]
        attributions[line] = attribute_line(without_ignored(signals, ignore))
    return attributions


def _signals_of_commit(commit: Commit, facts: PullRequestFacts | None) -> list[Signal]:
    return [*commit_signals(commit, facts), *(pull_request_signals(facts, commit) if facts else [])]


def _origins(git: Git, changes: ChangeSet, file: FileChange, history: _History) -> dict[int, _Origin]:
    """The origin of each added line that a commit of the change wrote; moved and uncommitted lines have none."""
    if not history.commits or not file.added_lines:
        return {}
    if not changes.is_local and (sha := history.only_commit(file)):
        return {line: _Origin(commit=sha, path=file.path, line=line) for line in file.added_lines}
    contents = file.head_text if changes.is_local else None
    blamed = git.blame(changes.base, history.head, file.path, _ranges(file.added_lines), contents)
    return {
        line: _Origin(commit=found.commit, path=found.orig_path, line=found.orig_line)
        for line, found in blamed.items()
        if not found.boundary and found.commit in history.commits
    }


def _ranges(lines: Iterable[int]) -> list[tuple[int, int]]:
    """Consecutive numbers as inclusive ranges."""
    ranges: list[tuple[int, int]] = []
    for line in sorted(lines):
        if ranges and ranges[-1][1] == line - 1:
            ranges[-1] = (ranges[-1][0], line)
        else:
            ranges.append((line, line))
    return ranges
