"""The result of a run, as data (JSON contract `slmfix.report/1`, docs/report.schema.json). Only reporters print it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from slmfix_bot.core.provenance import UNKNOWN, Attribution

if TYPE_CHECKING:
    from slmfix_bot.core.change import FileChange, Skipped
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.edit import Edit


class RepairStatus(StrEnum):
    """`PARTIAL` removed some diagnostics and added none; `VALID` is only used for programs that never failed."""

    VALID = "valid"
    REPAIRED = "repaired"
    PARTIAL = "partial"
    UNREPAIRED = "unrepaired"
    SKIPPED = "skipped"


class RepairSource(StrEnum):
    """The tier that proposed the accepted edit."""

    RESIDUE = "residue"
    LINTER = "linter"
    SCHEMA = "schema"
    SEARCH = "search"
    MODEL = "model"


class Delivery(StrEnum):
    """How a finding reached the reader; every finding has one after a review."""

    SUGGESTION = "suggestion"
    COMMENT = "comment"
    ANNOTATION = "annotation"
    SUMMARY = "summary"


@dataclass(frozen=True, kw_only=True)
class Repair:
    """The repair of one finding. `similarity` is AST similarity to the head text, 0..1; `verified_by` is
    "validator version", None when nothing was verified; `candidates` counts the proposals that were validated."""

    status: RepairStatus
    source: RepairSource | None = None
    edits: tuple[Edit, ...] = ()
    similarity: float | None = None
    verified_by: str | None = None
    candidates: int = 0
    latency_ms: float = 0.0
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One diagnostic of a changed file. `in_diff`: on a line that the change added; `new`: absent from the base
    version. `id` is the fingerprint without line numbers (core/fingerprint.py)."""

    id: str
    path: str
    language: str
    diagnostic: Diagnostic
    validator: str
    validator_version: str
    in_diff: bool
    new: bool
    provenance: Attribution = UNKNOWN
    repair: Repair | None = None
    suppressed: str | None = None
    delivery: Delivery | None = None


@dataclass(frozen=True, kw_only=True)
class ModelIdentity:
    """Which model proposed; sha256 is that of model.onnx."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything a run found, repaired and skipped. `changes` holds the examined files for reporters that need text."""

    tool_version: str
    model: ModelIdentity | None
    base: str
    head: str
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    changes: tuple[FileChange, ...] = ()

    @property
    def open_findings(self) -> tuple[Finding, ...]:
        """What is left to look at: not suppressed."""
        return tuple(f for f in self.findings if f.suppressed is None)
