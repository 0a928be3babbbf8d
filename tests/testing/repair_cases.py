"""Checks that the tables of the rule tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.report import RepairStatus
from tests.testing.engine import repair

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool


def assert_repaired(pool: ValidatorPool, language: str, broken: str, repaired: str, dialect: str | None = None) -> None:
    """The exact repair; the same again; nothing to do for what was repaired."""
    outcome = repair(pool, language, broken, dialect=dialect)
    assert outcome.text == repaired, outcome.reason
    assert outcome.status is RepairStatus.REPAIRED
    again = repair(pool, language, repaired, dialect=dialect)
    assert again.status is RepairStatus.VALID
    assert again.text == repaired


def assert_refused(pool: ValidatorPool, language: str, broken: str, dialect: str | None = None) -> None:
    """Left alone, with a reason."""
    outcome = repair(pool, language, broken, dialect=dialect, seconds=1.0)
    assert outcome.status is RepairStatus.UNREPAIRED, outcome.text
    assert outcome.text == broken
    assert outcome.edits == ()
    assert outcome.reason


def assert_valid(pool: ValidatorPool, language: str, text: str, dialect: str | None = None) -> None:
    """Accepted and untouched."""
    outcome = repair(pool, language, text, dialect=dialect)
    assert outcome.status is RepairStatus.VALID, outcome.before.errors
    assert outcome.text == text
    assert outcome.candidates == 0
