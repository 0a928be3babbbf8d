"""SARIF as GitHub and editors read it: every result has a place, and applying a fix gives the repaired text."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.core.edit import Edit, apply_edits
from slmfix_bot.core.text import split_lines
from slmfix_bot.reporters import Style
from slmfix_bot.reporters.sarif import render
from tests.testing.sample_report import REPAIR, change, empty_report, finding, sample_report

if TYPE_CHECKING:
    from slmfix_bot.core.report import Report


def run_of(report: Report) -> dict[str, Any]:
    """The one run of the log."""
    log = json.loads(render(report, Style()))
    assert log["version"] == "2.1.0"
    assert len(log["runs"]) == 1
    run: dict[str, Any] = log["runs"][0]
    return run


def offset(text: str, line: int, column: int) -> int:
    """The index of a SARIF position."""
    return sum(map(len, split_lines(text)[: line - 1])) + column - 1


def apply_fix(text: str, fix: dict[str, Any]) -> str:
    """The text after the fix, last replacement first."""
    for item in reversed(fix["artifactChanges"][0]["replacements"]):
        region = item["deletedRegion"]
        start = offset(text, region["startLine"], region["startColumn"])
        end = offset(text, region["endLine"], region["endColumn"])
        text = text[:start] + item["insertedContent"]["text"] + text[end:]
    return text


def test_every_result_has_a_place_a_rule_and_a_fingerprint() -> None:
    run = run_of(sample_report())
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(run["results"]) == 3
    for result in run["results"]:
        assert len(result["locations"]) == 1
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["partialFingerprints"]["slmfixFinding/v1"]
        assert result["message"]["text"]


def test_repair_becomes_a_fix_and_a_suppression_is_kept() -> None:
    repaired, unrepaired, suppressed = run_of(sample_report())["results"]
    assert len(repaired["fixes"]) == 1
    assert "fixes" not in unrepaired
    assert suppressed["suppressions"][0]["justification"] == "word splitting is wanted here"
    assert [r["level"] for r in (repaired, unrepaired, suppressed)] == ["error", "error", "warning"]
    assert "Co-Authored-By: Claude" in repaired["properties"]["originEvidence"]


def test_path_is_a_uri_reference() -> None:
    run = run_of(sample_report())
    places = run["invocations"][0]["toolExecutionNotifications"]
    assert places[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "caf%E9.sh"


def test_empty_report_has_no_result_noop() -> None:
    assert run_of(empty_report())["results"] == []


@pytest.mark.parametrize("text", ["a\nb\nc\n", "a\nb\nc", "a\r\nb\r\nc\r\n", "a\r\nb\r\nc"])
@pytest.mark.parametrize(
    "edits",
    [
        (Edit(2, 2, "B\n"),),
        (Edit(2, 2, ""),),
        (Edit(1, 0, "new\n"),),
        (Edit(4, 3, "new\n"),),
        (Edit(3, 3, "C\nD\n"),),
        (Edit(3, 3, ""),),
        (Edit(2, 3, ""),),
        (Edit(1, 1, "A\n"), Edit(3, 3, "C\n")),
        (Edit(2, 2, "\n"),),
    ],
)
def test_applying_the_fix_is_applying_the_edits(text: str, edits: tuple[Edit, ...]) -> None:
    diagnostic = sample_report().findings[0].diagnostic
    found = finding("f" * 20, "x.sh", diagnostic, repair=replace(REPAIR, edits=edits))
    report = replace(sample_report(), findings=(found,), changes=(change("x.sh", text, {1}),))
    fix = run_of(report)["results"][0]["fixes"][0]
    assert apply_fix(text, fix) == apply_edits(text, edits)
