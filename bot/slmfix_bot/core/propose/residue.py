"""Tier (a): take away what a chat model left around the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.residue import Span, find_residue, unescape_markdown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TYPOGRAPHIC = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "‚": "'", "–": "-", "—": "-", "\u00a0": " "}
)


def _without(text: str, spans: Sequence[Span]) -> str:
    parts, position = [], 0
    for span in spans:
        parts.append(text[position : span.start])
        position = span.end
    parts.append(text[position:])
    kept = "".join(parts)
    return kept if kept.endswith("\n") or not text.endswith("\n") else kept + "\n"


def propose_residue(case: Case) -> Iterator[Candidate]:
    """Removes fences, prose and simulated output; undoes Markdown escapes and typographic quotes."""
    text, language = case.text, case.program.language
    spans = find_residue(language, text)
    if spans:
        yield Candidate(_tidy(_without(text, spans)), RepairSource.RESIDUE, 0.3, "chat residue removed")
        first = spans[0]
        tail = text[: first.start].rstrip()
        if tail and not text[spans[-1].end :].strip():
            yield Candidate(_end_like(text, tail), RepairSource.RESIDUE, 0.6, "chat residue cut off")
    fences = [span for span in spans if span.kind == "fence"]
    if fences and len(fences) != len(spans):
        yield Candidate(_tidy(_without(text, fences)), RepairSource.RESIDUE, 0.5, "code fence removed")
    unescaped = unescape_markdown(text)
    if language in {"sql", "python", "bash", "sh"} and unescaped != text:
        yield Candidate(unescaped, RepairSource.RESIDUE, 0.3, "Markdown escapes undone")
        bare = _without(unescaped, find_residue(language, unescaped))
        if bare != unescaped:
            yield Candidate(_tidy(bare), RepairSource.RESIDUE, 0.4, "Markdown escapes and chat residue removed")
    plain = text.translate(_TYPOGRAPHIC)
    if plain != text:
        yield Candidate(plain, RepairSource.RESIDUE, 0.8, "typographic quotes replaced")


def _tidy(text: str) -> str:
    """Without the blank lines that a removed block leaves at either end."""
    ending = "\n" if text.endswith("\n") else ""
    return re.sub(r"\A(?:[ \t]*\r?\n)+", "", text).rstrip() + ending


def _end_like(text: str, kept: str) -> str:
    return kept + ("\n" if text.endswith("\n") else "")
