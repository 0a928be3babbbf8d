"""What the readers share: the program that an output is about, and the way from a tool's words to a `Diagnostic`.

The command is trusted, its output is not: it quotes a stranger's program. So everything is bounded and cleaned here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import Edit, diff_edits
from slmfix_bot.core.rules import SYNTAX_RULES
from slmfix_bot.core.text import bare_lines, split_lines
from slmfix_bot.errors import CannotJudge

MAX_LINE = 4096  # characters of an output line that a pattern is tried on: patterns may backtrack
MAX_LINES = 20_000
MAX_DIAGNOSTICS = 1000
MAX_MESSAGE, MAX_NAME, MAX_NAMES, MAX_RULE = 2000, 200, 50, 80
SEVERITIES = {
    **dict.fromkeys(("error", "err", "e", "fatal", "fatal error", "critical", "failure", "f"), Severity.ERROR),
    **dict.fromkeys(("warning", "warn", "w"), Severity.WARNING),
    **dict.fromkeys(("info", "information", "i", "note", "notice", "hint", "none", "style", "ignore"), Severity.INFO),
    **dict.fromkeys(("convention", "refactor", "c", "r", "suggestion"), Severity.INFO),
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_STANDARD_INPUT = frozenset({"", "-", "stdin", "<stdin>", "(stdin)", "standard input"})
Columns = Callable[[str, int], int]


@dataclass(frozen=True, kw_only=True)
class Source:
    """The program, and what the configuration says about the output. `expected` finds legal names in a message;
    `severity` and `rule` are for a tool that names none."""

    text: str
    path: str = ""
    rule: str = "custom"
    severity: Severity = Severity.ERROR
    pattern: str | None = None
    expected: re.Pattern[str] | None = None
    syntax_rules: frozenset[str] = frozenset()

    @cached_property
    def lines(self) -> list[str]:
        """The program's lines without terminators; at least one."""
        return bare_lines(self.text) or [""]

    def is_own(self, file: object) -> bool:
        """Whether a file name of the output means the program: the tool saw it under its base name, or as a pipe."""
        if not isinstance(file, str) or file in _STANDARD_INPUT:
            return True
        return PurePosixPath(file).name == PurePosixPath(self.path or "program").name or not self.path

    def diagnostic(
        self,
        *,
        message: object,
        line: object,
        column: object = None,
        end_line: object = None,
        end_column: object = None,
        rule: object = None,
        severity: object = None,
        found: object = None,
        expected: object = (),
        related_line: object = None,
        fix: tuple[Edit, ...] = (),
        columns: Columns | None = None,
    ) -> Diagnostic:
        """A diagnostic with every value cleaned and inside the program; numbers may be text. `columns` converts a
        column of a given line into code points. Raises CannotJudge for a line or column that is no number."""
        last = len(self.lines)
        first = min(max(1, number(line, 1)), last)
        end = min(max(first, number(end_line, first)), last)
        said = clean(message, MAX_MESSAGE) or "the validator gives no message"
        start_column = self._column(first, column, columns)
        stop_column = self._column(end, end_column, columns)
        if stop_column is not None and (start_column is None or (end == first and stop_column <= start_column)):
            stop_column = None
        names = self._names(expected, said)
        wrong = clean(found, MAX_NAME) or None
        name = self._rule(rule)
        if wrong is None and names and name not in SYNTAX_RULES:  # a missing sign stands in nothing's place
            wrong = self._wrong_name(first, end, start_column, stop_column, said, names)
        return Diagnostic(
            rule=name,
            message=said,
            line=first,
            end_line=end,
            column=start_column,
            end_column=stop_column,
            severity=self._severity(severity),
            found=wrong,
            expected=names,
            related_line=min(max(1, number(related_line, 1)), last) if related_line is not None else None,
            fix=fix,
        )

    def _severity(self, severity: object) -> Severity:
        if severity is None:
            return self.severity
        return SEVERITIES.get(str(severity).strip().lower(), self.severity)

    def _rule(self, rule: object) -> str:
        name = re.sub(r"[\s\[\]]+", "-", clean(rule, MAX_RULE)).strip("-") or self.rule
        return "syntax" if name in self.syntax_rules else name

    def _column(self, line: int, column: object, columns: Columns | None) -> int | None:
        if column is None or column == "":
            return None
        value = number(column, 0)
        if value < 1:
            return None
        text = self.lines[line - 1]
        return min(columns(text, value) if columns else value, len(text) + 1)

    def _names(self, expected: object, message: str) -> tuple[str, ...]:
        """The legal names: as a list, as text with commas, or out of the message by the configured pattern."""
        given = expected if isinstance(expected, list | tuple) else parse_names(str(expected or ""))
        if not given and self.expected is not None:
            found = (match[1] if match.re.groups else match[0] for match in self.expected.finditer(message[:MAX_LINE]))
            given = [name for text in found for name in parse_names(text or "")]
        return tuple(dict.fromkeys(name for name in (clean(item, MAX_NAME) for item in given) if name))[:MAX_NAMES]

    def _wrong_name(
        self, line: int, end: int, column: int | None, stop: int | None, message: str, names: tuple[str, ...]
    ) -> str | None:
        """What the names stand in place of: the range, the word at the column, or a quoted word of that line."""
        text = self.lines[line - 1]
        if column is not None and stop is not None and end == line and stop - column <= MAX_NAME:
            return text[column - 1 : stop - 1].strip() or None
        if column is not None and (word := re.compile(r"[\w.-]+").match(text, column - 1)):
            return word[0]
        quoted = re.findall(r"[\"'`‘“]([^\"'`‘’“”\s]{1,200})[\"'`’”]", message)
        return next((word for word in quoted if word in text and word not in names), None)


