"""Faults of Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.corrupt_text import (
    double,
    drop,
    drop_line,
    fence,
    misspell,
    prose_head,
    prose_tail,
    swap,
    truncate,
)

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.corrupt_text import Fault

M = re.MULTILINE
IMPORT = re.compile(r"^(?:import \w+(?: as \w+)?|from [\w.]+ import \w+(?: as \w+)?)\n", M)
HEADER = re.compile(r"^ *(?:async )?(?:def|if|elif|else|for|while|try|except|finally|with|class)\b[^\n]*:[ \t]*$", M)


def missing_import(text: str, rng: Random) -> str | None:
    """An import that the code needs is not there."""
    found = list(IMPORT.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start()] + text[match.end() :]


def undefined_name(text: str, rng: Random) -> str | None:
    """One use of a variable is spelt differently, or only its definition was renamed."""
    names = [
        n for n in re.findall(r"(?<![.\w])([a-z_]\w{2,})(?=\W)", text) if text.count(n) > 1 and n not in ("self", "cls")
    ]
    if not names:
        return None
    name: str = rng.choice(names)
    words = name.split("_")
    forms = [
        misspell(name, rng),
        misspell(name, rng),
        name + "s",
        name.rstrip("s"),
        words[0],
        words[-1],
        f"{name}_list",
        f"my_{name}",
    ]
    uses = list(re.finditer(rf"(?<![.\w]){name}(?!\w)", text))
    if len(uses) < 2:
        return None
    match = uses[0] if rng.random() < 0.15 else rng.choice(uses[1:])
    new: str = rng.choice([f for f in forms if f != name] or [name + "_"])
    return text[: match.start()] + new + text[match.end() :]


def shifted_block(text: str, rng: Random) -> str | None:
    """A line or a block with the wrong indentation."""
    lines = text.split("\n")
    usable = [i for i, line in enumerate(lines) if line.startswith(" ") and line.strip()]
    if not usable:
        return None
    i = rng.choice(usable)
    by = rng.choice((-4, -4, 4, 1, -1, 2, -2, -8))
    lines[i] = " " * by + lines[i] if by > 0 else lines[i].removeprefix(" " * -by)
    return "\n".join(lines)


def empty_block(text: str, rng: Random) -> str | None:
    """A header whose body is lost: a single `pass`, `return` or docstring line was there."""
    found = list(re.finditer(r"(:[ \t]*\n)([ \t]+(?:pass|return|continue|break|return None|raise|return \w+)\n)", text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start(2)] + text[match.end(2) :]


def missing_colon(text: str, rng: Random) -> str | None:
    """A block header without its colon."""
    found = list(HEADER.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.end()].rstrip(": ") + text[match.end() :]


SYNTAX: tuple[Fault, ...] = (
    (30, "unknown-name", undefined_name),
    (20, "missing-import", missing_import),
    (10, "separator", missing_colon),
    (6, "unclosed", drop(r"\)")),
    (4, "unclosed", drop(r"\(")),
    (5, "unclosed", drop(r"[\[\]{}]")),
    (3, "surplus-closer", double(r"[()\[\]]")),
    (7, "unclosed", drop(r"(?<!['\"])['\"](?!['\"])")),
    (9, "quotes", drop(r"\"\"\"|'''")),
    (9, "indentation", shifted_block),
    (5, "missing-argument", empty_block),
    (5, "truncation", truncate),
    (3, "separator", drop(r",")),
    (3, "dialect", swap(r" == ", " = ", " === ")),
    (2, "dialect", swap(r"\belif\b", "else if", "elseif", "elsif")),
    (2, "dialect", swap(r" in | and | or ", " ", " && ", " || ")),
    (2, "keyword", swap(r"^( +)(return|raise|for|if) ", r"\1\2 \2 ", flags=M)),
    (2, "dialect", swap(r"\bdef ", "define ", "function ", "Def ")),
    (2, "dialect", swap(r"\bNone\b|\bTrue\b|\bFalse\b", "null", "true", "false", "none")),
    (6, "residue", fence("python")),
    (5, "residue", prose_tail("python")),
    (3, "residue", prose_head("python")),
    (1, "unclosed", drop_line),
)
