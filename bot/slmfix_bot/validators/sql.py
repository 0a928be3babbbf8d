"""SQL: syntax by the dialect's parser, names against a schema where there is one."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.errors import CannotJudge, MissingToolError
from slmfix_bot.validators.json import BOM, TEMPLATE
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.sql_calls import call_problems
from slmfix_bot.validators.sql_catalog import configured_schema
from slmfix_bot.validators.sql_dialect import Guess, Sureness, guess_dialect
from slmfix_bot.validators.sql_jinja import Neutral, neutralize
from slmfix_bot.validators.sql_models import model_problems, model_schema
from slmfix_bot.validators.sql_repository import repository_schema
from slmfix_bot.validators.sql_schema import Known, schema_problems
from slmfix_bot.validators.sql_syntax import syntax_errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.sql_error import SqlError
    from slmfix_bot.validators.sql_tables import Schema

PLACEHOLDER = re.compile(r"%\(\w+\)s|%s\b|:['\"]?[A-Za-z_]\w*|\?|\$?\{\w+\}|@\w+|&\w+|\$\w+")
MACRO = re.compile(
    r"(?<![@\w])@[A-Za-z_]\w*\s*\((?!\s*\))|^\s*(?:MODEL|AUDIT|METRIC)\s*\(", re.IGNORECASE | re.MULTILINE
)
BACKTICKS = frozenset({"bigquery", "mysql", "spark", "databricks", "hive", "clickhouse"})


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The dialect that judged, and the syntax errors it found."""

    dialect: str
    errors: tuple[SqlError, ...]


class SqlValidator:
    """Compiles and parses; no statement is run."""

    name = "sql"
    languages = ("sql",)

    def version(self) -> str:
        """Those of SQLite, libpg_query's wrapper, sqlglot and, if installed, DuckDB. Raises MissingToolError."""
        try:
            text = f"sqlite {sqlite3.sqlite_version}, pgparse {version('pgparse')}, sqlglot {version('sqlglot')}"
        except PackageNotFoundError as error:
            msg = f"the Python package {error.name} is not installed"
            raise MissingToolError(msg) from error
        try:
            return f"{text}, duckdb {version('duckdb')}"
        except PackageNotFoundError:
            return text

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """Syntax errors of all statements; without any, the names that the schema does not have."""
        guess = guess_dialect(program)
        text = program.text
        if text.startswith(BOM):
            text = " " + text[1:]
        quote = "`" if guess.dialects[0] in BACKTICKS else '"'
        neutral = neutralize(text, quote) if "{" in text else None
        judged = neutral.text if neutral else text
        verdict = _judge(judged, guess)
        if verdict.errors:
            _excuse(program, text, neutral, verdict.errors)
            return tuple(_diagnostic(text, error, _reading(guess, verdict.dialect)) for error in verdict.errors)
        if neutral is None and TEMPLATE.search(text):
            return ()  # names in a template are not what will run
        return tuple(_names(program, text, judged, neutral, guess, verdict.dialect))


def _names(
    program: Program, text: str, judged: str, neutral: Neutral | None, guess: Guess, dialect: str
) -> Iterable[Diagnostic]:
    schema = _schema(program, neutral, dialect)
    known = Known(
        dialect=dialect,
        schema=schema,
        functions_known=dialect == "sqlite" and guess.is_settled and neutral is None,
        is_settled=guess.is_settled,
    )
    found = schema_problems(judged, known)
    if neutral is not None:
        found = [diagnostic for diagnostic in found if not _is_stand_in(text, neutral, diagnostic)]
        found += model_problems(program, text, neutral)
    elif guess.is_settled:
        named = {(diagnostic.line, diagnostic.column) for diagnostic in found}
        calls = call_problems(judged, dialect, schema)
        found += [diagnostic for diagnostic in calls if (diagnostic.line, diagnostic.column) not in named]
    return sorted(found, key=lambda diagnostic: (diagnostic.line, diagnostic.column or 0))


def _schema(program: Program, neutral: Neutral | None, dialect: str) -> Schema | None:
    """Everything that is known of the database; what is configured and what the repository shows count both."""
    schema = configured_schema(program.schema, dialect) if program.schema else None
    found = model_schema(program, neutral, dialect) if neutral and neutral.is_dbt else None
    if found is None and program.files:
        found = repository_schema(program.path, program.files, dialect)
    return schema.joined(found) if schema and found else schema or found


def _judge(text: str, guess: Guess) -> Verdict:
    """The first plausible dialect that accepts the text, else the one whose parser got furthest."""
    attempts: list[Verdict] = []
    unknown: CannotJudge | None = None
    for dialect in guess.dialects:
        try:
            verdict = Verdict(dialect=dialect, errors=tuple(syntax_errors(text, dialect)))
        except CannotJudge as reason:
            unknown = unknown or reason
            continue
        if not verdict.errors:
            return verdict
        attempts.append(verdict)
    if unknown is not None:
        raise unknown
    return min(attempts, key=lambda attempt: (len(attempt.errors), -attempt.errors[0].offset))


def _excuse(program: Program, text: str, neutral: Neutral | None, errors: tuple[SqlError, ...]) -> None:
    """Raises CannotJudge where something is filled in before the text runs."""
    if neutral is None and TEMPLATE.search(text):
        msg = "a template, not SQL"
        raise CannotJudge(msg)
    if neutral is not None and any(
        start - 1 <= error.offset <= end + 1 for error in errors for start, end in neutral.values
    ):
        msg = "a template whose values are not known"
        raise CannotJudge(msg)
    if MACRO.search(text):
        msg = "macros of SQLMesh, not SQL"
        raise CannotJudge(msg)
    if program.path and all(PLACEHOLDER.match(text, error.offset) for error in errors):
        msg = "it holds placeholders"
        raise CannotJudge(msg)


def _is_stand_in(text: str, neutral: Neutral, diagnostic: Diagnostic) -> bool:
    """Whether a report is about what stands for an unknown value."""
    lines = text.split("\n")[: diagnostic.line - 1]
    offset = sum(len(line) + 1 for line in lines) + (diagnostic.column or 1) - 1
    return any(start <= offset < end for start, end in neutral.values) or offset in neutral.refs


def _reading(guess: Guess, dialect: str) -> str:
    """How the text was read, when nobody said it."""
    if guess.sureness is Sureness.GIVEN:
        return ""
    if guess.sureness is Sureness.UNKNOWN:
        return " (no dialect accepts this)"
    return f" (read as {dialect}, {guess.sureness} {guess.reason})"


def _diagnostic(text: str, error: SqlError, reading: str) -> Diagnostic:
    line, column = place_of(text, error.offset)
    return Diagnostic(
        rule="syntax",
        message=error.message + reading,
        line=line,
        column=column,
        end_column=column + len(error.found) if error.found else None,
        found=error.found,
        related_line=place_of(text, error.opener).line if error.opener is not None else None,
    )


SQL = SqlValidator()
