"""What reviewdog reads: byte columns, whole-line suggestions, severities in capitals."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from slmfix_bot.core.edit import Edit
from slmfix_bot.reporters import Style
from slmfix_bot.reporters.rdjson import render
from tests.testing.sample_report import REPAIR, change, finding, sample_report


def suggestion(edit: Edit, text: str = "a\né\nc\n") -> dict[str, Any]:
    """The suggestion for one edit of a text."""
    found = finding("f" * 20, "x.sh", sample_report().findings[0].diagnostic, repair=replace(REPAIR, edits=(edit,)))
    report = replace(sample_report(), findings=(found,), changes=(change("x.sh", text, {1}),))
    value: dict[str, Any] = json.loads(render(report, Style()))["diagnostics"][0]["suggestions"][0]
    return value


def test_open_findings_are_listed() -> None:
    first, second = json.loads(render(sample_report(), Style()))["diagnostics"]
    assert first["location"]["path"] == "deploy/run.sh"
    assert first["severity"] == "ERROR"
    assert first["suggestions"][0] == {
        "range": {"start": {"line": 3}, "end": {"line": 3}},
        "text": '  echo "found"',
    }
    assert "suggestions" not in second


def test_columns_count_bytes() -> None:
    place = json.loads(render(sample_report(), Style()))["diagnostics"][1]["location"]["range"]
    assert place == {"start": {"line": 1, "column": 14}, "end": {"line": 1, "column": 17}}


@pytest.mark.parametrize(
    ("edit", "start", "end", "text"),
    [
        (Edit(2, 3, "x\ny\n"), {"line": 2}, {"line": 3}, "x\ny"),
        (Edit(2, 2, ""), {"line": 2}, {"line": 2}, ""),
        (Edit(2, 2, "\n"), {"line": 2, "column": 1}, {"line": 2, "column": 3}, ""),
        (Edit(2, 1, "x\n"), {"line": 2, "column": 1}, {"line": 2, "column": 1}, "x\n"),
        (Edit(4, 3, "x\n"), {"line": 3, "column": 2}, {"line": 3, "column": 2}, "\nx"),
    ],
)
def test_edit_becomes_a_range(edit: Edit, start: dict[str, int], end: dict[str, int], text: str) -> None:
    assert suggestion(edit) == {"range": {"start": start, "end": end}, "text": text}
