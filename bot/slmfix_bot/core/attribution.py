"""Weighs the evidence about a line. Nothing is summed: the strongest kind decides the verdict, the rest is kept.

Correlated marks (a co-author line, a branch name, a footer) all come from one tool's habit, so two of them are not
twice as sure. A line without a mark is unknown, not human: on a repository with line-level records, marks on commits
were right 96 % of the time but found only half of the AI commits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from slmfix_bot.core.options import Scope
from slmfix_bot.core.provenance import UNKNOWN, Attribution, Confidence, Evidence, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

AI_VERDICTS = frozenset({Verdict.AI, Verdict.AI_ASSISTED, Verdict.MIXED})


class Tier(IntEnum):
    """The order of precedence; the smallest decides.

    `UNTRACKED` is a line-level record that is silent about a line of its commit: the tool watched and saw nothing.
    """

    LINE_RECORD = 1
    UNTRACKED = 2
    VERIFIED_AUTHOR = 3
    COMMIT = 4
    DECLARED = 5
    ASSISTED = 6
    PULL_REQUEST = 7
    WEAK = 8


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One piece of evidence with its weight."""

    tier: Tier
    evidence: Evidence


def attribute_line(signals: Iterable[Signal]) -> Attribution:
    """The verdict from everything that is known about one line, deciding evidence first."""
    ordered = sorted(signals, key=lambda signal: signal.tier)
    deciding = _deciding(ordered)
    if deciding is None:
        return Attribution(evidence=tuple(signal.evidence for signal in ordered)) if ordered else UNKNOWN
    equals = [signal for signal in ordered if signal.tier is deciding.tier]
    verdicts = {signal.evidence.verdict for signal in equals} - {Verdict.UNKNOWN}
    is_mixed = deciding.tier is Tier.LINE_RECORD and verdicts == {Verdict.AI, Verdict.HUMAN_ATTESTED}
    tools = sorted({s.evidence.tool for s in equals if s.evidence.tool and s.evidence.verdict in AI_VERDICTS})
    rest = [signal for signal in ordered if signal is not deciding]
    return Attribution(
        verdict=Verdict.MIXED if is_mixed else deciding.evidence.verdict,
        confidence=Confidence.MEDIUM if is_mixed else deciding.evidence.confidence,
        tool=", ".join(tools) or None,
        evidence=tuple(signal.evidence for signal in (deciding, *rest)),
    )


def without_ignored(signals: Iterable[Signal], ignore: Sequence[str]) -> list[Signal]:
    """The signals that no pattern of `provenance.ignore` names: `kind` or `kind:tool`, with `*`."""
    return [
        signal
        for signal in signals
        if not any(
            fnmatchcase(name, pattern)
            for pattern in ignore
            for name in (signal.evidence.kind, f"{signal.evidence.kind}:{signal.evidence.tool or ''}")
        )
    ]


def in_scope(attribution: Attribution, scope: Scope) -> bool:
    """Whether a line with this verdict is examined."""
    if scope is Scope.ALL or attribution.verdict in AI_VERDICTS:
        return True
    return scope is Scope.LIKELY and attribution.verdict is Verdict.UNKNOWN


def _deciding(ordered: Sequence[Signal]) -> Signal | None:
    """The first signal with a verdict; a silent line-level record stops all but the user's own declaration."""
    untracked = any(signal.tier is Tier.UNTRACKED for signal in ordered)
    for signal in ordered:
        if untracked and signal.tier not in (Tier.LINE_RECORD, Tier.DECLARED):
            continue
        if signal.evidence.verdict is not Verdict.UNKNOWN:
            return signal
    return None
