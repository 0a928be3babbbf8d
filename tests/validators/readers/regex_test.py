"""Named groups on lines of text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.validators.readers.regex import read

if TYPE_CHECKING:
    from slmfix_bot.validators.readers.base import Source

PATTERN = (
    r"^(?P<file>[^:]+):(?P<line>\d+):(?:(?P<column>\d+):)? "
    r"(?P<severity>\w+): (?P<message>.*?)(?: \[(?P<rule>[\w-]+)\])?$"
)


@pytest.fixture
def compiler(source: Source) -> Source:
    """A source with the pattern of compilers."""
    return replace(source, pattern=PATTERN)


def test_lines_that_match_are_findings(compiler: Source) -> None:
    output = (
        "relay 2.1\n"
        "app.relay:2:3: \x1b[31merror\x1b[0m: no option 'imag' [unknown-option]\r\n"
        "other.relay:1:1: error: not ours\n"
        "app.relay:3: Warning: three is no number\n"
        "2 problems\n"
    )
    first, second = read(output, compiler)
    assert (first.rule, first.line, first.column, first.message) == ("unknown-option", 2, 3, "no option 'imag'")
    assert (second.rule, second.column, second.severity) == ("relay-lint", None, Severity.WARNING)


def test_nothing_that_matches_noop(compiler: Source) -> None:
    assert read("all good\n", compiler) == []


def test_groups_of_other_flavours_and_names(source: Source) -> None:
    pattern = r"L(?<line>\d+) (?<found>\w+) -> (?<expected>.*)"
    (one,) = read("L2 imag -> image|name or title", replace(source, pattern=pattern))
    assert (one.found, one.expected) == ("imag", ("image", "name", "title"))
    assert one.message == "L2 imag -> image|name or title"


def test_a_line_of_five_megabytes_is_cut(compiler: Source) -> None:
    long = "app.relay:2:3: error: " + "x" * 5_000_000
    (one,) = read(long, compiler)
    assert len(one.message) == 2000
