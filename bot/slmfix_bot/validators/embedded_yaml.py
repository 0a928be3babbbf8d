"""A program in a YAML scalar: where a block scalar or a plain one on a single line begins and ends in the file.

Quoted and folded scalars are left out: their text is not the file's text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.embedded import Embedded
from slmfix_bot.core.text import bare_lines

if TYPE_CHECKING:
    import yaml

_LITERAL = re.compile(r"\|[-+0-9]*[ \t]*(?:#.*)?$")


def scalar_program(
    node: yaml.ScalarNode, text: str, language: str, hole: re.Pattern[str] | None = None
) -> Embedded | None:
    """The program in a scalar; None where its lines are not the file's lines.

    Every match of `hole` is something that is filled in before the program runs, such as a template's expression.
    """
    place = _literal(node, text) if node.style == "|" else None if node.style else _plain(node, text)
    if place is None:
        return None
    first, last, head, tail, indent = place
    return Embedded(
        language=language,
        first_line=first,
        last_line=last,
        head=head,
        tail=tail,
        indent=indent,
        holes=_holes(str(node.value), hole),
    )


def _holes(value: str, hole: re.Pattern[str] | None) -> tuple[tuple[str, str], ...]:
    """A shell variable is right wherever an expression may stand: in quotes, in a word, in arithmetic."""
    found = dict.fromkeys(match.group() for match in hole.finditer(value)) if hole else ()
    # The longest first: one expression may be a part of another's text.
    ordered = sorted(found, key=len, reverse=True)
    return tuple((f"${{slmfix{number}}}", host) for number, host in enumerate(ordered))


def _literal(node: yaml.ScalarNode, text: str) -> tuple[int, int, int, int, str] | None:
    lines = bare_lines(text)
    header = node.start_mark.line
    if header >= len(lines) or not _LITERAL.search(lines[header][node.start_mark.column :]):
        return None
    count = len(str(node.value).rstrip("\n").split("\n"))
    content = lines[header + 1 : header + 1 + count]
    first = next((line for line in content if line.strip()), "")
    inner = next((line for line in str(node.value).split("\n") if line.strip()), "")
    if not first.endswith(inner) or not inner:
        return None
    indent = first[: len(first) - len(inner)]
    if indent.strip() or any(line.strip() and not line.startswith(indent) for line in content):
        return None
    return header + 2, header + 1 + count, 0, 0, indent


def _plain(node: yaml.ScalarNode, text: str) -> tuple[int, int, int, int, str] | None:
    start, end = node.start_mark, node.end_mark
    if start.line != end.line:
        return None
    line = bare_lines(text)[start.line]
    if line[start.column : end.column] != node.value:
        return None
    return start.line + 1, start.line + 1, start.column, len(line) - end.column, ""
