"""Faults of JSON and TOML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.corrupt_text import double, drop, drop_line, fence, prose_head, prose_tail, swap, truncate

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.corrupt_text import Operator

M = re.MULTILINE


def single_quotes(text: str, rng: Random) -> str | None:
    """Python's repr in place of JSON: everywhere."""
    if "'" in text or len(text) > 240:
        return None
    return re.sub(r'"([^"\\\n]*)"', r"'\1'", text)


def python_constants(text: str, rng: Random) -> str | None:
    """True, False and None."""
    for a, b in (("true", "True"), ("false", "False"), ("null", "None")):
        text = re.sub(rf"\b{a}\b(?=\s*[,\]}}])", b, text)
    return text


JSON_SYNTAX: tuple[tuple[int, Operator], ...] = (
    (8, single_quotes),
    (6, swap(r'"([^"\\\n]*)"', r"'\1'", r"“\1”")),
    (5, python_constants),
    (9, drop(r",")),
    (6, swap(r"(\s*[}\]])", r",\1")),
    (3, double(r",")),
    (8, drop(r'"')),
    (6, swap(r'"([\w-]+)"\s*:', r"\1:")),
    (3, swap(r'"([\w-]+)"\s*:', r'"\1" =', r'"\1"', r'"\1";')),
    (5, drop(r"[}\]]")),
    (3, drop(r"[{\[]")),
    (3, double(r"[}\]]")),
    (6, truncate),
    (4, swap(r",\s*\n", ",  // comment\n", ", # see below\n", ",\n/* more */\n")),
    (3, swap(r"(\[[^\]\n]+)\]", r"\1, ...]", r"\1 ...]")),
    (4, swap(r'": "([^"\n]{4,})"', r'": "say "\1""', r'": "\1\\d"', r'": \1', r'": "\1')),
    (3, swap(r": (-?\d+)", r": 0\1", r": +\1", r": .\1", r": \1.", r": NaN", r": undefined", r": \1%")),
    (8, fence("json")),
    (5, prose_head("json")),
    (5, prose_tail("json")),
    (2, drop_line),
    (2, swap(r"\s*\Z", ";\n", " </s>\n", ",\n")),
)
TOML_SYNTAX: tuple[tuple[int, Operator], ...] = (
    (8, drop(r'"')),
    (6, swap(r" = ", ": ", " ", " == ", " := ")),
    (5, drop(r"[\[\]]")),
    (3, swap(r"^\[+([\w.-]+)\]+", r"[\1]]", r"[[\1]", r"[\1", flags=M)),
    (5, swap(r'= "([^"\n]*)"', r"= \1", r"= '\1\"", r"= “\1”")),
    (3, swap(r"\btrue\b|\bfalse\b", "True", "False", "yes", "on")),
    (3, drop(r",")),
    (3, swap(r"^(\w+ = .*)$", r"\1\n\1", r"\1,", r"\1;", flags=M)),
    (3, swap(r"^(\w[\w-]*) = ", r"\1 \1 = ", r"the \1 = ", flags=M)),
    (2, swap(r"^(\w+ = .*)$", r"\1 // comment", r"\1 null", flags=M)),
    (2, swap(r"= (\S.*)$", "= null", "= None", r"=", flags=M)),
    (2, truncate),
    (5, fence("toml")),
    (3, prose_tail("toml")),
    (2, prose_head("toml")),
)
