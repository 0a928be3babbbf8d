"""Parts that a generated Verilog module is made of, each with the ports and declarations it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_training.corpora.generate_verilog_circuits import bits, literal, word_circuits
from slmfix_training.corpora.generate_verilog_machines import (
    counter,
    edge_detector,
    memory,
    shift_register,
    state_machine,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from slmfix_training.corpora.verilog_sketch import Sketch

BINARY = ("&", "|", "^", "~^", "+", "-", "&", "|", "^")
NAMES = "a b c d x y in in1 in2 data sel p1a p1b en load bit0 mask ring enable ready valid start req p q r s".split()
GATES = ("and", "or", "xor", "nand", "nor", "xnor")


def expression(sketch: Sketch, names: list[str], depth: int = 0) -> str:
    """A random expression over these names, which all have the same width."""
    rng = sketch.rng
    if depth > 2 or rng.random() < 0.25 + 0.2 * depth:
        return rng.choice(("~", "", "", "", "!" if depth else "")) + rng.choice(names)
    inner = (expression(sketch, names, depth + 1), expression(sketch, names, depth + 1))
    if rng.random() < 0.12:
        return f"({rng.choice(names)} ? {inner[0]} : {inner[1]})"
    text = f"{inner[0]} {rng.choice(BINARY)} {inner[1]}"
    return f"({text})" if depth else text


def logic(sketch: Sketch) -> None:
    """Continuous assignments, some over intermediate nets."""
    rng = sketch.rng
    width = rng.choice(("", "", "", bits(rng)))
    names = [sketch.input(*rng.sample(NAMES, 4), width=width) for _ in range(rng.randint(1, 5))]
    for _ in range(rng.choice((0, 0, 1, 2, 3))):
        name = sketch.wire("w", "t", "n", "and_out", "or_out", "tmp", "s", "x1", width=width)
        sketch.add(f"assign {name} = {expression(sketch, names)};")
        names.append(name)
    for _ in range(rng.choice((1, 1, 2, 3))):
        out = sketch.output("out", "y", "z", "f", "out_and", "out_or", "result", "q", "sum", width=width)
        sketch.add(f"assign {out} = {expression(sketch, names)};")


def gates(sketch: Sketch) -> None:
    """Primitive gates and the nets between them."""
    rng = sketch.rng
    names = [sketch.input(*rng.sample(NAMES, 4)) for _ in range(rng.randint(2, 4))]
    for i in range(rng.randint(1, 4)):
        is_last = rng.random() < 0.4
        out = sketch.output("out", "y", "z", "f") if is_last or not i else sketch.wire("w", "n", "t")
        label = rng.choice(("", f" {sketch.fresh('g', 'u', 'gate')}"))
        if rng.random() < 0.2:
            sketch.add(f"not{label}({out}, {rng.choice(names)});")
        else:
            sketch.add(f"{rng.choice(GATES)}{label}({out}, {rng.choice(names)}, {rng.choice(names)});")
        names += [] if is_last else [out]


def procedure(sketch: Sketch) -> None:
    """A combinational procedure with a chain of conditions."""
    rng = sketch.rng
    width = rng.choice(("", bits(rng)))
    names = [sketch.input(*rng.sample(NAMES, 4), width=width) for _ in range(rng.randint(2, 4))]
    out = sketch.output("out", "out_always", "z", "result", "q", width=width, is_register=True)
    lines = [f"{sketch.combinational()} begin"]
    for i in range(rng.randint(1, 3)):
        test = rng.choice(
            (names[0], f"{names[0]} == {rng.choice(names)}", f"{names[0]} && {names[-1]}", f"!{names[-1]}")
        )
        lines += [f"    {'else ' if i else ''}if ({test})", f"        {out} = {expression(sketch, names)};"]
    lines += ["    else", f"        {out} = {expression(sketch, names)};", "end"]
    sketch.add("\n".join(lines))


def selection(sketch: Sketch) -> None:
    """A case statement: a multiplexer, a decoder, a truth table or an arithmetic unit."""
    rng = sketch.rng
    size = rng.choice((1, 2, 2, 3, 3, 4))
    select = sketch.input(
        "sel", "op", "opcode", "code", "addr", "in", "s", "ctrl", width=f"[{size - 1}:0]" if size > 1 else ""
    )
    width = rng.choice(("", bits(rng), bits(rng)))
    kind = rng.random()
    sources = [sketch.input(*rng.sample(NAMES, 3), width=width) for _ in range(0 if kind < 0.4 else rng.randint(2, 4))]
    out = sketch.output("out", "y", "result", "hex", "segments", "alu_out", width=width, is_register=True)
    base = rng.choice("bbhd")
    values = sorted(rng.sample(range(1 << size), rng.randint(1, min(1 << size, 9))))
    lines = [
        f"{sketch.combinational()} begin",
        f"    {rng.choice(('case', 'case', 'casez', 'unique case' if sketch.is_system else 'case'))} ({select})",
    ]
    if rng.random() < 0.2:
        lines.insert(1, f"    {out} = {literal(rng, width)};")
    for value in values:
        right = expression(sketch, sources, 1) if sources else literal(rng, width)
        lines.append(f"        {constant(size, value, base)}: {out} = {right};")
    lines += [f"        default: {out} = {literal(rng, width)};", "    endcase", "end"]
    sketch.add("\n".join(lines))


def constant(size: int, value: int, base: str) -> str:
    """A sized number."""
    digits = {"b": f"{value:0{size}b}", "h": f"{value:x}", "d": str(value)}[base]
    return f"{size}'{base}{digits}"


def flip_flop(sketch: Sketch) -> None:
    """Registers with and without reset and enable."""
    rng = sketch.rng
    width = rng.choice(("", "", bits(rng)))
    data = sketch.input("d", "D", "in", "data_in", "j", width=width)
    out = sketch.output("q", "Q", "out", "data_out", width=width, is_register=True)
    enable = f"if ({sketch.input('en', 'ena', 'enable', 'load', 'we')}) " if rng.random() < 0.4 else ""
    if rng.random() < 0.3:
        head = sketch.clocked(f"{rng.choice(('posedge', 'posedge', 'negedge'))} {sketch.clock()}")
        sketch.add(f"{head} begin\n    {enable}{out} <= {data};\nend")
        return
    events, is_reset = sketch.reset()
    sketch.add(
        f"{sketch.clocked(events)} begin\n    if ({is_reset}) begin\n        {out} <= {literal(rng, width)};\n"
        f"    end else {enable}begin\n        {out} <= {data};\n    end\nend"
    )


def hierarchy(sketch: Sketch) -> None:
    """Instances of a module that is written beside, connected by name or by place."""
    rng = sketch.rng
    name = sketch.fresh("add1", "full_adder", "mod_a", "my_dff", "half_adder", "mux2", "sub", "fadd", "cell_unit")
    width = rng.choice(("", "", bits(rng)))
    ports = rng.sample(("a", "b", "cin", "x", "y", "in1", "in2", "d"), rng.randint(2, 3))
    outs = rng.sample(("out", "sum", "cout", "q", "z"), rng.randint(1, 2))
    space = f"{width} " if width else ""
    inner = ",\n".join([*(f"    input {space}{p}" for p in ports), *(f"    output {space}{o}" for o in outs)])
    body = "\n".join(
        f"    assign {o} = {ports[i % len(ports)]} {rng.choice('&|^')} {ports[-1]};" for i, o in enumerate(outs)
    )
    sketch.others.append(f"module {name} (\n{inner}\n);\n{body}\nendmodule\n")
    drivers = [sketch.input(*rng.sample(NAMES, 3), width=width) for _ in ports]
    for _ in range(rng.randint(1, 3)):
        targets = [sketch.wire("w", "c", "s", "carry", "sum1", width=width) for _ in outs]
        label = sketch.fresh("u", "inst", "fa", "instance1", "u_" + name)
        if rng.random() < 0.6:
            pairs = [*zip(ports, drivers, strict=True), *zip(outs, targets, strict=True)]
            gap = rng.choice((", ", ",\n    "))
            opening, closing = ("(\n    ", "\n)") if "\n" in gap else ("(", ")")
            sketch.add(f"{name} {label} {opening}{gap.join(f'.{p}({d})' for p, d in pairs)}{closing};")
        else:
            sketch.add(f"{name} {label}({', '.join([*drivers, *targets])});")
        drivers = [*drivers[1:], targets[0]]
    out = sketch.output("out", "result", "q", width=width)
    sketch.add(f"assign {out} = {targets[-1]};")


PARTS: dict[str, tuple[Callable[[Sketch], None], int]] = {
    "logic": (logic, 5),
    "gates": (gates, 3),
    "procedure": (procedure, 5),
    "selection": (selection, 8),
    "flip_flop": (flip_flop, 5),
    "hierarchy": (hierarchy, 6),
    "word_circuits": (word_circuits, 8),
    "counter": (counter, 6),
    "shift_register": (shift_register, 5),
    "edge_detector": (edge_detector, 4),
    "state_machine": (state_machine, 10),
    "memory": (memory, 2),
}
