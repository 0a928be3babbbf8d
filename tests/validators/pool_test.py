from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.adapters.process import Isolation, Limits
from slmfix_bot.core.program import Program
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from collections.abc import Iterator

GOOD = Program(language="json", text="{}")
BAD = Program(language="json", text="{'a': 1}")


@pytest.fixture
def pool() -> Iterator[ValidatorPool]:
    with ValidatorPool() as pool:
        yield pool


def worker_pid(pool: ValidatorPool) -> int:
    process = pool._workers[0]._process
    assert process is not None
    return process._popen.pid


def test_pool_judges_and_names_the_validator(pool: ValidatorPool) -> None:
    assert pool.validate(GOOD).is_valid
    validation = pool.validate(BAD)
    assert (validation.validator, validation.version.split(".")[0]) == ("json", "3")
    assert [(error.line, error.column, error.found) for error in validation.errors] == [(1, 2, "'a'"[:1])]


def test_pool_keeps_one_worker(pool: ValidatorPool) -> None:
    pool.validate(GOOD)
    first = worker_pid(pool)
    pool.validate(BAD)
    assert worker_pid(pool) == first


def test_pool_answers_fast(pool: ValidatorPool) -> None:
    pool.validate(GOOD)
    started = time.perf_counter()
    for _ in range(100):
        pool.validate(GOOD)
    assert (time.perf_counter() - started) / 100 < 0.02


def test_pool_survives_a_killed_worker(pool: ValidatorPool) -> None:
    pool.validate(GOOD)
    os.kill(worker_pid(pool), signal.SIGKILL)
    assert pool.validate(GOOD).skipped == "the validator crashed or ran out of its limits"
    assert pool.validate(GOOD).is_valid


def test_pool_stops_what_takes_too_long() -> None:
    with ValidatorPool(timeout=0.2) as pool:
        pool.validate(GOOD)
        os.kill(worker_pid(pool), signal.SIGSTOP)
        started = time.monotonic()
        assert pool.validate(GOOD).skipped == "the time limit was reached"
        assert time.monotonic() - started < 5
        assert pool.validate(GOOD).is_valid


def test_pool_bounds_memory() -> None:
    isolation = Isolation(limits=Limits(address_space=200 << 20))
    with ValidatorPool(isolation=isolation) as pool:
        validation = pool.validate(Program(language="json", text="[" + "[],\n" * 4_000_000 + "[]]"))
        assert validation.skipped is not None
        assert pool.validate(GOOD).is_valid


def test_pool_knows_its_languages(pool: ValidatorPool) -> None:
    assert pool.supports("bash")
    assert not pool.supports("cobol")
    assert pool.validate(Program(language="cobol", text="")).skipped == "no validator for cobol"


def test_pool_uses_all_jobs() -> None:
    with ValidatorPool(jobs=2) as pool:
        programs = [GOOD, BAD] * 10
        assert [validation.is_valid for validation in pool.validate_many(programs)] == [True, False] * 10


def test_pools_coexist(pool: ValidatorPool) -> None:
    with ValidatorPool() as other:
        assert pool.validate(GOOD).is_valid
        assert other.validate(GOOD).is_valid
    assert pool.validate(GOOD).is_valid


@pytest.mark.parametrize("language", sorted(VALIDATORS))
def test_every_language_has_a_validator_with_a_version(pool: ValidatorPool, language: str) -> None:
    assert pool.version(language)
    assert language in VALIDATORS[language].languages


def test_workers_see_no_secrets(pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    pool.validate(GOOD)
    with open(f"/proc/{worker_pid(pool)}/environ", "rb") as environ:  # noqa: PTH123
        assert b"secret" not in environ.read()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
def test_workers_leave_the_directory_clean(pool: ValidatorPool) -> None:
    pool.validate(Program(language="bash", text="touch here; cat <<X\n"))
    assert os.listdir(pool._directory.name) == []  # noqa: PTH208


def test_candidates_share_the_schema_and_files_of_the_request_before() -> None:
    schema = "CREATE TABLE users (id INTEGER, name TEXT);"
    first = Program(language="sql", text="SELECT nmae FROM users;\n", dialect="sqlite", schema=schema)
    files = (("db/migrations/001_a.sql", "CREATE TABLE orders (id INTEGER, total REAL);"),)
    other = Program(language="sql", text="-- dialect: sqlite\nSELECT totl FROM orders;\n", path="q.sql", files=files)
    with ValidatorPool() as pool:
        for _ in range(2):
            assert [error.found for error in pool.validate(first).errors] == ["nmae"]
            assert pool.validate(first.with_text("SELECT name FROM users;\n")).is_valid
            assert [error.found for error in pool.validate(other).errors] == ["totl"]
            assert pool.validate(other.with_text("-- dialect: sqlite\nSELECT total FROM orders;\n")).is_valid
            for worker in pool._workers:
                worker.close()
            assert pool.version("sql")
