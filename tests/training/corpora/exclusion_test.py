"""Evaluation sets stay out: equal texts, nearly equal ones, and parts of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from slmfix_training.corpora.exclusion import Exclusion, evaluation_texts, excluded_hashes, normalised_hash

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """module top_module (input clk, input [7:0] data, output reg [7:0] q);
    reg [7:0] previous;
    always @(posedge clk) begin
        previous <= data;
        q <= data & ~previous;
    end
endmodule
"""


def reason(exclusion: Exclusion, text: str) -> str:
    return exclusion.reason(text, normalised_hash(text))


def test_normalised_hash_ignores_layout_and_case() -> None:
    assert normalised_hash("SELECT  a\n") == normalised_hash("select a")
    assert normalised_hash("select a") != normalised_hash("select b")


def test_equal_texts_are_refused() -> None:
    assert reason(Exclusion((PROGRAM,)), PROGRAM.replace("    ", "\t")) == "equal"


def test_nearly_equal_texts_are_refused() -> None:
    assert reason(Exclusion((PROGRAM,)), PROGRAM.replace("previous", "previous", 1).replace("& ~", "^ ")) == "near"


def test_parts_are_refused() -> None:
    assert reason(Exclusion((PROGRAM,)), "".join(PROGRAM.splitlines(keepends=True)[1:6])) == "near"


def test_other_programs_stay() -> None:
    other = PROGRAM.replace("previous", "count").replace("data & ~count", "count + 1").replace("[7:0] data", "reset")
    assert reason(Exclusion((PROGRAM,)), other.replace("q", "total").replace("<= data", "<= reset ? 0 : count")) == ""


def test_short_texts_are_compared_as_a_whole() -> None:
    exclusion = Exclusion(("ls -l | wc -l\n",))
    assert reason(exclusion, "ls -l | wc -l") == "equal"
    assert reason(exclusion, "ls -l | wc -c") == ""


def test_what_many_evaluation_texts_share_tells_nothing() -> None:
    texts = tuple(f"{PROGRAM}// {i} {i * 7} {i * 13} {i * 31}" for i in range(80))
    assert reason(Exclusion(texts), PROGRAM + "wire other; assign other = clk; // something else entirely here") == ""


def test_texts_are_read_from_files_and_folders(tmp_path: Path) -> None:
    rows = [{"broken": "a b", "fixed": "a c", "other": "x"}, {"code": "d"}]
    (tmp_path / "one.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert list(evaluation_texts((tmp_path,))) == ["a b", "a c", "d"]
    assert excluded_hashes((tmp_path / "one.jsonl",)) == frozenset(map(normalised_hash, ("a b", "a c", "d")))
    assert Exclusion(evaluation_texts((tmp_path,))).digest == Exclusion(("d", "a c", "a b")).digest
