"""The syntax of SQL: SQLite and PostgreSQL by their own parsers, every other dialect by sqlglot.

Each judge checks statement by statement, so that one error does not hide the next statement's. They report offsets;
a parser's own position is used where it gives one, otherwise the text is cut until the error appears.
"""

from __future__ import annotations

import re
import sqlite3
from functools import cache

from slmfix_bot.validators.sql_duckdb import duckdb_errors, is_installed
from slmfix_bot.validators.sql_error import MAX_ERRORS, SqlError
from slmfix_bot.validators.sql_split import LEADING, blank_client_commands, statements, unclosed_bracket

NEAR = re.compile(r'^near "(.*)": syntax error$', re.DOTALL)
UNRECOGNIZED = re.compile(r'^unrecognized token: "(.*)"$', re.DOTALL)
EXPLAIN = re.compile(LEADING + r"EXPLAIN\b", re.IGNORECASE)
INCOMPLETE = "incomplete input"
AT_OR_NEAR = re.compile(r' at or near "(.*)"$', re.DOTALL)


def syntax_errors(text: str, dialect: str) -> list[SqlError]:
    """At most one error per statement. Raises CannotJudge for statements that the dialect's parser does not know."""
    if "\0" in text:
        return [SqlError(message="a NUL character", offset=text.index("\0"))]
    if dialect == "sqlite":
        return _sqlite_errors(text)
    if dialect == "postgres":
        return _postgres_errors(text)
    if dialect == "duckdb" and is_installed():
        return duckdb_errors(text)
    from slmfix_bot.validators.sql_generic import generic_errors

    return generic_errors(text, dialect)


@cache
def _empty_database() -> sqlite3.Connection:
    return sqlite3.connect(":memory:", isolation_level=None)


def sqlite_message(connection: sqlite3.Connection, statement: str) -> str | None:
    """What SQLite says about a statement, which is compiled and not run; None when it accepts it."""
    explained = EXPLAIN.match(statement)
    try:
        connection.execute(statement if explained else f"EXPLAIN {statement}").close()
    except (sqlite3.Error, sqlite3.Warning) as error:
        return str(error)
    except UnicodeEncodeError:
        return "a byte that is not UTF-8"
    return None


def is_syntax_message(message: str) -> bool:
    """Whether SQLite speaks about syntax and not about names, which an empty database does not have.

    An unknown table option ends the parse like a syntax error, so what stands behind it is not even read.
    """
    known = message == INCOMPLETE or "not UTF-8" in message or message.startswith("unknown table option")
    return known or bool(NEAR.match(message) or UNRECOGNIZED.match(message))


def _sqlite_errors(text: str) -> list[SqlError]:
    errors: list[SqlError] = []
    text = blank_client_commands(text)
    connection = _empty_database()
    for start, end in statements(text, "sqlite"):
        message = sqlite_message(connection, text[start:end])
        if message is not None and is_syntax_message(message):
            errors.append(_locate_sqlite(connection, text, start, end, message))
            if len(errors) == MAX_ERRORS:
                break
    return errors


def _locate_sqlite(connection: sqlite3.Connection, text: str, start: int, end: int, message: str) -> SqlError:
    named = NEAR.match(message) or UNRECOGNIZED.match(message)
    statement = text[start:end]
    if named is None:
        stop = start + len(statement.removesuffix(";").rstrip())
        return SqlError(message=message, offset=stop, opener=unclosed_bracket(text, "sqlite", start, end))
    token = named[1]
    places = [found.start() for found in _occurrences(token, statement)]
    low, high = 0, len(places) - 1
    while low < high:  # the error is there as soon as the cut text holds the bad token, and not before
        middle = (low + high) // 2
        if sqlite_message(connection, statement[: places[middle] + len(token)]) == message:
            high = middle
        else:
            low = middle + 1
    if not places:
        return SqlError(message=message, offset=start, found=token)
    short = token if len(token) < 80 and "\n" not in token else token[0]
    plain = message if short == token else message.replace(token, f"{short}...")
    return SqlError(message=plain, offset=start + places[low], found=short)


def _occurrences(token: str, statement: str) -> list[re.Match[str]]:
    before = r"(?<!\w)" if re.match(r"\w", token) else ""
    after = r"(?!\w)" if re.search(r"\w$", token) else ""
    return list(re.finditer(before + re.escape(token) + after, statement))


def _postgres_errors(text: str) -> list[SqlError]:
    clean = blank_client_commands(text)
    first = _postgres_error(clean, 0)
    if first is None:
        return []
    errors: list[SqlError] = []
    for start, end in statements(clean, "postgres"):
        error = _postgres_error(clean[start:end], start)
        if error is not None:
            errors.append(error)
            if len(errors) == MAX_ERRORS:
                break
    return errors or [first]


def _postgres_error(text: str, start: int) -> SqlError | None:
    import pgparse  # type: ignore[import-not-found]

    try:
        pgparse.fingerprint(text)
    except pgparse.PGQueryError as error:
        message = str(error.message)
        offset = max(0, error.position - 1)
        named = AT_OR_NEAR.search(message)
        found = named[1] if named else None
        if found and (len(found) > 80 or "\n" in found):
            found, message = found[0], message[: named.start()] if named else message
        opener = None if found else unclosed_bracket(text, "postgres", 0, len(text))
        if message.endswith("at end of input"):
            offset = len(text.rstrip().removesuffix(";").rstrip())
        place = start + opener if opener is not None else None
        return SqlError(message=message, offset=start + offset, found=found, opener=place)
    except UnicodeEncodeError as error:
        return SqlError(message="a byte that is not UTF-8", offset=start + error.start)
    return None
