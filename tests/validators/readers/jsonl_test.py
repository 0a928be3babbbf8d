"""Our own JSON lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.readers.jsonl import read

if TYPE_CHECKING:
    from slmfix_bot.validators.readers.base import Source


def test_every_field_arrives(source: Source) -> None:
    row = {
        "line": 2,
        "column": 3,
        "end_column": 7,
        "message": "no option imag",
        "rule": "unknown option",
        "severity": "warn",
        "found": "imag",
        "expected": ["image", "", "image", "name"],
        "related_line": 1,
    }
    (one,) = read(json.dumps(row), source)
    assert (one.rule, one.severity, one.found) == ("unknown-option", Severity.WARNING, "imag")
    assert (one.expected, one.related_line, one.end_column) == (("image", "name"), 1, 7)


def test_line_and_message_are_enough(source: Source) -> None:
    (one,) = read('\n{"line": "2", "message": "bad"}\n\n', source)
    assert (one.rule, one.line, one.column, one.severity, one.expected) == ("relay-lint", 2, None, Severity.ERROR, ())


def test_no_output_and_other_files_noop(source: Source) -> None:
    assert read("", source) == []
    assert read('{"line": 1, "message": "x", "file": "b.relay"}', source) == []


def test_wrong_name_is_found_at_the_column(source: Source) -> None:
    (one,) = read('{"line": 2, "column": 3, "message": "x", "expected": "image, name"}', source)
    assert (one.found, one.expected) == ("imag", ("image", "name"))


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("Traceback", "line 1 of its output is not JSON"),
        ('{"line": 1, "message": "x"}\n[1]', "line 2 of its output is not an object"),
        ('{"message": "x"}', 'not an object with "message" and "line"'),
        ('{"line": true, "message": "x"}', "'True' as a line"),
        ('{"line": 1, "column": [2], "message": "x"}', "as a line or column"),
        ("{}\n" * 20_001, "more than 20,000 lines"),
    ],
)
def test_other_output_is_not_taken_for_a_clean_file(source: Source, output: str, reason: str) -> None:
    with pytest.raises(CannotJudge) as caught:
        read(output, source)
    assert reason in str(caught.value)
