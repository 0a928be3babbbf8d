"""What is measured of one attempt at one case, from the returned text alone, whoever made it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.quality.cases import Origin

from slmfix_bot.adapters.syntax import TreeSitterParser
from slmfix_bot.app.repair_search import uncovers
from slmfix_bot.core.edit import diff_edits
from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.lexer import words
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.similarity import similarity
from slmfix_bot.core.vocabulary import vocabulary
from slmfix_training.faults.categories import categorise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.quality.cases import Case
    from benchmarks.quality.methods import Attempt

    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.ports import ProgramValidator
    from slmfix_bot.core.similarity import Node

FAR = 3  # lines from every report
_MEDIUM = BOUNDS[Aggressiveness.MEDIUM]
_NOTHING_LOST = replace(_MEDIUM, lost_words=0)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One method on one case. `ms` is wall time, None if it was not taken; similarities are 0..1, None without a
    grammar.

    `raised` names what the method raised; it counts as an attempt that changed nothing. `harm` are the reasons of the
    do-no-harm filter at its default, whatever the method, for a changed text. `new_errors` are errors that the program
    did not have and that closing a syntax error did not uncover. `needless` are changed lines that the reference keeps
    (synthetic), `far` changed lines more than FAR lines from every report: a hint only, as parsers report one error at
    a time. `names` are (those in the reference, all) of the names that a harmless pass brings in.
    """

    case: str
    origin: str
    group: str
    categories: tuple[str, ...]
    learned: bool | None
    method: str
    ms: float | None
    raised: str | None = None
    changed: bool = False
    passed: bool = False
    harm: tuple[str, ...] = ()
    loses: bool = False
    exact: bool | None = None
    to_input: float | None = None
    reference_before: float | None = None
    reference_after: float | None = None
    new_errors: int = 0
    lines: int = 0
    needless: int | None = None
    far: int = 0
    candidates: int | None = None
    names: tuple[int, int] = (0, 0)

    @property
    def harmless(self) -> bool:
        """Valid, and the do-no-harm filter has nothing against it."""
        return self.passed and not self.harm

    @property
    def misrepair(self) -> bool:
        """A changed text that does damage: new errors, what the filter refuses, or lines that needed no change."""
        return self.changed and bool(self.new_errors or self.harm or self.needless)


class Judge:
    """Measures the attempts at one case after the other; what belongs to the case is computed once."""

    def __init__(self, validator: ProgramValidator, case: Case, before: Validation) -> None:
        self._validator, self._case, self._before = validator, case, before
        self._parser = TreeSitterParser()
        self._tree = self._parse(case.program.text)
        self._reference = self._parse(case.reference) if case.reference else None
        self._distance = _similarity(self._reference, self._tree)
        self._categories = case.categories or (categorise(case.program, before.errors),)

    def _parse(self, text: str) -> Node | None:
        return self._parser.parse(self._case.program.language, text)

    def record(self, method: str, attempt: Attempt | None, ms: float | None, raised: str | None = None) -> Record:
        """The figures of an attempt; None for a method that raised."""
        case = self._case
        plain = Record(
            case=case.id,
            origin=case.origin,
            group=case.group,
            categories=self._categories,
            learned=case.learned,
            method=method,
            ms=None if ms is None else round(ms, 1),
            raised=raised,
            exact=False if case.origin is Origin.SYNTHETIC else None,
            to_input=None if self._tree is None else 1.0,
            reference_before=self._distance,
            reference_after=self._distance,
            needless=0 if case.origin is Origin.SYNTHETIC else None,
        )
        if attempt is None or attempt.text == case.program.text:
            return replace(plain, candidates=attempt.candidates if attempt else None)
        return self._compare(replace(plain, changed=True, candidates=attempt.candidates), attempt.text)

    def _compare(self, record: Record, text: str) -> Record:
        case, before = self._case, self._before
        after = self._validator.validate(case.program.with_text(text))
        passed = after.is_valid and len(after.silent) <= len(before.silent)
        harm = assess(case.program, text, before.diagnostics, _MEDIUM).reasons
        tree = self._parse(text)
        changed = _changed_lines(case.program.text, text)
        is_synthetic = case.origin is Origin.SYNTHETIC
        return replace(
            record,
            passed=passed,
            harm=harm,
            loses=bool(assess(case.program, text, before.diagnostics, _NOTHING_LOST).reasons),
            exact=is_synthetic and text.strip() == (case.reference or "").strip() if is_synthetic else None,
            to_input=_similarity(tree, self._tree),
            reference_after=_similarity(tree, self._reference),
            new_errors=new_errors(before, after, case.program.text, text),
            lines=len(changed),
            needless=len(changed - _changed_lines(case.program.text, case.reference or "")) if is_synthetic else None,
            far=sum(_is_far(line, before) for line in changed),
            names=_names(case, text) if passed and not harm else (0, 0),
        )


def new_errors(before: Validation, after: Validation, old: str, new: str) -> int:
    """How many errors the text has that the program did not have, those aside that a syntax error had hidden."""
    fresh = Counter(error.identity for error in after.errors) - Counter(error.identity for error in before.errors)
    return 0 if uncovers(before.errors, after.errors, old, new) else fresh.total()


def _changed_lines(old: str, new: str) -> set[int]:
    """The lines of the old text that were replaced or deleted."""
    return {line for edit in diff_edits(old, new) for line in range(edit.start_line, edit.end_line + 1)}


def _is_far(line: int, validation: Validation) -> bool:
    spans = [(error.line, error.end_line) for error in validation.diagnostics]
    spans += [(error.related_line,) * 2 for error in validation.diagnostics if error.related_line]
    return all(line < first - FAR or line > last + FAR for first, last in spans)


def _names(case: Case, text: str) -> tuple[int, int]:
    """The reference of a real case is an independent solution, so this is no measure of right and wrong, but it tells
    sensible names from legal ones."""
    if not case.reference:
        return 0, 0
    fresh = words(text) - words(case.program.text) - vocabulary(case.program.language)
    return len(fresh & words(case.reference)), len(fresh)


def _similarity(one: Node | None, two: Node | None) -> float | None:
    return None if one is None or two is None else round(similarity(one, two), 4)


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson score); the whole of 0..1 without cases."""
    if not total:
        return 0.0, 1.0
    z, share = 1.959964, hits / total
    centre = share + z * z / (2 * total)
    spread = z * ((share * (1 - share) + z * z / (4 * total)) / total) ** 0.5
    scale = 1 + z * z / total
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def percentile(values: Iterable[float | None], share: float) -> float | None:
    """The nearest-rank percentile of the known values, if any."""
    ordered = sorted(value for value in values if value is not None)
    return ordered[round(share * (len(ordered) - 1))] if ordered else None
