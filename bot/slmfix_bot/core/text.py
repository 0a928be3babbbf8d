"""Lines of a file, counted as git and GitHub count them: only LF ends a line.

`str.splitlines` also breaks at CR, form feed and U+2028, which shifts every later line number (unidiff loses text
that way), so nothing in this project uses it on file contents.
"""

from __future__ import annotations


def split_lines(text: str) -> list[str]:
    """Physical lines with their terminators; the last one may have none.

    >>> split_lines("a\\r\\nb\\u2028c")
    ['a\\r\\n', 'b\\u2028c']
    """
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def chomp(line: str) -> str:
    """The line without its LF or CRLF."""
    return line.removesuffix("\n").removesuffix("\r")


def bare_lines(text: str) -> list[str]:
    """Physical lines without terminators."""
    return [chomp(line) for line in split_lines(text)]


def line_ending(text: str) -> str:
    """The terminator that most lines of the text use; LF when there is none.

    >>> line_ending("a\\r\\nb\\r\\nc\\n")
    '\\r\\n'
    """
    crlf = text.count("\r\n")
    return "\r\n" if crlf * 2 > text.count("\n") else "\n"
