"""Every JSON report fits the shipped schema, and the schema is strict enough to notice a change of the contract."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from slmfix_bot.reporters import Style
from slmfix_bot.reporters.json_report import render
from tests.testing.sample_report import empty_report, sample_report

if TYPE_CHECKING:
    from slmfix_bot.core.report import Report

SCHEMA = json.loads(files("slmfix_bot").joinpath("data", "report.schema.json").read_text(encoding="utf-8"))


def errors(document: Any) -> list[str]:
    """What the schema says against a document."""
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)]


@pytest.mark.parametrize("report", [sample_report(), empty_report()])
def test_report_fits_the_schema(report: Report) -> None:
    assert errors(json.loads(render(report, Style()))) == []


def test_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_contents_follow_the_contract() -> None:
    document = json.loads(render(sample_report(), Style()))
    assert document["schema"] == "slmfix.report/1"
    assert document["tool"]["model"] == {"name": "slmfix-mini", "version": "1.0.0", "sha256": "ab" * 32}
    assert document["summary"] == {
        "files": 2,
        "hunks": 2,
        "findings": 2,
        "repaired": 1,
        "unrepaired": 1,
        "suppressed": 1,
        "skipped": 2,
        "by_origin": {"ai": 1, "unknown": 1},
    }
    first, second, third = document["findings"]
    assert first["repair"]["edits"] == [{"start_line": 3, "end_line": 3, "replacement": '  echo "found"\n'}]
    assert first["provenance"]["evidence"][0]["kind"] == "trailer"
    assert second["repair"]["reason"] == "no proposal passed"
    assert "tool" not in second["provenance"]
    assert third["repair"] is None
    assert third["suppressed"] == "word splitting is wanted here"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: d.update(schema="slmfix.report/2"),
        lambda d: d.update(extra=1),
        lambda d: d["summary"].pop("files"),
        lambda d: d["findings"][0].update(line=0),
        lambda d: d["findings"][0]["repair"]["edits"][0].update(replacement="no newline"),
        lambda d: d["findings"][0]["provenance"].update(verdict="probably"),
    ],
)
def test_schema_refuses_what_breaks_the_contract(spoil: Any) -> None:
    document = json.loads(render(sample_report(), Style()))
    spoil(document)
    assert len(errors(document)) >= 1
