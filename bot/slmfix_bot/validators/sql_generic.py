"""The syntax of the dialects that have no parser of their own here, by sqlglot, which is lenient: what it passes over
is looked for afterwards."""

from __future__ import annotations

import logging
import re

from sqlglot import Dialect, Token, TokenType, exp
from sqlglot.errors import ErrorLevel, ParseError, TokenError

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.sql_error import MAX_ERRORS, SqlError
from slmfix_bot.validators.sql_gaps import OTHER, TRUSTED, VIEW, is_doubtful
from slmfix_bot.validators.sql_split import tokens, unclosed_bracket

# sqlglot also reads what follows a clause of its own, such as the AS SELECT of CREATE TABLE.
NEVER_FIRST = frozenset(
    "AS AND OR ON IN IS LIKE NOT BETWEEN THEN WHEN ELSE END BY WHERE GROUP ORDER HAVING LIMIT".split()
)
# Reserved in every dialect.
RESERVED = frozenset("SELECT FROM WHERE GROUP HAVING ORDER JOIN ON AND OR UNION CASE WHEN THEN ELSE".split())
NEEDS_OPERAND = frozenset(
    {"COMMA", "FROM", "WHERE", "GROUP_BY", "ORDER_BY", "HAVING", "JOIN", "ON", "AND", "OR", "SELECT"}
)
ENDS_OPERAND = frozenset(
    {"END", "FROM", "WHERE", "GROUP_BY", "ORDER_BY", "HAVING", "LIMIT", "JOIN", "AND", "OR", "UNION"}
)
TRAILING_COMMA_DIALECTS = frozenset({"bigquery", "duckdb", "snowflake", "databricks", "clickhouse", "redshift"})
# Statements that sqlglot reads only as a name with a tail, and that need no more than that.
SIMPLE_COMMANDS = frozenset(
    "ANALYZE BEGIN CALL CHECKPOINT CLUSTER COMMIT FLUSH GRANT KILL LISTEN LOCK NOTIFY OPTIMIZE PRAGMA PRINT REINDEX"
    " REPAIR REPLACE RESET REVOKE ROLLBACK SAVEPOINT SHOW START UNLOCK VACUUM GO EXEC EXECUTE RENAME".split()
)
# Dialects whose scripts need no semicolons, and the words that begin a statement there.
UNSEPARATED = frozenset({"tsql", "fabric"})
BEGINNINGS = frozenset(
    "SELECT INSERT UPDATE DELETE CREATE ALTER DROP DECLARE SET IF BEGIN EXEC EXECUTE PRINT WITH MERGE TRUNCATE GRANT"
    " USE RETURN WHILE GO COMMIT ROLLBACK".split()
)
BATCH = re.compile(r"^([ \t]*)GO\b[ \t]*(\d*)[ \t]*$", re.IGNORECASE | re.MULTILINE)
MAX_LOOK = 2000  # how much of a statement says of what kind it is
ROUTINE = re.compile(
    r"^[ \t]*DELIMITER\b|\bCREATE\s+(OR\s+\w+\s+)?(DEFINER\s*=\s*\S+\s+)?(PROCEDURE|FUNCTION|TRIGGER|EVENT|PACKAGE)\b"
    r"|^[ \t]*(LOAD|HANDLER|DECLARE|XA|CHANGE|PURGE|INSTALL|BULK|BACKUP|RESTORE)\s",
    re.IGNORECASE | re.MULTILINE,
)


def generic_errors(text: str, dialect: str) -> list[SqlError]:
    """At most one error per statement. Raises CannotJudge for statements that sqlglot does not know."""
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    if dialect in UNSEPARATED:
        text = BATCH.sub(lambda found: f"{found[1]}; {' ' * len(found[2])}".ljust(len(found[0])), text)
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
    waiting = [chunk for chunk in reversed(chunks) if chunk]
    while waiting:
        chunk = waiting.pop()
        try:
            trees = language.parser(error_level=ErrorLevel.IMMEDIATE).parse(chunk, text)
        except (ParseError, ValueError) as reason:
            bad = _bad_token(chunk, reason)
            # The word itself may have been taken for an alias.
            begins = next((at for at in (bad, bad - 1) if _begins_statement(chunk, at, text)), None)
            if dialect in UNSEPARATED and begins is not None:
                waiting += [chunk[begins:], chunk[:begins]]
                continue
            if is_doubtful(chunk, text, bad, is_unbalanced=_is_unbalanced(chunk)):
                unknown = True
            else:
                errors.append(_parse_error(text, dialect, chunk, bad, reason))
        else:
            error_here, unknown_here = _judge_tree(trees[0] if trees else None, chunk, text, dialect)
            errors += error_here
            unknown = unknown or unknown_here
    if unknown and (not errors or ROUTINE.search(text)):
        msg = f"a statement that the {dialect} parser does not know"
        raise CannotJudge(msg)
    return errors[:MAX_ERRORS]


def _is_unbalanced(chunk: list[Token]) -> bool:
    return sum(token.text == "(" for token in chunk) != sum(token.text == ")" for token in chunk)


def _begins_statement(chunk: list[Token], bad: int, text: str) -> bool:
    """Whether a statement begins at a token, on a line of its own, which an earlier one left no semicolon before."""
    if bad <= 0 or chunk[bad].text.upper() not in BEGINNINGS:
        return False
    return not text[text.rfind("\n", 0, chunk[bad].start) + 1 : chunk[bad].start].strip()


