from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.program import Program
from slmfix_bot.core.propose.case import Case
from slmfix_bot.core.propose.names import propose_names
from slmfix_bot.core.report import RepairSource, RepairStatus
from tests.testing.engine import repair

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

SCHEMA = "CREATE TABLE members (id INTEGER, full_name TEXT, city TEXT);\nCREATE TABLE orders (id INTEGER);\n"


def case(
    text: str, *expected: str, found: str, line: int = 1, column: int | None = None, language: str = "sql"
) -> Case:
    target = Diagnostic(rule="unknown-column", message="", line=line, column=column, found=found, expected=expected)
    return Case(Program(language=language, text=text), (target,), target)


def texts(case: Case) -> list[str]:
    return [candidate.text for candidate in propose_names(case)]


def test_the_wrong_name_is_replaced_everywhere_and_then_here() -> None:
    found = texts(case("SELECT nmae, 'nmae' -- nmae\nFROM t ORDER BY NMAE", "name", found="nmae", column=8))
    assert "SELECT name, 'nmae' -- nmae\nFROM t ORDER BY name" in found
    assert "SELECT name, 'nmae' -- nmae\nFROM t ORDER BY NMAE" in found


def test_the_nearest_name_is_cheapest() -> None:
    candidates = list(propose_names(case("SELECT nmae FROM t", "name", "nickname", found="nmae", column=8)))
    assert candidates[0].text == "SELECT name FROM t"
    assert candidates[0].cost < max(c.cost for c in candidates)
    assert {c.source for c in candidates} == {RepairSource.SCHEMA}


def test_a_part_of_a_longer_word_noop() -> None:
    assert all("surname" in text for text in texts(case("SELECT surname, nam FROM t", "name", found="nam", column=17)))


def test_without_found_or_expected_noop() -> None:
    assert texts(case("SELECT a FROM t", found="a")) == []
    assert texts(case("SELECT a FROM t", "b", found="")) == []


def test_unknown_column_is_repaired_from_the_schema(pool: ValidatorPool) -> None:
    broken = "SELECT fullname FROM members WHERE city = 'fullname';\n"
    outcome = repair(pool, "sql", broken, dialect="sqlite", schema=SCHEMA)
    assert outcome.text == "SELECT full_name FROM members WHERE city = 'fullname';\n"
    assert outcome.status is RepairStatus.REPAIRED
    assert outcome.source is RepairSource.SCHEMA


def test_a_name_that_resembles_nothing_noop(pool: ValidatorPool) -> None:
    broken = "SELECT zqxwvut FROM members;\n"
    outcome = repair(pool, "sql", broken, dialect="sqlite", schema=SCHEMA)
    assert outcome.status is RepairStatus.UNREPAIRED
    assert outcome.text == broken
    assert outcome.reason
