from __future__ import annotations

from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.program import Program
from slmfix_bot.core.verilog_gates import named_gates, without_names

GATE = "and #(2) g (.a(x[0]), .b(~y), .out(z));"


def test_names_of_a_gate() -> None:
    (gate,) = named_gates(GATE)
    assert gate.gate == "and"
    assert [(one.name, one.value) for one in gate.connections] == [("a", "x[0]"), ("b", "~y"), ("out", "z")]
    assert without_names(GATE) == "and #(2) g (x[0], ~y, z);"


def test_what_has_no_names_noop() -> None:
    for text in (
        "and g (z, x, y);",
        "always @(posedge a or negedge b) q <= 1;",
        "n u (.a(x));",
        "and g (.a(x",
        "or",
        "",
    ):
        assert without_names(text) == text


def harm(old: str, new: str) -> tuple[str, ...]:
    return assess(Program(language="verilog", text=old), new, (), BOUNDS[Aggressiveness.LOW]).reasons


def test_gate_by_position_is_harmless() -> None:
    assert harm(GATE, "and #(2) g (z, x[0], ~y);") == ()


def test_lost_connection_is_harm() -> None:
    assert harm(GATE, "and #(2) g (z, x[0]);") != ()
    named = GATE.replace("and", "alu")
    assert harm(named, "alu #(2) g (z, x[0], ~y);") != ()


def test_digits_are_no_identifier() -> None:
    assert harm("assign b = 16'daee0;", "assign b = 16'haee0;") == ()
    assert harm("assign b = 16'daee0;", "assign b = haee1;") != ()
