"""Path patterns of the configuration, read like lines of `.gitignore` (without negation)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def matches_any(path: str, patterns: Iterable[str]) -> bool:
    """Whether a pattern names the path or a folder above it.

    A pattern without a slash matches a name at any depth, one with a slash starts at the root of the repository.

    >>> matches_any("docs/api/x.sh", ["docs/"]), matches_any("a/b.min.js", ["*.min.js"]), matches_any("a/b", ["b/c"])
    (True, True, False)
    """
    return any(_compiled(pattern).match(path) for pattern in patterns)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    body = pattern.strip().rstrip("/")
    prefix = "" if "/" in body else "(?:.*/)?"
    tokens = re.findall(r"\*\*/|/\*\*$|\*+|\?|\[!?[^\]]+\]|.", body.removeprefix("/"), flags=re.S)
    return re.compile(prefix + "".join(map(_translate, tokens)) + "(?:/.*)?$", flags=re.S)


def _translate(token: str) -> str:
    if token == "**/":
        return "(?:.*/)?"
    if token == "/**":
        return "/.*"
    if token == "**":
        return ".*"
    if token[0] == "*":
        return "[^/]*"
    if token == "?":
        return "[^/]"
    if token[0] == "[" and len(token) > 2:
        inner = token[1:-1].replace("\\", r"\\")
        return f"[{'^' + inner[1:] if inner[0] == '!' else inner}]"
    return re.escape(token)
