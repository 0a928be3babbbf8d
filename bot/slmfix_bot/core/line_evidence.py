"""What line-level records and the user's own declaration say about a line, as signals (core/attribution.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.attribution import Signal, Tier
from slmfix_bot.core.globs import matches_any
from slmfix_bot.core.markdown import one_line
from slmfix_bot.core.provenance import Confidence, Evidence, EvidenceScope, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slmfix_bot.core.git_ai_note import Claim, Note

MOVED = "the note was written for another commit and came here by a rebase"
NO_RECORD = "the note names no session for its key"
DECLARABLE = {verdict.value: verdict for verdict in Verdict if verdict is not Verdict.UNKNOWN}


def note_signals(note: Note, commit: str, path: str, line: int) -> Iterator[Signal]:
    """The note's entries for a line that `commit` added, by the path and number that it had there.

    A line of the commit that a note is silent about is untracked, which stops what the commit as a whole says.
    """
    claims = note.claims_on(path, line)
    if not claims:
        yield Signal(
            tier=Tier.UNTRACKED,
            evidence=_evidence(commit, "no entry covers the line", Verdict.UNKNOWN, Confidence.NONE, None, None),
        )
    for claim in claims:
        moved = note.base_commit != commit
        verdict = Verdict.HUMAN_ATTESTED if claim.is_human else Verdict.AI
        caveat = MOVED if moved else None if claim.is_human or claim.tool else NO_RECORD
        confidence = Confidence.MEDIUM if caveat else Confidence.HIGH
        evidence = _evidence(commit, _quote(claim), verdict, confidence, claim.tool, caveat)
        yield Signal(tier=Tier.LINE_RECORD, evidence=evidence)


def declared_signals(path: str, declare: Sequence[str]) -> Iterator[Signal]:
    """Entries of `provenance.declare`: `PATTERN` for AI-written paths, or `PATTERN=VERDICT`."""
    for entry in declare:
        pattern, _, word = entry.rpartition("=")
        verdict = DECLARABLE.get(word) if pattern else None
        if verdict is None:
            pattern, verdict = entry, Verdict.AI
        if matches_any(path, [pattern]):
            evidence = Evidence(
                kind="declared",
                scope=EvidenceScope.FILE,
                quote=one_line(entry),
                source="provenance.declare",
                verdict=verdict,
                confidence=Confidence.MEDIUM,
            )
            yield Signal(tier=Tier.DECLARED, evidence=evidence)


def _quote(claim: Claim) -> str:
    lines = str(claim.first) if claim.first == claim.last else f"{claim.first}-{claim.last}"
    agent = " ".join(filter(None, (claim.tool, claim.model)))
    return one_line(f"{claim.key} {lines}" + (f" ({agent})" if agent else ""), 200)


def _evidence(
    commit: str, quote: str, verdict: Verdict, confidence: Confidence, tool: str | None, caveat: str | None
) -> Evidence:
    return Evidence(
        kind="note",
        scope=EvidenceScope.LINE,
        quote=quote,
        source=f"git-ai note of {commit[:12]}",
        verdict=verdict,
        confidence=confidence,
        tool=None if tool is None else one_line(tool, 60),
        caveat=caveat,
    )
