"""slang on single texts and with the other files of a commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.pool import ValidatorPool
from slmfix_bot.validators.verilog import VERILOG

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from slmfix_bot.core.diagnostic import Diagnostic

ADDER = "module adder (input [3:0] left, right, output [4:0] sum);\n    assign sum = left + right;\nendmodule\n"
TOP = "module top (input [3:0] x, output [4:0] y);\n    {0}\nendmodule\n"
FILES = (("rtl/adder.v", ADDER), ("rtl/sizes.vh", "`define LAST 3\n"))


def judge(text: str, path: str = "", files: tuple[tuple[str, str], ...] = ()) -> list[Diagnostic]:
    return list(VERILOG.check(Program(language="verilog", text=text, path=path, files=files)))


def errors(text: str, path: str = "", files: tuple[tuple[str, str], ...] = ()) -> list[Diagnostic]:
    return [found for found in judge(text, path, files) if found.severity is Severity.ERROR]


def test_unknown_name_has_place_and_neighbours() -> None:
    (found,) = errors("module m (input enable, output q);\n    assign q = enabled;\nendmodule\n")
    assert (found.rule, found.line, found.column, found.end_column) == ("unknown-name", 2, 16, 23)
    assert (found.found, found.expected[0]) == ("enabled", "enable")


def test_columns_count_code_points() -> None:
    (found,) = errors("module m (output q);\n    /* größer ± */ assign q = missing;\nendmodule\n")
    assert (found.line, found.column) == (2, 31)


def test_syntax_comes_first_and_alone() -> None:
    (found,) = errors("module m (output q);\n    assign q = missing\n    assign r = 1;\nendmodule\n")
    assert (found.rule, found.expected) == ("syntax", (";",))


def test_missing_end_names_its_opener() -> None:
    (found,) = errors("module m (input c, output reg q);\n  always @(posedge c)\n  begin\n    q <= 1;\nendmodule\n")
    assert (found.expected, found.related_line) == (("end",), 3)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("module m (input a, output q);\n", "module m (input a, output reg q);\n"),
        ("module m (input a, output wire q);\n", "module m (input a, output reg q);\n"),
        ("module m (a, q);\ninput a;\noutput q;\nwire q;\n", "module m (a, q);\ninput a;\noutput q;\nreg q;\n"),
        ("module m (input logic a, output q);\n", "module m (input logic a, output logic q);\n"),
    ],
)
def test_net_in_a_procedure_has_a_fix(before: str, after: str) -> None:
    rest = "always @* q = a;\nendmodule\n"
    (found,) = errors(before + rest)
    assert (found.rule, found.found) == ("assign-to-net", "q")
    assert apply_edits(before + rest, found.fix) == after + rest
    assert errors(after + rest) == []


def test_net_that_something_else_drives_has_no_fix() -> None:
    (found,) = errors("module m (input a, output q);\nassign q = a;\nalways @* q = a;\nendmodule\n")
    assert (found.rule, found.fix) == ("assign-to-net", ())


def test_unknown_module_alone() -> None:
    (found,) = errors(TOP.format("addr u (.a(x), .b(y));"))
    assert (found.rule, found.found) == ("unknown-module", "addr")


def test_unknown_module_of_a_file_may_live_elsewhere() -> None:
    (found,) = judge(TOP.format("addr u (.a(x), .b(y));"), "rtl/top.v")
    assert found.severity is Severity.WARNING


def test_unknown_module_with_files() -> None:
    (slip,) = errors(TOP.format("addder u (.left(x), .right(x), .sum(y));"), "rtl/top.v", FILES)
    assert slip.expected[0] == "adder"
    assert errors(TOP.format("pll u (.left(x));"), "rtl/top.v", FILES) == []


def test_modules_of_other_files() -> None:
    assert judge(TOP.format("adder u (.left(x), .right(x), .sum(y));"), "rtl/top.v", FILES) == []
    (found,) = errors(TOP.format("adder u (.left(x), .right(x), .total(y));"), "rtl/top.v", FILES)
    assert (found.rule, found.found) == ("unknown-port", "total")
    assert set(found.expected) == {"left", "right", "sum"}


def test_module_that_two_files_define_is_not_held_against_anyone() -> None:
    files = (*FILES, ("old/adder.v", ADDER.replace("sum", "total")))
    assert errors(TOP.format("adder u (.left(x), .right(x), .other(y));"), "rtl/top.v", files) == []


def test_errors_of_other_files_are_not_reported() -> None:
    files = (("rtl/adder.v", ADDER.replace("right;", "wrong;")),)
    assert errors(TOP.format("adder u (.left(x), .right(x), .sum(y));"), "rtl/top.v", files) == []


def test_include_is_read_from_the_files() -> None:
    text = '`include "sizes.vh"\nmodule m (input [`LAST:0] d, output q);\n    assign q = d[`LAST];\nendmodule\n'
    assert judge(text, "rtl/m.v", FILES) == []
    with pytest.raises(CannotJudge, match="macros"):
        judge(text, "rtl/m.v")


@pytest.mark.parametrize("directive", ['`include "{0}"', '`define F "{0}"\n`include `F', "`include <{0}>"])
def test_include_never_reads_the_disk(tmp_path: Path, directive: str) -> None:
    secret = tmp_path / "secret.vh"
    secret.write_text("module secret; wire w = hunter2; endmodule\n", encoding="utf-8")
    text = directive.format(secret) + "\nmodule m (output q);\n    assign q = 0;\nendmodule\n"
    assert judge(text, "m.v") == []


@pytest.mark.parametrize("directive", ['`define I(x) `incl``x\n`I(ude) "{0}"', '`define D(x) `x\n`D(include) "{0}"'])
def test_include_out_of_a_macro_is_not_followed(tmp_path: Path, directive: str) -> None:
    secret = tmp_path / "secret.vh"
    secret.write_text("hunter2 hunter2\n", encoding="utf-8")
    try:
        found = judge(directive.format(secret) + "\nmodule m;\nendmodule\n")
    except CannotJudge:
        return
    assert all("hunter2" not in each.message for each in found)


@pytest.mark.parametrize(
    ("text", "path", "reason"),
    [
        ("module m;\n  `DEFINE_IT(3)\n  wire w = ;\nendmodule\n", "m.sv", "macros"),
        ('`include "a.vh"\nmodule m;\n  THING;\nendmodule;;x\n', "m.v", "not at hand"),
        ("localparam A = ;\n", "sizes.vh", "fragment"),
        ("assign a = b;\n", "part.sv", "fragment"),
        ("module m;\n`protect\nx y z;\nendmodule\n", "m.v", "encrypted"),
        ("module {{ name }};\nendmodule\n", "m.v", "template"),
        ("Require Import Arith.\nTheorem t : True.\nProof. exact I. Qed.\n", "Logic.v", "another language"),
        ("module main\n\nfn main() {\n\tprintln('hi')\n}\n", "main.v", "another language"),
    ],
)
def test_parts_and_other_languages_are_skipped(text: str, path: str, reason: str) -> None:
    with pytest.raises(CannotJudge, match=reason):
        judge(text, path)


def test_names_that_were_no_keywords() -> None:
    text = "module m (input bit, output logic);\n    assign logic = bit;\nendmodule\n"
    assert judge(text, "m.v") == []
    assert [found.rule for found in errors(text, "m.sv")] == ["syntax"]


def test_name_before_its_declaration_depends_on_the_tool() -> None:
    text = "module m (output q);\n    assign q = late;\n    wire late;\nendmodule\n"
    assert [found.severity for found in judge(text, "m.v")] == [Severity.WARNING]


def test_declaration_that_repeats_the_header() -> None:
    text = "module m (input a, output reg q);\n  input a;\n  reg q;\n  always @* q = a;\nendmodule\n"
    found = errors(text)
    assert [(each.rule, each.found) for each in found] == [
        ("duplicate-declaration", "input a;"),
        ("duplicate-declaration", "reg q;"),
    ]
    assert errors("module m (input a, output q);\n  reg q;\n  always @* q = a;\nendmodule\n") == []


def test_many_texts_against_the_same_files() -> None:
    for number in range(250):
        text = TOP.format(f"adder u{number} (.left(x), .right(x), .sum(y));")
        assert judge(text, "rtl/top.v", FILES) == []


@pytest.fixture(scope="module")
def pool() -> Iterator[ValidatorPool]:
    with ValidatorPool() as pool:
        yield pool


@pytest.mark.parametrize(
    "text",
    [
        "module m;" + "begin " * 20_000,
        "module m; wire a = " + "(" * 20_000 + ";endmodule",
        "module m; m a(); endmodule\n",
        "`define A `A `A\nmodule m; `A endmodule\n",
        "module m #(parameter N = 0); m #(N + 1) u (); endmodule\n",
        "module m; genvar i; for (i = 0; i >= 0; i = i + 1) begin end endmodule\n",
        "\ud800 module m;",
        "\0" * 100,
    ],
)
def test_hostile_text_ends(pool: ValidatorPool, text: str) -> None:
    validation = pool.validate(Program(language="verilog", text=text))
    assert validation.skipped is not None or validation.diagnostics is not None
    assert pool.validate(Program(language="verilog", text="module m;\nendmodule\n")).is_valid
