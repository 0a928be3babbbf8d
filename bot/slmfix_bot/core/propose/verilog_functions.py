"""What modules do that everybody calls by the same names: gates, flip-flops, multiplexers, adders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Set

GATE = re.compile(r"(nand|xnor|nor|xor|and|or|not|inverter|inv|buffer|buf)_?\d*_?(?:gate)?(?:_?\d+\w?)?", re.I)
FLIP_FLOP = re.compile(r"(?:d_?)?(?:flip_?flop|ff)(?:_?\d+)?|d_?ff\w{0,6}", re.I)
MULTIPLEXER = re.compile(r"(?:\w+_)?mux\w*|multiplexer\w*", re.I)
ADDER = re.compile(r"(?:full_?|half_?)?add(?:er)?_?\d*(?:_?bits?)?|fa|ha", re.I)
OPERATORS = {
    "and": ("", "&"),
    "or": ("", "|"),
    "xor": ("", "^"),
    "nand": ("~", "&"),
    "nor": ("~", "|"),
    "xnor": ("~", "^"),
}

CLOCK = re.compile(r"clk|clock|ck|cp", re.I)
RESET = re.compile(r"(a?)(?:reset|rst|clr|clear)(_?n)?", re.I)
ENABLE = re.compile(r"en|ena|enable|ce", re.I)
SELECT = re.compile(r"s|sel|select", re.I)
CARRY = re.compile(r"c_?o(?:ut)?|carry(?:_?out)?", re.I)


def behaviour(name: str, widths: Mapping[str, str], outputs: Set[str]) -> list[str] | None:
    """The lines of the module's body; None if its name or its ports do not say what it does. `widths` holds its ports
    in order with their ranges, `outputs` those that it drives."""
    inputs = [port for port in widths if port not in outputs]
    gate = GATE.fullmatch(name)
    if gate and len(outputs) == 1:
        return _gate(gate[1].lower(), next(iter(outputs)), inputs, widths)
    if FLIP_FLOP.fullmatch(name) and len(outputs) == 1:
        return _flip_flop(next(iter(outputs)), inputs)
    if MULTIPLEXER.fullmatch(name) and len(outputs) == 1:
        return _multiplexer(next(iter(outputs)), inputs)
    if ADDER.fullmatch(name):
        return _adder(inputs, outputs)
    return None


def _gate(kind: str, output: str, inputs: list[str], widths: Mapping[str, str]) -> list[str] | None:
    if kind not in OPERATORS:
        sign = "" if kind.startswith("buf") else "~"
        return [f"assign {output} = {sign}{inputs[0]};"] if len(inputs) == 1 else None
    invert, operator = OPERATORS[kind]
    if len(inputs) == 1:
        reduces = widths[inputs[0]] and not widths[output]
        return [f"assign {output} = {invert}{operator}{inputs[0]};"] if reduces else None
    term = f" {operator} ".join(inputs)
    return [f"assign {output} = {invert}({term});" if invert else f"assign {output} = {term};"]


def _flip_flop(output: str, inputs: list[str]) -> list[str] | None:
    """Rising clock; a reset is asynchronous if its name begins with an a, and low if it ends in an n."""
    clocks = [port for port in inputs if CLOCK.fullmatch(port)]
    resets = [port for port in inputs if RESET.fullmatch(port)]
    enables = [port for port in inputs if ENABLE.fullmatch(port)]
    data = [port for port in inputs if port not in {*clocks, *resets, *enables}]
    if len(clocks) != 1 or len(data) != 1 or len(resets) > 1 or len(enables) > 1:
        return None
    edges, store = f"posedge {clocks[0]}", f"{output} <= {data[0]};"
    if enables:
        store = f"if ({enables[0]}) {store}"
    if not resets:
        return [f"always @({edges})", f"    {store}"]
    reset = RESET.fullmatch(resets[0])
    low = bool(reset and reset[2])
    if reset and reset[1]:
        edges += f" or {'negedge' if low else 'posedge'} {resets[0]}"
    condition = f"!{resets[0]}" if low else resets[0]
    return [f"always @({edges})", f"    if ({condition}) {output} <= 0;", f"    else {store}"]


def _multiplexer(output: str, inputs: list[str]) -> list[str] | None:
    """The first data input for 0, and so on."""
    selects = [port for port in inputs if SELECT.fullmatch(port)]
    data = [port for port in inputs if port not in selects]
    if len(selects) != 1 or len(data) < 2:
        return None
    choice = data[-1]
    for value, port in reversed(list(enumerate(data[:-1]))):
        choice = f"{selects[0]} == {value} ? {port} : {choice}"
    return [f"assign {output} = {choice};"]


def _adder(inputs: list[str], outputs: Set[str]) -> list[str] | None:
    carries = [port for port in outputs if CARRY.fullmatch(port)]
    sums = [port for port in outputs if port not in carries]
    if len(sums) != 1 or len(carries) > 1 or not 2 <= len(inputs) <= 3:
        return None
    target = f"{{{carries[0]}, {sums[0]}}}" if carries else sums[0]
    return [f"assign {target} = {' + '.join(inputs)};"]
