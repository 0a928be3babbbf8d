"""Nets that procedures assign become variables: `output x` to `output reg x`, `wire x` to `reg x`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.propose.verilog_source import NETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slmfix_bot.core.propose.verilog_source import Declaration, Module

Splice = tuple[int, int, str]


def splice_all(text: str, splices: Iterable[Splice]) -> str:
    """The text after replacements at offsets of the original; equal ones count once."""
    for start, end, replacement in sorted(set(splices), reverse=True):
        text = text[:start] + replacement + text[end:]
    return text


def variable_word(module: Module) -> str:
    """`logic` where the module says so and never `reg`."""
    said = {token.text for token in module.tokens}
    return "logic" if "logic" in said and "reg" not in said else "reg"


def as_variables(text: str, module: Module, names: Iterable[str]) -> str | None:
    """The text with the names declared as variables; None if one of them cannot be: an input, a net that something
    else drives too, or that gets a value where it is declared."""
    splices: list[Splice] = []
    for name in names:
        declared = module.declarations.get(name, ())
        if not declared or is_driven_elsewhere(module, name):
            return None
        if any(one.is_variable for one in declared):
            continue
        found = [_splice(text, module, one) for one in _decisive(declared)]
        if not found or None in found:
            return None
        splices += [one for one in found if one is not None]
    return splice_all(text, splices) if splices else None


def is_driven_elsewhere(module: Module, name: str) -> bool:
    """Whether a continuous assignment drives it."""
    return any(one.kind == "assign" and name in one.names for one in module.assignments)


def _decisive(declared: Iterable[Declaration]) -> list[Declaration]:
    """Of `output q; wire q;` the second, else the only one."""
    found = list(declared)
    nets = [one for one in found if not one.direction]
    return (nets or found)[:1]


def _splice(text: str, module: Module, declared: Declaration) -> Splice | None:
    word = variable_word(module)
    if declared.is_constant or declared.direction in {"input", "inout"} or declared.initial:
        return None
    start = declared.first.start
    head = text[start : declared.place.start]
    for net in NETS & set(declared.words):
        place = start + head.find(net)
        return place, place + len(net), word
    if declared.direction != "output" or set(declared.words) - {"output", "signed", "unsigned"}:
        return None
    end = start + len("output")
    return end, end, f" {word}"
