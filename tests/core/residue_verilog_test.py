from __future__ import annotations

import pytest

from slmfix_bot.core.residue import find_residue

MODULE = "module m (input we, clk,\n  output q);\nassign q = we;\nendmodule\n"


def residue(text: str) -> list[str]:
    return [text[span.start : span.end] for span in find_residue("verilog", text)]


@pytest.mark.parametrize(
    "line", ["S0 -> S1 -> S2\n", "state B: If w is set, next state is C\n", "B3 moves on to Done\n"]
)
@pytest.mark.parametrize("place", ["{line}{module}", "{module}{line}", "{module}{line}{module}"])
def test_prose_outside_of_modules(line: str, place: str) -> None:
    assert residue(place.format(line=line, module=MODULE)) == [line]


@pytest.mark.parametrize(
    "text",
    [
        MODULE,
        "import pkg::*;\ntypedef enum logic {\n  IDLE, RUN\n} state_t;\n" + MODULE,
        "// the state moves on to done\n/* one -> two -> three\n   four five six */\n" + MODULE,
        "`define MAX(a, b) \\\n  a > b ? a : b\n(* keep = 1 *)\n" + MODULE,
        "function automatic int f(int x);\n  return x + 1;\nendfunction\n" + MODULE,
        "S0 -> S1 -> S2\n",
        "module m (input a);\nfunction f;\n  input b;\n  f = b;\nendfunction\nlast one: assign c = d\nendmodule\n",
    ],
)
def test_code_noop(text: str) -> None:
    assert residue(text) == []
