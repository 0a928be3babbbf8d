from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from slmfix_bot.app.assign import assign
from slmfix_bot.app.findings import FileFindings, find
from slmfix_bot.app.repair import Repairer
from slmfix_bot.core.combine import combined_edits
from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.options import Scope
from slmfix_bot.core.program import Program
from slmfix_bot.core.report import Finding, RepairStatus
from tests.testing.changes import file_change

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

TWO = "x = 1\n\n\ndef first(a: List[int]) -> int:\n    return a[0]\n\n\nroot = math.sqrt(x)\nprint(root, first([1]))\n"


def file_of(pool: ValidatorPool, language: str, text: str, base: str | None = None) -> FileFindings:
    program = Program(language=language, text=text, dialect="sqlite" if language == "sql" else None)
    judged = None if base is None else pool.validate(program.with_text(base))
    return find(file_change("a", text, base), program, pool.validate(program), judged, {}, Scope.LIKELY)


def assigned(pool: ValidatorPool, file: FileFindings) -> tuple[Finding, ...]:
    outcome = Repairer(pool).repair(file.program, allowed=file.allowed, baseline=file.baseline)
    return assign(file, outcome, pool)


def assert_stands_alone(pool: ValidatorPool, file: FileFindings, finding: Finding) -> None:
    """Applying the edits of this finding alone removes it and adds nothing."""
    assert finding.repair is not None
    before = Counter(error.identity for error in pool.validate(file.program).errors)
    text = apply_edits(file.program.text, finding.repair.edits)
    after = Counter(error.identity for error in pool.validate(file.program.with_text(text)).errors)
    assert after[finding.diagnostic.identity] == before[finding.diagnostic.identity] - 1
    assert after < before


def test_two_findings_get_separate_edits_that_stand_alone(pool: ValidatorPool) -> None:
    text = "SELECT id FROM t WHERE (a = 1;\n" + "SELECT 1;\n" * 6 + "SELECT id FROM u WHERE (b = 2;\n"
    file = file_of(pool, "sql", text)
    assert len(file.findings) == 2
    one, two = assigned(pool, file)
    assert one.repair is not None
    assert two.repair is not None
    assert {one.repair.status, two.repair.status} == {RepairStatus.REPAIRED}
    assert [edit.start_line for edit in one.repair.edits] == [1]
    assert [edit.start_line for edit in two.repair.edits] == [8]
    assert_stands_alone(pool, file, one)
    assert_stands_alone(pool, file, two)
    both = apply_edits(text, combined_edits([one, two]))
    assert pool.validate(file.program.with_text(both)).is_valid


def test_findings_that_cannot_be_told_apart_share_one_repair(pool: ValidatorPool) -> None:
    file = file_of(pool, "python", TWO)
    findings = assigned(pool, file)
    assert len(findings) == 2
    both = apply_edits(TWO, combined_edits(findings))
    assert pool.validate(file.program.with_text(both)).is_valid
    for finding in findings:
        assert finding.repair is not None
        assert finding.repair.status is RepairStatus.REPAIRED
        assert finding.repair.verified_by


def test_an_open_finding_keeps_an_unrepaired_repair(pool: ValidatorPool) -> None:
    file = file_of(pool, "python", "import os\n\nprint(os.name)\nprint(json.dumps(zqx_unknown))\n")
    findings = {finding.diagnostic.found: finding for finding in assigned(pool, file)}
    assert findings["json"].repair is not None
    assert findings["json"].repair.status is RepairStatus.REPAIRED
    assert findings["zqx_unknown"].repair is not None
    assert findings["zqx_unknown"].repair.status is RepairStatus.UNREPAIRED
    assert findings["zqx_unknown"].repair.edits == ()
    assert_stands_alone(pool, file, findings["json"])


def test_a_suppressed_finding_gets_no_repair(pool: ValidatorPool) -> None:
    text = "print(wrong_name)  # slmfix: ignore[*] set by the runner\nprint(json.dumps(1))\n"
    suppressed, open_one = assigned(pool, file_of(pool, "python", text))
    assert suppressed.repair is None
    assert open_one.repair is not None
    assert open_one.repair.status is RepairStatus.REPAIRED


def test_an_unrepaired_file_says_why_for_every_finding(pool: ValidatorPool) -> None:
    file = file_of(pool, "python", "print(zqx_one)\nprint(zqx_two)\n")
    findings = assigned(pool, file)
    assert len(findings) == 2
    for finding in findings:
        assert finding.repair is not None
        assert finding.repair.status is RepairStatus.UNREPAIRED
        assert finding.repair.reason
