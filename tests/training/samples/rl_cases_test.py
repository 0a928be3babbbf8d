from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.edit_script import decode
from slmfix_bot.core.program import Program
from slmfix_bot.errors import UsageError
from slmfix_training.samples.rl_cases import CaseFeed, group_of, is_learning_half, make_case, read_rows

if TYPE_CHECKING:
    from pathlib import Path


def row(number: int, language: str = "json", rule: str = "syntax") -> dict[str, str]:
    clean = json.dumps({"number": number}) + "\n"
    return {"language": language, "rule": rule, "broken": clean.replace("}", ""), "clean": clean, "prompt": "p"}


def write(file: Path, rows: list[dict[str, str]]) -> None:
    file.write_text("".join(json.dumps(one) + "\n" for one in rows))


def test_make_case_holds_the_script_that_restores_the_program() -> None:
    one = row(1)
    case = make_case(Program(language="json", text=one["broken"]), one["clean"])
    assert case is not None
    assert case.script is not None
    assert decode(case.window, case.program.text, case.script) == one["clean"]
    assert case.prompt.startswith("<l:json>")
    assert make_case(Program(language="json", text=one["clean"]), None) is None


def test_held_out_rows_are_halved_by_program_and_rl_rows_are_not(tmp_path: Path) -> None:
    rows = [row(number) for number in range(40)]
    write(tmp_path / "json-1.held.jsonl", rows)
    learnt, judged = (read_rows(tmp_path, learning=side) for side in (True, False))
    assert learnt
    assert judged
    assert len(learnt) + len(judged) == 40
    assert all(is_learning_half(one["clean"]) for one in learnt)
    assert not {one["clean"] for one in learnt} & {one["clean"] for one in judged}
    assert len(read_rows(tmp_path)) == 40
    write(tmp_path / "json-1.rl.jsonl", rows[:7])
    assert len(read_rows(tmp_path, learning=True)) == 7


def test_read_rows_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"rl\.jsonl"):
        read_rows(tmp_path)


def test_feed_takes_languages_in_turn_and_skips_what_passes() -> None:
    passing = {**row(0, "toml"), "broken": 'a = "b"\n'}
    rows = [row(number) for number in range(30)] + [row(number, "yaml") for number in range(4)] + [passing]
    rows[30]["broken"] = "a: [1\n"
    rows[31]["broken"] = rows[32]["broken"] = rows[33]["broken"] = "b: {1\n"
    languages = [case.program.language for case in islice(CaseFeed(rows, 1), 8)]
    assert languages == ["json", "yaml"] * 4


def test_feed_without_a_refused_program_is_an_error() -> None:
    with pytest.raises(UsageError, match="refuses"):
        next(iter(CaseFeed([{**row(1), "broken": row(1)["clean"]}], 1)))


def test_group_keeps_schema_faults_apart() -> None:
    assert group_of({"language": "sql", "rule": "unknown-column"}) == "sql-schema"
    assert group_of({"language": "sql", "rule": "syntax"}) == "sql"
    assert group_of({"language": "bash", "rule": "SC1009"}) == "bash"
