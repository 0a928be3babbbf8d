"""The registry of readers, and what they share."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from slmfix_bot.adapters.config import schema
from slmfix_bot.validators.readers import READERS
from slmfix_bot.validators.readers.base import parse_names, utf8_column, utf16_column

if TYPE_CHECKING:
    from slmfix_bot.validators.readers.base import Source


def test_schema_knows_every_reader() -> None:
    entry = schema()["properties"]["validators"]["items"]["properties"]
    assert set(entry["output"]["enum"]) == set(READERS)


def test_names_come_out_of_the_message(source: Source) -> None:
    asked = replace(source, expected=re.compile(r"(?:did you mean|expected one of:?) (.*?)\??$"))
    one = asked.diagnostic(message='unknown option "imag", did you mean "image"?', line=2)
    assert (one.found, one.expected) == ("imag", ("image",))
    two = asked.diagnostic(message="expected one of: a, b or c", line=3, column=3, end_column=11)
    assert (two.found, two.expected) == ("replicas", ("a", "b", "c"))
    assert asked.diagnostic(message="something else", line=2).expected == ()


def test_syntax_rules_are_named_so(source: Source) -> None:
    named = replace(source, syntax_rules=frozenset({"E001"}))
    assert [named.diagnostic(message="x", line=1, rule=rule).rule for rule in ("E001", "E002")] == ["syntax", "E002"]


def test_message_is_cleaned_and_bounded(source: Source) -> None:
    one = source.diagnostic(message="a\n\x1b[31mb\x00 c" + "x" * 9000, line=1, rule="a b]\n[c" + "y" * 200)
    assert one.message.startswith("a b c")
    assert len(one.message) <= 2000
    assert one.rule.startswith("a-b-c")
    assert len(one.rule) <= 80
    assert source.diagnostic(message=None, line=None).line == 1


def test_units_of_columns() -> None:
    assert [utf16_column("a𝒳b", column) for column in (1, 2, 4, 5, 99)] == [1, 2, 3, 4, 4]
    assert [utf8_column("aéb", column) for column in (1, 2, 4, 5, 99)] == [1, 2, 3, 4, 4]


def test_names_in_running_text() -> None:
    assert parse_names("") == []
    assert parse_names("`a`, 'b', or \"c\"") == ["a", "b", "c"]
    assert parse_names("order") == ["order"]
