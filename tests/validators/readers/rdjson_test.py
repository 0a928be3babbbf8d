"""rdjson and rdjsonl: ranges in bytes, suggestions, severities, and what is neither."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.edit import Edit
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.readers.rdjson import read, read_lines

if TYPE_CHECKING:
    from slmfix_bot.validators.readers.base import Source


def span(line: int, start: int, end: int | None = None) -> dict[str, Any]:
    """A range on one line."""
    stop = {"end": {"line": line, "column": end}} if end else {}
    return {"start": {"line": line, "column": start}, **stop}


def finding(**fields: Any) -> dict[str, Any]:
    """A diagnostic about the misspelt option."""
    return {
        "message": "unknown option imag",
        "location": {"path": "deploy/app.relay", "range": span(2, 3, 7)},
        "severity": "ERROR",
        "code": {"value": "unknown-option", "url": "https://example.com"},
        **fields,
    }


def document(*rows: dict[str, Any], **fields: Any) -> str:
    """A whole document."""
    return json.dumps({"source": {"name": "relay-lint"}, "diagnostics": list(rows), **fields})


def test_document_and_lines_say_the_same(source: Source) -> None:
    (one,) = read(document(finding()), source)
    assert (one.rule, one.line, one.column, one.end_column, one.severity) == (
        "unknown-option",
        2,
        3,
        7,
        Severity.ERROR,
    )
    assert read_lines(json.dumps(finding()) + "\n", source) == [one]


def test_columns_count_bytes(source: Source) -> None:
    third = finding(location={"path": "app.relay", "range": span(3, 17)})
    assert read(document(third), source)[0].column == 14


def test_nothing_found_noop(source: Source) -> None:
    assert read(document(), source) == []
    assert read_lines("", source) == []
    assert read(document(finding(location={"path": "other.relay"})), source) == []


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        ("WARNING", Severity.WARNING),
        ("INFO", Severity.INFO),
        (2, Severity.WARNING),
        ("UNKNOWN_SEVERITY", Severity.ERROR),
    ],
)
def test_severity_in_words_and_numbers(source: Source, value: object, severity: Severity) -> None:
    assert read(document(finding(severity=value)), source)[0].severity is severity


def test_documents_own_severity_is_the_default(source: Source) -> None:
    assert read(document(finding(severity=None), severity="WARNING"), source)[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    ("place", "text", "edit"),
    [
        (span(2, 3, 7), "image", Edit(2, 2, '  image "shop/api:1"\n')),
        (span(2, 7), "e", Edit(2, 2, '  image "shop/api:1"\n')),
        ({"start": {"line": 2}, "end": {"line": 2}}, "  image x", Edit(2, 2, "  image x\n")),
        ({"start": {"line": 2}}, "", Edit(2, 2, "\n")),
    ],
)
def test_suggestion_becomes_an_edit(source: Source, place: dict[str, Any], text: str, edit: Edit) -> None:
    (one,) = read(document(finding(suggestions=[{"range": place, "text": text}, {"text": "other"}])), source)
    assert one.fix == (edit,)


def test_suggestion_outside_of_the_file_is_left_out(source: Source) -> None:
    (one,) = read(document(finding(suggestions=[{"range": span(70, 1), "text": "x"}])), source)
    assert one.fix == ()


def test_related_location_is_the_opener(source: Source) -> None:
    related = [{"message": "opened here", "location": {"path": "app.relay", "range": span(1, 1)}}]
    assert read(document(finding(relatedLocations=related)), source)[0].related_line == 1


@pytest.mark.parametrize("output", ["", "no json", "{}", "[]", '{"diagnostics": [3]}', '{"diagnostics": [{"a": 1}]}'])
def test_other_output_is_not_taken_for_a_clean_file(source: Source, output: str) -> None:
    with pytest.raises(CannotJudge):
        read(output, source)


@pytest.mark.parametrize("output", ["no json", "[]", '{"location": {}}'])
def test_other_lines_are_not_taken_for_a_clean_file(source: Source, output: str) -> None:
    with pytest.raises(CannotJudge):
        read_lines(output, source)
