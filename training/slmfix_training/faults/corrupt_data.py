"""Faults of JSON and TOML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import double, drop, fence, prose_head, prose_tail, swap, truncate

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault

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


def bare_words(text: str, rng: Random) -> str | None:
    """Keys, or values, without quotes: one or all."""
    kind = rng.choice((r'"([A-Za-z_]\w*)"(?=\s*:)', r'(?<=: )"([\w .-]*[A-Za-z][\w .-]*)"', r'"([A-Za-z_]\w*)"'))
    if not re.search(kind, text):
        return None
    return re.sub(kind, r"\1", text) if rng.random() < 0.5 else swap(kind, r"\1")(text, rng)


JSON_SYNTAX: tuple[Fault, ...] = (
    (6, "quotes", single_quotes),
    (4, "quotes", swap(r'"([^"\\\n]*)"', r"'\1'", r"“\1”", r"‘\1’", r"`\1`", r"“\1\"")),
    (6, "quotes", drop(r'"')),
    (7, "quotes", bare_words),
    (4, "quotes", swap(r'": "([^"\n]{4,})"', r'": "say "\1""', r'": \1', r'": \1', r'": "\1')),
    (3, "quotes", swap(r'": "(\w+) ([^"\n]*)"', r'": "\1 "\2""', r'": "\1" \2"', r'": "the "\1" \2"')),
    (6, "dialect", python_constants),
    (6, "dialect", swap(r"(,|\{|\[)(\s*)", r"\1 // comment\n\2", r"\1 /* more */ \2", r"\1 # see below\n\2")),
    (3, "dialect", swap(r"(\[[^\]\n]+)\]", r"\1, ...]", r"\1 ...]")),
    (
        3,
        "dialect",
        swap(r"\A(\s*[{\[\"][\s\S]*?)\s*\Z", r"callback(\1);", r"(\1)", r"\1;", r"const data = \1;", r"return \1"),
    ),
    (
        2,
        "dialect",
        swap(r": (-?\d+|\"[^\"\n]*\")", r": NumberLong(\1)", r": undefined", r": NaN", r": (\1)", r": \1 + \1"),
    ),
    (3, "option-value", swap(r": (-?\d+)", r": 0\1", r": +\1", r": .\1", r": \1.", r": \1%", r": \1.1.1", r": 1/\1")),
    (4, "separator", drop(r",")),
    (4, "separator", swap(r"(\s*[}\]])", r",\1")),
    (1, "separator", double(r",")),
    (2, "separator", swap(r'"([\w-]+)"\s*:', r'"\1" =', r'"\1"', r'"\1";', r'"\1" =>')),
    (1, "separator", swap(r": (?:\"[^\"\n]*\"|\d+|true|false|null)(?=\s*[,}])", r":", r": ")),
    (5, "unclosed", drop(r"[}\]]")),
    (2, "unclosed", drop(r"[{\[]")),
    (2, "unclosed", swap(r"\A\s*[{\[]([\s\S]*)[}\]]\s*\Z", r"\1")),
    (2, "surplus-closer", double(r"[}\]]")),
    (3, "truncation", truncate),
    (1, "escapes", swap(r'": "([^"\\\n]{2,})"', r'": "\1\\d"', r'": "\\x\1"', r'": "\1\\"', r'": "C:\\d\1"')),
    (3, "residue", fence("json")),
    (2, "residue", prose_head("json")),
    (1.5, "residue", prose_tail("json")),
    (1, "residue", swap(r"\s*\Z", ";\n", " </s>\n", ",\n")),
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
