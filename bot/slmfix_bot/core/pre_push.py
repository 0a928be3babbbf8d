"""The lines that git writes to a pre-push hook, one per pushed reference."""

from __future__ import annotations

import re
from dataclasses import dataclass

from slmfix_bot.errors import UsageError


@dataclass(frozen=True, kw_only=True)
class PushedRef:
    """`remote_id` is what the remote had when git last looked, None for a new reference."""

    local_ref: str
    local_id: str
    remote_ref: str
    remote_id: str | None


def parse_pre_push(text: str) -> tuple[PushedRef, ...]:
    """The references that get new commits; deletions are left out, there is nothing to check.

    Raises UsageError for a line of another form.
    """
    pushed = []
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        match = re.fullmatch(r"(\S.*) ([0-9a-f]{40,64}) (\S+) ([0-9a-f]{40,64})", line)
        if match is None:
            msg = f"not a line of a pre-push hook: {line[:80]!r}; expected LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID"
            raise UsageError(msg)
        local_ref, local_id, remote_ref, remote_id = match.groups()
        if local_id.strip("0"):
            known = remote_id if remote_id.strip("0") else None
            pushed.append(PushedRef(local_ref=local_ref, local_id=local_id, remote_ref=remote_ref, remote_id=known))
    return tuple(pushed)
