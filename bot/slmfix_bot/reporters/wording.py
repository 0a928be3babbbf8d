"""Sentences that several outputs share, free of control characters: their parts were written by strangers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.markdown import one_line
from slmfix_bot.core.provenance import Confidence, Verdict
from slmfix_bot.core.report import RepairStatus

if TYPE_CHECKING:
    from slmfix_bot.core.provenance import Attribution
    from slmfix_bot.core.report import Repair
    from slmfix_bot.core.tally import Tally

VERDICTS = {
    Verdict.AI: "written by AI",
    Verdict.AI_ASSISTED: "written with AI assistance",
    Verdict.MIXED: "written by a person and AI",
    Verdict.HUMAN_ATTESTED: "attested as written by a person",
    Verdict.BOT: "written by a bot without AI",
    Verdict.UNKNOWN: "origin unknown",
}


def origin(attribution: Attribution) -> str:
    """The verdict with its deciding evidence in one line."""
    words = VERDICTS[attribution.verdict]
    if attribution.tool:
        words += f" ({one_line(attribution.tool, 40)})"
    if attribution.confidence is not Confidence.NONE:
        words += f", {attribution.confidence} confidence"
    if not attribution.evidence:
        return f"{words}: no evidence either way" if attribution.verdict is Verdict.UNKNOWN else words
    first = attribution.evidence[0]
    more = len(attribution.evidence) - 1
    others = f" and {more} more" if more else ""
    return f'{words}: {first.kind} "{one_line(first.quote, 80)}" in {one_line(first.source, 60)}{others}'


def repair_line(repair: Repair | None) -> str:
    """What became of the repair of one finding, in one line."""
    if repair is None:
        return "no repair was looked for"
    if repair.status is RepairStatus.REPAIRED:
        parts = [f"verified by {repair.verified_by}", f"source: {repair.source}"]
        if repair.similarity is not None:
            parts.append(f"similarity {repair.similarity:.2f}")
        return ", ".join([*parts, _effort(repair)])
    reason = repair.reason or {RepairStatus.PARTIAL: "some errors stay"}.get(repair.status, "nothing passed")
    return f"no verified repair: {one_line(reason, 200)} ({_effort(repair)})"


def _effort(repair: Repair) -> str:
    noun = "candidate" if repair.candidates == 1 else "candidates"
    return f"{repair.candidates} {noun}, {repair.latency_ms:.0f} ms"


def headline(counts: Tally) -> str:
    """The result of a run in one line."""
    if counts.findings == 0:
        text = f"No finding in {_count(counts.files, 'changed file')}"
    else:
        text = f"{_count(counts.findings, 'finding')} in {_count(counts.files, 'changed file')}"
        text += f", {counts.repaired} with a verified repair"
    if counts.suppressed:
        text += f"; {counts.suppressed} suppressed"
    return f"{text}; {counts.skipped} skipped" if counts.skipped else text


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
