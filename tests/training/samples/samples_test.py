"""Samples fail the real validator, restore the clean program and would be accepted as repairs; runs continue."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.core.edit_script import decode
from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.program import Program
from slmfix_bot.core.prompt import render_prompt
from slmfix_bot.core.window import build_window
from slmfix_training.corpora.corpus import normalised_hash
from slmfix_training.samples.sample_files import write_samples
from slmfix_training.samples.samples import Refused, Sample, diagnose, generate
from tests.training.clean_programs import CLEAN

if TYPE_CHECKING:
    from pathlib import Path


def row(language: str, text: str, *, held_out: bool = False) -> dict[str, Any]:
    """A line of a corpus."""
    return {"language": language, "text": text, "held_out": held_out, "dialect": None, "schema": None}


def samples_of(language: str, seeds: int, *, held_out: bool = True) -> list[tuple[Sample, Sample]]:
    """The samples of the language's text with their cases."""
    source = row(language, CLEAN[language], held_out=held_out)
    made = [one for seed in range(seeds) for one in generate(source, Random(seed), frozenset())]
    return [one for one in made if not isinstance(one, Refused)]


@pytest.mark.parametrize("language", sorted(CLEAN))
def test_scripts_restore_programs_that_pass_and_the_bot_would_accept(language: str) -> None:
    made = samples_of(language, 10)
    assert len(made) >= 4
    for _, case in made:
        program = Program(language=language, text=case.broken, dialect=case.dialect)
        errors = (diagnose(program, explain=True) or (), diagnose(program, explain=False) or ())  # Bash: either
        windows = [build_window(program.text, found, language=language) for found in errors]
        prompts = [render_prompt(program, found, window) for found, window in zip(errors, windows, strict=True)]
        at = prompts.index(case.prompt)
        assert decode(windows[at], program.text, case.script) == case.clean
        assert case.categories
        assert diagnose(program.with_text(case.clean), explain=False) == ()
        assert not assess(program, case.clean, errors[at], BOUNDS[Aggressiveness.MEDIUM]).reasons


def test_training_hides_messages_that_the_case_keeps() -> None:
    pairs = [pair for pair in samples_of("json", 40, held_out=False) if pair[0].kind == "repair"]
    hidden = [case for sample, case in pairs if sample.prompt != case.prompt]
    assert 0 < len(hidden) < len(pairs) / 3
    assert all(sample.broken == "" for sample, _ in pairs)


def test_generate_skips_what_does_not_pass() -> None:
    assert list(generate(row("json", "{"), Random(1), frozenset())) == []


def test_generate_refuses_texts_of_evaluation_sets() -> None:
    made = samples_of("json", 3)
    excluded = frozenset(normalised_hash(case.broken) for _, case in made)
    again = [
        one for seed in range(3) for one in generate(row("json", CLEAN["json"], held_out=True), Random(seed), excluded)
    ]
    assert Refused.EXCLUDED in again
    assert not any(not isinstance(one, Refused) for one in again)


def corpus(folder: Path) -> Path:
    """Small JSON documents, every fourth held out."""
    folder.mkdir()
    rows = [
        row("json", json.dumps({"key": i, "list": [i, {"a": None}]}) + "\n", held_out=i % 4 == 0) for i in range(40)
    ]
    (folder / "json.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    return folder


def run(source: Path, output: Path, limit: int) -> dict[str, int]:
    """Two passes at most."""
    return write_samples(source, output, "json", limit=limit, seconds=60, seed=1, excluded=frozenset(), passes=12)


def test_a_killed_run_continues_where_its_state_says(tmp_path: Path) -> None:
    source = corpus(tmp_path / "corpus")
    run(source, tmp_path / "whole", 10_000)
    parts = tmp_path / "parts"
    first = run(source, parts, 150)
    with (parts / "json-1.train.jsonl").open("a") as file:
        file.write('{"half of a li')  # what a killed run leaves behind
    second = run(source, parts, 10_000)
    assert 150 <= first["repair"] < second["repair"]
    for part in ("train", "held", "rl"):
        whole, pieces = ((tmp_path / name / f"json-1.{part}.jsonl").read_text() for name in ("whole", "parts"))
        assert whole == pieces


def test_shards_hold_repairs_copies_held_and_whole_cases(tmp_path: Path) -> None:
    output = tmp_path / "samples"
    counts = run(corpus(tmp_path / "corpus"), output, 10_000)
    read = {
        part: [json.loads(line) for line in (output / f"json-1.{part}.jsonl").read_text().split("\n") if line]
        for part in ("train", "held", "rl")
    }
    assert len(read["train"]) == counts["repair"] + counts["copy"]
    assert len(read["held"]) == counts["held"]
    assert len(read["rl"]) == counts["rl"] > 0
    fields = {"kind", "language", "prompt", "script", "rule", "categories", "held_out", "broken", "clean"}
    assert all(set(one) == fields for one in (*read["held"], *read["rl"]))
    assert all(one["held_out"] for one in read["held"])
    assert not any(one["held_out"] for one in read["rl"])
    assert {one["clean"] for one in read["rl"]}.isdisjoint(one["clean"] for one in read["held"])
