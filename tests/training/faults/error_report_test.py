from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slmfix_training.commands.errors_command import errors
from slmfix_training.faults.error_counts import count_real, count_samples, token_similarity, variation, wilson
from slmfix_training.faults.error_report import Measured, render
from slmfix_training.samples.real_cases import read_real_cases

if TYPE_CHECKING:
    from collections import Counter
    from pathlib import Path

SECRET = "unmistakable"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three failing programs, one that passes."""
    rows = [
        {
            "broken": f'{{"{SECRET}": 1,}}',
            "fixed": f'{{"{SECRET}": 1}}',
            "llm": "a",
            "source": "o/r/f.json",
            "licence": "MIT",
        },
        {"broken": "{'a': 1}"},
        {"broken": "{'b': 1}"},
        {"broken": "{}"},
    ]
    file = tmp_path / "data" / "json.jsonl"
    file.parent.mkdir()
    file.write_text("".join(json.dumps({"id": str(i), "language": "json", **row}) + "\n" for i, row in enumerate(rows)))
    return file


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    folder = tmp_path / "samples"
    folder.mkdir()
    rows = [{"language": "json", "broken": "{'a': 1}", "clean": '{"a": 1}'}, {"language": "json", "prompt": "x"}]
    (folder / "json-1.rl.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_counts(data: Path) -> None:
    counts = count_real(data)
    assert (counts.total, counts.failing, counts.by_models) == (4, 3, 1)
    assert counts.categories == {"separator": 1, "quotes": 2}
    assert counts.sources == {("o/r", "MIT"): 1, ("", ""): 2}
    assert counts.similarities[0] > 0.8


def test_samples_without_the_whole_program_are_left_out(data: Path, samples: Path) -> None:
    assert count_samples(samples, count_real(data), 10).categories == {"quotes": 1}
    assert count_samples(samples, count_real(data), 10, bifi=True).total == 0


def test_the_report_holds_no_program(data: Path, samples: Path, tmp_path: Path) -> None:
    output = tmp_path / "docs" / "report.md"
    result = CliRunner().invoke(errors, [str(data.parent), "--samples", str(samples), "--output", str(output)])
    assert result.exit_code == 0, result.output
    text = output.read_text()
    assert SECRET not in text
    assert "| json (4) | 3 | 1 | 100% |" in text
    assert "| quotes | 66.7% |" in text
    assert "| o/r | MIT | 1 |" in text


def test_a_report_without_samples_compares_nothing(data: Path) -> None:
    assert "differ most" not in render([Measured(count_real(data))])


def test_the_schema_counts_only_for_faults_of_schema(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    row = {"id": "1", "broken": "SELECT", "context": "CREATE TABLE t (a INT);"}
    file.write_text("".join(json.dumps({**row, "language": name}) + "\n" for name in ("sql", "sql-schema")))
    assert [case.program.schema for case in read_real_cases(file)] == [None, row["context"]]


@pytest.mark.parametrize(
    ("one", "two", "distance"), [("aab", "aab", 0.0), ("aa", "bb", 1.0), ("ab", "aa", 0.5), ("", "", 0.0)]
)
def test_variation(one: str, two: str, distance: float) -> None:
    def count(text: str) -> Counter[str]:
        from collections import Counter

        return Counter(text)

    assert variation(count(one), count(two)) == pytest.approx(distance)


def test_wilson_knows_its_limits() -> None:
    low, high = wilson(0, 10)
    assert low == 0.0
    assert 0.25 < high < 0.32
    assert wilson(0, 0) == (0.0, 1.0)


def test_token_similarity() -> None:
    assert token_similarity("json", "[1, 2]", "[1,2]") == 1.0
    assert token_similarity("json", "", "") == 0.0
