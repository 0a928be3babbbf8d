"""Modules that are instantiated and defined nowhere: those whose name says what they do are defined.

`and_gate`, `dff`, `mux` and `full_adder` have one meaning; the names and widths of their ports come from the instances.
Of any other module only its author knows what it does, so nothing is proposed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.propose.verilog_functions import behaviour
from slmfix_bot.core.propose.verilog_source import Module, read_modules
from slmfix_bot.core.propose.verilog_statements import closing, split_list
from slmfix_bot.core.propose.verilog_usage import width_of
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.verilog_gates import named_gates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slmfix_bot.core.lexer import Token

_LETTERS = "abcdefghijklmnoprstuvwx"
_OUTPUTS = re.compile(r"out\w*|\w+_out|[yzqof]|result|res", re.IGNORECASE)


@dataclass
class Usage:
    """How the instances of one module connect its ports: name to width, in order; `outputs` are those that drive."""

    widths: dict[str, str] = field(default_factory=dict)
    outputs: set[str] = field(default_factory=set)


def propose_verilog_modules(case: Case) -> Iterator[Candidate]:
    """Definitions of all unknown modules together, or of the target's; gates with names connected by position."""
    unknown = [d.found for d in case.diagnostics if d.rule == "unknown-module" and d.found]
    for rank, names in enumerate((unknown, [case.target.found or ""])):
        text = _define(case.text, dict.fromkeys(names))
        if text is not None and case.target.rule == "unknown-module":
            yield Candidate(text, RepairSource.SCHEMA, 0.8 + 0.2 * rank, "modules defined by their names")
    if case.target.rule == "unknown-port":
        yield from _remaining_port(case)
    if case.target.rule == "invalid-primitive-port-conn":
        yield Candidate(_by_position(case.text), RepairSource.SCHEMA, 0.6, "gates connected by position")


def _remaining_port(case: Case) -> Iterator[Candidate]:
    """The port that is left when all others of the instance are connected needs no likeness."""
    found = case.target.found or ""
    place = case.text.find(found, case.at, case.at + len(found) + 4)
    statement = case.text[case.text.rfind(";", 0, case.at) + 1 : case.text.find(";", case.at) + 1]
    connected = set(re.findall(r"\.[ \t]*(\w+)[ \t]*\(", statement))
    left = [name for name in case.target.expected if name not in connected]
    if found and place >= 0 and len(left) == 1:
        text = case.splice(place, place + len(found), left[0])
        yield Candidate(text, RepairSource.SCHEMA, 0.9, f"{found} -> {left[0]}")


def _define(text: str, names: Iterable[str]) -> str | None:
    """The text with the definitions at its end; None if one of the modules is not known by its name."""
    definitions: list[str] = []
    for name in names:
        usage = _usage(text, name)
        body = behaviour(name, usage.widths, usage.outputs) if usage else None
        if usage is None or body is None:
            return None
        definitions.append(_definition(name, usage, body))
    return text.rstrip() + "\n\n" + "\n".join(definitions) if definitions else None


def _definition(name: str, usage: Usage, body: Sequence[str]) -> str:
    stored = any("always" in line for line in body)
    ports = []
    for port, width in usage.widths.items():
        kind = ("output reg" if stored else "output") if port in usage.outputs else "input"
        ports.append(f"    {kind} {width + ' ' if width else ''}{port}")
    lines = [f"module {name} (", ",\n".join(ports), ");", *(f"    {line}" for line in body), "endmodule", ""]
    return "\n".join(lines)


def _usage(text: str, name: str) -> Usage | None:
    """What the instances agree on; None if they do not."""
    usage = Usage()
    found = [(module, ports) for module in read_modules(text) for ports in _instances(module, name)]
    for module, ports in found:
        driven = _outputs(module, ports)
        if not ports or (
            usage.widths and usage.outputs != driven & usage.widths.keys() and driven <= usage.widths.keys()
        ):
            return None
        usage.outputs |= driven
        for port, value in ports.items():
            width = width_of(module, value)
            usage.widths[port] = max(usage.widths.get(port, ""), width, key=len)
    return usage if usage.widths and len(usage.outputs) < len(usage.widths) else None


def _instances(module: Module, name: str) -> Iterator[dict[str, list[Token]]]:
    """The connections of each instance; those by position get letters, the one that drives being `y`."""
    for statement in module.statements:
        tokens = statement.tokens
        if tokens[0].text != name or statement.inside != "module" or len(tokens) < 3:
            continue
        opener = 2 if tokens[1].kind is Kind.WORD else 1
        if tokens[opener].text != "(":
            yield {}
            continue
        parts = split_list(tokens[opener + 1 : closing(tokens, opener)])
        if all(len(part) > 3 and part[0].text == "." and part[2].text == "(" for part in parts):
            yield {part[1].text: part[3:-1] for part in parts}
        elif any(part[0].text == "." for part in parts) or len(parts) > len(_LETTERS):
            yield {}
        else:
            yield _lettered(module, parts)


def _lettered(module: Module, parts: list[list[Token]]) -> dict[str, list[Token]]:
    """A gate's output comes first, as in the language's own gates, unless only the last connection can be one."""
    drives = [_is_drivable(module, part) for part in parts]
    output = 0 if drives[0] else len(parts) - 1
    letters = iter(_LETTERS)
    return {"y" if index == output else next(letters): part for index, part in enumerate(parts)}


def _is_drivable(module: Module, value: Sequence[Token]) -> bool:
    """Whether an instance may drive what is connected: a net of the module, or one of its outputs."""
    if not value or value[0].kind is not Kind.WORD:
        return False
    declared = module.declarations.get(value[0].text)
    return not declared or all(one.direction != "input" and not one.is_constant for one in declared)


def _outputs(module: Module, ports: dict[str, list[Token]]) -> set[str]:
    """Ports that are called like outputs and connected to what can be driven; else the last that is."""
    drivable = [port for port, value in ports.items() if _is_drivable(module, value)]
    named = {port for port in drivable if _OUTPUTS.fullmatch(port) or re.match(r"sum|s$|c_?out|carry_?out", port, re.I)}
    return named or set(drivable[-1:])


def _by_position(text: str) -> str:
    """Gates whose connections have names, the output first as the language wants it."""
    modules = read_modules(text)
    for gate in reversed(list(named_gates(text))):
        first = gate.connections[0]
        module = next((m for m in reversed(modules) if m.start <= first.start), None)
        values = {one.name: [t for t in module.tokens if one.start <= t.start < one.end][3:-1] if module else []
                  for one in gate.connections}  # fmt: skip
        outputs = _outputs(module, values) if module else set()
        ordered = sorted(gate.connections, key=lambda one: one.name not in outputs)
        for place, one in reversed(list(zip(gate.connections, ordered, strict=True))):
            text = text[: place.start] + one.value + text[place.end :]
    return text
