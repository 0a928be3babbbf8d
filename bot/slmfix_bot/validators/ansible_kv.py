"""Ansible's `key=value` arguments: words end at white space outside quotes and templates."""

from __future__ import annotations

import re
from dataclasses import dataclass

_COMMAND_WORDS = frozenset("creates removes chdir executable warn stdin stdin_add_newline strip_empty_ends".split())
_TOKEN = re.compile(
    r"""(?P<template>\{\{.*?\}\}|\{%.*?%\}|\{\#.*?\#\})|(?P<escape>\\\S)|(?P<quote>["'])|(?P<space>\s+)|(?P<other>.)""",
    re.DOTALL,
)
_KEY = re.compile(r"\s*([^=\s\"'{]+)\s*=(.*)", re.DOTALL)


@dataclass(frozen=True)
class Arguments:
    """`pairs` in order, quotes removed; `raw` is the free text that was no pair; `is_balanced` is False when a quote
    stays open, which Ansible refuses."""

    pairs: tuple[tuple[str, str], ...]
    raw: str
    is_balanced: bool


def split_words(text: str) -> tuple[list[str], bool]:
    """Words, and whether every quote is closed."""
    words, current, quote = [], "", ""
    for match in _TOKEN.finditer(text):
        if match["space"] and not quote:
            words.append(current)
            current = ""
            continue
        if match["quote"] and quote in {"", match[0]}:
            quote = "" if quote else match[0]
        current += match[0]
    words.append(current)
    # A template may hold what looks like an open quote, and a lone backslash continues a line.
    return [word for word in words if word not in {"", "\\"}], not quote or "{{" in text


def parse_arguments(text: str, *, is_command: bool) -> Arguments:
    """The arguments of a module given as text; a command's text keeps its `x=y` words."""
    words, is_balanced = split_words(text)
    pairs, raw = [], []
    for word in words:
        match = _KEY.fullmatch(word)
        if match and (not is_command or match[1] in _COMMAND_WORDS):
            pairs.append((match[1], _unquote(match[2])))
        else:
            raw.append(word)
    return Arguments(tuple(pairs), " ".join(raw), is_balanced)


def _unquote(value: str) -> str:
    is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if is_quoted else value
