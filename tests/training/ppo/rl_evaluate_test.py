from __future__ import annotations

import json
from typing import TYPE_CHECKING

from click.testing import CliRunner

from slmfix_training.cli import main
from slmfix_training.ppo.rl_evaluate import real_cases, synthetic_cases
from slmfix_training.samples.rl_cases import is_learning_half
from slmfix_training.samples.split import is_for_learning
from tests.testing.tiny_model import write_checkpoint

if TYPE_CHECKING:
    from pathlib import Path


def write_sets(folder: Path) -> None:
    clean = [json.dumps({"key": number, "list": [1, 2]}) + "\n" for number in range(16)]
    rows = [{"language": "json", "rule": "syntax", "broken": one.replace("]", ""), "clean": one} for one in clean]
    (folder / "json-1.held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "json-1.rl.jsonl").write_text(json.dumps(rows[0]) + "\n")
    real = [{"id": f"case-{n}", "language": "json", "broken": f'{{"a": [{n}}}', "fixed": None} for n in range(16)]
    (folder / "json.jsonl").write_text("".join(json.dumps(row) + "\n" for row in real))


def test_only_what_was_never_learnt_from_is_measured(tmp_path: Path) -> None:
    write_sets(tmp_path)
    synthetic = synthetic_cases(tmp_path, 5)["json"]
    assert 1 <= len(synthetic) <= 5
    assert not any(is_learning_half(case.clean or "") for case in synthetic)
    real = real_cases([tmp_path / "json.jsonl"], 50)["json"]
    texts = {f'{{"a": [{n}}}' for n in range(16) if not is_for_learning(f"case-{n}")}
    assert {case.program.text for case in real} == texts
    assert all(case.clean is None for case in real)
    again = synthetic_cases(tmp_path, 5)["json"]
    assert [case.prompt for case in again] == [case.prompt for case in synthetic]


def test_evaluate_prints_shares_with_intervals(tmp_path: Path) -> None:
    write_sets(tmp_path)
    checkpoint = write_checkpoint(tmp_path / "sft", hidden_size=32, num_hidden_layers=1)
    arguments = ["--samples", str(tmp_path), "--real", str(tmp_path / "json.jsonl"), "--count", "2"]
    command = ["ppo-evaluate", str(checkpoint), *arguments, "--candidates", "3"]
    result = CliRunner().invoke(main, command, catch_exceptions=False)
    assert result.exit_code == 0
    rows = [json.loads(line) for line in result.output.split("\n") if line]
    assert [(row["set"], row["group"]) for row in rows] == [
        ("synthetic", "json"),
        ("synthetic", "all"),
        ("real", "json"),
        ("real", "all"),
    ]
    for row in rows:
        share, low, high = row["any_pass"]
        assert 0 <= low <= share <= high <= 1
        assert row["greedy_pass"][0] <= row["any_pass"][0]
        assert row["greedy_harmless"][0] <= row["greedy_pass"][0]