def clean(value: object, limit: int) -> str:
    """A tool's word on one line, without control characters and colours."""
    if value is None or isinstance(value, dict | list):
        return ""
    return " ".join(_CONTROL.sub(" ", _ANSI.sub("", str(value)[: 2 * limit])).split())[:limit]


def number(value: object, default: int) -> int:
    """A whole number that may be written as text; `default` for none. Raises CannotJudge."""
    if value is None or value == "":
        return default
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,9}(?:\.0)?", text):
        msg = f"its output gives {clean(value, 40)!r} as a line or column"
        raise CannotJudge(msg)
    return int(float(text))


def parse_names(text: str) -> list[str]:
    """Names in running text.

    >>> parse_names("'a', b or \\"c.d\\" | e")
    ['a', 'b', 'c.d', 'e']
    """
    parts = re.split(r"\s*(?:,\s*(?:or|and)\s|,|;|\||\s(?:or|and)\s)\s*", text[:MAX_LINE].strip())
    return [name for name in (part.strip().strip("\"'`‘’“”") for part in parts) if name]


def utf16_column(line: str, column: int) -> int:
    """From a column in UTF-16 units to one in code points, both 1-based."""
    return len(line.encode("utf-16-le", "surrogatepass")[: 2 * (column - 1)].decode("utf-16-le", "ignore")) + 1


def utf8_column(line: str, column: int) -> int:
    """From a column in bytes of UTF-8 to one in code points, both 1-based."""
    return len(line.encode(errors="surrogatepass")[: column - 1].decode(errors="ignore")) + 1


@dataclass(frozen=True)
class Replacement:
    """Text for a range; 1-based, the end exclusive, columns in code points. Without columns whole lines are meant."""

    line: int
    column: int | None
    end_line: int
    end_column: int | None
    text: str


def edits_of(source: Source, replacements: list[Replacement]) -> tuple[Edit, ...]:
    """The replacements as edits of whole lines; none when they overlap or lie outside of the program."""
    lines = split_lines(source.text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    spans = []
    for one in replacements:
        if not 1 <= one.line <= one.end_line <= len(lines) + 1:
            return ()
        start = starts[one.line - 1] + ((one.column or 1) - 1)
        end = starts[min(one.end_line, len(lines))]
        if one.end_column is not None:
            end = starts[one.end_line - 1] + one.end_column - 1
        elif lines[one.end_line - 1 :] and not one.text.endswith("\n"):
            end -= len(lines[one.end_line - 1]) - len(lines[one.end_line - 1].rstrip("\r\n"))
        spans.append((start, end, one.text))
    new, last = source.text, len(source.text)
    for start, end, text in sorted(spans, reverse=True):
        if not start <= end <= last:
            return ()
        new, last = new[:start] + text + new[end:], start
    return diff_edits(source.text, new)


def load_json(output: str, what: str) -> Any:
    """The document. Raises CannotJudge when the output is none."""
    import json

    if not output.strip():
        msg = f"it printed nothing where {what} was expected"
        raise CannotJudge(msg)
    try:
        return json.loads(output)
    except ValueError as error:
        msg = f"its output is not {what}: {error}"
        raise CannotJudge(msg) from None


def output_lines(output: str) -> list[str]:
    """The lines that patterns are tried on: without colours, cut at MAX_LINE characters. Raises CannotJudge for more
    than MAX_LINES."""
    lines = output.split("\n")
    if len(lines) > MAX_LINES:
        msg = f"it printed more than {MAX_LINES:,} lines"
        raise CannotJudge(msg)
    return [_ANSI.sub("", line[: 2 * MAX_LINE]).removesuffix("\r")[:MAX_LINE] for line in lines]
