from dataclasses import replace

import pytest

from slmfix_bot.core.attribution import Signal, Tier, attribute_line, in_scope, without_ignored
from slmfix_bot.core.options import Scope
from slmfix_bot.core.provenance import UNKNOWN, Attribution, Confidence, Evidence, EvidenceScope, Verdict


def signal(tier: Tier, verdict: Verdict = Verdict.AI, *, tool: str | None = None, kind: str = "trailer") -> Signal:
    evidence = Evidence(
        kind=kind,
        scope=EvidenceScope.COMMIT,
        quote=f"{tier.name} {verdict}",
        source="commit 1",
        verdict=verdict,
        confidence=Confidence.MEDIUM,
        tool=tool,
    )
    return Signal(tier=tier, evidence=evidence)


def test_nothing_is_unknown_without_evidence() -> None:
    assert attribute_line([]) == UNKNOWN


def test_strongest_decides_and_conflicts_stay() -> None:
    human = signal(Tier.LINE_RECORD, Verdict.HUMAN_ATTESTED)
    trailer = signal(Tier.COMMIT, tool="claude")
    found = attribute_line([trailer, human])
    assert (found.verdict, found.tool) == (Verdict.HUMAN_ATTESTED, None)
    assert found.evidence == (human.evidence, trailer.evidence)


def test_all_tools_of_the_deciding_kind_are_named() -> None:
    found = attribute_line(
        [signal(Tier.COMMIT, tool="codex"), signal(Tier.COMMIT, tool="claude"), signal(Tier.WEAK, tool="zed")]
    )
    assert found.tool == "claude, codex"


def test_person_and_tool_on_one_line_are_mixed() -> None:
    found = attribute_line([signal(Tier.LINE_RECORD, tool="claude"), signal(Tier.LINE_RECORD, Verdict.HUMAN_ATTESTED)])
    assert (found.verdict, found.confidence) == (Verdict.MIXED, Confidence.MEDIUM)


def test_silent_line_record_stops_the_commit_but_not_a_declaration() -> None:
    untracked = signal(Tier.UNTRACKED, Verdict.UNKNOWN, kind="note")
    trailer = signal(Tier.COMMIT, tool="claude")
    found = attribute_line([untracked, trailer])
    assert (found.verdict, found.confidence) == (Verdict.UNKNOWN, Confidence.NONE)
    assert trailer.evidence in found.evidence
    declared = signal(Tier.DECLARED, Verdict.AI_ASSISTED)
    assert attribute_line([untracked, trailer, declared]).verdict is Verdict.AI_ASSISTED


def test_evidence_of_no_verdict_does_not_decide() -> None:
    revert = signal(Tier.COMMIT, Verdict.UNKNOWN)
    assert attribute_line([revert]).verdict is Verdict.UNKNOWN
    assert attribute_line([revert, signal(Tier.PULL_REQUEST)]).verdict is Verdict.AI


@pytest.mark.parametrize(
    ("ignore", "left"),
    [((), 2), (("trailer",), 1), (("trailer:copilot",), 1), (("trailer:claude",), 2), (("*",), 0), (("branch",), 2)],
)
def test_without_ignored(ignore: tuple[str, ...], left: int) -> None:
    signals = [signal(Tier.COMMIT, tool="copilot"), signal(Tier.COMMIT, kind="author")]
    assert len(without_ignored(signals, ignore)) == left


@pytest.mark.parametrize(
    ("verdict", "scopes"),
    [
        (Verdict.AI, {Scope.AI, Scope.LIKELY, Scope.ALL}),
        (Verdict.AI_ASSISTED, {Scope.AI, Scope.LIKELY, Scope.ALL}),
        (Verdict.MIXED, {Scope.AI, Scope.LIKELY, Scope.ALL}),
        (Verdict.UNKNOWN, {Scope.LIKELY, Scope.ALL}),
        (Verdict.HUMAN_ATTESTED, {Scope.ALL}),
        (Verdict.BOT, {Scope.ALL}),
    ],
)
def test_in_scope(verdict: Verdict, scopes: set[Scope]) -> None:
    attribution = replace(Attribution(), verdict=verdict)
    assert {scope for scope in Scope if in_scope(attribution, scope)} == scopes
