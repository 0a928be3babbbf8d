"""SARIF: results, columns, levels, rules, fixes, and what is no SARIF."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.edit import Edit, apply_edits
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.readers.sarif import read

if TYPE_CHECKING:
    from slmfix_bot.validators.readers.base import Source


def place(uri: str = "app.relay", **region: int) -> dict[str, Any]:
    """A location."""
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def log(*results: dict[str, Any], **run: Any) -> str:
    """A SARIF log as tools write it."""
    tool = {"driver": {"name": "relay-lint", "rules": run.pop("rules", [])}}
    return json.dumps({"version": "2.1.0", "runs": [{"tool": tool, "results": list(results), **run}]})


def result(**fields: Any) -> dict[str, Any]:
    """A result about the misspelt option."""
    region = place(startLine=2, startColumn=3, endColumn=7)
    return {
        "ruleId": "unknown-option",
        "level": "error",
        "message": {"text": "unknown option 'imag'"},
        "locations": [region],
        **fields,
    }


def test_result_becomes_a_diagnostic(source: Source) -> None:
    (one,) = read(log(result()), source)
    assert (one.rule, one.line, one.end_line, one.column, one.end_column) == ("unknown-option", 2, 2, 3, 7)
    assert (one.severity, one.message) == (Severity.ERROR, "unknown option 'imag'")


def test_no_results_are_no_diagnostics(source: Source) -> None:
    assert read(log(), source) == []


def test_results_about_other_files_and_passes_do_not_count(source: Source) -> None:
    elsewhere = result(locations=[place("lib/other.relay", startLine=1)])
    assert read(log(elsewhere, result(kind="pass"), result(suppressions=[{"kind": "inSource"}])), source) == []
    assert len(read(log(result(locations=[place("file:///tmp/x/app.relay", startLine=1)])), source)) == 1


@pytest.mark.parametrize(("kind", "column"), [("utf16CodeUnits", 14), ("unicodeCodePoints", 15), (None, 15)])
def test_columns_are_converted_from_their_unit(source: Source, kind: str | None, column: int) -> None:
    third = result(locations=[place(startLine=3, startColumn=15)])
    extra = {"columnKind": kind} if kind else {}
    assert read(log(third, **extra), source)[0].column == column


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"level": "warning"}, Severity.WARNING),
        ({"level": "note"}, Severity.INFO),
        ({"level": None}, Severity.WARNING),
        ({"level": None, "ruleIndex": 0}, Severity.ERROR),
    ],
)
def test_level_is_the_results_or_the_rules(source: Source, fields: dict[str, Any], severity: Severity) -> None:
    rules = [{"id": "unknown-option", "defaultConfiguration": {"level": "error"}}] if "ruleIndex" in fields else []
    assert read(log(result(**fields), rules=rules), source)[0].severity is severity


def test_message_is_put_together_from_the_rule(source: Source) -> None:
    rules = [{"id": "R1", "messageStrings": {"default": {"text": "no option {0} in {1}"}}}]
    told = result(ruleId=None, ruleIndex=0, message={"id": "default", "arguments": ["imag", "service"]})
    (one,) = read(log(told, rules=rules), source)
    assert (one.rule, one.message) == ("R1", "no option imag in service")


def test_names_and_related_place_arrive(source: Source) -> None:
    named = result(properties={"expected": ["image", "name"]}, relatedLocations=[place(startLine=1)])
    (one,) = read(log(named), source)
    assert (one.found, one.expected, one.related_line) == ("imag", ("image", "name"), 1)


def fix(*replacements: dict[str, Any], uri: str = "app.relay") -> list[dict[str, Any]]:
    """The `fixes` of a result."""
    return [{"artifactChanges": [{"artifactLocation": {"uri": uri}, "replacements": list(replacements)}]}]


def test_fix_becomes_edits_of_whole_lines(source: Source) -> None:
    change = {
        "deletedRegion": {"startLine": 2, "startColumn": 3, "endColumn": 7},
        "insertedContent": {"text": "image"},
    }
    (one,) = read(log(result(fixes=fix(change))), source)
    assert one.fix == (Edit(2, 2, '  image "shop/api:1"\n'),)


def test_fix_with_several_places_is_applied_at_once(source: Source) -> None:
    first = {"deletedRegion": {"startLine": 1, "startColumn": 9, "endColumn": 12}, "insertedContent": {"text": "web"}}
    last = {"deletedRegion": {"startLine": 3, "startColumn": 1, "endLine": 4, "endColumn": 1}}
    (one,) = read(log(result(fixes=fix(last, first))), source)
    assert apply_edits(source.text, one.fix) == 'service web {\n  imag "shop/api:1"\n}\n'


@pytest.mark.parametrize(
    "region", [{"startLine": 9, "startColumn": 1}, {}, {"startLine": 3, "startColumn": 9, "endColumn": 2}]
)
def test_fix_that_cannot_be_placed_is_left_out(source: Source, region: dict[str, int]) -> None:
    (one,) = read(log(result(fixes=fix({"deletedRegion": region}))), source)
    assert one.fix == ()


def test_fix_of_another_file_is_left_out(source: Source) -> None:
    change = {"deletedRegion": {"startLine": 1}, "insertedContent": {"text": "x"}}
    (one,) = read(log(result(fixes=fix(change, uri="other.relay"))), source)
    assert one.fix == ()


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("", "printed nothing where SARIF was expected"),
        ("Traceback (most recent call last):", "is not SARIF: Expecting value"),
        ('{"results": []}', 'no list "runs"'),
        ("[]", 'no list "runs"'),
        ('{"runs": [{"results": [1]}]}', "is not SARIF: AttributeError"),
        (
            '{"runs": [{"results": [{"locations": [{"physicalLocation": {"region": {"startLine": "x"}}}]}]}]}',
            "'x' as a",
        ),
    ],
)
def test_other_output_is_not_taken_for_a_clean_file(source: Source, output: str, reason: str) -> None:
    with pytest.raises(CannotJudge, match=r".") as caught:
        read(output, source)
    assert reason in str(caught.value)


def test_run_that_failed_is_not_taken_for_a_clean_file(source: Source) -> None:
    note = {"message": {"text": "cannot parse the configuration"}}
    failed = log(invocations=[{"executionSuccessful": False, "toolExecutionNotifications": [note]}])
    with pytest.raises(CannotJudge, match="cannot parse the configuration"):
        read(failed, source)


def test_numbers_beyond_the_file_are_brought_inside(source: Source) -> None:
    (one,) = read(log(result(locations=[place(startLine=90, startColumn=900, endLine=2)])), replace(source, text="a\n"))
    assert (one.line, one.end_line, one.column) == (1, 1, 2)
