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

    from slmfix_training.corrupt_text import Fault

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


SYNTAX: tuple[Fault, ...] = (
    (12, "separator", swap(r";\s*(done|fi|do|then)\b", r" \1")),
    (5, "keyword", swap(r"\bdo; ?|\bdo ", "")),
    (4, "keyword", swap(r"\bthen\b", "")),
    (6, "keyword", swap(r"\b(?:fi|done|esac)\b", "")),
    (3, "keyword", swap(r"^\s*(?:fi|done|esac|\})\s*$\n", "", flags=M)),
    (12, "quotes", drop(r"['\"]")),
    (5, "quotes", swap(r"([\w/.$*}])(['\"])(\s|$)", r"\1\3", flags=M)),
    (3, "quotes", double(r"['\"]")),
    (5, "unclosed", drop(r"[()]")),
    (3, "surplus-closer", double(r"[()]")),
    (4, "unclosed", drop(r"[{}]")),
    (4, "unclosed", drop(r"\]\]?")),
    (3, "separator", swap(r" \]", "]")),
    (4, "unclosed", swap(r"\$\(([^()\n]*)\)", r"$(\1", r"`\1", r"$(\1))")),
    (4, "truncation", truncate),
    (
        6,
        "placeholder",
        swap(
            r"(?<=[ /])[\w.-]+\.(?:txt|log|csv|conf|py|sh)\b",
            "<file>",
            "<filename>",
            "<file> <directory>",
            "<path to file>",
        ),
    ),
    (3, "separator", swap(r"\| ", "| | ", "|| | ", "|; ")),
    (3, "separator", swap(r" \|\s*[^|\n]+$", " |", flags=M)),
    (4, "escapes", swap(r" \\;", ";", " ;", "\\; |", "")),
    (3, "separator", swap(r"\\\( | \\\)", " ( ", " ) ")),
    (2, "keyword", swap(r";;", ";", "")),
    (2, "keyword", swap(r"\bthen\b", "then; then", "the")),
    (2, "keyword", swap(r"\belif\b", "else if")),
    (2, "separator", swap(r"\b(if|while) \[", r"\1[ ", r"\1 (")),
    (2, "separator", swap(r"&& ", "&& && ", "&& | ")),
    (2, "quotes", swap(r"<<-?\s*['\"]?(\w+)['\"]?", r"<< \1_")),
    (3, "several-statements", joined_lines),
    (7, "residue", fence("bash")),
    (6, "residue", prose_tail("bash")),
    (3, "residue", prose_head("bash")),
    (6, "simulated-output", simulated_output),
    (3, "unclosed", drop_line),
    (1, "quotes", double_line),
    (2, "other", swap(r"\A(#!/bin/(?:ba)?sh)", r"\n\1", r" \1")),
    (2, "unclosed", swap(r"\$\{(\w+)\}", r"${\1", r"${ \1 }")),
    (2, "separator", swap(r"^(\s*)(\w+)=(?=[\w\"'$])", r"\1\2= ", r"\1\2 = ", flags=M)),
)
