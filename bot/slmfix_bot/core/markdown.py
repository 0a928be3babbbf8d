"""Markdown from text that strangers wrote: a tool's message quotes the pull request, so it may hold anything."""

from __future__ import annotations

import re

from slmfix_bot.core.suggestion import fence_for

MAX_COMMENT = 65_000
"""Characters of one comment; GitHub refuses more than 65,536."""

_ZERO_WIDTH = "\u200b"
# Controls, and the marks that reorder what is shown (so that a quoted message cannot disguise itself).
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SPECIAL = re.compile(r"(^[#+-]|[\\`*_\[\]~])")


def one_line(text: str, limit: int = 400) -> str:
    """The text without controls, lone surrogates and line breaks, cut at `limit` characters with an ellipsis."""
    text = text.encode("utf-8", "replace").decode()
    flat = " ".join(_UNSEEN.sub("", text.replace("\r", " ")).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def code(text: str, limit: int = 400) -> str:
    """A code span that shows the text literally; GitHub reads no mention, reference or HTML inside one.

    >>> code("a `b` c")
    '`` a `b` c ``'
    """
    flat = one_line(text, limit)
    if not flat:
        return "` `"
    runs = [len(run) for run in re.findall(r"`+", flat)]
    delimiter = "`" * (max(runs) + 1 if runs else 1)
    pad = " " if runs else ""
    return f"{delimiter}{pad}{flat}{pad}{delimiter}"


def prose(text: str, limit: int = 400) -> str:
    """The text as plain words: no emphasis, link, HTML, mention (`@`) or reference (`#1`, `GH-1`).

    >>> prose("*x* <!-- y").encode("unicode_escape").decode()
    '\\\\\\\\*x\\\\\\\\* &lt;!-- y'
    """
    flat = one_line(text, limit).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    flat = re.sub(r"@(?=\w)", "@" + _ZERO_WIDTH, flat)
    flat = re.sub(r"(?i)\b(gh-)(?=\d)", r"\1" + _ZERO_WIDTH, flat)
    flat = re.sub(r"#(?=\d)", "#" + _ZERO_WIDTH, flat)
    return _SPECIAL.sub(r"\\\1", flat.replace("://", ":" + _ZERO_WIDTH + "//"))


def cell(markdown: str) -> str:
    """Finished Markdown made fit for a table cell, where a bar ends the cell even inside a code span."""
    return re.sub(r"\\(?=\|)", "\\\\" + _ZERO_WIDTH, markdown).replace("|", r"\|")


def fenced(text: str, language: str = "") -> str:
    """A fenced block that the text cannot close."""
    fence = fence_for(text)
    return f"{fence}{language}\n{text.rstrip(chr(10))}\n{fence}"


def compose(head: str, block: str, tail: str, marker: str, limit: int = MAX_COMMENT) -> str:
    """A comment within the limit: the block and the marker stay whole, the tail and then the head are cut.

    Raises ValueError if block and marker alone do not fit.
    """
    room = limit - len(block) - len(marker) - 6
    if room < 0:
        msg = "the block alone is longer than a comment may be"
        raise ValueError(msg)
    head = head if len(head) <= room else head[: max(0, room - 1)] + "…"
    room -= len(head)
    tail = tail if len(tail) <= room else (tail[: room - 1] + "…" if room > 1 else "")
    return "\n\n".join(part for part in (head, block, tail, marker) if part)
