"""The figures of `slmfix-train evaluate`, with scripts that are written here in place of a model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.core.program import Program
from slmfix_bot.core.prompt import OPERATIONS, render_prompt
from slmfix_bot.core.window import build_window
from slmfix_bot.validators import VALIDATORS
from slmfix_training.reports.evaluate import Judge, evaluate_group, read_held_out
from slmfix_training.samples.samples import diagnose

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BROKEN = '{\n  "a": 1,\n  "b": 2,\n}\n'
CLEAN = '{\n  "a": 1,\n  "b": 2\n}\n'
RIGHT, CUT, NONSENSE = '<rep><|3|>  "b": 2<end>', "<rep><|1|>{<del><|2|><|3|><end>", "<rep>"


class Scripted(Judge):
    """Answers with the given scripts in turn."""

    def __init__(self, scripts: Sequence[str]) -> None:
        self.validators, self.operations = VALIDATORS, list(OPERATIONS)
        self._scripts = scripts

    def encode(self, text: str) -> list[int]:
        return [0] * (len(text) // 4)

    def score(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[float, int]]:
        return [(-1.0, 2) for _ in pairs]

    def greedy(self, prompts: Sequence[str]) -> list[str]:
        return list(self._scripts)


def sample(**more: Any) -> dict[str, Any]:
    program = Program(language="json", text=BROKEN)
    errors = diagnose(program, explain=True)
    assert errors
    prompt = render_prompt(program, errors, build_window(BROKEN, errors, language="json"))
    kept = {"kind": "repair", "language": "json", "rule": "syntax", "prompt": prompt, "script": RIGHT}
    return {**kept, "broken": BROKEN, "clean": CLEAN, **more}


def test_figures_by_kind_of_fault() -> None:
    rows = [
        sample(categories=["separator"]),
        sample(categories=["separator", "quotes"]),
        sample(categories=["quotes"]),
        sample(),
    ]
    figures = evaluate_group(Scripted([RIGHT, CUT, NONSENSE, RIGHT]), rows, ranked=0)
    assert (figures["n"], figures["greedy_exact"], figures["greedy_pass"]) == (4, 0.5, 0.75)
    assert figures["greedy_well_formed"] == 0.75
    assert figures["greedy_harmless_pass"] == 0.5
    planted = figures["categories"]
    assert planted["quotes"] == {"n": 2, "exact": 0, "pass": 1, "harmless_pass": 0}
    assert planted["separator"]["exact"] >= 1
    assert sum(found["n"] for found in planted.values()) == 5  # one by its own text, one with two kinds


def test_samples_without_faults_are_not_counted(tmp_path: Path) -> None:
    rows = [sample(), sample(kind="copy"), sample(language="sql", rule="unknown-column"), sample(language="sql")]
    (tmp_path / "x.held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert {name: len(found) for name, found in read_held_out(tmp_path, 10, 1).items()} == {
        "json": 1,
        "sql": 1,
        "sql-schema": 1,
    }


@pytest.mark.parametrize("count", [1, 2])
def test_same_seed_gives_the_same_samples(tmp_path: Path, count: int) -> None:
    rows = [sample(broken=BROKEN + "\n" * n) for n in range(5)]
    (tmp_path / "x.held.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read_held_out(tmp_path, count, 3) == read_held_out(tmp_path, count, 3)
