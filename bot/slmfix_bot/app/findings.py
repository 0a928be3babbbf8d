"""From one changed file to its findings: what fails in the head version, is new against the base, and is in scope."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.app.repair_state import new_errors
from slmfix_bot.core.attribution import in_scope
from slmfix_bot.core.fingerprint import fingerprints
from slmfix_bot.core.provenance import UNKNOWN, Attribution
from slmfix_bot.core.report import Finding
from slmfix_bot.core.rules import LOCAL_RULES
from slmfix_bot.core.suppression import suppression

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_bot.core.change import FileChange
    from slmfix_bot.core.diagnostic import Diagnostic, Validation
    from slmfix_bot.core.options import Scope
    from slmfix_bot.core.program import Program


@dataclass(frozen=True, kw_only=True)
class FileFindings:
    """`program` is the head version; `baseline` the identities of its errors that are nobody's task: those of the
    base version, out of scope, or suppressed; `allowed` the lines that a repair may change."""

    change: FileChange
    program: Program
    findings: tuple[Finding, ...]
    baseline: tuple[tuple[str, str], ...]
    allowed: frozenset[int]
    skipped: str | None = None


def find(
    change: FileChange,
    program: Program,
    head: Validation,
    base: Validation | None,
    attributions: Mapping[int, Attribution],
    scope: Scope,
) -> FileFindings:
    """From the validations of the head version and, if that fails and there is one, of the base version: only what is
    new is a finding.

    A new error may be reported outside the added lines (an unclosed quote shows at the end of the file); it is then
    attributed to the nearest added line. Of a rule whose reader does not know the whole language (LOCAL_RULES), only
    what stands on an added line, or whose opener does, is a finding.
    """
    lines = frozenset(line for line in change.added_lines if in_scope(attributions.get(line, UNKNOWN), scope))
    if head.skipped is not None:
        return FileFindings(
            change=change, program=program, findings=(), baseline=(), allowed=lines, skipped=head.skipped
        )
    # A base that cannot be judged excuses nothing: everything in the head version counts as new.
    baseline = tuple(error.identity for error in base.errors) if base is not None else ()
    fresh = new_errors(head.errors, Counter(baseline), change.added_lines)
    findings = _describe(change, program, head, fresh, attributions, scope)
    wanted = Counter(finding.diagnostic.identity for finding in findings if finding.suppressed is None)
    excused = tuple((Counter(error.identity for error in head.errors) - wanted).elements())
    return FileFindings(change=change, program=program, findings=findings, baseline=excused, allowed=lines)


def _describe(
    change: FileChange,
    program: Program,
    head: Validation,
    fresh: tuple[Diagnostic, ...],
    attributions: Mapping[int, Attribution],
    scope: Scope,
) -> tuple[Finding, ...]:
    findings = []
    for name, diagnostic in zip(fingerprints(change.path, fresh, change.head_text), fresh, strict=True):
        reported = frozenset(range(diagnostic.line, diagnostic.end_line + 1))
        if diagnostic.rule in LOCAL_RULES and not (reported | {diagnostic.related_line}) & change.added_lines:
            continue
        in_diff = bool(reported & change.added_lines)
        nearest = min(change.added_lines, key=lambda line: abs(line - diagnostic.line), default=diagnostic.line)
        line = min(reported & change.added_lines) if in_diff else nearest
        attribution = attributions.get(line, UNKNOWN)
        if not in_scope(attribution, scope):
            continue
        findings.append(
            Finding(
                id=name,
                path=change.path,
                language=program.language,
                diagnostic=diagnostic,
                validator=head.validator,
                validator_version=head.version,
                in_diff=in_diff,
                new=True,
                provenance=attribution,
                suppressed=suppression(change.head_text, diagnostic),
            )
        )
    return tuple(findings)
