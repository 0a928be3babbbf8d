"""What is read of Verilog without a parser."""

from __future__ import annotations

from slmfix_bot.core.propose.verilog_blocks import close_blocks, unglue, without_surplus
from slmfix_bot.core.propose.verilog_source import declared_again, module_at, read_modules
from slmfix_bot.core.propose.verilog_usage import settle_widths, usages

TEXT = """module m #(parameter W = 4) (
    input wire [W-1:0] a, b,
    output reg q
);
typedef enum logic [1:0] {IDLE, RUN} state_t;
state_t state, next;
wire [7:0] sum = a + b, rest;
reg [3:0] memory [0:15];
assign {rest, q} = sum;
always @(posedge clk) begin
    for (i = 0; i < 4; i = i + 1) memory[i] <= 0;
    case (state)
        IDLE, 2'd3: next = RUN;
        default: if (a == 2) next = IDLE; else next <= cond ? x : y;
    endcase
end
n u (.a(a), .b(q));
endmodule
"""


def test_declarations() -> None:
    (module,) = read_modules(TEXT)
    found = {name: (one[0].words, one[0].packed) for name, one in module.declarations.items()}
    assert found["W"] == (("parameter",), "")
    assert found["a"] == found["b"] == (("input", "wire"), "[W-1:0]")
    assert found["q"] == (("output", "reg"), "")
    assert found["IDLE"] == (("enum",), "")
    assert found["state"] == found["next"] == (("state_t",), "")
    assert found["sum"] == (("wire",), "[7:0]")
    assert module.declarations["sum"][0].initial
    assert module.declarations["memory"][0].unpacked.strip() == "[0:15]"


def test_assignments() -> None:
    (module,) = read_modules(TEXT)
    found = [(one.kind, sorted(one.names), one.sign.text) for one in module.assignments]
    assert found == [
        ("assign", ["q", "rest"], "="),
        ("loop", ["i"], "="),
        ("procedure", ["memory"], "<="),
        ("procedure", ["next"], "="),
        ("procedure", ["next"], "="),
        ("procedure", ["next"], "<="),
    ]


def test_statements_of_modules_that_do_not_parse() -> None:
    modules = read_modules("module a (input x\nassign y = x;\nmodule b;\nalways @* begin z = 1\nendmodule\n")
    assert [(module.name, module.closer is None) for module in modules] == [("a", True), ("b", False)]
    assert read_modules("module") == ()
    assert read_modules("endmodule end ; ) ]") == ()


def test_deep_nesting_ends() -> None:
    text = "module m;\nalways " + "begin if (a) " * 5000 + "x = 1;\nendmodule\n"
    (module,) = read_modules(text)
    assert module.name == "m"


def test_directives_are_no_code() -> None:
    (module,) = read_modules("`define X module y;\n`timescale 1ns/1ps\nmodule m;\n`ifdef A\nendmodule\n")
    assert (module.name, module.statements) == ("m", [])


def test_module_at() -> None:
    text = "module a;\nendmodule\nmodule b;\nendmodule\n"
    assert [getattr(module_at(text, offset), "name", None) for offset in (0, 12, 25)] == ["a", "a", "b"]
    assert module_at("wire x;", 3) is None


def test_usage_and_widths() -> None:
    text = (
        "module m (input [7:0] d, input [3:0] e, output q);\nalways @(posedge clk) begin\n"
        "  last <= d;\n  bit_of[i] <= e[i];\n  count <= count + 1;\n  if (count == 99) other <= last;\nend\nendmodule\n"
    )
    (module,) = read_modules(text)
    found = usages(module, ["clk", "last", "bit_of", "count", "other", "nowhere"])
    assert sorted(found) == ["bit_of", "clk", "count", "last", "other"]
    assert found["clk"].is_edge
    assert not found["clk"].is_driven
    widths = settle_widths(found)
    assert widths == {"clk": "", "last": "[7:0]", "bit_of": "[3:0]", "count": "[6:0]", "other": "[7:0]"}


def test_declared_again() -> None:
    text = "module m (input a, output reg q, output r);\n  reg q;\n  reg r;\nendmodule\n"
    found = declared_again(text, text.index("reg q;") + 4)
    assert found is not None
    assert text[slice(*found)] == "reg q;"
    assert declared_again(text, text.index("reg r;") + 4) is None
    assert declared_again(text, text.index("input a") + 6) is None


def test_blocks() -> None:
    assert close_blocks("module m;\n  initial begin\n    x = 1;\nendmodule\n") == (
        "module m;\n  initial begin\n    x = 1;\n  end\nendmodule\n"
    )
    assert close_blocks("module a;\nmodule b;\nendmodule\n") == "module a;\nendmodule\nmodule b;\nendmodule\n"
    assert close_blocks("module m; case (x) 1: begin y = 1; endcase") == (
        "module m; case (x) 1: begin y = 1; end endcase\nendmodule"
    )
    assert without_surplus("module m;\nend\nendmodule\nendmodule\n") == "module m;\nendmodule\n"
    assert unglue("  endendmodule // endcaseend\n").startswith("  end\n  endmodule")


def test_blocks_that_are_whole_noop() -> None:
    assert close_blocks(TEXT) == TEXT
    assert without_surplus(TEXT) == TEXT
    assert unglue(TEXT) == TEXT
