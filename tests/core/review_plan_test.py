from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.edit import Edit, apply_edits, replace_lines
from slmfix_bot.core.report import Finding, Repair, RepairStatus, Report
from slmfix_bot.core.review_plan import Plan, plan_review
from slmfix_bot.core.suggestion import apply_suggestion
from tests.testing.sample_report import change, empty_report, finding

TEXT = "".join(f"line {n}\n" for n in range(1, 41))


def report_of(*cases: tuple[int, tuple[Edit, ...]]) -> Report:
    findings: list[Finding] = []
    for index, (line, edits) in enumerate(cases):
        repair = Repair(status=RepairStatus.REPAIRED, edits=edits, verified_by="v 1")
        diagnostic = Diagnostic(rule="R", message="m", line=line)
        findings.append(finding(f"{index:020x}", "a.sh", diagnostic, repair=repair))
    return replace(empty_report(), findings=tuple(findings), changes=(change("a.sh", TEXT, set(range(1, 41))),))


def applied(plan: Plan) -> str:
    text = TEXT
    for place in sorted(plan.places, key=lambda place: -(place.line or 0)):
        assert place.suggestion is not None
        text = apply_suggestion(text, place.suggestion)
    return text


def test_distant_edits_of_one_repair_are_parts_with_distinct_names() -> None:
    edits = (Edit(2, 2, "if\n"), Edit(30, 30, "fi\n"))
    plan = plan_review(report_of((2, edits)), comment_on_unrepaired=False)
    assert [(place.line, place.parts, len(place.findings)) for place in plan.places] == [(2, 2, 1), (30, 2, 0)]
    assert len({name for place in plan.places for name in place.ids}) == 2
    assert applied(plan) == apply_edits(TEXT, edits)


def test_findings_are_told_at_the_nearest_part() -> None:
    edits = (Edit(2, 2, "if\n"), Edit(30, 30, "fi\n"))
    plan = plan_review(report_of((3, edits), (28, edits)), comment_on_unrepaired=False)
    assert [[f.diagnostic.line for f in place.findings] for place in plan.places] == [[3], [28]]


def test_neighbouring_repairs_stay_apart_and_close_edits_of_one_repair_join() -> None:
    apart = plan_review(report_of((2, (Edit(2, 2, "x\n"),)), (3, (Edit(3, 3, "y\n"),))), comment_on_unrepaired=False)
    assert len(apart.places) == 2
    joined = plan_review(report_of((2, (Edit(2, 2, "x\n"), Edit(4, 4, "y\n")))), comment_on_unrepaired=False)
    assert [place.line for place in joined.places] == [4]


def test_old_and_suppressed_findings_make_no_comment_noop() -> None:
    report = report_of((2, (Edit(2, 2, "x\n"),)), (9, (Edit(9, 9, "x\n"),)))
    one, two = report.findings
    quiet = replace(report, findings=(replace(one, new=False), replace(two, suppressed="wanted")))
    assert plan_review(quiet, comment_on_unrepaired=True).places == ()


@given(st.lists(st.tuples(st.integers(1, 38), st.integers(-1, 2), st.integers(0, 2)), max_size=6))
def test_suggestions_of_any_repairs_can_all_be_applied(shapes: list[tuple[int, int, int]]) -> None:
    cases = [
        (start, (replace_lines(start, start + span, [f"new {n}" for n in range(count)]),))
        for start, span, count in shapes
        if span >= 0 or count
    ]
    report = report_of(*cases)
    plan = plan_review(report, comment_on_unrepaired=False)
    offered = [f for f in report.findings if f.id not in plan.refusals]
    edits = {edit for f in offered if f.repair for edit in f.repair.edits}
    assert applied(plan) == apply_edits(TEXT, sorted(edits))
    assert {name for place in plan.places for name in place.ids} >= {f.id for f in offered}
