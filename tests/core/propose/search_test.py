from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.program import Program
from slmfix_bot.core.propose.case import Case
from slmfix_bot.core.propose.search import propose_search
from slmfix_bot.core.report import RepairSource, RepairStatus
from tests.testing.engine import repair

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool


def case(text: str, column: int, language: str = "toml") -> Case:
    target = Diagnostic(rule="syntax", message="", line=1, column=column)
    return Case(Program(language=language, text=text), (target,), target)


def test_search_deletes_inserts_and_swaps_near_the_report() -> None:
    found = {candidate.text for candidate in propose_search(case("a == 1\n", 4))}
    assert {"a  1\n", "a == 1]\n", "== a 1\n", "a 1 ==\n"} <= found
    assert all(candidate.source is RepairSource.SEARCH for candidate in propose_search(case("a == 1\n", 4)))


def test_search_prefers_what_is_near() -> None:
    candidates = sorted(propose_search(case("a [[[ " + "b " * 30, 3)), key=lambda candidate: candidate.cost)
    assert candidates[0].text.count("[") != 3


def test_search_is_bounded_in_long_text() -> None:
    assert len(list(propose_search(case("a = [" + "1, " * 5_000, 9_000)))) < 400


def test_toml_is_repaired_by_search_alone(pool: ValidatorPool) -> None:
    outcome = repair(pool, "toml", 'name = "Jürgen\nage = 3\n')
    assert (outcome.status, outcome.text) == (RepairStatus.REPAIRED, 'name = "Jürgen"\nage = 3\n')
    assert outcome.source is RepairSource.SEARCH


def test_a_keyword_with_its_letters_turned_comes_first(pool: ValidatorPool) -> None:
    outcome = repair(pool, "sql", "SELECT a FORM t WHERE x = 1;\n", dialect="postgres")
    assert outcome.text == "SELECT a FROM t WHERE x = 1;\n"
