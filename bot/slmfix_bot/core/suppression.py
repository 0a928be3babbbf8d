"""Inline suppressions: `slmfix: ignore[rule] reason` in a comment on the reported line, or alone on the line above it.

The rule must match and the reason is mandatory, so that a suppression explains itself; it is reported, never silent.
Python's `noqa` on the line counts too if it names the rule: that is the explanation that linters ask for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.text import bare_lines

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic

_COMMENT = re.compile(r"(?:#|--|//|/\*)\s*slmfix:\s*ignore\[([^\]\s]+)\]\s+(\S[^\n]{2,}?)\s*(?:\*/)?\s*$")
_NOQA = re.compile(r"#\s*noqa:\s*([A-Z]+\d+(?:[\s,]+[A-Z]+\d+)*)")
_MAX_LINE = 4096  # characters; a suppression stands in a comment that a person wrote


def suppression(text: str, diagnostic: Diagnostic) -> str | None:
    """The reason given for ignoring the diagnostic, or None.

    >>> from slmfix_bot.core.diagnostic import Diagnostic
    >>> suppression("fi # slmfix: ignore[syntax] a template\\n", Diagnostic(rule="syntax", message="", line=1))
    'a template'
    """
    lines = bare_lines(text)
    for number in (diagnostic.line, diagnostic.line - 1):
        if 1 <= number <= len(lines) and len(lines[number - 1]) <= _MAX_LINE:
            match = _COMMENT.search(lines[number - 1])
            is_here = number == diagnostic.line or bool(match and not lines[number - 1][: match.start()].strip())
            if match and is_here and match[1] in {diagnostic.rule, "*"}:
                return match[2]
            noqa = _NOQA.search(lines[number - 1]) if number == diagnostic.line else None
            if noqa and diagnostic.rule in re.split(r"[\s,]+", noqa[1]):
                return noqa[0].lstrip("# ")
    return None
