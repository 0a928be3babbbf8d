"""A Verilog module under construction: names, ports, declarations and items, and the layout they are written in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

SUFFIXES = "in out reg next r q d d1 2 0 1 i o n s ff sync sel val data tmp prev cur int".split()
PREFIXES = "i o r w n s my core top u data sig p m".split()
STEP = "    "  # of the templates; text() writes the step of the chosen style


@dataclass(frozen=True, kw_only=True)
class Port:
    """`kind` is "", "wire", "reg" or "logic"; `width` is the text between name and kind, "" for a single bit."""

    direction: str
    kind: str
    width: str
    name: str


class Sketch:
    """Collects the parts of one module. Names are unique in it."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.name = rng.choice(("top_module", "top_module", "top_module", "TopModule", self._fresh("top", set())))
        self.ports: list[Port] = []
        self.parameters: list[str] = []
        self.items: list[str] = []
        self.others: list[str] = []
        self.names: set[str] = {self.name}
        self.is_ansi = rng.random() < 0.88
        self.is_system = rng.random() < 0.22
        self.step = rng.choice(("    ", "    ", "    ", "  ", "  ", "\t", "\t", ""))
        self._clock: str | None = None
        self._reset: tuple[str, str, bool] | None = None

    def _fresh(self, base: str, taken: set[str]) -> str:
        rng = self.rng
        name = base
        if rng.random() < 0.3:
            name = rng.choice(
                (f"{base}_{rng.choice(SUFFIXES)}", f"{rng.choice(PREFIXES)}_{base}", f"{base}{rng.randint(0, 9)}")
            )
        while name in taken:
            name = f"{base}_{rng.choice(SUFFIXES)}" + ("" if rng.random() < 0.5 else str(rng.randint(0, 30)))
        taken.add(name)
        return name

    def fresh(self, *bases: str) -> str:
        """A name that the module does not have yet, made from one of these."""
        return self._fresh(self.rng.choice(bases), self.names)

    def clock(self) -> str:
        """The name of the clock, which is added as a port at the first call."""
        if self._clock is None:
            self._clock = self.rng.choice(("clk", "clk", "clk", "clk", "clock", "i_clk", "CLK", "clk_in"))
            self.names.add(self._clock)
            self.ports.insert(0, Port(direction="input", kind="", width="", name=self._clock))
        return self._clock

    def reset(self) -> tuple[str, str]:
        """(event list with clock and reset, condition of being reset)."""
        clock = self.clock()
        if self._reset is None:
            name = self.rng.choice(("reset", "reset", "rst", "areset", "rst_n", "resetn", "reset_n", "i_rst", "rstn"))
            low = name.endswith("n")
            is_asynchronous = name == "areset" or self.rng.random() < 0.4
            self.names.add(name)
            self.ports.insert(1, Port(direction="input", kind="", width="", name=name))
            edge = f" {self.rng.choice(('or', 'or', 'or', ','))} {'neg' if low else 'pos'}edge {name}".replace(
                " ,", ","
            )
            self._reset = (edge if is_asynchronous else "", f"{self.rng.choice('!~')}{name}" if low else name, low)
        return f"posedge {clock}{self._reset[0]}", self._reset[1]

    def input(self, *bases: str, width: str = "") -> str:
        """Adds an input; its name."""
        kind = self.rng.choices(("", "wire", "logic"), (5, 2, 2 if self.is_system else 0))[0]
        return self._port("input", kind, width, bases)

    def output(self, *bases: str, width: str = "", is_register: bool = False) -> str:
        """Adds an output, which a procedure may assign if `is_register`; its name."""
        if self.is_system:
            kind = "logic" if is_register else self.rng.choice(("", "logic", "wire"))
        else:
            kind = "reg" if is_register else self.rng.choice(("", "", "wire"))
        return self._port("output", kind, width, bases)

    def _port(self, direction: str, kind: str, width: str, bases: tuple[str, ...]) -> str:
        name = self.fresh(*bases)
        self.ports.append(Port(direction=direction, kind=kind, width=width, name=name))
        return name

    def wire(self, *bases: str, width: str = "") -> str:
        """Declares a net; its name."""
        return self._declare("wire", bases, width, "")

    def register(self, *bases: str, width: str = "", array: str = "") -> str:
        """Declares a variable; its name."""
        return self._declare("logic" if self.is_system else "reg", bases, width, array)

    def _declare(self, kind: str, bases: tuple[str, ...], width: str, array: str) -> str:
        name = self.fresh(*bases)
        self.items.append(" ".join(part for part in (kind, width, name, array) if part) + ";")
        return name

    def add(self, text: str) -> None:
        """An item; indented by steps of four."""
        self.items.append(text.strip("\n"))

    def combinational(self) -> str:
        """The head of a combinational procedure."""
        return "always_comb" if self.is_system and self.rng.random() < 0.7 else self.rng.choice(COMBINATIONAL)

    def clocked(self, events: str) -> str:
        """The head of a procedure that waits for these events."""
        return f"{'always_ff' if self.is_system and self.rng.random() < 0.6 else 'always'} @({events})"

    def text(self) -> str:
        """The module in its layout."""
        body = self._header() + "\n" + self._body() + "\nendmodule\n"
        lines = [self._indented(line) for line in body.split("\n")]
        module = "\n".join(lines).rstrip() + "\n"
        parts = [module, *self.others] if self.rng.random() < 0.5 else [*self.others, module]
        return "\n".join(parts)

    def _indented(self, line: str) -> str:
        bare = line.lstrip(" ")
        return self.step * ((len(line) - len(bare)) // len(STEP)) + bare

    def _header(self) -> str:
        rng = self.rng
        parameters = ""
        if self.parameters:
            parameters = " #(\n" + ",\n".join(STEP + one for one in self.parameters) + "\n)"
        if not self.ports:
            return f"module {self.name}{parameters};"
        if not self.is_ansi:
            return f"module {self.name}{parameters}({', '.join(port.name for port in self.ports)});\n" + "\n".join(
                f"{STEP}{_words(port)};" for port in self.ports
            )
        ports = [_words(port) for port in self.ports]
        kind = rng.random()
        if kind < 0.12 and len(", ".join(ports)) < 70:
            return f"module {self.name}{parameters}({', '.join(ports)});"
        opening = rng.choice((" (", "(", "(", "\n("))
        closing = rng.choice(("\n);", "\n);", "\n);", ");", " );"))
        return f"module {self.name}{parameters}{opening}\n" + ",\n".join(STEP + port for port in ports) + closing

    def _body(self) -> str:
        rng = self.rng
        gap = rng.choice(("\n", "\n\n", "\n\n"))
        found = ""
        declared = True
        for item in self.items:
            is_declaration = (
                re.match(r"(wire|reg|logic|integer|genvar|localparam|parameter)\b[^=]*;?", item) is not None
            )
            found += ("\n" if is_declaration and declared else gap) + "\n".join(
                STEP + line if line else "" for line in item.split("\n")
            )
            declared = is_declaration
        return found.strip("\n")


COMBINATIONAL = ("always @(*)", "always @(*)", "always @(*)", "always @*", "always@(*)")


def _words(port: Port) -> str:
    return " ".join(part for part in (port.direction, port.kind, port.width, port.name) if part)
