"""Small clean Verilog modules in the manner in which language models answer exercises of digital design."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_training.corpora.generate_verilog_parts import PARTS
from slmfix_training.corpora.verilog_sketch import Sketch

if TYPE_CHECKING:
    from random import Random

HEADS = (
    "// {0} logic\n",
    "// This module implements the {0} described above.\n",
    "`timescale 1ns / 1ps\n\n",
    "`default_nettype none\n\n",
    "/* {0} */\n",
)


def random_verilog(rng: Random) -> str:
    """One module, sometimes with the modules that it uses, of 3 to some 60 lines."""
    names, weights = zip(*((name, weight) for name, (_, weight) in PARTS.items()), strict=True)
    sketch = Sketch(rng)
    count = rng.choices((1, 2, 3), (6, 3, 1))[0]
    chosen = rng.choices(names, weights, k=count)
    for name in dict.fromkeys(chosen):
        PARTS[name][0](sketch)
    head = rng.choice(HEADS).format(chosen[0].replace("_", " ")) if rng.random() < 0.12 else ""
    tail = "`default_nettype wire\n" if "default_nettype" in head else ""
    return head + sketch.text() + tail
