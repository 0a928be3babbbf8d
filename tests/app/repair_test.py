from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.adapters.syntax import TreeSitterParser
from slmfix_bot.app.repair import MAX_TEXT, Repairer
from slmfix_bot.app.repair_state import Effort, State, new_errors, touches_only
from slmfix_bot.core.diagnostic import Diagnostic, Validation
from slmfix_bot.core.edit import Edit, apply_edits
from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.program import Program
from slmfix_bot.core.report import RepairStatus
from tests.testing.engine import repair

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool


def test_edits_lead_from_the_old_text_to_the_new(pool: ValidatorPool) -> None:
    broken = 'for f in *; do\n  echo "$f\ndone\nif [ -d x ]; then\n  ls\n'
    outcome = repair(pool, "bash", broken)
    assert outcome.status is RepairStatus.REPAIRED
    assert apply_edits(broken, outcome.edits) == outcome.text
    assert outcome.after.is_valid
    assert not outcome.before.is_valid
    assert outcome.candidates > 0
    assert (
        assess(
            Program(language="bash", text=broken), outcome.text, outcome.before.errors, BOUNDS[Aggressiveness.MEDIUM]
        ).reasons
        == ()
    )


@pytest.mark.parametrize(
    ("language", "broken", "repaired"),
    [
        ("bash", "if true; then\n  echo é", "if true; then\n  echo é\nfi"),
        ("python", "def f()\r\n    return 1\r\n", "def f():\r\n    return 1\r\n"),
        ("python", "def f()\n    return 'é'", "def f():\n    return 'é'"),
        ("sql", "SELECT 'ü'\r\nFROM t WHERE (a = 1", "SELECT 'ü'\r\nFROM t WHERE (a = 1)"),
        ("yaml", "a: b: c\r\nd: 1\r\n", 'a: "b: c"\r\nd: 1\r\n'),
        ("json", '{\r\n  "a": 1,\r\n}', '{\r\n  "a": 1\r\n}'),
    ],
)
def test_line_endings_and_the_open_end_stay(pool: ValidatorPool, language: str, broken: str, repaired: str) -> None:
    outcome = repair(pool, language, broken, dialect="sqlite" if language == "sql" else None)
    assert outcome.text == repaired, outcome.reason


def test_two_runs_give_the_same_text(pool: ValidatorPool) -> None:
    broken = "SELECT a, FROM t WHERE b = 'x AND (c = 1 ORDER BY;\n"
    outcomes = [repair(pool, "sql", broken, dialect="sqlite") for _ in range(2)]
    assert outcomes[0].text == outcomes[1].text
    assert outcomes[0].candidates == outcomes[1].candidates


def test_lines_outside_allowed_are_not_touched(pool: ValidatorPool) -> None:
    broken = "def one()\n    return 1\n\n\ndef two()\n    return 2\n"
    outcome = repair(pool, "python", broken, allowed={5, 6})
    assert outcome.text in {broken, "def one()\n    return 1\n\n\ndef two():\n    return 2\n"}
    assert outcome.status is not RepairStatus.REPAIRED
    whole = repair(pool, "python", broken, allowed={1, 5})
    assert whole.status is RepairStatus.REPAIRED
    assert whole.text == broken.replace("()", "():")


def test_nothing_allowed_is_unrepaired_with_a_reason(pool: ValidatorPool) -> None:
    outcome = repair(pool, "python", "def one()\n    return 1\n", allowed=())
    assert (outcome.status, outcome.edits) == (RepairStatus.UNREPAIRED, ())
    assert outcome.reason


def test_errors_of_the_base_are_left_and_not_held_against_a_repair(pool: ValidatorPool) -> None:
    base = pool.validate(Program(language="python", text="print(undefined_name)\n"))
    broken = "def f(x):\n    return undefined_name\n\n\nprint(json.dumps(1))\n"
    outcome = repair(pool, "python", broken, baseline=[error.identity for error in base.errors])
    assert outcome.status is RepairStatus.REPAIRED
    assert "undefined_name" in outcome.text
    assert outcome.text.startswith("import json\n")
    same = repair(pool, "python", "print(undefined_name)\n", baseline=[error.identity for error in base.errors])
    assert (same.status, same.candidates) == (RepairStatus.VALID, 0)


def test_partial_repair_says_what_is_left(pool: ValidatorPool) -> None:
    outcome = repair(pool, "python", "print(json.dumps(zqx_unknown))\n")
    assert outcome.status is RepairStatus.PARTIAL
    assert len(outcome.after.errors) < len(outcome.before.errors)
    assert outcome.text.startswith("import json\n")


def test_aggressiveness_low_refuses_what_loses_a_word(pool: ValidatorPool) -> None:
    broken = '{"a": 1, "b": 2 stray}\n'
    low = repair(pool, "json", broken, aggressiveness=Aggressiveness.LOW)
    if low.status is RepairStatus.REPAIRED:
        assert "stray" in low.text


