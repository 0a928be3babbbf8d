"""Stable names of findings, and the hidden marker that carries them in a comment.

A fingerprint holds no line number, so a finding keeps its name when the lines above it move; it changes when the
flagged line itself changes. The marker needs no signature: anybody can copy one from a comment, signed or not, so
only markers in comments written by our own account count (adapters/github.py), and only on a comment's last line,
which keeps a bot that quotes strangers from vouching for them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from typing import TYPE_CHECKING

from slmfix_bot.core.text import bare_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slmfix_bot.core.diagnostic import Diagnostic

DIGITS = 20
"""Hexadecimal digits of a fingerprint (80 bits)."""

_MARKER = re.compile(rf"<!-- slmfix:1 ((?:[0-9a-f]{{{DIGITS}}} ?)+)-->\s*\Z")


def fingerprint(path: str, diagnostic: Diagnostic, lines: Sequence[str], occurrence: int = 0) -> str:
    """The name of one finding; `path` after a rename, `lines` all lines of the file, `occurrence` counts equal ones."""
    flagged = lines[diagnostic.line - 1 : diagnostic.end_line]
    parts = [path, *diagnostic.identity, str(occurrence), *(" ".join(line.split()) for line in flagged)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def fingerprints(path: str, diagnostics: Iterable[Diagnostic], text: str) -> tuple[str, ...]:
    """The names of all diagnostics of one file, in their order; equal ones are told apart by their place in it."""
    lines = bare_lines(text)
    seen: Counter[str] = Counter()
    names = []
    for diagnostic in diagnostics:
        first = fingerprint(path, diagnostic, lines)
        names.append(fingerprint(path, diagnostic, lines, seen[first]) if seen[first] else first)
        seen[first] += 1
    return tuple(names)


def marker(ids: Iterable[str]) -> str:
    """The HTML comment that ends a review comment; `read_marker` is its inverse."""
    return f"<!-- slmfix:1 {' '.join(ids)} -->"


def read_marker(body: str) -> frozenset[str]:
    """The fingerprints that the comment carries; empty if it is not one of ours.

    >>> sorted(read_marker("text\\n" + marker(["0" * 20, "a" * 20])))
    ['00000000000000000000', 'aaaaaaaaaaaaaaaaaaaa']
    """
    found = _MARKER.search(body)
    return frozenset(found[1].split()) if found else frozenset()
