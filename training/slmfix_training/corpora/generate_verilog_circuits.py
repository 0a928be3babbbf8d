"""Circuits over words: slices, concatenations, loops, functions, adders, comparisons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from slmfix_training.corpora.verilog_sketch import Sketch

WIDTHS = (2, 3, 4, 4, 5, 8, 8, 8, 16, 32, 10, 100, 7, 64, 24)


def bits(rng: Random, width: int | None = None) -> str:
    """A range; seldom one that does not end at 0."""
    width = width or rng.choice(WIDTHS)
    return f"[{width}:1]" if rng.random() < 0.03 else f"[{width - 1}:0]"


def size(width: str) -> int:
    """The number of bits of a range."""
    high, _, low = width.strip("[]").partition(":")
    return int(high) - int(low) + 1 if width else 1


def literal(rng: Random, width: str) -> str:
    """A constant of this range, in one of the usual spellings."""
    count = size(width)
    value = rng.choice((0, 0, 0, 1, rng.randrange(1 << min(count, 12))))
    spellings = [f"{count}'d{value}", f"{count}'h{value:x}", f"{count}'b{value:0{min(count, 12)}b}"]
    return rng.choice([*spellings, str(value)] if value < 2 else spellings)


def _reverse(sketch: Sketch) -> None:
    rng = sketch.rng
    count = rng.choice((4, 8, 16, 32, 100))
    data = sketch.input("in", "data", "vec", width=f"[{count - 1}:0]")
    if rng.random() < 0.5:
        out = sketch.output("out", "rev", "reversed", width=f"[{count - 1}:0]", is_register=True)
        i = sketch.fresh("i", "j", "k")
        sketch.add(f"integer {i};")
        sketch.add(
            f"{sketch.combinational()} begin\n    for ({i} = 0; {i} < {count}; {i} = {i} + 1) begin\n"
            f"        {out}[{i}] = {data}[{count - 1} - {i}];\n    end\nend"
        )
        return
    out = sketch.output("out", "rev", "reversed", width=f"[{count - 1}:0]")
    i, label = sketch.fresh("i", "g", "gi"), sketch.fresh("gen", "reverse_loop", "bits_gen")
    sketch.add(f"genvar {i};")
    sketch.add(
        f"generate\n    for ({i} = 0; {i} < {count}; {i} = {i} + 1) begin : {label}\n"
        f"        assign {out}[{i}] = {data}[{count} - {i} - 1];\n    end\nendgenerate"
    )


def _count_ones(sketch: Sketch) -> None:
    rng = sketch.rng
    count = rng.choice((3, 8, 16, 255))
    data = sketch.input("in", "vec", "data_in", width=f"[{count - 1}:0]")
    out = sketch.output("out", "count", "ones", width=f"[{count.bit_length() - 1}:0]", is_register=True)
    if sketch.is_system:
        loop, head = "int i = 0; i < {0}; i++", ""
    else:
        i = sketch.fresh("i", "idx")
        loop, head = f"{i} = 0; {i} < {{0}}; {i} = {i} + 1", i
        sketch.add(f"integer {i};")
    at = head or "i"
    sketch.add(
        f"{sketch.combinational()} begin\n    {out} = 0;\n    for ({loop.format(count)}) begin\n"
        + rng.choice(
            (
                f"        {out} = {out} + {data}[{at}];\n",
                f"        if ({data}[{at}])\n            {out} = {out} + 1'b1;\n",
            )
        )
        + "    end\nend"
    )


def _slices(sketch: Sketch) -> None:
    rng = sketch.rng
    count = rng.choice((2, 4))
    part = rng.choice((4, 8))
    data = sketch.input("in", "half_word", "data", width=f"[{count * part - 1}:0]")
    ranges = [f"[{(i + 1) * part - 1}:{i * part}]" for i in range(count)]
    if rng.random() < 0.5:
        out = sketch.output("out", "swapped", "bytes", width=f"[{count * part - 1}:0]")
        order = rng.sample(ranges, count)
        sketch.add(f"assign {out} = {{{', '.join(data + one for one in order)}}};")
        return
    for one in ranges:
        out = sketch.output("out_hi", "out_lo", "byte0", "o", width=f"[{part - 1}:0]")
        sketch.add(f"assign {out} = {data}{one};")


def _extend(sketch: Sketch) -> None:
    rng = sketch.rng
    low, high = rng.choice(((8, 32), (4, 8), (16, 32), (5, 25)))
    data = sketch.input("in", "imm", "a", width=f"[{low - 1}:0]")
    out = sketch.output("out", "extended", width=f"[{high - 1}:0]")
    fill = rng.choice((f"{data}[{low - 1}]", "1'b0"))
    sketch.add(f"assign {out} = {{{{{high - low}{{{fill}}}}}, {data}}};")


def _adder(sketch: Sketch) -> None:
    rng = sketch.rng
    width = bits(rng)
    one, two = sketch.input("a", "x", "op_a", width=width), sketch.input("b", "y", "op_b", width=width)
    carry, total = sketch.output("cout", "carry", "overflow", "c_out"), sketch.output("sum", "s", "out", width=width)
    cin = f" + {sketch.input('cin', 'carry_in', 'ci')}" if rng.random() < 0.6 else ""
    sketch.add(f"assign {{{carry}, {total}}} = {one} {'+' if cin else rng.choice('+-')} {two}{cin};")


def _compare(sketch: Sketch) -> None:
    rng = sketch.rng
    width = bits(rng)
    one, two = sketch.input("A", "a", "x", width=width), sketch.input("B", "b", "y", width=width)
    for names, sign in rng.sample(((("eq", "equal", "z"), "=="), (("lt", "less"), "<"), (("gt", "greater"), ">")), 2):
        out = sketch.output(*names)
        sketch.add(
            f"assign {out} = {rng.choice((f'({one} {sign} {two})', f'({one} {sign} {two}) ? 1 : 0'))};".replace(
                "1 : 0", "1'b1 : 1'b0"
            )
        )


def _reduce(sketch: Sketch) -> None:
    rng = sketch.rng
    data = sketch.input("in", "data", "vec", "scancode", width=bits(rng))
    for names, sign in rng.sample(
        ((("parity", "out_xor"), "^"), (("out_and", "all_ones"), "&"), (("out_or", "any_bit"), "|")), 2
    ):
        sketch.add(f"assign {sketch.output(*names)} = {sign}{data};")


def _index(sketch: Sketch) -> None:
    rng = sketch.rng
    part, count = rng.choice(((1, 256), (4, 256), (8, 16), (1, 16), (2, 8)))
    data = sketch.input("in", "data", "table_in", width=f"[{part * count - 1}:0]")
    select = sketch.input("sel", "index", "addr", width=f"[{count.bit_length() - 2}:0]")
    out = sketch.output("out", "q", "value", width=f"[{part - 1}:0]" if part > 1 else "")
    sketch.add(f"assign {out} = {data}[{f'{select}*{part} +: {part}' if part > 1 else select}];")


def _priority(sketch: Sketch) -> None:
    rng = sketch.rng
    count = rng.choice((4, 8))
    data = sketch.input("in", "req", "irq", width=f"[{count - 1}:0]")
    out = sketch.output("pos", "grant", "idx", width=f"[{count.bit_length() - 2}:0]", is_register=True)
    filler = rng.choice("z?")
    lines = [f"        {count}'b{filler * (count - 1 - i)}1{'0' * i}: {out} = {i};" for i in range(count)]
    sketch.add(
        f"{sketch.combinational()} begin\n    casez ({data})\n"
        + "\n".join(lines)
        + f"\n        default: {out} = 0;\n    endcase\nend"
    )


def _function(sketch: Sketch) -> None:
    rng = sketch.rng
    width = bits(rng, rng.choice((4, 8, 16)))
    data = sketch.input("in", "a", "bin", width=width)
    out = sketch.output("out", "gray", "y", width=width)
    name = sketch.fresh("to_gray", "calc", "mix", "next_value", "transform")
    body = rng.choice(
        (
            f"{name} = v ^ (v >> 1);",
            f"{name} = {{v[0], v[{size(width) - 1}:1]}};" if width.endswith(":0]") else f"{name} = ~v;",
        )
    )
    sketch.add(f"function {width} {name};\n    input {width} v;\n    begin\n        {body}\n    end\nendfunction")
    sketch.add(f"assign {out} = {name}({data});")


def _parameterised(sketch: Sketch) -> None:
    rng = sketch.rng
    name = sketch.fresh("WIDTH", "N", "DATA_WIDTH", "SIZE")
    sketch.parameters.append(f"parameter {name} = {rng.choice(WIDTHS)}")
    width = f"[{name}-1:0]" if rng.random() < 0.8 else f"[{name} - 1 : 0]"
    one, two = sketch.input("a", "in", "d0", width=width), sketch.input("b", "d1", "in2", width=width)
    select = sketch.input("sel", "s", "en")
    out = sketch.output("out", "y", "q", width=width)
    sketch.add(f"assign {out} = {select} ? {one} : {two};")
    if rng.random() < 0.4:
        sketch.add(f"assign {sketch.output('zero', 'is_zero')} = ({one} == {{{name}{{1'b0}}}});")


CIRCUITS: tuple[Callable[[Sketch], None], ...] = (
    _reverse,
    _count_ones,
    _slices,
    _extend,
    _adder,
    _compare,
    _reduce,
    _index,
    _priority,
    _function,
    _parameterised,
)


def word_circuits(sketch: Sketch) -> None:
    """One of the circuits over words."""
    sketch.rng.choice(CIRCUITS)(sketch)
