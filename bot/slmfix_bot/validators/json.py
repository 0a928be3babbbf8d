"""JSON as RFC 8259 has it; in files of tools that allow them, comments and trailing commas too. JSON5 is not judged."""

from __future__ import annotations

import json
import platform
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.family import allows_comments
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.place import place_of

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

BOM = "\ufeff"
OTHER_DIALECTS = (".json5", ".hjson")
# Strings are matched so that nothing inside them is taken for a comment; an open comment reaches to the end.
_COMMENT = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?(?:\*/|\Z)', re.S)
_LAST_COMMA = re.compile(r'"(?:[^"\\\n]|\\.)*"|,(?=\s*[}\]])')
LINE_BY_LINE = (".jsonl", ".ndjson", ".jsonlines")
TEMPLATE = re.compile(r"\{%[-+ ]|\{\{-?\s*[\w.$]+(\s*\|[^{}\n]*|\([^{}\n]*\))?\s*-?\}\}")
EXPECTING = re.compile(r"Expecting '(.)' delimiter")


class JsonValidator:
    """The standard library's parser; duplicate keys are a warning because readers take the last one."""

    name = "json"
    languages = ("json",)

    def version(self) -> str:
        """That of Python."""
        return platform.python_version()

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The first error of the document, or of each line of a JSON Lines file."""
        if program.path.endswith(OTHER_DIALECTS):
            msg = "another dialect of JSON"
            raise CannotJudge(msg)
        if allows_comments(program.path):
            strict = _strict(program.text)
            return _check_document(program.text, strict, 0) if strict.strip() else ()
        if not program.path.endswith(LINE_BY_LINE):
            return _check_document(program.text, program.text, 0)
        diagnostics: list[Diagnostic] = []
        start = 0
        for line in program.text.split("\n"):
            if line.strip():
                diagnostics += _check_document(program.text, line, start)
            start += len(line) + 1
        return tuple(diagnostics)


def _strict(text: str) -> str:
    """The text with blanks in place of comments and last commas, so that every place stays."""
    return _LAST_COMMA.sub(_blank, _COMMENT.sub(_blank, text))


def _blank(match: re.Match[str]) -> str:
    return match[0] if match[0].startswith('"') else re.sub(r"[^\n]", " ", match[0])


def _check_document(text: str, document: str, start: int) -> tuple[Diagnostic, ...]:
    duplicates: Counter[str] = Counter()

    def count_keys(pairs: list[tuple[str, Any]]) -> None:
        if len({key for key, _ in pairs}) < len(pairs):
            duplicates.update(key for key, number in Counter(key for key, _ in pairs).items() if number > 1)

    body = document.removeprefix(BOM)
    shift = start + len(document) - len(body)
    try:  # numbers are not converted: their digits may be without limit
        json.loads(body, object_pairs_hook=count_keys, parse_int=len, parse_float=len)
    except json.JSONDecodeError as error:
        if TEMPLATE.search(body):
            msg = "a template, not JSON"
            raise CannotJudge(msg) from error
        return (_syntax_error(text, error.msg, shift + error.pos),)
    return tuple(_duplicate(text, key, start) for key in duplicates)


def _syntax_error(text: str, message: str, offset: int) -> Diagnostic:
    line, column = place_of(text, offset)
    expecting = EXPECTING.search(message)
    found = re.compile(r"[\w.+-]+|\S").match(text, offset)
    return Diagnostic(
        rule="syntax",
        message=message,
        line=line,
        column=column,
        end_column=column + len(found[0]) if found else None,
        found=found[0] if found else None,
        expected=(expecting[1],) if expecting else (),
    )


def _duplicate(text: str, key: str, start: int) -> Diagnostic:
    literal = json.dumps(key, ensure_ascii=False)
    first = text.find(literal, start)
    again = text.find(literal, first + 1)
    line, column = place_of(text, max(first, again, start))
    return Diagnostic(
        rule="duplicate-key",
        message=f"the key {literal} stands twice in one object",
        line=line,
        column=column,
        severity=Severity.WARNING,
        found=key,
        related_line=place_of(text, max(first, 0)).line,
    )


JSON = JsonValidator()