def test_similarity_is_measured_with_a_parser(pool: ValidatorPool) -> None:
    program = Program(language="python", text="def f()\n    return 1\n")
    outcome = Repairer(pool, parser=TreeSitterParser()).repair(program)
    assert outcome.similarity is not None
    assert 0.0 < outcome.similarity < 1.0
    assert repair(pool, "python", program.text).similarity is None


def test_an_unknown_language_is_skipped(pool: ValidatorPool) -> None:
    outcome = repair(pool, "cobol", "MOVE A TO B")
    assert outcome.status is RepairStatus.SKIPPED
    assert outcome.reason


def test_effort_bounds_the_validator_calls(pool: ValidatorPool) -> None:
    program = Program(language="json", text='{"a" [ } 1 ] : "b\n')
    outcome = Repairer(pool, effort=Effort(checks=3)).repair(program)
    assert outcome.candidates <= 3
    if outcome.status is RepairStatus.UNREPAIRED:
        assert "budget" in (outcome.reason or "")


HOSTILE = {
    "nul": "a = 1\0\n(",
    "lone surrogate": "a = '\ud800\n(",
    "brackets": "(" * 40_000,
    "square brackets": "[" * 40_000 + "\n",
    "quotes": "'" * 20_001,
    "one long line": "SELECT (a FROM t WHERE b = 'x " * 170_000,
    "many lines": "}\n" * 20_000,
    "blank": " " * 40_000 + "(",
}


@pytest.mark.parametrize("language", ["sql", "bash", "python", "json", "yaml"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_ends_in_time_and_untouched(hasty: ValidatorPool, language: str, name: str) -> None:
    text = HOSTILE[name]
    started = time.process_time()
    outcome = repair(hasty, language, text, dialect="sqlite" if language == "sql" else None, seconds=0.1)
    assert time.process_time() - started < 5.0
    assert outcome.status in RepairStatus
    if outcome.status in {RepairStatus.UNREPAIRED, RepairStatus.SKIPPED}:
        assert outcome.text == text
        assert outcome.reason
    if len(text) > MAX_TEXT:
        assert outcome.status in {RepairStatus.UNREPAIRED, RepairStatus.SKIPPED, RepairStatus.VALID}


def test_new_errors_excuses_old_places_first() -> None:
    one, two = (Diagnostic(rule="F821", message="undefined name 'x'", line=line) for line in (5, 50))
    counted: Counter[tuple[str, str]] = _count(one)
    assert new_errors((one, two), counted, frozenset({5})) == (one,)
    assert new_errors((one, two), counted, frozenset({50})) == (two,)
    assert new_errors((one, two), counted) == (two,)
    assert new_errors((one,), counted) == ()


def _count(*errors: Diagnostic) -> Counter[tuple[str, str]]:
    return Counter(error.identity for error in errors)


def test_touches_only_lets_insertions_stand_beside_allowed_lines() -> None:
    allowed = frozenset({3, 4})
    assert touches_only((Edit(3, 4, "x\n"), Edit(5, 4, "y\n"), Edit(3, 2, "z\n")), allowed)
    assert not touches_only((Edit(4, 5, ""),), allowed)
    assert not touches_only((Edit(6, 5, "x\n"),), allowed)
    assert touches_only((Edit(1, 9, ""),), None)


def test_of_two_errors_about_names_the_one_with_an_answer_is_repaired_first() -> None:
    missing = Diagnostic(rule="missing-option", message="needs image", line=1)
    wrong = Diagnostic(rule="unknown-option", message="no imag", line=2, found="imag", expected=("image",))
    syntax = Diagnostic(rule="syntax", message="x", line=3)
    program = Program(language="relay", text="a\nimag\n")
    validation = Validation(validator="x", version="")
    assert State(program, validation, (missing, wrong)).targets[0] is wrong
    assert State(program, validation, (wrong, syntax)).targets[0] is syntax
    assert State(program, validation, (missing,)).targets[0] is missing


def test_repair_of_syntax_that_uncovers_other_errors_is_partial(pool: ValidatorPool) -> None:
    tasks = '    - frobnicate_everything_9:\n\n\n\n    - copy:\n        src: "a",\n        dest: b\n'
    text = f"- hosts: all\n  tasks:\n{tasks}"
    outcome = Repairer(pool).repair(Program(language="ansible", text=text))
    assert outcome.status is RepairStatus.PARTIAL
    assert outcome.text == text.replace('"a",', '"a"')
    assert [error.rule for error in outcome.after.errors] == ["unknown-module"]


def test_an_error_that_nothing_removes_does_not_keep_the_others(pool: ValidatorPool) -> None:
    text = (
        "- hosts: all\n  tasks:\n    - name: Own\n      qqq_unknowable_thing:\n        x: 1\n"
        "    - name: Start\n      ansible.builtin.service:\n        name: nginx\n        state: startd\n"
    )
    outcome = Repairer(pool).repair(Program(language="ansible", text=text, path="site.yml"))
    assert outcome.status is RepairStatus.PARTIAL
    assert outcome.text == text.replace("startd", "started")
