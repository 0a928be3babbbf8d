"""Change sets made by hand, for tests that need no repository."""

from __future__ import annotations

from difflib import SequenceMatcher

from slmfix_bot.core.change import ChangeSet, FileChange, Hunk, Status
from slmfix_bot.core.text import split_lines


def file_change(path: str, head: str, base: str | None = None) -> FileChange:
    """The change of one file from `base` (None: added) to `head`, in one hunk."""
    after = split_lines(head)
    added = set(range(1, len(after) + 1))
    if base is not None:
        matcher = SequenceMatcher(a=split_lines(base), b=after, autojunk=False)
        added = {line + 1 for tag, _, _, j1, j2 in matcher.get_opcodes() if tag != "equal" for line in range(j1, j2)}
    return FileChange(
        path=path,
        old_path=None if base is None else path,
        status=Status.ADDED if base is None else Status.MODIFIED,
        base_text=base,
        head_text=head,
        hunks=(Hunk(1, len(after), frozenset(added)),),
    )


def change_set(*files: FileChange) -> ChangeSet:
    """A change set between two made-up commits."""
    return ChangeSet(base="a" * 40, head="b" * 40, files=files)
