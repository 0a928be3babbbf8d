"""Faults of shell programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.corrupt_text import (
    double,
    double_line,
    drop,
    drop_line,
    fence,
    prose_head,
    prose_tail,
    sentence,
    swap,
    truncate,
)

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.corrupt_text import Operator

M = re.MULTILINE


def simulated_output(text: str, rng: Random) -> str | None:
    """The model goes on with an imagined shell's answer."""
    answer = rng.choice(
        (
            "Bourne Shell Output: /bin/bash: -c: line 1: unexpected EOF while looking for matching `''",
            "Output: (empty)",
            "Bourne Shell Output: \nReward: 0.01",
            "Output: 5\nReward: 1.0",
            "Reward: 0.34 Don't stop.",
            f"Output: {sentence(rng, 'bash')}",
        )
    )
    return text.rstrip("\n") + rng.choice(("\n", "  ", " ")) + answer + "\n"


def joined_lines(text: str, rng: Random) -> str | None:
    """A block written on one line without the separators it then needs."""
    match = re.search(r"^([ \t]*)(?:for|while|if)\b[^\n]*\n(?:[^\n]*\n){1,4}?\1(?:done|fi)\b[^\n]*", text, M)
    if not match:
        return None
    lines = [line.strip() for line in match[0].split("\n") if line.strip() and not line.strip().startswith("#")]
    return text[: match.start()] + match[1] + " ".join(lines) + text[match.end() :]


SYNTAX: tuple[tuple[int, Operator], ...] = (
    (12, swap(r";\s*(done|fi|do|then)\b", r" \1")),
    (5, swap(r"\bdo; ?|\bdo ", "")),
    (4, swap(r"\bthen\b", "")),
    (6, swap(r"\b(?:fi|done|esac)\b", "")),
    (3, swap(r"^\s*(?:fi|done|esac|\})\s*$\n", "", flags=M)),
    (12, drop(r"['\"]")),
    (5, swap(r"([\w/.$*}])(['\"])(\s|$)", r"\1\3", flags=M)),
    (3, double(r"['\"]")),
    (5, drop(r"[()]")),
    (3, double(r"[()]")),
    (4, drop(r"[{}]")),
    (4, drop(r"\]\]?")),
    (3, swap(r" \]", "]")),
    (4, swap(r"\$\(([^()\n]*)\)", r"$(\1", r"`\1", r"$(\1))")),
    (4, truncate),
    (
        6,
        swap(
            r"(?<=[ /])[\w.-]+\.(?:txt|log|csv|conf|py|sh)\b",
            "<file>",
            "<filename>",
            "<file> <directory>",
            "<path to file>",
        ),
    ),
    (3, swap(r"\| ", "| | ", "|| | ", "|; ")),
    (3, swap(r" \|\s*[^|\n]+$", " |", flags=M)),
    (4, swap(r" \\;", ";", " ;", "\\; |", "")),
    (3, swap(r"\\\( | \\\)", " ( ", " ) ")),
    (2, swap(r";;", ";", "")),
    (2, swap(r"\bthen\b", "then; then", "the")),
    (2, swap(r"\belif\b", "else if")),
    (2, swap(r"\b(if|while) \[", r"\1[ ", r"\1 (")),
    (2, swap(r"&& ", "&& && ", "&& | ")),
    (2, swap(r"<<-?\s*['\"]?(\w+)['\"]?", r"<< \1_")),
    (3, joined_lines),
    (7, fence("bash")),
    (6, prose_tail("bash")),
    (3, prose_head("bash")),
    (6, simulated_output),
    (3, drop_line),
    (1, double_line),
    (2, swap(r"\A(#!/bin/(?:ba)?sh)", r"\n\1", r" \1")),
    (2, swap(r"\$\{(\w+)\}", r"${\1", r"${ \1 }")),
    (2, swap(r"^(\s*)(\w+)=(?=[\w\"'$])", r"\1\2= ", r"\1\2 = ", flags=M)),
)
