"""Where a `[ ... ]` of a shell script ends. The shell parses its inside only when it runs, so its syntax check is
silent about one that is never closed."""

from __future__ import annotations

import re

# Quoted text, substitutions and escapes are passed over whole; one level of nesting is enough for tests.
_PASSED = re.compile(
    r"""\\(?s:.)|'[^']*'|"(?:[^"\\]|\\(?s:.))*"|`[^`]*`|\$\((?:[^()]|\([^()]*\))*\)|\$\{[^}]*\}|\$.|[^\\'"`$;&|\n()]"""
)
_OPENER = re.compile(r"(?:^|[;&|({!]|\b(?:if|elif|while|until|then|do|else))[ \t]*(\[\[?)(?=\s)")


def end_of_test(text: str, start: int) -> int:
    """Offset behind the words of the command that begins at `start`: its `;`, operator or line end."""
    place = start
    while match := _PASSED.match(text, place):
        place = match.end()
    return place


def is_open(text: str, start: int) -> bool:
    """Whether the `[` at `start` has no `]` of its own as its last word.

    >>> is_open("[ -f x; then", 0), is_open('[ "$(a; b]; c)" = "]" ]; then', 0), is_open("[ x = 5]", 0)
    (True, False, True)
    """
    return text[start : end_of_test(text, start)].split()[-1:] != ["]"]


def openers(line: str) -> list[tuple[str, int]]:
    """Each `[` and `[[` at the beginning of a command, with its offset."""
    return [(match[1], match.start(1)) for match in _OPENER.finditer(line)]
