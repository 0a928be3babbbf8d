"""The repair engine with real validators, for tests: fixtures and shorthands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.app.repair import Repairer
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.program import Program
from slmfix_bot.core.propose import propose
from slmfix_bot.core.propose.case import Case
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slmfix_bot.app.repair_state import Outcome
    from slmfix_bot.core.propose.case import Candidate


@pytest.fixture(scope="session")
def pool() -> Iterator[ValidatorPool]:
    """One worker for the whole run; its start takes longer than a hundred validations."""
    with ValidatorPool() as validators:
        yield validators


@pytest.fixture(scope="session")
def hasty() -> Iterator[ValidatorPool]:
    """Validators that give up after half a second."""
    with ValidatorPool(timeout=0.5) as validators:
        yield validators


def repair(
    pool: ValidatorPool,
    language: str,
    text: str,
    *,
    dialect: str | None = None,
    schema: str | None = None,
    allowed: Iterable[int] | None = None,
    baseline: Iterable[tuple[str, str]] = (),
    aggressiveness: Aggressiveness = Aggressiveness.MEDIUM,
    seconds: float | None = None,
) -> Outcome:
    """The outcome of the deterministic tiers."""
    program = Program(language=language, text=text, dialect=dialect, schema=schema)
    lines = None if allowed is None else frozenset(allowed)
    return Repairer(pool, aggressiveness=aggressiveness).repair(
        program, allowed=lines, baseline=baseline, seconds=seconds
    )


def case_of(pool: ValidatorPool, language: str, text: str, dialect: str | None = None) -> Case:
    """The text with what its validator says about it; the first error is the target."""
    program = Program(language=language, text=text, dialect=dialect)
    errors = pool.validate(program).errors
    assert errors, f"the validator accepts {text!r}"
    return Case(program, errors, errors[0])


def proposals(pool: ValidatorPool, language: str, text: str, dialect: str | None = None) -> list[Candidate]:
    """What the deterministic tiers propose for a failing text."""
    return propose(case_of(pool, language, text, dialect))
