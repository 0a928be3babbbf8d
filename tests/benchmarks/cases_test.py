from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from benchmarks.quality.cases import Origin, choose, even, read_data, read_own_cases

from slmfix_training.samples.split import is_for_learning

if TYPE_CHECKING:
    from pathlib import Path


def write(file: Path, *rows: dict[str, Any]) -> Path:
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def test_real_case_has_everything_that_its_line_says(tmp_path: Path) -> None:
    row = {
        "id": "a/b#1", "language": "sql-schema", "broken": "SELECT x FROM t", "fixed": "SELECT y FROM t",
        "dialect": "sqlite", "context": "CREATE TABLE t (y INT);",
    }  # fmt: skip
    (case,) = read_data(write(tmp_path / "real.jsonl", row))
    assert (case.group, case.origin, case.reference) == ("sql-schema", Origin.REAL, "SELECT y FROM t")
    assert (case.program.language, case.program.dialect) == ("sql", "sqlite")
    assert case.program.schema == "CREATE TABLE t (y INT);"
    assert case.learned is is_for_learning("a/b#1")


def test_context_of_another_language_is_no_schema(tmp_path: Path) -> None:
    (case,) = read_data(write(tmp_path / "x.jsonl", {"language": "bash", "broken": "if", "context": "CREATE TABLE t"}))
    assert case.program.schema is None
    assert case.id == "x#1"
    assert case.learned is None


def test_held_out_samples_are_synthetic_and_training_samples_are_left_out(tmp_path: Path) -> None:
    sample = {"kind": "repair", "language": "sql", "rule": "unknown-column", "broken": "a", "clean": "b", "schema": "s"}
    write(tmp_path / "sql-1.held.jsonl", sample, {**sample, "kind": "copy"}, {**sample, "rule": "syntax"})
    write(tmp_path / "sql-1.train.jsonl", sample)
    cases = read_data(tmp_path)
    assert [case.group for case in cases] == ["sql-schema", "sql"]
    assert {case.origin for case in cases} == {Origin.SYNTHETIC}
    assert cases[0].reference == "b"


@pytest.mark.parametrize("line", ["nonsense", '"text"', '{"language": "bash"}', '{"language": "bash", "broken": 1}'])
def test_line_that_is_no_case_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_text(f'{{"language": "bash", "broken": "if"}}\n\n{line}\n')
    with pytest.raises(ValueError, match=r"odd\.jsonl:3: not a case"):
        read_data(file)


def test_even_sample_is_spread_and_the_same_each_time() -> None:
    assert even(range(10), 5) == [0, 2, 4, 6, 8]
    assert even(range(10), 3) == [0, 3, 6]
    assert even(range(3), 300) == even(range(3), None) == [0, 1, 2]


def test_limit_holds_for_each_language(tmp_path: Path) -> None:
    rows = [{"language": language, "broken": str(n)} for n in range(6) for language in ("bash", "json")]
    cases = read_data(write(tmp_path / "all.jsonl", *rows))
    assert [case.program.text for case in choose(cases, 2)] == ["0", "3", "0", "3"]
    assert {case.group for case in choose(cases, None, ["json"])} == {"json"}


def test_repository_has_cases_of_its_own() -> None:
    cases = read_own_cases()
    assert {"bash", "sql", "ansible", "python", "verilog"} <= {case.group for case in cases}
    assert all(case.origin is Origin.REPOSITORY and case.learned is None for case in cases)
