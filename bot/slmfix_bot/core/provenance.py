"""Who wrote an added line, and how that is known. A verdict is a word with evidence, never a bare score."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """`UNKNOWN` means no evidence either way; `HUMAN_ATTESTED` needs an attestation, it is never inferred."""

    AI = "ai"
    AI_ASSISTED = "ai_assisted"
    MIXED = "mixed"
    HUMAN_ATTESTED = "human_attested"
    BOT = "bot"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How far the evidence carries for this line."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


class EvidenceScope(StrEnum):
    """What the evidence speaks about; a commit's trailer says less about a line than a line-level note."""

    LINE = "line"
    BLOCK = "block"
    FILE = "file"
    COMMIT = "commit"
    PULL_REQUEST = "pr"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One signal: `kind` (trailer, author, note, branch, body, label...), the quoted text and where it stands."""

    kind: str
    scope: EvidenceScope
    quote: str
    source: str
    verdict: Verdict
    confidence: Confidence
    tool: str | None = None
    caveat: str | None = None


@dataclass(frozen=True, kw_only=True)
class Attribution:
    """The verdict on one added line with everything that was found, deciding evidence first."""

    verdict: Verdict = Verdict.UNKNOWN
    confidence: Confidence = Confidence.NONE
    tool: str | None = None
    evidence: tuple[Evidence, ...] = ()


UNKNOWN = Attribution()


@dataclass(frozen=True, kw_only=True)
class PullRequestFacts:
    """What a pull request says about its origin; everything in it is written by strangers."""

    author: str = ""
    author_is_bot: bool = False
    branch: str = ""
    title: str = ""
    body: str = ""
    labels: tuple[str, ...] = ()
