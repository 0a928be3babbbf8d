"""shellcheck's word on shell programs that parse; which codes block, and why: docs/decisions/0002-blocking-codes.md."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.process import find_program, run
from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import Edit
from slmfix_bot.core.shell_tests import is_open
from slmfix_bot.core.text import bare_lines, split_lines
from slmfix_bot.errors import ToolMissing

if TYPE_CHECKING:
    from collections.abc import Iterable

SECONDS = 15.0
GAVE_UP = 1072
UNPARSED_TEST = "Couldn't parse this test expression"
# Errors below 2000 are about syntax. These are advice, or are wrong about programs that shells run every day.
NOT_BLOCKING = frozenset({1008, 1071, 1075, 1087, 1105, 1113, 2148})
# shellcheck's parser knows less than bash's, except about the inside of `[ ... ]`, which bash parses only when it runs.
RIGHT_WHEN_GIVEN_UP = frozenset({1019, 1020, 1026, 1027, 1028, 1033, 1034, 1080, 1139, 1140, 1141})
# Fails, or silently loses input or output, every time that the line runs.
BLOCKING = frozenset(
    {2057, 2058, 2067, 2072, 2073, 2074, 2079, 2107, 2109, 2122, 2145, 2168, 2170, 2171, 2218, 2224, 2225}
    | {2259, 2260, 2261, 2264, 2270, 2271, 2272, 2273, 2274, 2275, 2276, 2277, 2278, 2279, 2280, 2281, 2282}
    | {2283, 2284, 2285, 2286, 2287, 2288, 2289, 2290, 2296, 2297, 2298, 2299, 2300, 2301}
)
OPENERS = (1046, 1061, 1058, 1044, 1056, 1054, 1073)
# A directive that disables everything, or a range: a change must not switch off its check. Within comments, so that no
# position changes.
BLANKET = re.compile(r"(#[ \t]*)(shellcheck[ \t][^\n]*\bdisable=[^\n]*(?:\ball\b|\d-SC\d))")
EXPECTED = re.compile(r"(?:Couldn't find|Expected) (?:end token )?['`](.+?)'")


@cache
def is_installed() -> bool:
    """Whether shellcheck can be used."""
    try:
        find_program("shellcheck")
    except ToolMissing:
        return False
    return True


def version() -> str:
    """For example "0.11.0"."""
    found = re.search(r"^version: (\S+)", run([find_program("shellcheck"), "--version"], cwd="/", timeout=5).text, re.M)
    return found[1] if found else ""


def check(text: str, shell: str) -> tuple[Diagnostic, ...]:
    """The blocking diagnostics of a program that the shell's own parser accepts."""
    comments = _comments(text, shell, "error")
    gave_up = any(comment["code"] == GAVE_UP for comment in comments)
    blocking = [comment for comment in comments if _is_blocking(comment, gave_up=gave_up)]
    if gave_up and not blocking:
        blocking = [comment for comment in comments if _is_unclosed_test(text, comment)]
    return tuple(_diagnostic(text, comment) for comment in blocking)


def find_opener(text: str, shell: str, diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic with the line that opened the unclosed construct and the keyword that would close it."""
    comments = {comment["code"]: comment for comment in _comments(text, shell, "info")}
    opener = next((comments[code]["line"] for code in OPENERS if code in comments), None)
    if opener is None or opener > diagnostic.line:
        return diagnostic
    words = [found[1] for comment in comments.values() if (found := EXPECTED.search(comment["message"]))]
    expected = tuple(dict.fromkeys((*diagnostic.expected, *words)))
    return replace(diagnostic, related_line=diagnostic.related_line or opener, expected=expected)


def _comments(text: str, shell: str, severity: str) -> list[dict[str, Any]]:
    argv = [find_program("shellcheck"), "--norc", "-s", shell, "-S", severity, "-f", "json1", "-"]
    done = run(argv, cwd=".", stdin=BLANKET.sub(r"\1-\2", text), timeout=SECONDS, max_output=8 << 20)
    if not done.stdout.startswith(b"{"):
        return []  # it could not read the text at all, for example for its encoding
    comments: list[dict[str, Any]] = json.loads(done.stdout)["comments"]
    return comments


def _is_blocking(comment: dict[str, Any], *, gave_up: bool) -> bool:
    code = comment["code"]
    if comment["level"] != "error" or code in NOT_BLOCKING:
        return False
    if code < 2000:
        return code in RIGHT_WHEN_GIVEN_UP if gave_up else True
    return code in BLOCKING


def _is_unclosed_test(text: str, comment: dict[str, Any]) -> bool:
    """`[ -f x; then`: bash itself complains only when it runs, and shellcheck says no more than that it gave up."""
    if not comment["message"].startswith(UNPARSED_TEST):
        return False
    lines = split_lines(text)
    start = sum(map(len, lines[: comment["line"] - 1])) + comment["column"] - 1
    return text.startswith("[", start) and not text.startswith("[[", start) and is_open(text, start)


def _diagnostic(text: str, comment: dict[str, Any]) -> Diagnostic:
    return Diagnostic(
        rule=f"SC{comment['code']}",
        message=comment["message"],
        line=comment["line"],
        end_line=comment["endLine"],
        column=comment["column"],
        end_column=comment["endColumn"],
        severity=Severity.ERROR,
        fix=_fix(text, (comment.get("fix") or {}).get("replacements", ())),
    )


def _fix(text: str, replacements: Iterable[dict[str, Any]]) -> tuple[Edit, ...]:
    """The tool's replacements as edits of whole lines; none when they overlap or span lines."""
    ordered = sorted(replacements, key=lambda entry: (entry["line"], entry["column"], entry["precedence"]))
    if any(entry["line"] != entry["endLine"] for entry in ordered):
        return ()
    for one, two in pairwise(ordered):
        if one["line"] == two["line"] and one["endColumn"] > two["column"]:
            return ()
    lines = bare_lines(text)
    changed: dict[int, str] = {}
    for entry in reversed(ordered):
        line = changed.get(entry["line"], lines[entry["line"] - 1])
        changed[entry["line"]] = line[: entry["column"] - 1] + entry["replacement"] + line[entry["endColumn"] - 1 :]
    return tuple(Edit(number, number, f"{line}\n") for number, line in sorted(changed.items()))
