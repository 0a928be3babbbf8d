"""What a commit and a pull request say about their origin, as signals (core/attribution.py)."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from slmfix_bot.core.attribution import Signal, Tier
from slmfix_bot.core.identities import (
    AGENTS,
    AI_NAME,
    DECLARING_TRAILERS,
    FALSE_COPILOT,
    SESSION_TRAILERS,
    WORKFLOW_ACCOUNT,
    Role,
    account_of,
    identify,
    identify_account,
    is_plain_bot,
)
from slmfix_bot.core.markdown import one_line
from slmfix_bot.core.provenance import Confidence, Evidence, EvidenceScope, Verdict
from slmfix_bot.core.trailers import MAX_MESSAGE, Trailer, is_revert, parse_trailers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.history import Commit
    from slmfix_bot.core.provenance import PullRequestFacts

MAX_QUOTE = 200
MAX_LINES = 5000
FOOTERS = tuple((agent.tool, re.compile(pattern)) for agent in AGENTS for pattern in agent.body)
ANY_FOOTER = re.compile("|".join(pattern.pattern for _, pattern in FOOTERS))
CARRIED = "carried into a squashed commit: it speaks about a part of it"
SUGGESTION = "a reviewer's suggestion was applied: it speaks about a part of the commit"
MADE_UP = "people write this address by hand, and some tools wrote it without having done anything"
FALSE_DATE = "VS Code added this line without any use of Copilot at that time"
REVERT = "the commit restores older lines, whose origin this does not tell"
COMMITTER = "the agent committed or rebased; a person is the author"


def commit_signals(commit: Commit, facts: PullRequestFacts | None = None) -> list[Signal]:
    """Identities, trailers and footers of one commit. None for a merge: its own lines only resolve conflicts."""
    if commit.is_merge:
        return []
    if is_plain_bot(commit.author_email):
        quote = f"{commit.author_name} <{commit.author_email}>"
        return [_signal(commit, Tier.COMMIT, "author", quote, verdict=Verdict.BOT)]
    signals = [
        *_identity_signals(commit, facts),
        *(signal for trailer in parse_trailers(commit.message) for signal in _trailer_signals(commit, trailer)),
        *(_signal(commit, Tier.COMMIT, "footer", quote, tool=tool) for tool, quote in _footers(commit.message).items()),
    ]
    return [_of_revert(signal) for signal in signals] if is_revert(commit.message) else signals


def pull_request_signals(facts: PullRequestFacts, commit: Commit) -> list[Signal]:
    """What the pull request says about the lines of one of its commits; nothing about a bot's or a revert's."""
    if is_plain_bot(commit.author_email) or commit.is_merge or is_revert(commit.message):
        return []
    account = account_of(commit.author_email)
    is_stranger = account is not None and identify(commit.author_email) is None and account != facts.author.lower()
    confidence = Confidence.LOW if is_stranger else Confidence.MEDIUM
    caveat = "the commit is by somebody else than the pull request" if is_stranger else None
    return [
        Signal(
            tier=Tier.WEAK if kind == "label" else Tier.PULL_REQUEST,
            evidence=Evidence(
                kind=kind,
                scope=EvidenceScope.PULL_REQUEST,
                quote=one_line(quote, MAX_QUOTE),
                source="pull request",
                verdict=Verdict.AI,
                confidence=Confidence.LOW if kind == "label" else confidence,
                tool=tool,
                caveat=caveat,
            ),
        )
        for kind, tool, quote in _pull_request_marks(facts)
    ]


@lru_cache(maxsize=8)
def _pull_request_marks(facts: PullRequestFacts) -> tuple[tuple[str, str, str], ...]:
    """Kind, tool and quote of every mark; the same for all commits."""
    author = identify_account(facts.author)
    marks = [("pull-request-author", author.tool, facts.author)] if author is not None else []
    for agent in AGENTS:
        if facts.branch.startswith(agent.branches):
            marks.append(("branch", agent.tool, facts.branch))
        marks += [("label", agent.tool, label) for label in facts.labels if label.lower() in agent.labels]
    marks += [("body", tool, quote) for tool, quote in _footers(facts.body).items()]
    return tuple(marks)


def _identity_signals(commit: Commit, facts: PullRequestFacts | None) -> Iterator[Signal]:
    author = identify(commit.author_email)
    quote = f"{commit.author_name} <{commit.author_email}>"
    if author is not None:
        vouched = facts is not None and facts.author_is_bot and identify_account(facts.author) == author
        weak = author.role is Role.WEAK
        yield _signal(
            commit,
            Tier.VERIFIED_AUTHOR if vouched else Tier.WEAK if weak else Tier.COMMIT,
            "author",
            quote,
            tool=author.tool,
            confidence=Confidence.HIGH if vouched else Confidence.LOW if weak else Confidence.MEDIUM,
            caveat=MADE_UP if weak else None,
        )
    elif commit.author_name.rstrip().endswith("(aider)"):
        yield _signal(commit, Tier.COMMIT, "author", quote, tool="aider")
    elif account_of(commit.author_email) == WORKFLOW_ACCOUNT:
        yield _signal(commit, Tier.WEAK, "author", quote, verdict=Verdict.BOT, confidence=Confidence.LOW)
    else:
        account = account_of(commit.committer_email) or ""
        committer = identify(commit.committer_email) if account.endswith("[bot]") else None
        if committer is not None:
            quote = f"{commit.committer_name} <{commit.committer_email}>"
            yield _signal(
                commit, Tier.WEAK, "committer", quote, tool=committer.tool, confidence=Confidence.LOW, caveat=COMMITTER
            )


def _trailer_signals(commit: Commit, trailer: Trailer) -> Iterator[Signal]:
    quote = trailer.text
    if trailer.key == "co-authored-by":
        yield from _co_author_signals(commit, trailer, quote)
    elif trailer.key in SESSION_TRAILERS:
        tool, pattern = SESSION_TRAILERS[trailer.key]
        if re.match(pattern, trailer.value):
            yield _carried(_signal(commit, Tier.COMMIT, "trailer", quote, tool=tool), trailer)
    elif trailer.key in DECLARING_TRAILERS:
        identity = identify(trailer.email or "")
        is_person = identity is None and trailer.email is not None
        if identity is not None or (not is_person and AI_NAME.search(trailer.value)):
            tool = identity.tool if identity else one_line(trailer.value, 60)
            signal = _signal(commit, Tier.ASSISTED, "trailer", quote, tool=tool, verdict=Verdict.AI_ASSISTED)
            yield _carried(signal, trailer)


def _co_author_signals(commit: Commit, trailer: Trailer, quote: str) -> Iterator[Signal]:
    identity = identify(trailer.email or "")
    if identity is None:
        return
    if identity.role is Role.AGENT:
        yield _carried(_signal(commit, Tier.COMMIT, "trailer", quote, tool=identity.tool), trailer)
        return
    is_editor = (trailer.email or "").lower() == "copilot@github.com"
    first, last = FALSE_COPILOT
    is_false_date = is_editor and first <= commit.author_date <= last
    yield _signal(
        commit,
        Tier.WEAK,
        "trailer",
        quote,
        tool=identity.tool,
        confidence=Confidence.MEDIUM if is_editor and not is_false_date else Confidence.LOW,
        caveat=FALSE_DATE if is_false_date else SUGGESTION if identity.role is Role.REVIEWER else MADE_UP,
    )


def _footers(text: str) -> dict[str, str]:
    """Tool and line of each footer that a tool itself writes; at most four spaces stand before it, no quote mark."""
    found: dict[str, str] = {}
    for line in text[:MAX_MESSAGE].split("\n")[:MAX_LINES]:
        mark = line.strip()[:2000]
        if mark and not line.startswith("     ") and ANY_FOOTER.match(mark):
            for tool, pattern in FOOTERS:
                if tool not in found and pattern.match(mark):
                    found[tool] = mark
    return dict(sorted(found.items()))


def _signal(
    commit: Commit,
    tier: Tier,
    kind: str,
    quote: str,
    *,
    tool: str | None = None,
    verdict: Verdict = Verdict.AI,
    confidence: Confidence = Confidence.MEDIUM,
    caveat: str | None = None,
) -> Signal:
    evidence = Evidence(
        kind=kind,
        scope=EvidenceScope.COMMIT,
        quote=one_line(quote, MAX_QUOTE),
        source=f"commit {commit.sha[:12]}",
        verdict=verdict,
        confidence=confidence,
        tool=tool,
        caveat=caveat,
    )
    return Signal(tier=tier, evidence=evidence)


def _carried(signal: Signal, trailer: Trailer) -> Signal:
    if not trailer.carried:
        return signal
    evidence = replace(signal.evidence, confidence=Confidence.LOW, caveat=CARRIED)
    return Signal(tier=Tier.WEAK, evidence=evidence)


def _of_revert(signal: Signal) -> Signal:
    evidence = replace(signal.evidence, verdict=Verdict.UNKNOWN, confidence=Confidence.NONE, caveat=REVERT)
    return Signal(tier=signal.tier, evidence=evidence)
