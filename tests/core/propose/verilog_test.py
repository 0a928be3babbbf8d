"""Whole repairs of Verilog: proposed, verified by slang, and found harmless."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.repair_cases import assert_refused, assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

NAMES = [
    # what is only read comes from outside
    (
        ("module m (\n    input d,\n    output reg q\n);\nalways @(posedge clk)\n    q <= d;\nendmodule\n"),
        (
            "module m (\n    input d,\n    output reg q,\n    input clk\n);\nalways @(posedge clk)\n"
            "    q <= d;\nendmodule\n"
        ),
    ),
    (
        "module m (input d, output reg q);\nalways @(posedge clk)\n    q <= d;\nendmodule\n",
        "module m (input d, output reg q, input clk);\nalways @(posedge clk)\n    q <= d;\nendmodule\n",
    ),
    # what a procedure assigns is a variable, as wide as what it is assigned from
    (
        (
            "module m (input clk, input [7:0] d, output reg [7:0] e);\nalways @(posedge clk) begin\n"
            "    last <= d;\n    e <= d ^ last;\nend\nendmodule\n"
        ),
        (
            "module m (input clk, input [7:0] d, output reg [7:0] e);\nreg [7:0] last;\n"
            "always @(posedge clk) begin\n    last <= d;\n    e <= d ^ last;\nend\nendmodule\n"
        ),
    ),
    # nets and missing names at once
    (
        (
            "module m (input clk, input d, output q);\nalways @(posedge clk) begin\n    s <= d;\n"
            "    q <= s;\nend\nendmodule\n"
        ),
        (
            "module m (input clk, input d, output reg q);\nreg s;\nalways @(posedge clk) begin\n"
            "    s <= d;\n    q <= s;\nend\nendmodule\n"
        ),
    ),
    # labels of a case are constants
    (
        (
            "module m (input clk, output reg q);\nreg [1:0] state;\nalways @(posedge clk)\n"
            "    case (state)\n        IDLE: state <= RUN;\n        RUN: q <= 1;\n    endcase\nendmodule\n"
        ),
        (
            "module m (input clk, output reg q);\nlocalparam IDLE = 0, RUN = 1;\nreg [1:0] state;\n"
            "always @(posedge clk)\n    case (state)\n        IDLE: state <= RUN;\n        RUN: q <= 1;\n"
            "    endcase\nendmodule\n"
        ),
    ),
    # the counter of a loop
    (
        (
            "module m (input [3:0] d, output reg [3:0] q);\n"
            "always @* for (i = 0; i < 4; i = i + 1) q[i] = d[3 - i];\nendmodule\n"
        ),
        (
            "module m (input [3:0] d, output reg [3:0] q);\ninteger i;\n"
            "always @* for (i = 0; i < 4; i = i + 1) q[i] = d[3 - i];\nendmodule\n"
        ),
    ),
    # another case of letters
    (
        "module m (input Reset, output q);\nassign q = reset;\nendmodule\n",
        "module m (input Reset, output q);\nassign q = Reset;\nendmodule\n",
    ),
    # ports of a module that is there
    (
        (
            "module n (input left, output sum);\nassign sum = left;\nendmodule\n"
            "module m (input a, output b);\nn u (.left(a), .sun(b));\nendmodule\n"
        ),
        (
            "module n (input left, output sum);\nassign sum = left;\nendmodule\n"
            "module m (input a, output b);\nn u (.left(a), .sum(b));\nendmodule\n"
        ),
    ),
]
SYNTAX = [
    (
        "module m (input a, output reg b);\nalways @* begin\n    b = a;\nendmodule\n",
        "module m (input a, output reg b);\nalways @* begin\n    b = a;\nend\nendmodule\n",
    ),
    (
        "module m (input a, output b);\nassign b = a\nendmodule\n",
        "module m (input a, output b);\nassign b = a;\nendmodule\n",
    ),
    ("module m (input a, output b);\nb = a;\nendmodule\n", "module m (input a, output b);\nassign b = a;\nendmodule\n"),
    ("module m (input a, output b);\nassign b = a;\n", "module m (input a, output b);\nassign b = a;\nendmodule\n"),
    (
        "module m (input a, output reg b);\nalways @* begin\n    b = a;\nendendmodule\n",
        "module m (input a, output reg b);\nalways @* begin\n    b = a;\nend\nendmodule\n",
    ),
    (
        "module m (input a, output [8:0] b);\nassign b = {8{a}, a};\nendmodule\n",
        "module m (input a, output [8:0] b);\nassign b = {{8{a}}, a};\nendmodule\n",
    ),
    (
        "module m (output [15:0] b);\nassign b = 16'daee0;\nendmodule\n",
        "module m (output [15:0] b);\nassign b = 16'haee0;\nendmodule\n",
    ),
    (
        (
            "Here is the module that you asked for.\n```verilog\nmodule m (input a, output b);\n"
            "assign b = a;\nendmodule\n```\n"
        ),
        "module m (input a, output b);\nassign b = a;\nendmodule\n",
    ),
    (
        "S0 -> S1 -> S2\nmodule m (input a, output b);\nassign b = a;\nendmodule\n",
        "module m (input a, output b);\nassign b = a;\nendmodule\n",
    ),
    (
        "module m (input a, output b);\r\nassign b = a\r\nendmodule\r\n",
        "module m (input a, output b);\r\nassign b = a;\r\nendmodule\r\n",
    ),
]
MODULES = [
    (
        "module m (input a, b, output c);\nor g (.x(a), .y(b), .out(c));\nendmodule\n",
        "module m (input a, b, output c);\nor g (c, a, b);\nendmodule\n",
    ),
    (
        "module m (input a, b, output c);\nand_gate g (.a(a), .b(b), .y(c));\nendmodule\n",
        (
            "module m (input a, b, output c);\nand_gate g (.a(a), .b(b), .y(c));\nendmodule\n\n"
            "module and_gate (\n    input a,\n    input b,\n    output y\n);\n    assign y = a & b;\n"
            "endmodule\n"
        ),
    ),
    (
        ("module m (input a, output reg q);\nmodule n (input a, output reg q);\nalways @* q = a;\nendmodule\n"),
        (
            "module m (input a, output reg q);\nn n (.a(a), .q(q));\nendmodule\n\n"
            "module n (input a, output reg q);\nalways @* q = a;\nendmodule\n"
        ),
    ),
]
MODULES.append(
    (
        "module n (input left, output sum);\nassign sum = left;\nendmodule\n"
        "module m (input a, output b);\nn u (.left(a), .total(b));\nendmodule\n",
        "module n (input left, output sum);\nassign sum = left;\nendmodule\n"
        "module m (input a, output b);\nn u (.left(a), .sum(b));\nendmodule\n",
    )
)
REFUSED = [
    # any of two ports could be meant
    (
        "module n (input left, right, output sum);\nassign sum = left ^ right;\nendmodule\n"
        "module m (input a, output b);\nn u (.operand(a), .sum(b));\nendmodule\n"
    ),
    # what `filter` does only its author knows
    "module m (input a, output q);\nfilter f (.a(a), .q(q));\nendmodule\n",
    # two drivers: a declaration would only hide it
    "module m (input a, output q);\nassign q = a;\nalways @* q = ~a;\nendmodule\n",
    "module m (input a, output q);\nassign q = next(a);\nendmodule\n",
]


@pytest.mark.parametrize(("broken", "repaired"), [*NAMES, *SYNTAX, *MODULES])
def test_verilog_repairs(pool: ValidatorPool, broken: str, repaired: str) -> None:
    assert_repaired(pool, "verilog", broken, repaired)


@pytest.mark.parametrize("broken", REFUSED)
def test_verilog_refused_noop(pool: ValidatorPool, broken: str) -> None:
    assert_refused(pool, "verilog", broken)


@pytest.mark.parametrize("text", [repaired for _, repaired in [*NAMES, *SYNTAX, *MODULES]])
def test_verilog_valid_noop(pool: ValidatorPool, text: str) -> None:
    assert_valid(pool, "verilog", text)
