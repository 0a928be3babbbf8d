"""GitHub's problem matchers, those of eslint and tsc among them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.problem_matcher import parse_matchers
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.readers.problem_matcher import read

if TYPE_CHECKING:
    from slmfix_bot.validators.readers.base import Source

ONE_LINE = {
    "regexp": r"^(?:\s+\d+>)?([^\s].*)\((\d+),(\d+)\):\s+(error|warning)\s+(\w+)\s*:\s*(.*)$",
    "file": 1,
    "line": 2,
    "column": 3,
    "severity": 4,
    "code": 5,
    "message": 6,
}
STYLISH: list[dict[str, Any]] = [
    {"regexp": r"^([^\s].*)$", "file": 1},
    {
        "regexp": r"^\s+(\d+):(\d+)\s+(error|warning|info)\s+(.*)\s\s+(.*)$",
        "line": 1,
        "column": 2,
        "severity": 3,
        "message": 4,
        "code": 5,
        "loop": True,
    },
]


def with_pattern(source: Source, pattern: Any) -> Source:
    """The source with a matcher."""
    return replace(source, pattern=json.dumps(pattern))


def test_one_line_matcher(source: Source) -> None:
    output = "app.relay(2,3): error TS1005 : ';' expected.\nFound 1 error.\n"
    (one,) = read(output, with_pattern(source, {"problemMatcher": [{"owner": "tsc", "pattern": [ONE_LINE]}]}))
    assert (one.line, one.column, one.rule, one.message) == (2, 3, "TS1005", "';' expected.")


def test_loop_takes_the_file_from_the_heading(source: Source) -> None:
    output = (
        "\nother.relay\n  1:1  error  Not ours  no-x\n\n"
        "deploy/app.relay\n  2:3  error    Unknown option  no-option\n  3:12  warning  No number  no-number\n\n"
        "✖ 3 problems\n"
    )
    first, second = read(output, with_pattern(source, STYLISH))
    assert [(one.line, one.rule, one.severity) for one in (first, second)] == [
        (2, "no-option", Severity.ERROR),
        (3, "no-number", Severity.WARNING),
    ]


def test_severity_of_the_matcher_is_the_default(source: Source) -> None:
    matcher = {"severity": "warning", "pattern": [{"regexp": r"^(\d+): (.*)$", "line": 1, "message": 2}]}
    assert read("2: odd", with_pattern(source, matcher))[0].severity is Severity.WARNING


def test_incomplete_runs_of_lines_noop(source: Source) -> None:
    pair = [{"regexp": "^at (.*)$", "file": 1}, {"regexp": r"^(\d+) (.*)$", "line": 1, "message": 2}]
    assert read("at app.relay\nnothing\n3 late\n", with_pattern(source, pair)) == []
    assert len(read("at app.relay\nat app.relay\n3 odd\n", with_pattern(source, pair))) == 1


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ([], '"pattern"'),
        ({"problemMatcher": []}, "problemMatcher"),
        ({"owner": "x"}, '"pattern"'),
        ([{"line": 1}], '"regexp"'),
        ([{"regexp": "(", "message": 1}], "regexp '('"),
        ([{"regexp": "(x)", "message": 2}], "0 to 1"),
        ([{"regexp": "(x)", "messages": 1}], "unknown key 'messages'"),
        ([{"regexp": "(x)", "line": 1}], '"message"'),
        ([{"regexp": "(x)", "message": 1, "loop": True}], '"loop"'),
    ],
)
def test_wrong_matcher_is_explained(source: Source, pattern: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        parse_matchers(json.dumps(pattern))
    with pytest.raises(CannotJudge, match="its problem matcher cannot be used"):
        read("x", with_pattern(source, pattern))
