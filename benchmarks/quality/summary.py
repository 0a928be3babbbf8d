"""Figures from records: a row for each origin, group and method, for categories, for the half not learned from."""

from __future__ import annotations

from statistics import mean
from typing import TYPE_CHECKING, Any, TypeVar

from benchmarks.quality.measures import percentile, wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from benchmarks.quality.measures import Record

_T = TypeVar("_T")
ALL = "all"


def figures(records: Sequence[Record]) -> dict[str, Any]:
    """The row of a method; shares are of `n`, except `misrepaired`: of the changed texts. None is "does not apply"."""
    changed = [record for record in records if record.changed]
    passed = [record for record in records if record.passed]
    harmless = [record for record in records if record.harmless]
    exact = [record.exact for record in records if record.exact is not None]
    named = [record.names for record in harmless]
    compared = [r for r in records if r.reference_before is not None and r.reference_after is not None]
    return {
        "n": len(records),
        "raised": sum(record.raised is not None for record in records),
        "passed": _proportion(len(passed), len(records)),
        "harmless": _proportion(len(harmless), len(records)),
        "without_loss": _proportion(sum(not record.loses for record in harmless), len(records)),
        "exact": _proportion(sum(exact), len(exact)) if exact else None,
        "abstained": _proportion(len(records) - len(changed), len(records)),
        "misrepaired": _proportion(sum(record.misrepair for record in changed), len(changed)),
        "with_new_errors": _proportion(sum(record.new_errors > 0 for record in changed), len(changed)),
        "with_needless_lines": _needless(changed),
        "with_far_lines": _proportion(sum(record.far > 0 for record in changed), len(changed)),
        "lines_changed": _mean(record.lines for record in changed),
        "similarity_to_input": _mean(record.to_input for record in passed),
        "similarity_to_reference_before": _mean(record.reference_before for record in compared),
        "similarity_to_reference_after": _mean(record.reference_after for record in compared),
        "names_in_reference": [sum(good for good, _ in named), sum(total for _, total in named)],
        "candidates": _mean(record.candidates for record in records),
        "ms_p50": percentile((record.ms for record in records), 0.5),
        "ms_p95": percentile((record.ms for record in records), 0.95),
    }


def _needless(changed: Sequence[Record]) -> dict[str, Any] | None:
    judged = [record for record in changed if record.needless is not None]
    return _proportion(sum(bool(record.needless) for record in judged), len(judged)) if judged else None


def _proportion(hits: int, total: int) -> dict[str, Any]:
    low, high = wilson(hits, total)
    share = round(hits / total, 4) if total else None
    return {"count": hits, "of": total, "share": share, "low": round(low, 4), "high": round(high, 4)}


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(mean(known), 3) if known else None


def by(items: Iterable[_T], key: Callable[[_T], Hashable]) -> dict[Any, list[_T]]:
    """The items in groups, in order of first sight."""
    found: dict[Hashable, list[_T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return found


def tables(records: Sequence[Record]) -> list[dict[str, Any]]:
    """One row for each origin, group and method; once over all cases and once over the half not learned from."""
    unseen = [record for record in records if record.learned is False]
    return [
        {"origin": origin, "group": group, "half": half, "method": method, **figures(rows)}
        for half, chosen in ((ALL, records), ("not learned from", unseen))
        for (origin, group, method), rows in by(chosen, lambda r: (r.origin, r.group, r.method)).items()
    ]


def categories(records: Iterable[Record]) -> list[dict[str, Any]]:
    """What becomes of each kind of fault; a case with several kinds counts for each."""
    found: dict[tuple[str, str, str, str], list[Record]] = {}
    for record in records:
        for category in record.categories:
            found.setdefault((record.origin, record.group, category, record.method), []).append(record)
    return [
        {
            "origin": origin,
            "group": group,
            "category": category,
            "method": method,
            "n": len(rows),
            "passed": sum(record.passed for record in rows),
            "harmless": sum(record.harmless for record in rows),
        }
        for (origin, group, category, method), rows in found.items()
    ]


def worth(records: Sequence[Record], one: str, two: str) -> tuple[int, int, int]:
    """Paired comparison: how many cases both methods had, harmless passes of `two` alone, harmless passes of `one`
    alone."""
    mine = {(r.origin, r.group, r.case): r.harmless for r in records if r.method == one}
    theirs = {(r.origin, r.group, r.case): r.harmless for r in records if r.method == two}
    both = mine.keys() & theirs.keys()
    return (
        len(both),
        sum(theirs[key] and not mine[key] for key in both),
        sum(mine[key] and not theirs[key] for key in both),
    )
