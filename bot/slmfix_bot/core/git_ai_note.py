"""Reads git-ai's notes, which say line by line who wrote a commit (Git AI Standard 3.0.0, `refs/notes/ai`).

The format is a list of paths with entries of line ranges, a line `---`, and JSON. Real notes differ from the standard:
the divider may be the first line, ranges are not always sorted, and sessions stand in `sessions` or in `prompts`.
A note of a fork is written by strangers: it is bounded, and nothing in it is used as a path or run.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_ENTRIES = 20_000
MAX_CLAIMS = 50_000
KEY = re.compile(
    r"(?P<session>s_[0-9a-f]{6,64})(?:::t_[0-9a-f]{6,64})?|(?P<human>h_[0-9a-f]{6,64})|(?P<prompt>[0-9a-f]{7,64})"
)
RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Lines `first..last` (1-based, inclusive, of the file at that commit) and who wrote them; `tool` and `model` are
    None when the note does not say. `is_human`: typed by a person, as the editor's extension saw it."""

    key: str
    first: int
    last: int
    is_human: bool
    tool: str | None
    model: str | None


@dataclass(frozen=True, kw_only=True)
class Note:
    """`claims` by path; `base_commit` is the commit that the note was written for."""

    claims: Mapping[str, Sequence[Claim]]
    base_commit: str | None

    def claims_on(self, path: str, line: int) -> tuple[Claim, ...]:
        """What the note says about one line."""
        return tuple(claim for claim in self.claims.get(path, ()) if claim.first <= line <= claim.last)


def parse_note(text: str) -> Note | None:
    """None when it is not a note of this format, or of a major version other than 3."""
    lines = text.split("\n")
    if "---" not in lines:
        return None
    divider = lines.index("---")
    try:
        metadata: Any = json.loads("\n".join(lines[divider + 1 :]))
    except (ValueError, RecursionError):
        return None
    if not isinstance(metadata, dict) or not str(metadata.get("schema_version", "")).startswith("authorship/3."):
        return None
    claims: dict[str, list[Claim]] = {}
    path, room = None, MAX_CLAIMS
    for line in lines[:divider][:MAX_ENTRIES]:
        if not line.startswith("  "):
            path = line[1:-1] if len(line) > 1 and line[0] == line[-1] == '"' else line
        elif path:
            found = _claims(line[2:], metadata)[:room]
            room -= len(found)
            claims.setdefault(path, []).extend(found)
    base = metadata.get("base_commit_sha")
    return Note(claims=claims, base_commit=base if isinstance(base, str) else None)


def _claims(entry: str, metadata: dict[str, Any]) -> list[Claim]:
    key, _, ranges = entry.partition(" ")
    match = KEY.fullmatch(key)
    if match is None:
        return []
    agent = _agent(match, metadata)
    return [
        Claim(
            key=key,
            first=int(found[1]),
            last=int(found[2] or found[1]),
            is_human=match["human"] is not None,
            tool=agent.get("tool"),
            model=agent.get("model"),
        )
        for part in ranges.split(",")
        if (found := RANGE.fullmatch(part.strip()))
    ]


def _agent(match: re.Match[str], metadata: dict[str, Any]) -> dict[str, str]:
    """Tool and model of a key; an absent or "unknown" value is left out."""
    table = metadata.get("sessions" if match["session"] else "prompts")
    record = table.get(match["session"] or match["prompt"] or "") if isinstance(table, dict) else None
    agent = record.get("agent_id") if isinstance(record, dict) else None
    if not isinstance(agent, dict):
        return {}
    known = {name: agent.get(name) for name in ("tool", "model")}
    return {
        name: value[:80] for name, value in known.items() if isinstance(value, str) and value not in ("", "unknown")
    }
