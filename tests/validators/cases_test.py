"""Files that must fire, with the rule in front of their name, and files that must not. One folder per language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.family import GOVERNED
from slmfix_bot.core.program import Program
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from collections.abc import Iterator

# docs/decisions/0012-other-languages.md
OTHERS = (
    *("javascript", "typescript", "jq", "promql", "graphql", "protobuf"),
    *("cmake", "make", "latex", "dockerfile", "workflow"),
)
CASES = Path(__file__).parents[1] / "cases"
SCHEMATIC = tuple(key for key in ("kubernetes", *GOVERNED) if (CASES / key).is_dir())
LANGUAGES = ("bash", "sh", "sql", "python", "yaml", "json", "toml", "verilog", *OTHERS, *SCHEMATIC)


def cases(kind: str) -> list[Path]:
    return [path for language in LANGUAGES for path in sorted((CASES / language / kind).iterdir())]


def name_of(path: Path) -> str:
    return f"{path.parts[-3]}-{path.name}"


@pytest.fixture(scope="module")
def pool() -> Iterator[ValidatorPool]:
    with ValidatorPool() as pool:
        yield pool


def program(path: Path) -> Program:
    return Program(language=path.parts[-3], text=path.read_text(encoding="utf-8"), path=path.name)


@pytest.mark.parametrize("path", cases("positive"), ids=name_of)
def test_must_fire(pool: ValidatorPool, path: Path) -> None:
    validation = pool.validate(program(path))
    assert validation.skipped is None
    rule = path.name.partition("--")[0]
    assert rule in {error.rule for error in validation.errors}
    lines = path.read_text(encoding="utf-8").count("\n") + 1
    assert all(1 <= error.line <= error.end_line <= lines for error in validation.errors)


@pytest.mark.parametrize("path", cases("positive"), ids=name_of)
def test_quick_gives_the_same_rules_and_messages(pool: ValidatorPool, path: Path) -> None:
    quick, thorough = pool.validate(program(path), quick=True), pool.validate(program(path))
    assert [error.identity for error in quick.errors] == [error.identity for error in thorough.errors]


@pytest.mark.parametrize("path", cases("negative"), ids=name_of)
def test_must_not_fire(pool: ValidatorPool, path: Path) -> None:
    validation = pool.validate(program(path))
    assert validation.skipped is None
    assert validation.errors == ()
