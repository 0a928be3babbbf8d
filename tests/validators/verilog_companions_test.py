from __future__ import annotations

from slmfix_bot.validators.verilog_companions import MAX_FILES, verilog_companions

TREE = ["README.md", "rtl/top.v", "rtl/alu.v", "rtl/sub/fifo.sv", "inc/defs.vh", "inc/types.SVH", "sw/main.c"]


def test_companions_are_the_other_verilog_files_nearest_first() -> None:
    assert verilog_companions("rtl/top.v", TREE) == ("rtl/alu.v", "rtl/sub/fifo.sv", "inc/defs.vh", "inc/types.SVH")


def test_companions_are_bounded() -> None:
    tree = [f"far/f{number}.v" for number in range(300)] + ["rtl/alu.v"]
    found = verilog_companions("rtl/top.v", tree)
    assert len(found) == MAX_FILES
    assert found[0] == "rtl/alu.v"


def test_companions_of_a_single_file_noop() -> None:
    assert verilog_companions("top.v", ["top.v", "a.py"]) == ()
