from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.app.findings import FileFindings, find
from slmfix_bot.core.options import Scope
from slmfix_bot.core.program import Program
from slmfix_bot.core.provenance import Attribution, Confidence, Verdict
from tests.testing.changes import file_change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_bot.validators.pool import ValidatorPool

AI = Attribution(verdict=Verdict.AI, confidence=Confidence.HIGH)
HUMAN = Attribution(verdict=Verdict.HUMAN_ATTESTED, confidence=Confidence.HIGH)


def found(
    pool: ValidatorPool,
    head: str,
    base: str | None = None,
    attributions: Mapping[int, Attribution] | None = None,
    scope: Scope = Scope.LIKELY,
    language: str = "python",
) -> FileFindings:
    change = file_change("src/a.py", head, base)
    program = Program(language=language, text=head, path=change.path)
    base_validation = None if base is None else pool.validate(program.with_text(base))
    return find(change, program, pool.validate(program), base_validation, attributions or {}, scope)


def test_a_new_failure_is_a_finding_with_its_attribution(pool: ValidatorPool) -> None:
    file = found(pool, "x = 1\nprint(wrong_name)\n", "x = 1\n", {2: AI})
    (finding,) = file.findings
    assert finding.provenance == AI
    assert (finding.diagnostic.line, finding.in_diff, finding.new) == (2, True, True)
    assert finding.path == "src/a.py"
    assert finding.validator
    assert finding.validator_version
    assert finding.id
    assert file.allowed == {2}
    assert file.baseline == ()


def test_a_failure_of_the_base_noop(pool: ValidatorPool) -> None:
    file = found(pool, "print(wrong_name)\nx = 1\n", "print(wrong_name)\n")
    assert file.findings == ()
    assert len(file.baseline) == 1


def test_a_valid_file_noop(pool: ValidatorPool) -> None:
    file = found(pool, "x = 1\n")
    assert (file.findings, file.baseline, file.skipped) == ((), (), None)


def test_of_equal_failures_the_added_one_is_the_finding(pool: ValidatorPool) -> None:
    base = "x = 1\nprint(wrong_name)\n"
    (finding,) = found(pool, "print(wrong_name)\n" + base, base).findings
    assert (finding.diagnostic.line, finding.in_diff) == (1, True)


def test_a_failure_reported_elsewhere_counts_for_the_nearest_added_line(pool: ValidatorPool) -> None:
    base = "echo a\necho b\necho c\necho d\n"
    head = "echo a\nif true; then\necho c\necho d\n"
    (finding,) = found(pool, head, base, {2: AI}, Scope.AI, language="bash").findings
    assert finding.provenance == AI


def test_out_of_scope_lines_are_excused_and_not_allowed(pool: ValidatorPool) -> None:
    head = "print(wrong_name)\nprint(other_name)\n"
    file = found(pool, head, "", {1: HUMAN, 2: AI}, Scope.AI)
    assert [finding.diagnostic.line for finding in file.findings] == [2]
    assert file.allowed == {2}
    assert len(file.baseline) == 1
    unknown = found(pool, head, "", {1: HUMAN})
    assert [finding.diagnostic.line for finding in unknown.findings] == [2]
    everything = found(pool, head, "", {1: HUMAN}, Scope.ALL)
    assert [finding.diagnostic.line for finding in everything.findings] == [1, 2]


def test_a_suppressed_failure_is_reported_with_its_reason_and_excused(pool: ValidatorPool) -> None:
    head = "print(wrong_name)  # slmfix: ignore[*] set by the test runner\nprint(other_name)\n"
    file = found(pool, head)
    assert [finding.suppressed for finding in file.findings] == ["set by the test runner", None]
    assert len(file.baseline) == 1


def test_a_suppression_without_reason_noop(pool: ValidatorPool) -> None:
    (finding,) = found(pool, "print(wrong_name)  # slmfix: ignore[*]\n").findings
    assert finding.suppressed is None


def test_a_base_that_fails_otherwise_excuses_nothing(pool: ValidatorPool) -> None:
    (finding,) = found(pool, "x = (1\n", "print(wrong_name)\n").findings
    assert finding.new


def test_equal_failures_get_different_names(pool: ValidatorPool) -> None:
    findings = found(pool, "print(wrong_name)\nprint(wrong_name)\n").findings
    assert len({finding.id for finding in findings}) == 2


def test_what_cannot_be_judged_is_skipped(pool: ValidatorPool) -> None:
    file = found(pool, "MOVE A TO B\n", language="cobol")
    assert file.findings == ()
    assert file.skipped


GO = "package a\n\nfunc f() int {\n\treturn 1\n}\n"


def test_an_error_node_on_an_added_line_is_a_finding(pool: ValidatorPool) -> None:
    head = GO + "\nvar x = g(1\n"
    (finding,) = found(pool, head, GO, language="go").findings
    assert (finding.diagnostic.rule, finding.in_diff) == ("error-node", True)


def test_an_error_node_beside_the_change_noop(pool: ValidatorPool) -> None:
    # The grammar cannot read line 3, and the base cannot be compared: it fails in another way.
    head = "package a\n\nvar x = 1 2\n\nvar y = 3\n"
    file = found(pool, head, "package a\n\nvar x = 1 2\n", language="go")
    assert file.findings == ()
    moved = found(pool, head, "package a\n\nvar x = 1 2 3\n", language="go")
    assert [finding.diagnostic.line for finding in moved.findings] == [3]
    beside = found(pool, "package a\n\nvar y = 1 2 2\n\nvar x = 1 2\n", "package a\n\nvar x = 1 2\n", language="go")
    assert [finding.diagnostic.line for finding in beside.findings] == [3]


def test_a_known_error_node_whose_line_moved_noop(pool: ValidatorPool) -> None:
    base = "package a\n\nvar x = 1 2\n"
    assert found(pool, base.replace("\n\n", "\n\n// more\n", 1), base, language="go").findings == ()


def test_an_opener_on_an_added_line_counts_for_its_closer(pool: ValidatorPool) -> None:
    base = "package a\n\nfunc f() int {\n\treturn 1\n}\n"
    head = "package a\n\nfunc f() int {\n\tif x {\n\treturn 1\n}\n"
    (finding,) = found(pool, head, base, language="go").findings
    assert finding.diagnostic.related_line == 4
