"""Clocked circuits: counters, shift registers, edge detectors, state machines, memories."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_training.corpora.generate_verilog_circuits import bits, literal, size

if TYPE_CHECKING:
    from slmfix_training.corpora.verilog_sketch import Sketch

STATES = (
    "A B C D E F G H",
    "S0 S1 S2 S3 S4 S5 S6 S7",
    "IDLE START RUN WAIT DONE STOP ERROR CHECK",
    "LEFT RIGHT FALL_L FALL_R DIG_L DIG_R SPLAT DEAD",
    "OFF ON BELOW ABOVE FULL EMPTY FILL DRAIN",
    "idle byte1 byte2 byte3 done err sync last",
    "ST_IDLE ST_LOAD ST_SHIFT ST_ADD ST_STORE ST_DONE ST_WAIT ST_ERR",
)


def counter(sketch: Sketch) -> None:
    """Counts up, or up and down, to a limit; with an optional carry output."""
    rng = sketch.rng
    width = bits(rng, rng.choice((3, 4, 4, 8, 16, 32)))
    out = sketch.output("q", "count", "cnt", "counter", "ones", width=width, is_register=True)
    events, is_reset = sketch.reset()
    enable = sketch.input("en", "ena", "enable", "slowena", "up_down") if rng.random() < 0.5 else ""
    limit = rng.choice((9, 12, 15, 59, 99, 999)) % (1 << min(size(width), 12))
    step = rng.choice(
        (
            f"{out} <= {out} + 1;",
            f"{out} <= {out} + 1'b1;",
            f"if ({out} == {limit})\n            {out} <= 0;\n        else\n"
            f"            {out} <= {out} + {size(width)}'d1;",
            f"{out} <= ({out} == {size(width)}'d{limit}) ? {size(width)}'d0 : {out} + 1'b1;",
            f"{out} <= {out} - 1;",
        )
    )
    gate = f"else if ({enable})" if enable else "else"
    sketch.add(
        f"{sketch.clocked(events)} begin\n    if ({is_reset}) begin\n        {out} <= {literal(rng, width)};\n    end\n"
        f"    {gate} begin\n        {step}\n    end\nend"
    )
    if rng.random() < 0.3:
        sketch.add(f"assign {sketch.output('tc', 'carry', 'done', 'rollover', 'c_enable')} = ({out} == {limit});")


def shift_register(sketch: Sketch) -> None:
    """Shifts left or right, rotates, or feeds back."""
    rng = sketch.rng
    count = rng.choice((3, 4, 8, 5, 32, 64))
    width = f"[{count - 1}:0]"
    register = (
        sketch.output("q", "shift_out", "lfsr", width=width, is_register=True)
        if rng.random() < 0.6
        else sketch.register("sr", "shift_reg", "q_reg", width=width)
    )
    data = sketch.input("in", "si", "data", "d", "serial_in")
    taps = " ^ ".join(f"{register}[{at}]" for at in sorted(rng.sample(range(count), 2)))
    step = rng.choice(
        (
            f"{register} <= {{{register}[{count - 2}:0], {data}}};",
            f"{register} <= {{{data}, {register}[{count - 1}:1]}};",
            f"{register} <= {register} << 1;",
            f"{register} <= {{{register}[{count - 2}:0], {taps}}};",
            f"{register} <= {{{register}[0], {register}[{count - 1}:1]}};",
        )
    )
    if rng.random() < 0.4:
        load, value = sketch.input("load", "ld", "set"), sketch.input("data_in", "init", "value", width=width)
        step = f"if ({load})\n            {register} <= {value};\n        else\n            {step}"
    events, is_reset = sketch.reset()
    sketch.add(
        f"{sketch.clocked(events)} begin\n    if ({is_reset})\n        {register} <= {literal(rng, width)};\n"
        f"    else begin\n        {step}\n    end\nend"
    )
    if rng.random() < 0.5:
        sketch.add(f"assign {sketch.output('out', 'so', 'serial_out')} = {register}[{rng.choice((0, count - 1))}];")


def edge_detector(sketch: Sketch) -> None:
    """Compares with the value of the cycle before."""
    rng = sketch.rng
    width = rng.choice(("", bits(rng, 8), bits(rng, 32)))
    data = sketch.input("in", "signal", "a", "din", width=width)
    before = sketch.register("prev", "d_last", "in_d", "dly", "last", width=width)
    out = sketch.output("pedge", "anyedge", "rise", "pulse", "out", width=width, is_register=True)
    found = rng.choice(
        (f"{data} & ~{before}", f"~{data} & {before}", f"{data} ^ {before}", f"{out} | ({before} & ~{data})")
    )
    if rng.random() < 0.5:
        sketch.add(
            f"{sketch.clocked(f'posedge {sketch.clock()}')} begin\n    {before} <= {data};\n    {out} <= {found};\nend"
        )
        return
    events, is_reset = sketch.reset()
    sketch.add(
        f"{sketch.clocked(events)} begin\n    if ({is_reset}) begin\n        {before} <= 0;\n        {out} <= 0;\n"
        f"    end else begin\n        {before} <= {data};\n        {out} <= {found};\n    end\nend"
    )


def state_machine(sketch: Sketch) -> None:
    """States as parameters, a register, the next state and an output that depends on it."""
    rng = sketch.rng
    states = rng.choice(STATES).split()[: rng.randint(2, 6)]
    if sketch.names & set(states):
        return
    sketch.names |= set(states)
    count = max(1, (len(states) - 1).bit_length())
    width = f"[{count - 1}:0]" if count > 1 else ""
    values = [rng.choice((str(i), f"{count}'d{i}", f"{count}'b{i:0{count}b}")) for i in range(len(states))]
    data = [sketch.input("x", "in", "w", "bump_left", "start", "data", "j", "go") for _ in range(rng.choice((1, 1, 2)))]
    pairs = ", ".join(f"{name} = {value}" for name, value in zip(states, values, strict=True))
    if sketch.is_system and rng.random() < 0.5:
        state, after = sketch.fresh("state", "cs"), sketch.fresh("next_state", "ns")
        sketch.add(
            f"typedef enum logic {width or '[0:0]'} {{{', '.join(states)}}} state_t;".replace(
                "state_t", kind := sketch.fresh("state_t", "states")
            )
        )
        sketch.add(f"{kind} {state}, {after};")
    else:
        sketch.add(f"{rng.choice(('parameter', 'localparam'))} {pairs};")
        state, after = sketch.fresh("state", "current_state", "cs"), sketch.fresh("next_state", "next", "ns")
        sketch.add(f"{'logic' if sketch.is_system else 'reg'} {width + ' ' if width else ''}{state}, {after};")
    events, is_reset = sketch.reset()
    register = (
        f"{sketch.clocked(events)} begin\n    if ({is_reset})\n        {state} <= {states[0]};\n"
        f"    else\n        {state} <= {after};\nend"
    )
    lines = [f"{sketch.combinational()} begin", f"    case ({state})"]
    for name in states:
        test, yes, no = rng.choice(data), rng.choice(states), rng.choice(states)
        lines.append(
            f"        {name}: "
            + rng.choice(
                (f"{after} = {test} ? {yes} : {no};", f"{after} = ({test}) ? {yes} : {no};", f"{after} = {yes};")
            )
            if rng.random() < 0.6
            else f"        {name}: begin\n            if ({test})\n                {after} = {yes};\n            else\n"
            f"                {after} = {no};\n        end"
        )
    lines += [f"        default: {after} = {states[0]};"] * (rng.random() < 0.7) + ["    endcase", "end"]
    for part in rng.sample((register, "\n".join(lines)), 2):
        sketch.add(part)
    out = sketch.output("z", "out", "done", "walk_left", "disc", "err", is_register=rng.random() < 0.25)
    test = rng.choice(
        (
            f"({state} == {states[-1]})",
            f"({state} == {states[0]}) && {data[0]}",
            f"({state} == {states[-1]}) | ({state} == {states[0]})",
        )
    )
    is_register = (
        next(port for port in sketch.ports if port.name == out).kind in ("reg", "logic") and rng.random() < 0.5
    )
    if is_register or next(port for port in sketch.ports if port.name == out).kind == "reg":
        sketch.add(f"{sketch.combinational()} begin\n    {out} = {test};\nend")
    else:
        sketch.add(f"assign {out} = {test};")


def memory(sketch: Sketch) -> None:
    """A small memory with one or two ports."""
    rng = sketch.rng
    width, depth = rng.choice((8, 16, 32)), rng.choice((4, 5, 8))
    data = sketch.input("din", "wdata", "data_in", width=f"[{width - 1}:0]")
    address = sketch.input("addr", "waddr", "wr_ptr", width=f"[{depth - 1}:0]")
    write = sketch.input("we", "wr_en", "write")
    array = sketch.register("mem", "ram", "storage", width=f"[{width - 1}:0]", array=f"[0:{(1 << depth) - 1}]")
    clock = sketch.clock()
    if rng.random() < 0.5:
        out = sketch.output("dout", "rdata", "q", width=f"[{width - 1}:0]", is_register=True)
        read = f"    {out} <= {array}[{address}];\n"
    else:
        out, read = sketch.output("dout", "rdata", "q", width=f"[{width - 1}:0]"), ""
    sketch.add(
        f"{sketch.clocked(f'posedge {clock}')} begin\n    if ({write})\n"
        f"        {array}[{address}] <= {data};\n{read}end"
    )
    if not read:
        sketch.add(f"assign {out} = {array}[{address}];")
