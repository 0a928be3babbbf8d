"""The syntax of SQL: SQLite and PostgreSQL by their own parsers, every other dialect by sqlglot.

Each judge checks statement by statement, so that one error does not hide the next statement's. They report offsets;
a parser's own position is used where it gives one, otherwise the text is cut until the error appears.
"""

from __future__ import annotations

import logging
import re
import sqlite3
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.sql_split import LEADING, blank_client_commands, statements, unclosed_bracket

if TYPE_CHECKING:
    from sqlglot import Token, exp

MAX_ERRORS = 20
NEAR = re.compile(r'^near "(.*)": syntax error$', re.DOTALL)
UNRECOGNIZED = re.compile(r'^unrecognized token: "(.*)"$', re.DOTALL)
EXPLAIN = re.compile(LEADING + r"EXPLAIN\b", re.IGNORECASE)
INCOMPLETE = "incomplete input"
AT_OR_NEAR = re.compile(r' at or near "(.*)"$', re.DOTALL)
# sqlglot also reads what follows a clause of its own, such as the AS SELECT of CREATE TABLE.
NEVER_FIRST = frozenset(
    "AS AND OR ON IN IS LIKE NOT BETWEEN THEN WHEN ELSE END BY WHERE GROUP ORDER HAVING LIMIT".split()
)
# Statements that sqlglot reads only as a name with a tail, and that need no more than that.
SIMPLE_COMMANDS = frozenset(
    "ANALYZE BEGIN CALL CHECKPOINT CLUSTER COMMIT FLUSH GRANT KILL LISTEN LOCK NOTIFY OPTIMIZE PRAGMA PRINT REINDEX"
    " REPAIR REPLACE RESET REVOKE ROLLBACK SAVEPOINT SHOW START UNLOCK VACUUM GO EXEC EXECUTE RENAME".split()
)
ROUTINE = re.compile(
    r"^[ \t]*DELIMITER\b|\bCREATE\s+(OR\s+\w+\s+)?(DEFINER\s*=\s*\S+\s+)?(PROCEDURE|FUNCTION|TRIGGER|EVENT|PACKAGE)\b"
    r"|^[ \t]*(LOAD|HANDLER|DECLARE|XA|CHANGE|PURGE|INSTALL|BULK|BACKUP|RESTORE)\s",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True)
class SqlError:
    """A syntax error at `offset`; `found` is the token as written, `opener` the offset of an unclosed bracket."""

    message: str
    offset: int
    found: str | None = None
    opener: int | None = None


def syntax_errors(text: str, dialect: str) -> list[SqlError]:
    """At most one error per statement. Raises CannotJudge for statements that the dialect's parser does not know."""
    if "\0" in text:
        return [SqlError(message="a NUL character", offset=text.index("\0"))]
    if dialect == "sqlite":
        return _sqlite_errors(text)
    if dialect == "postgres":
        return _postgres_errors(text)
    return _sqlglot_errors(text, dialect)


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
    """Whether SQLite speaks about syntax and not about names, which an empty database does not have."""
    return message == INCOMPLETE or "not UTF-8" in message or bool(NEAR.match(message) or UNRECOGNIZED.match(message))


def _sqlite_errors(text: str) -> list[SqlError]:
    errors: list[SqlError] = []
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


def _sqlglot_errors(text: str, dialect: str) -> list[SqlError]:
    from sqlglot import Dialect, TokenType
    from sqlglot.errors import ErrorLevel, ParseError, TokenError

    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    language = Dialect.get_or_raise(dialect)
    try:
        found = language.tokenize(text)
    except TokenError as error:
        return [_unclosed_quote(text, dialect, str(error))]
    chunks: list[list[Token]] = [[]]
    for token in found:
        if token.token_type == TokenType.SEMICOLON:
            chunks.append([])
        else:
            chunks[-1].append(token)
    errors: list[SqlError] = []
    unknown = ROUTINE.search(text) is not None
    for chunk in filter(None, chunks):
        try:
            trees = language.parser(error_level=ErrorLevel.IMMEDIATE).parse(chunk, text)
        except ParseError as error:
            errors.append(_parse_error(text, dialect, chunk, error))
        else:
            error_here, unknown_here = _judge_tree(trees[0] if trees else None, chunk)
            errors += error_here
            unknown = unknown or unknown_here
    if unknown and (not errors or ROUTINE.search(text)):
        msg = f"a statement that the {dialect} parser does not know"
        raise CannotJudge(msg)
    return errors[:MAX_ERRORS]


def _judge_tree(tree: exp.Expr | None, chunk: list[Token]) -> tuple[list[SqlError], bool]:
    """sqlglot reads prose such as "here is the query" as an expression, and what it does not know as a command."""
    from sqlglot import exp

    first = chunk[0]
    if first.text.upper() in NEVER_FIRST:
        return [SqlError(message="not a statement", offset=first.start, found=first.text)], False
    if isinstance(tree, exp.Command):
        return [], first.text.upper() not in SIMPLE_COMMANDS
    if isinstance(tree, (exp.Condition, exp.Alias, exp.Aliases, exp.Identifier, exp.Tuple)) and not isinstance(
        tree, exp.Query
    ):
        return [SqlError(message="not a statement", offset=first.start, found=first.text)], False
    return [], False


def _parse_error(text: str, dialect: str, chunk: list[Token], error: Exception) -> SqlError:
    details = getattr(error, "errors", None) or [{}]
    line, column = details[0].get("line"), details[0].get("col")
    message = details[0].get("description") or str(error).partition(". Line")[0]
    message = re.sub(r"<Token .*?>$", "the end", message, flags=re.DOTALL)
    bad = next((token for token in chunk if token.line == line and token.col == column), chunk[-1])
    written = text[bad.start : bad.end + 1]
    opener = unclosed_bracket(text, dialect, chunk[0].start, chunk[-1].end + 1) if "Expecting )" in message else None
    return SqlError(message=message, offset=bad.start, found=written, opener=opener)


def _unclosed_quote(text: str, dialect: str, message: str) -> SqlError:
    from slmfix_bot.validators.sql_split import tokens

    for token in tokens(text, dialect):
        if token.kind == "open":
            quote = text[token.start : token.end]
            return SqlError(message=f"no end for {quote}", offset=token.start, found=quote)
    return SqlError(message=message[:80], offset=0)
