from __future__ import annotations

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.edit import Edit
from slmfix_bot.core.program import Program
from slmfix_bot.core.propose.case import Case
from slmfix_bot.core.propose.linter import propose_linter
from slmfix_bot.core.report import RepairSource

PROGRAM = Program(language="bash", text="a\nb\n")


def with_fix(line: int, *fix: Edit) -> Diagnostic:
    return Diagnostic(rule="SC1000", message="", line=line, fix=fix)


def test_the_fix_of_the_target_comes_first() -> None:
    other, target = with_fix(1, Edit(1, 1, "x\n")), with_fix(2, Edit(2, 2, "y\n"))
    candidates = list(propose_linter(Case(PROGRAM, (other, target), target)))
    assert [candidate.text for candidate in candidates] == ["a\ny\n", "x\nb\n"]
    assert {candidate.source for candidate in candidates} == {RepairSource.LINTER}


def test_an_inapplicable_fix_noop() -> None:
    outside, overlapping = with_fix(1, Edit(9, 9, "x\n")), with_fix(1, Edit(1, 2, ""), Edit(2, 2, ""))
    assert list(propose_linter(Case(PROGRAM, (outside, overlapping), outside))) == []
    plain = with_fix(1)
    assert list(propose_linter(Case(PROGRAM, (plain,), plain))) == []
