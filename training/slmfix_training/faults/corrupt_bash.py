"""Faults of shell programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import (
    double,
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

    from slmfix_training.faults.corrupt_text import Fault

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


def foreign_quote(text: str, rng: Random) -> str | None:
    """A quote closed with another sign, or one that is left over at the end."""
    found = list(re.finditer(r"([\"'])([^\"'\n]{2,})\1", text))
    if not found:
        return None
    match = rng.choice(found)
    sign = match[1]
    other = rng.choice(("'" if sign == '"' else '"', "”", "’", "`", ""))
    if rng.random() < 0.3:
        return text.rstrip("\n") + sign + text[len(text.rstrip("\n")) :]
    return text[: match.end() - 1] + other + text[match.end() :]


SYNTAX: tuple[Fault, ...] = (
    (4, "separator", swap(r";\s*(done|fi|do|then)\b", r" \1")),
    (1, "keyword", swap(r"\bdo; ?|\bdo ", "")),
    (1, "keyword", swap(r"\bthen\b", "")),
    (2, "unclosed", swap(r"\b(?:fi|done|esac)\b", "")),
    (1, "unclosed", swap(r"^\s*(?:fi|done|esac|\})\s*$\n", "", flags=M)),
    (9, "quotes", drop(r"['\"]")),
    (4, "quotes", swap(r"([\w/.$*}])(['\"])(\s|$)", r"\1\3", flags=M)),
    (6, "quotes", foreign_quote),
    (2, "quotes", double(r"['\"]")),
    (1, "quotes", swap(r"'([^'\n]*[()*!][^'\n]*)'", r"\1")),
    (2, "unclosed", drop(r"[()]")),
    (1, "surplus-closer", double(r"[)}]")),
    (1, "unclosed", drop(r"[{}]")),
    (1, "unclosed", drop(r"\]\]?")),
    (1, "separator", swap(r" \]", "]")),
    (1, "unclosed", swap(r"\$\(([^()\n]*)\)", r"$(\1", r"`\1", r"$(\1))")),
    (3, "truncation", truncate),
    (2, "separator", swap(r"\| ", "| | ", "|| | ", "|; ")),
    (3, "truncation", swap(r"\s*\Z", " |", " | \n", " &&", r" \\")),
    (2, "separator", swap(r" \\;", ";", " ;", "\\; |", "")),
    (1, "escapes", swap(r"\\\( | \\\)", " ( ", " ) ")),
    (1, "keyword", swap(r";;", ";", "")),
    (1, "keyword", swap(r"\bthen\b", "then; then", "the")),
    (1, "keyword", swap(r"\belif\b", "else if")),
    (1, "separator", swap(r"\b(if|while) \[", r"\1[ ", r"\1 (")),
    (1, "separator", swap(r"&& ", "&& && ", "&& | ")),
    (1, "unclosed", swap(r"<<-?\s*['\"]?(\w+)['\"]?", r"<< \1_")),
    (5, "separator", joined_lines),
    (5, "residue", fence("bash")),
    (4, "residue", prose_tail("bash")),
    (1, "residue", prose_head("bash")),
    (3, "simulated-output", simulated_output),
    (1, "residue", swap(r"\s*\Z", " ```", "  ```\n", "`", " </s>\n", "<|im_end|>\n")),
    (1, "unclosed", drop_line),
    (1, "other", swap(r"\A(#!/bin/(?:ba)?sh)", r"\n\1", r" \1")),
    (1, "unclosed", swap(r"\$\{(\w+)\}", r"${\1", r"${ \1 }")),
    (1, "separator", swap(r"^(\s*)(\w+)=(?=[\w\"'$])", r"\1\2= ", r"\1\2 = ", flags=M)),
)