def _judge_tree(tree: exp.Expr | None, chunk: list[Token], text: str, dialect: str) -> tuple[list[SqlError], bool]:
    """sqlglot reads prose such as "here is the query" as an expression, and what it does not know as a command."""
    first = chunk[0]
    written = text[first.start : first.end + 1].partition("\n")[0]
    statement = text[first.start : chunk[-1].end + 1][:MAX_LOOK]
    if first.text.upper() in NEVER_FIRST and not OTHER.match(statement):
        return [SqlError(message="not a statement", offset=first.start, found=written)], False
    if isinstance(tree, exp.Command):
        return [], first.text.upper() not in SIMPLE_COMMANDS
    if isinstance(tree, (exp.Condition, exp.Alias, exp.Aliases, exp.Identifier, exp.Tuple)) and not isinstance(
        tree, exp.Query
    ):
        if OTHER.match(statement):
            return [], True
        return [SqlError(message="not a statement", offset=first.start, found=written)], False
    if _is_unbalanced(chunk):  # sqlglot closes some brackets by itself
        opener = unclosed_bracket(text, dialect, first.start, chunk[-1].end + 1)
        return [SqlError(message="brackets do not match", offset=chunk[-1].start, opener=opener)], False
    has_clauses = first.text.upper() in TRUSTED or VIEW.match(statement)
    if has_clauses and (bad := _unfinished_case(chunk)) is not None:
        return [SqlError(message=f"{bad.text} without THEN before it", offset=bad.start, found=bad.text)], False
    return _reserved_names(tree, text) or (_gaps(chunk, dialect) if has_clauses else []), False


def _unfinished_case(chunk: list[Token]) -> Token | None:
    """Where a branch of CASE ends that has no THEN, which sqlglot passes over."""
    waiting: list[bool] = []  # for every open CASE, whether its branch waits for THEN
    for token in chunk:
        kind = token.token_type.name
        if kind == "CASE":
            waiting.append(False)
        elif waiting and kind in {"WHEN", "ELSE", "END"} and waiting[-1]:
            return token
        elif waiting and kind in {"WHEN", "THEN"}:
            waiting[-1] = kind == "WHEN"
        elif waiting and kind == "END":
            waiting.pop()
    return None


def _gaps(chunk: list[Token], dialect: str) -> list[SqlError]:
    """sqlglot passes over a missing operand between two keywords; a search for repairs would find such holes."""
    kinds = [token.token_type.name for token in chunk]
    for index, kind in enumerate(kinds):
        following = kinds[index + 1] if index + 1 < len(kinds) else "END"
        if kind == "COMMA" and following == "COMMA":
            bad = chunk[index + 1]
            return [SqlError(message="nothing between two commas", offset=bad.start, found=bad.text)]
        if (kind == "COMMA" and dialect in TRAILING_COMMA_DIALECTS) or (index and kinds[index - 1] == "DOT"):
            continue
        if following in ENDS_OPERAND and kind in NEEDS_OPERAND:
            bad = chunk[min(index + 1, len(chunk) - 1)]
            message = f"nothing after {chunk[index].text}"
            return [SqlError(message=message, offset=bad.start, found=bad.text)]
    return []


def _reserved_names(tree: exp.Expr | None, text: str) -> list[SqlError]:
    """sqlglot reads `FROM FROM t` as a table of that name; no database does. After a dot some do."""
    for name in tree.find_all(exp.Identifier) if tree is not None else ():
        start = name.meta.get("start")
        if start and not name.args.get("quoted") and name.name.upper() in RESERVED and text[start - 1] != ".":
            return [SqlError(message=f"{name.name} is no name", offset=start, found=name.name)]
    return []


def _bad_token(chunk: list[Token], error: Exception) -> int:
    """The index of the token that an error is about, the last one if it does not say."""
    details = getattr(error, "errors", None) or [{}]
    place = details[0].get("line"), details[0].get("col")
    return next((i for i, token in enumerate(chunk) if (token.line, token.col) == place), len(chunk) - 1)


def _parse_error(text: str, dialect: str, chunk: list[Token], bad_index: int, error: Exception) -> SqlError:
    details = getattr(error, "errors", None) or [{}]
    message = details[0].get("description") or str(error).partition(". Line")[0]
    message = re.sub(r"<Token .*?>$", "the end", message, flags=re.DOTALL)
    message = re.sub(r"^Required keyword: '(\w+)' missing for <class '.*\.(\w+)'>$", r"\2 without \1", message)
    bad = chunk[bad_index]
    written = text[bad.start : bad.end + 1].partition("\n")[0]
    opener = unclosed_bracket(text, dialect, chunk[0].start, chunk[-1].end + 1) if "Expecting )" in message else None
    return SqlError(message=message, offset=bad.start, found=written, opener=opener)


def _unclosed_quote(text: str, dialect: str, message: str) -> SqlError:
    for token in tokens(text, dialect):
        if token.kind == "open":
            quote = text[token.start : token.end]
            return SqlError(message=f"no end for {quote}", offset=token.start, found=quote)
    return SqlError(message=message[:80], offset=0)
