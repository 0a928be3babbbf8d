"""Which comments a report makes: where they stand, which suggestion they carry, which findings they speak about.

All repairs of a file are applied as one set of edits (core/combine.py); each place of it becomes a comment. A repair
with several places is offered whole or not at all, and its comments say that they belong together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from slmfix_bot.core.combine import combined_edits, is_repaired
from slmfix_bot.core.fingerprint import DIGITS
from slmfix_bot.core.suggestion import Refusal, Suggestion, make_suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from slmfix_bot.core.change import FileChange
    from slmfix_bot.core.edit import Edit
    from slmfix_bot.core.report import Finding, Report

GAP = 2
"""Unchanged lines between two edits of the same repairs that one suggestion still restates."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One comment to be: on `start_line..line`, or on the file if `line` is None.

    `findings` are told here first; `related` are the findings of a repair of which this place is a further part;
    `parts` is the number of places of that repair.
    """

    path: str
    start_line: int | None
    line: int | None
    suggestion: Suggestion | None = None
    findings: tuple[Finding, ...] = ()
    related: tuple[Finding, ...] = ()
    parts: int = 1

    @property
    def ids(self) -> tuple[str, ...]:
        """What the marker carries: the findings' names, or one made for a part that tells no finding first."""
        if self.findings:
            return tuple(finding.id for finding in self.findings)
        lines = self.suggestion.body_lines if self.suggestion else ()
        text = "\0".join([self.path, *(finding.id for finding in self.related), *lines])
        return (hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS],)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The places in order of path and line; `refusals` says by finding id why a verified repair is no suggestion."""

    places: tuple[Place, ...]
    refusals: Mapping[str, str]


def plan_review(report: Report, *, comment_on_unrepaired: bool) -> Plan:
    """All comments that the report could make, before any bound."""
    texts = {change.path: change for change in report.changes}
    places: list[Place] = []
    refusals: dict[str, str] = {}
    told = [f for f in report.open_findings if f.new and f.path in texts]
    for path, group in groupby(sorted(told, key=lambda f: (f.path, f.diagnostic.line)), key=lambda f: f.path):
        findings = list(group)
        made, why_not = _suggestions(texts[path], findings)
        refusals |= why_not
        if comment_on_unrepaired:
            heard = {finding.id for place in made for finding in place.findings}
            made = _with_plain(texts[path], made, [f for f in findings if f.id not in heard])
        places += made
    return Plan(places=tuple(places), refusals=refusals)


def _suggestions(change: FileChange, findings: Sequence[Finding]) -> tuple[list[Place], dict[str, str]]:
    repaired = [finding for finding in findings if is_repaired(finding)]
    edits = combined_edits(repaired)
    made = dict(_parts(change, edits, {finding.repair.edits for finding in repaired if finding.repair}))
    repairs: dict[tuple[Edit, ...], list[Finding]] = {}
    refusals: dict[str, str] = {}
    for finding in repaired:
        own = finding.repair.edits if finding.repair else ()
        reason = "it collides with another repair; apply that one first" if not set(own) <= set(edits) else None
        reasons = [part.reason for key, part in made.items() if set(key) & set(own) and isinstance(part, Refusal)]
        if reason or reasons:
            refusals[finding.id] = reason or reasons[0]
        else:
            repairs.setdefault(own, []).append(finding)
    places: dict[tuple[Edit, ...], Place] = {}
    for own, owners in repairs.items():
        keys = [key for key in made if set(key) & set(own)]
        nearest = {finding.id: _nearest(made, keys, finding) for finding in owners}
        for key in keys:
            part = made[key]
            if isinstance(part, Suggestion):
                place = places.get(key) or _place(change.path, part)
                here = tuple(finding for finding in owners if nearest[finding.id] == key)
                places[key] = replace(
                    place,
                    findings=place.findings + here,
                    related=place.related + tuple(finding for finding in owners if finding not in here),
                    parts=max(place.parts, len(keys)),
                )
    return [places[key] for key in sorted(places)], refusals


def _parts(
    change: FileChange, edits: Sequence[Edit], repairs: Collection[tuple[Edit, ...]]
) -> Iterator[tuple[tuple[Edit, ...], Suggestion | Refusal]]:
    """The edits in groups that stand close together, each with its suggestion."""
    taken: list[Suggestion] = []
    pending = list(_clusters(edits, repairs))
    while pending:
        cluster = pending.pop(0)
        part = make_suggestion(change.head_text, cluster, change.hunks, taken)
        if isinstance(part, Refusal) and len(cluster) > 1:
            # Close together, yet perhaps on both sides of a gap between two hunks.
            pending = [(edit,) for edit in cluster] + pending
            continue
        if isinstance(part, Suggestion):
            taken.append(part)
        yield cluster, part


def _clusters(edits: Iterable[Edit], repairs: Collection[tuple[Edit, ...]]) -> Iterator[tuple[Edit, ...]]:
    def owners(edit: Edit) -> set[tuple[Edit, ...]]:
        return {repair for repair in repairs if edit in repair}

    cluster: list[Edit] = []
    for edit in sorted(edits):
        far = bool(cluster) and edit.start_line - cluster[-1].end_line - 1 > GAP
        if cluster and (far or owners(edit) != owners(cluster[-1])):
            yield tuple(cluster)
            cluster = []
        cluster.append(edit)
    if cluster:
        yield tuple(cluster)


def _nearest(
    made: Mapping[tuple[Edit, ...], Suggestion | Refusal], keys: Iterable[tuple[Edit, ...]], finding: Finding
) -> tuple[Edit, ...]:
    first, last = finding.diagnostic.line, finding.diagnostic.end_line

    def distance(key: tuple[Edit, ...]) -> int:
        part = made[key]
        return max(0, part.start_line - last, first - part.end_line) if isinstance(part, Suggestion) else 0

    return min(keys, key=distance)


def _place(path: str, suggestion: Suggestion) -> Place:
    return Place(path=path, start_line=suggestion.start_line, line=suggestion.end_line, suggestion=suggestion)


def _with_plain(change: FileChange, made: Sequence[Place], rest: Iterable[Finding]) -> list[Place]:
    """The places with one more per line that has a finding but no suggestion; equal lines share a place."""
    places = list(made)
    for finding in rest:
        start, line = _anchor(change, finding)
        for index, place in enumerate(places):
            same = place.line == line
            if same or (place.line is not None and line is not None and (place.start_line or 0) <= line <= place.line):
                places[index] = replace(place, findings=(*place.findings, finding))
                break
        else:
            places.append(Place(path=change.path, start_line=start, line=line, findings=(finding,)))
    return sorted(places, key=lambda place: place.line or 0)


def _anchor(change: FileChange, finding: Finding) -> tuple[int | None, int | None]:
    first, last = finding.diagnostic.line, finding.diagnostic.end_line
    for hunk in change.hunks:
        if hunk.start <= first <= hunk.end:
            return first, min(last, hunk.end)
    return None, None
