"""SQL: syntax by the dialect's parser, names against a schema where there is one."""

from __future__ import annotations

import re
import sqlite3
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.errors import CannotJudge, MissingToolError
from slmfix_bot.validators.json import BOM, TEMPLATE
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.sql_catalog import configured_schema
from slmfix_bot.validators.sql_dialect import ATTEMPTS, canonical, dialect_of_path
from slmfix_bot.validators.sql_repository import repository_schema
from slmfix_bot.validators.sql_schema import Known, schema_problems
from slmfix_bot.validators.sql_syntax import syntax_errors

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.sql_error import SqlError

PLACEHOLDER = re.compile(r"%\(\w+\)s|%s\b|:['\"]?[A-Za-z_]\w*|\?|\$?\{\w+\}|@\w+|&\w+|\$\w+")


class SqlValidator:
    """Compiles and parses; no statement is run."""

    name = "sql"
    languages = ("sql",)

    def version(self) -> str:
        """Those of SQLite, libpg_query's wrapper and sqlglot. Raises MissingToolError."""
        try:
            return f"sqlite {sqlite3.sqlite_version}, pgparse {version('pgparse')}, sqlglot {version('sqlglot')}"
        except PackageNotFoundError as error:
            msg = f"the Python package {error.name} is not installed"
            raise MissingToolError(msg) from error

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """Syntax errors of all statements; without any, the names that the schema does not have."""
        text = program.text
        if text.startswith(BOM):
            text = " " + text[1:]
        dialect, errors = _judge(text, program)
        if errors and TEMPLATE.search(text):
            msg = "a template, not SQL"
            raise CannotJudge(msg)
        if errors and program.path and all(PLACEHOLDER.match(text, error.offset) for error in errors):
            msg = "it holds placeholders"
            raise CannotJudge(msg)
        if errors:
            return tuple(_diagnostic(text, error) for error in errors)
        is_certain = dialect == "sqlite" and (program.dialect or dialect_of_path(program.path)) is not None
        schema = configured_schema(program.schema, dialect) if program.schema else None
        if program.files:
            found = repository_schema(program.path, program.files, dialect)
            schema = schema.joined(found) if schema and found else schema or found
        return tuple(schema_problems(text, Known(dialect=dialect, schema=schema, functions_known=is_certain)))


def _judge(text: str, program: Program) -> tuple[str, list[SqlError]]:
    """The dialect and the syntax errors; without a known dialect, those of the parser that got furthest."""
    chosen = canonical(program.dialect) if program.dialect else dialect_of_path(program.path)
    if chosen is not None:
        return chosen, syntax_errors(text, chosen)
    attempts: list[tuple[str, list[SqlError]]] = []
    unknown: CannotJudge | None = None
    for dialect in ATTEMPTS:
        try:
            errors = syntax_errors(text, dialect)
        except CannotJudge as reason:
            unknown = unknown or reason
            continue
        if not errors:
            return dialect, []
        attempts.append((dialect, errors))
    if unknown is not None:
        raise unknown
    return min(attempts, key=lambda attempt: (len(attempt[1]), -attempt[1][0].offset))


def _diagnostic(text: str, error: SqlError) -> Diagnostic:
    line, column = place_of(text, error.offset)
    return Diagnostic(
        rule="syntax",
        message=error.message,
        line=line,
        column=column,
        end_column=column + len(error.found) if error.found else None,
        found=error.found,
        related_line=place_of(text, error.opener).line if error.opener is not None else None,
    )


SQL = SqlValidator()
