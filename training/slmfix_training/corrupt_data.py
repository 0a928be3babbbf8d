"""Faults of JSON and TOML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.corrupt_text import double, drop, drop_line, fence, prose_head, prose_tail, swap, truncate

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.corrupt_text import Fault

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


JSON_SYNTAX: tuple[Fault, ...] = (
    (8, "quotes", single_quotes),
    (6, "separator", swap(r'"([^"\\\n]*)"', r"'\1'", r"“\1”")),
    (5, "dialect", python_constants),
    (9, "separator", drop(r",")),
    (6, "separator", swap(r"(\s*[}\]])", r",\1")),
    (3, "separator", double(r",")),
    (8, "quotes", drop(r'"')),
    (6, "separator", swap(r'"([\w-]+)"\s*:', r"\1:")),
    (3, "separator", swap(r'"([\w-]+)"\s*:', r'"\1" =', r'"\1"', r'"\1";')),
    (5, "unclosed", drop(r"[}\]]")),
    (3, "unclosed", drop(r"[{\[]")),
    (3, "surplus-closer", double(r"[}\]]")),
    (6, "truncation", truncate),
    (4, "residue", swap(r",\s*\n", ",  // comment\n", ", # see below\n", ",\n/* more */\n")),
    (3, "placeholder", swap(r"(\[[^\]\n]+)\]", r"\1, ...]", r"\1 ...]")),
    (4, "separator", swap(r'": "([^"\n]{4,})"', r'": "say "\1""', r'": "\1\\d"', r'": \1', r'": "\1')),
    (3, "option-value", swap(r": (-?\d+)", r": 0\1", r": +\1", r": .\1", r": \1.", r": NaN", r": undefined", r": \1%")),
    (8, "residue", fence("json")),
    (5, "residue", prose_head("json")),
    (5, "residue", prose_tail("json")),
    (2, "unclosed", drop_line),
    (2, "residue", swap(r"\s*\Z", ";\n", " </s>\n", ",\n")),
)
TOML_SYNTAX: tuple[Fault, ...] = (
    (8, "quotes", drop(r'"')),
    (6, "separator", swap(r" = ", ": ", " ", " == ", " := ")),
    (5, "unclosed", drop(r"[\[\]]")),
    (3, "separator", swap(r"^\[+([\w.-]+)\]+", r"[\1]]", r"[[\1]", r"[\1", flags=M)),
    (5, "separator", swap(r'= "([^"\n]*)"', r"= \1", r"= '\1\"", r"= “\1”")),
    (3, "separator", swap(r"\btrue\b|\bfalse\b", "True", "False", "yes", "on")),
    (3, "separator", drop(r",")),
    (3, "separator", swap(r"^(\w+ = .*)$", r"\1\n\1", r"\1,", r"\1;", flags=M)),
    (3, "separator", swap(r"^(\w[\w-]*) = ", r"\1 \1 = ", r"the \1 = ", flags=M)),
    (2, "residue", swap(r"^(\w+ = .*)$", r"\1 // comment", r"\1 null", flags=M)),
    (2, "separator", swap(r"= (\S.*)$", "= null", "= None", r"=", flags=M)),
    (2, "truncation", truncate),
    (5, "residue", fence("toml")),
    (3, "residue", prose_tail("toml")),
    (2, "residue", prose_head("toml")),
)
