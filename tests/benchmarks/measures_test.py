from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.quality.cases import Case, Origin
from benchmarks.quality.measures import Judge, percentile, wilson
from benchmarks.quality.methods import Attempt
from benchmarks.quality.summary import figures, worth

from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from benchmarks.quality.measures import Record

    from slmfix_bot.validators.pool import ValidatorPool

UNCLOSED = "if true; then\n  echo a\n"
CLOSED = "if true; then\n  echo a\nfi\n"


def judged(
    pool: ValidatorPool, text: str, new: str, *, language: str = "bash", origin: Origin = Origin.REAL,
    reference: str | None = None,
) -> Record:  # fmt: skip
    program = Program(language=language, text=text)
    case = Case(id="x", group=language, origin=origin, program=program, reference=reference)
    return Judge(pool, case, pool.validate(program)).record("m", Attempt(text=new, candidates=3), 1.0)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (95, 100, 0.8882, 0.9785), (10, 10, 0.7225, 1.0), (0, 0, 0, 1)],
)
def test_wilson_gives_the_known_intervals(hits: int, total: int, low: float, high: float) -> None:
    assert wilson(hits, total) == pytest.approx((low, high), abs=1e-4)


def test_percentile_is_a_value_that_was_seen() -> None:
    assert percentile([3.0, 1.0, None, 2.0], 0.5) == 2.0
    assert percentile(range(101), 0.95) == 95
    assert percentile([None], 0.5) is None


def test_right_repair_passes_harmlessly(pool: ValidatorPool) -> None:
    record = judged(pool, UNCLOSED, CLOSED, origin=Origin.SYNTHETIC, reference=CLOSED)
    assert record.passed
    assert record.harmless
    assert record.exact
    assert not record.misrepair
    assert record.reference_before is not None
    assert record.reference_before < 1 == record.reference_after
    assert record.candidates == 3
    assert record.categories == ("unclosed",)


def test_valid_repair_that_changes_a_line_that_was_right_is_a_misrepair(pool: ValidatorPool) -> None:
    wrong = "if true; then\n  true a\nfi\n"
    record = judged(pool, UNCLOSED, wrong, origin=Origin.SYNTHETIC, reference=CLOSED)
    assert record.passed
    assert not record.exact
    assert record.needless == 1
    assert record.misrepair
    row = figures([record])
    assert row["misrepaired"]["share"] == row["with_needless_lines"]["share"] == 1


def test_cut_that_passes_is_harm_and_a_misrepair(pool: ValidatorPool) -> None:
    record = judged(pool, "cp a b\nmv c d\nrm e f\nif true; then\n  echo a\n", "true\n")
    assert record.passed
    assert record.harm
    assert not record.harmless
    assert record.misrepair


def test_new_error_is_a_misrepair(pool: ValidatorPool) -> None:
    record = judged(pool, "print(oss)\n", "print(osss)\n", language="python")
    assert not record.passed
    assert record.new_errors == 1
    assert record.misrepair


def test_error_that_a_syntax_error_hid_is_not_new(pool: ValidatorPool) -> None:
    text = "print(unknown)\n\n\ndef f()\n    return 1\n"
    record = judged(pool, text, text.replace("f()", "f():"), language="python")
    assert not record.passed
    assert record.new_errors == 0
    assert not record.misrepair


def test_change_away_from_every_report_is_far(pool: ValidatorPool) -> None:
    text = "echo a\n" * 9 + "echo 'b\n"
    assert judged(pool, text, text.replace("'b", "b")).far == 0
    assert judged(pool, text, "echo  a\n" + text[7:]).far == 1


def test_same_text_is_an_abstention(pool: ValidatorPool) -> None:
    record = judged(pool, UNCLOSED, UNCLOSED)
    assert not record.changed
    assert not record.misrepair
    row = figures([record])
    assert row["abstained"]["share"] == 1
    assert row["misrepaired"]["share"] is None
    assert row["passed"]["count"] == 0


def test_worth_compares_the_same_cases_in_pairs(pool: ValidatorPool) -> None:
    good, bad = judged(pool, UNCLOSED, CLOSED), judged(pool, UNCLOSED, UNCLOSED)
    from dataclasses import replace

    records = [
        replace(bad, method="one", case="1"), replace(good, method="two", case="1"),
        replace(good, method="one", case="2"), replace(good, method="two", case="2"),
        replace(good, method="one", case="3"),
    ]  # fmt: skip
    assert worth(records, "one", "two") == (2, 1, 0)
