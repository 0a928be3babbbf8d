"""Faults of YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import drop, drop_line, fence, prose_head, prose_tail, swap

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault

M = re.MULTILINE


def shift(text: str, rng: Random) -> str | None:
    """One line, or the rest of its block, indented by a blank or two more or less."""
    lines = text.split("\n")
    usable = [i for i, line in enumerate(lines) if line.strip() and i]
    if not usable:
        return None
    i = rng.choice(usable)
    by = rng.choice((-2, -1, 1, 2, -4, 4))
    end = i + 1
    if rng.random() < 0.25:
        depth = len(lines[i]) - len(lines[i].lstrip())
        while end < len(lines) and lines[end].strip() and len(lines[end]) - len(lines[end].lstrip()) >= depth:
            end += 1
    if end - i > 5:
        return None
    for j in range(i, end):
        lines[j] = " " * by + lines[j] if by > 0 else lines[j].removeprefix(" " * -by)
    return "\n".join(lines)


def shifted_item(text: str, rng: Random) -> str | None:
    """A whole list item or block indented by one or two more or less, as when it was pasted."""
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if i and re.match(r" *- \w| +\w[\w-]*:\s*$", line)]
    if not starts:
        return None
    start = rng.choice(starts)
    depth = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and lines[end].strip() and len(lines[end]) - len(lines[end].lstrip()) > depth:
        end += 1
    by = rng.choice((-2, -1, -1, 1, 1, 2, 3))
    if end - start > 12 or depth + by < 0:
        return None
    for j in range(start, end if rng.random() < 0.8 else start + 1):
        lines[j] = " " * by + lines[j] if by > 0 else lines[j].removeprefix(" " * -by)
    return "\n".join(lines)


def nested_under_scalar(text: str, rng: Random) -> str | None:
    """A key that belongs beside another is indented below it, although that has a value already."""
    found = list(re.finditer(r"^( *)((?:- )?[\w.]+): \S[^\n]*\n(?=\1(?:  )?\w[\w.]*:)", text, M))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.end()] + " " * rng.choice((2, 4, 4)) + text[match.end() :]


def uncommented(text: str, rng: Random) -> str | None:
    """A comment that lost its sign."""
    return swap(r"^( *)# ?(?=\w)", r"\1", flags=M)(text, rng)


def conflict(text: str, rng: Random) -> str | None:
    """The marks of a merge around two forms of a line."""
    found = list(re.finditer(r"^ *[\w.-]+: [^\n]+\n", text, M))
    if not found:
        return None
    match = rng.choice(found)
    mark = "".join(rng.choice("0123456789abcdef") for _ in range(7))
    start, middle, end = "<<<<<<< HEAD\n", "=======\n", f">>>>>>> {mark}\n"
    return text[: match.start()] + start + match[0] + middle + match[0] + end + text[match.end() :]


COMMON: tuple[Fault, ...] = (
    (9, "indentation", shift),
    (9, "indentation", shifted_item),
    (4, "indentation", nested_under_scalar),
    (1, "indentation", swap(r"^ {2,8}", "\t", flags=M)),
    (1.5, "indentation", swap(r"^( *)- (?=\w)", r"\1-", r"\1", r"\1 -", flags=M)),
    (2, "separator", swap(r"^( *(?:- )?[\w.-]+): (?=\S)", r"\1:", r"\1 : :", flags=M)),
    (2, "separator", swap(r"^( *(?:- )?[\w.-]+): (?=\S)", r"\1 ", r"\1 = ", r"\1; ", flags=M)),
    (1, "separator", swap(r"^( *(?:- )?[\w.-]+):$", r"\1", flags=M)),
    (2, "quotes", drop(r"['\"]")),
    (2, "quotes", swap(r": ['\"]([\w./ -]+)['\"]$", r": '\1' in list", r": \"\1\",", r": \"\1\" or x", flags=M)),
    (
        2,
        "quotes",
        swap(r"^( *)([\w.-]+): ([\w /.-]+)$", r"\1\2: \3: value", r"\1\2: \2: \3", r"\1\2: \"\3\" extra", flags=M),
    ),
    (1, "quotes", swap(r": ([\w/.-]+)$", r": @\1", r": *\1", r": %\1", r": `\1`", r": '\1", flags=M)),
    (1, "unclosed", drop(r"[\[\]{}]")),
    (1, "unclosed", swap(r": ([\w/.-]+)$", r": [\1", r": {\1", flags=M)),
    (1, "separator", swap(r"(\[[^\]\n]*), ", r"\1 ")),
    (1, "other", uncommented),
    (0.3, "residue", conflict),
)
YAML_SYNTAX: tuple[Fault, ...] = (
    *COMMON,
    (3, "residue", fence("yaml")),
    (0.5, "residue", prose_tail("yaml")),
    (1, "residue", prose_head("yaml")),
    (1, "unclosed", drop_line),
)
