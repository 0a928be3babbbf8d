"""Repairs of one file that were verified alone are verified together before anything is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from slmfix_bot.app.fix import fixes
from slmfix_bot.core.combine import combined_edits
from slmfix_bot.core.diagnostic import Diagnostic, Validation
from slmfix_bot.core.edit import Edit
from slmfix_bot.core.report import RepairStatus, Report
from tests.testing.sample_report import REPAIR, change, empty_report, finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from slmfix_bot.core.change import FileChange

TEXT = "bad 1\nok\nbad 2\n"


def report(*edits: tuple[Edit, ...]) -> Report:
    """A report on TEXT with one repaired finding for each group of edits."""
    findings = tuple(
        finding(
            str(i) * 20, "x.sh", Diagnostic(rule="bad", message=f"bad {i}", line=i), repair=replace(REPAIR, edits=e)
        )
        for i, e in enumerate(edits, start=1)
    )
    return replace(empty_report(), findings=findings, changes=(change("x.sh", TEXT, {1, 2, 3}),))


def judge(clash: str = "\0") -> Callable[[FileChange, str], Validation]:
    """A validator to which every line with `bad` is an error, and so is the clash."""

    def validate(_: FileChange, text: str) -> Validation:
        wrong = [line for line in text.split("\n") if line.startswith("bad")] + ["clash"] * (clash in text)
        return Validation(
            validator="v", version="1", diagnostics=tuple(Diagnostic(rule="bad", message=w, line=1) for w in wrong)
        )

    return validate


def test_all_repairs_of_a_file_become_one_text() -> None:
    (fix,) = fixes(report((Edit(1, 1, "good 1\n"),), (Edit(3, 3, "good 2\n"),)), judge())
    assert fix.after == "good 1\nok\ngood 2\n"
    assert fix.ids == {"1" * 20, "2" * 20}


def test_repairs_that_do_not_get_on_are_told_apart() -> None:
    (fix,) = fixes(report((Edit(1, 1, "good 1\n"),), (Edit(3, 3, "good 2\n"),)), judge("good 1\nok\ngood 2"))
    assert fix.after == "good 1\nok\nbad 2\n"
    assert fix.ids == {"1" * 20}


def test_repair_that_no_longer_passes_is_not_written_noop() -> None:
    assert fixes(report((Edit(1, 1, "good 1\n"),)), judge("good 1")) == ()


def test_shared_repair_counts_for_every_finding() -> None:
    both = (Edit(1, 1, "good 1\n"), Edit(3, 3, "good 2\n"))
    (fix,) = fixes(report(both, both), judge())
    assert fix.ids == {"1" * 20, "2" * 20}


def test_colliding_edits_are_left_out_whole() -> None:
    found = report((Edit(1, 2, "good\n"),), (Edit(2, 2, "x\n"), Edit(3, 3, "good 2\n"))).findings
    assert combined_edits(found) == (Edit(1, 2, "good\n"),)


def test_unverified_and_suppressed_repairs_do_not_count_noop() -> None:
    one, two = report((Edit(1, 1, "a\n"),), (Edit(3, 3, "b\n"),)).findings
    partial = replace(one, repair=replace(REPAIR, status=RepairStatus.PARTIAL))
    assert combined_edits((partial, replace(two, suppressed="wanted"))) == ()
