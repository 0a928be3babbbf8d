"""Faults of Python."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import (
    double,
    drop,
    drop_line,
    fence,
    misspell,
    near_names,
    prose_head,
    prose_tail,
    swap,
    truncate,
)

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault

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


def several_shifted(text: str, rng: Random) -> str | None:
    """Two or more lines of a block with the wrong indentation."""
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines[:-1]) if line.startswith("  ") and line.strip()]
    if not starts:
        return None
    i = rng.choice(starts)
    by = rng.choice((-4, -4, -3, -2, -1, 1, 2, 3, 4))
    for j in range(i, min(i + rng.randint(2, 5), len(lines))):
        if lines[j].strip():
            lines[j] = " " * by + lines[j] if by > 0 else lines[j].removeprefix(" " * -by)
    return "\n".join(lines)


def flattened(text: str, rng: Random) -> str | None:
    """The indentation of all lines is gone, or is one blank for each level."""
    if text.count("\n") > 8:
        return None
    width = rng.choice((0, 0, 1))
    return re.sub(r"^( +)", lambda match: " " * (width * (len(match[1]) // 4)), text, flags=M)


def wrong_argument(text: str, rng: Random) -> str | None:
    """A keyword argument under another name, in a call of a function of the same program."""
    found = [
        match
        for name in re.findall(r"^ *def (\w+)\(", text, M)
        for match in re.finditer(rf"\b{name}\((?:[^()\n]*, *)?(\w+)=", text)
    ]
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start(1)] + rng.choice(near_names(match[1], rng)) + text[match.end(1) :]


def lost_docstring_end(text: str, rng: Random) -> str | None:
    """The quotes at one end of a docstring are not there."""
    found = list(re.finditer(r"\"\"\"|\'\'\'", text))
    if len(found) < 2:
        return None
    match = found[0] if rng.random() < 0.3 else found[1]
    return text[: match.start()] + text[match.end() :]


SYNTAX: tuple[Fault, ...] = (
    (12, "missing-import", missing_import),
    (8, "unknown-name", undefined_name),
    (1, "missing-argument", wrong_argument),
    (2, "separator", missing_colon),
    (1.5, "unclosed", drop(r"\)")),
    (0.5, "unclosed", drop(r"\(")),
    (1, "unclosed", drop(r"[\[\]{}]")),
    (3, "surplus-closer", double(r"[)\]]")),
    (2, "quotes", drop(r"(?<!['\"])['\"](?!['\"])")),
    (2, "quotes", lost_docstring_end),
    (1.5, "indentation", shifted_block),
    (1.5, "indentation", several_shifted),
    (0.5, "indentation", flattened),
    (1.5, "missing-argument", empty_block),
    (2, "truncation", truncate),
    (1, "separator", drop(r",")),
    (1, "escapes", swap(r"(?<=[a-z])_(?=[a-z])", r"\\_", every=True)),
    (0.5, "dialect", swap(r" == ", " = ", " === ")),
    (0.5, "dialect", swap(r"\belif\b", "else if", "elseif", "elsif")),
    (0.5, "dialect", swap(r" in | and | or ", " ", " && ", " || ")),
    (1, "keyword", swap(r"^( +)(return|raise|for|if) ", r"\1\2 \2 ", flags=M)),
    (0.5, "keyword", swap(r":$", "::", ":;", flags=M)),
    (0.5, "keyword", swap(r"^( *)print\((.*)\)$", r"\1print \2", flags=M)),
    (0.5, "dialect", swap(r"\bdef ", "define ", "function ", "Def ")),
    (0.5, "dialect", swap(r"\bNone\b|\bTrue\b|\bFalse\b", "null", "true", "false", "none")),
    (2.5, "residue", fence("python")),
    (3, "residue", prose_tail("python")),
    (1, "residue", prose_head("python")),
    (0.5, "unclosed", drop_line),
)
