"""The text of review comments: what fails, the suggestion, how it was verified, the evidence, how to disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.combine import is_repaired
from slmfix_bot.core.fingerprint import marker
from slmfix_bot.core.markdown import code, compose, prose
from slmfix_bot.core.report import RepairSource
from slmfix_bot.reporters.wording import VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.provenance import Attribution
    from slmfix_bot.core.report import Finding, ModelIdentity, Repair
    from slmfix_bot.core.review_plan import Place

SOURCES = {
    RepairSource.RESIDUE: "removal of leftovers from a chat",
    RepairSource.LINTER: "the linter's own fix",
    RepairSource.SCHEMA: "the nearest legal name",
    RepairSource.SEARCH: "a search over small edits",
}
MAX_TOLD = 8
"""Findings that one comment spells out."""


def comment_body(place: Place, model: ModelIdentity | None) -> str:
    """The whole comment; it ends with the marker that keeps a second run from posting it again."""
    told = place.findings or place.related
    lines = [_line(finding, place) for finding in told[:MAX_TOLD]]
    if len(told) > MAX_TOLD:
        lines.append(f"and {len(told) - MAX_TOLD} more on these lines")
    head = lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
    block = place.suggestion.block if place.suggestion else ""
    return compose(head, block, "\n".join(_tail(place, told, model)), marker(place.ids))


def review_body(suggestions: int, comments: int) -> str:
    """The sentence above the comments of one review."""
    parts = []
    if suggestions:
        parts.append(f"{suggestions} verified {'suggestion' if suggestions == 1 else 'suggestions'}")
    if comments:
        parts.append(f"{comments} {'finding' if comments == 1 else 'findings'} without one")
    return f"slmfix: {' and '.join(parts)}. All findings are in the job summary."


def _line(finding: Finding, place: Place) -> str:
    diagnostic = finding.diagnostic
    where = ""
    if place.line is None or not place.findings:
        where = f" (line {diagnostic.line})"
    repaired = place.suggestion is None or is_repaired(finding)
    also = "" if repaired else " *This suggestion does not repair it.*"
    lead = "" if place.findings else "Belongs to the repair of "
    return f"{lead}{prose(finding.language, 40)} {code(diagnostic.rule, 60)}{where}: {code(diagnostic.message)}{also}"


def _tail(place: Place, told: Sequence[Finding], model: ModelIdentity | None) -> list[str]:
    lines = []
    first = next((finding for finding in told if is_repaired(finding)), told[0])
    if place.suggestion is not None and first.repair is not None:
        lines.append(verification(first.repair, model))
        if place.parts > 1:
            lines.append(f"The repair has {place.parts} places in this file, verified together: commit them together.")
    lines.append(f"Origin: {evidence(first.provenance)}.")
    rule = first.diagnostic.rule
    lines.append(f"Not a defect? Say so on the line itself: {code(f'slmfix: ignore[{rule}] reason')}.")
    return [f"<sub>{line}</sub><br>" for line in lines[:-1]] + [f"<sub>{lines[-1]}</sub>"]


def verification(repair: Repair, model: ModelIdentity | None) -> str:
    """Who accepted the repair and who proposed it."""
    source = SOURCES.get(repair.source) if repair.source else None
    if repair.source is RepairSource.MODEL:
        source = f"model {prose(model.name, 60)} {prose(model.version, 20)}" if model else "the model"
    parts = [f"Verified by {prose(repair.verified_by or '', 80)}: the error is gone and no new one appears"]
    if source:
        parts.append(f"proposed by {source}")
    if repair.similarity is not None:
        parts.append(f"{repair.similarity:.0%} of the syntax tree kept")
    return "; ".join(parts) + "."


def evidence(attribution: Attribution) -> str:
    """The verdict with the evidence that decided, in one line of Markdown."""
    words = VERDICTS[attribution.verdict]
    if attribution.tool:
        words += f" ({prose(attribution.tool, 40)})"
    if not attribution.evidence:
        return words
    first = attribution.evidence[0]
    more = len(attribution.evidence) - 1
    others = f" and {more} more" if more else ""
    words += f", {attribution.confidence.value} confidence"
    return f"{words}: {first.kind} {code(first.quote, 100)} in {prose(first.source, 60)}{others}"
