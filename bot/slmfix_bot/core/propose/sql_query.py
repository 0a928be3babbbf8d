"""The query that a report about a name is in, and names in its text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.sql_schema import Source, Table, bare, regions, sources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from slmfix_bot.core.lexer import Token


@dataclass(frozen=True)
class Query:
    """The query that the report is in: `own` are its tables, `scope` those of the whole text, nearest first."""

    case: Case
    tables: Mapping[str, Table]
    own: list[Source]
    scope: list[Source]
    numbers: list[int]
    here: int

    def number_of(self, offset: int) -> int:
        """The number of the query that the offset is in."""
        index = bisect_right(self.case.code, offset, key=start_of) - 1
        return self.numbers[index] if index >= 0 else 0

    def holds(self, offset: int) -> bool:
        """Whether the offset is in this query, and not in one inside or around it."""
        index = bisect_right(self.case.code, offset, key=start_of) - 1
        return index >= 0 and self.numbers[index] == self.here

    def replace(self, text: str, found: str, name: str) -> str:
        """Like `_replace`, in this query only; `text` must begin like the case's wherever the name stands."""
        return replace_name(text, found, name, self.holds)


def query_of(case: Case, tables: Mapping[str, Table]) -> Query:
    """The query at the place of the case's target."""
    numbers = regions(case.code)
    index = max(0, bisect_right(case.code, case.at, key=start_of) - 1)
    here = numbers[index] if numbers else 0
    number_at = {token.start: number for token, number in zip(case.code, numbers, strict=True)}
    named = sources(case.code, tables)
    scope = sorted(named, key=lambda source: (number_at.get(source.start) != here, abs(source.start - case.at)))
    own = [source for source in scope if number_at.get(source.start) == here]
    return Query(case, tables, own, scope, numbers, here)


def schema_candidate(text: str, cost: float, note: str) -> Candidate:
    """A candidate of the rules for names of a schema."""
    return Candidate(text, RepairSource.SCHEMA, cost, note)


def split_name(found: str) -> tuple[str, str]:
    """Qualifier and column without their quotes."""
    qualifier, _, column = found.rpartition(".")
    return bare(qualifier), bare(column)


def replace_name(text: str, found: str, name: str, where: Callable[[int], bool] = lambda offset: True) -> str:
    """Replaces a name wherever it stands by itself."""
    for match in reversed(list(named(text, found))):
        if where(match.start()):
            text = text[: match.start()] + name + text[match.end() :]
    return text


def named(text: str, found: str) -> Iterator[re.Match[str]]:
    """Where a name stands by itself: not behind a dot or AS, not as a function, not inside quotes."""
    pattern = rf"'[^']*'|(?<![\w.\"`]){re.escape(found)}(?![\w\"`(.])"
    for match in re.finditer(pattern, text, re.I):
        behind_as = text[max(0, match.start() - 8) : match.start()].rstrip()[-3:].casefold() in {" as", "\nas"}
        if not match[0].startswith("'") and not behind_as:
            yield match


def start_of(token: Token) -> int:
    """Sorts tokens for a search by offset."""
    return token.start
