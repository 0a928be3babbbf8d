"""GitHub's problem matchers, and the named-group expressions of custom validators: parsing and checking them.

    {"problemMatcher": [{"owner": "x", "severity": "warning", "pattern": [
        {"regexp": "^(\\S+):$", "file": 1},
        {"regexp": "^ +(\\d+):(\\d+) +(\\w+) +(.*)$", "line": 1, "column": 2, "severity": 3, "message": 4,
         "loop": true}]}]}

Source: docs/problem-matchers.md of actions/toolkit. Expressions are Python's here; those in use are the same in both.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

GROUPS = ("line", "column", "end_line", "end_column", "message", "rule", "severity", "found", "expected", "file")
"""What the groups of a regular expression may be called."""

FIELDS = {
    "file": "file",
    "fromPath": "",
    "line": "line",
    "column": "column",
    "endLine": "end_line",
    "endColumn": "end_column",
    "severity": "severity",
    "code": "rule",
    "message": "message",
}


@lru_cache(maxsize=32)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern; `(?<name>...)` of other languages counts as `(?P<name>...)`. Raises re.error."""
    return re.compile(re.sub(r"\(\?<(?=[A-Za-z_])", "(?P<", pattern))


@dataclass(frozen=True)
class Step:
    """One pattern of a matcher; `groups` maps our names to group numbers."""

    regexp: re.Pattern[str]
    groups: tuple[tuple[str, int], ...]
    loop: bool


@dataclass(frozen=True)
class Matcher:
    """The steps of consecutive lines; `severity` is for findings without one."""

    steps: tuple[Step, ...]
    severity: str | None


@lru_cache(maxsize=8)
def parse_matchers(text: str) -> tuple[Matcher, ...]:
    """The matchers of a JSON text, which is GitHub's whole document, one matcher, or only its list of patterns.

    Raises ValueError that says what is wrong.
    """
    document = json.loads(text)
    if isinstance(document, list):
        document = {"pattern": document}
    entries = document.get("problemMatcher", [document]) if isinstance(document, dict) else None
    if not isinstance(entries, list) or not entries:
        msg = 'expected {"problemMatcher": [...]} or a list of patterns'
        raise ValueError(msg)
    return tuple(_matcher(entry) for entry in entries)


def _matcher(entry: Any) -> Matcher:
    patterns = entry.get("pattern") if isinstance(entry, dict) else None
    if not isinstance(patterns, list) or not patterns:
        msg = 'a problem matcher needs a list "pattern"'
        raise ValueError(msg)
    steps = tuple(_step(pattern) for pattern in patterns)
    if any(step.loop for step in steps[:-1]) or (len(steps) == 1 and steps[0].loop):
        msg = '"loop" belongs to the last of several patterns'
        raise ValueError(msg)
    if not any(name == "message" for step in steps for name, _ in step.groups):
        msg = 'one pattern must say which group is the "message"'
        raise ValueError(msg)
    severity = entry.get("severity")
    return Matcher(steps, str(severity) if severity else None)


def _step(pattern: Any) -> Step:
    if not isinstance(pattern, dict) or not isinstance(pattern.get("regexp"), str):
        msg = 'a pattern needs "regexp"'
        raise ValueError(msg)
    unknown = set(pattern) - set(FIELDS) - {"regexp", "loop"}
    if unknown:
        msg = f"unknown key {min(unknown)!r}; known: {', '.join(FIELDS)}, regexp, loop"
        raise ValueError(msg)
    try:
        regexp = compile_pattern(pattern["regexp"])
    except re.error as error:
        msg = f"regexp {pattern['regexp'][:60]!r}: {error}"
        raise ValueError(msg) from None
    groups = tuple((FIELDS[key], value) for key, value in pattern.items() if FIELDS.get(key))
    for name, group in groups:
        if not isinstance(group, int) or isinstance(group, bool) or not 0 <= group <= regexp.groups:
            msg = f"{name!r} must be the number of a group of the regexp, 0 to {regexp.groups}"
            raise ValueError(msg)
    return Step(regexp, groups, bool(pattern.get("loop")))
