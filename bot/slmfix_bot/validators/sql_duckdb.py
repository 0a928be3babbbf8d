"""DuckDB's own parser, where the optional package `duckdb` is installed. Statements are parsed and never run."""

from __future__ import annotations

import atexit
import re
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from slmfix_bot.validators.sql_error import MAX_ERRORS, SqlError
from slmfix_bot.validators.sql_split import statements, unclosed_bracket

if TYPE_CHECKING:
    from collections.abc import Iterator

NEAR = re.compile(r'at or near "(.*?)"\n', re.DOTALL)
CARET = re.compile(r"\nLINE (\d+): (.*)\n( *)\^", re.DOTALL)


@cache
def is_installed() -> bool:
    """Whether the package is there; it is not imported for that."""
    return find_spec("duckdb") is not None


@cache
def _connection() -> Any:
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    atexit.register(_connection.cache_clear)  # its library complains about connections that outlive the interpreter
    settings: dict[str, Any] = {"threads": 1, "memory_limit": "256MB", "enable_external_access": "false"}
    return duckdb.connect(":memory:", config=settings)


def duckdb_errors(text: str) -> list[SqlError]:
    """At most one error per statement."""
    if _error(text, 0) is None:
        return []
    found: Iterator[SqlError | None] = (_error(text[start:end], start) for start, end in statements(text, "duckdb"))
    return [error for error in found if error is not None][:MAX_ERRORS]


def _error(text: str, start: int) -> SqlError | None:
    import duckdb  # type: ignore[import-not-found,unused-ignore]

    try:
        _connection().extract_statements(text)
    except duckdb.ParserException as error:
        return _located(text, start, str(error))
    except duckdb.Error:
        return None  # parsed; what it says about names is not about syntax
    except UnicodeEncodeError as error:
        return SqlError(message="a byte that is not UTF-8", offset=start + error.start)
    return None


def _located(text: str, start: int, message: str) -> SqlError:
    """The place from the line that the message quotes and marks with a caret."""
    short = message.removeprefix("Parser Error: ").partition("\n")[0]
    named, caret = NEAR.search(message), CARET.search(message)
    found = named[1] if named else None
    end = len(text.rstrip().removesuffix(";").rstrip())
    if caret is None:
        return SqlError(message=short, offset=start + end, opener=_opener(text, start))
    lines = text.split("\n")
    number = min(int(caret[1]), len(lines))
    before = sum(len(line) + 1 for line in lines[: number - 1])
    shown, place = caret[2], len(caret[3]) - len(f"LINE {caret[1]}: ")
    shift = lines[number - 1].find(shown.removesuffix("...")[3:]) - 3 if shown.startswith("...") else 0
    offset = min(before + max(0, place + shift), end)
    if found and len(found) > 80:
        found = None
    opener = _opener(text, start) if offset + len(found or "") >= end else None
    return SqlError(message=short, offset=start + offset, found=found, opener=opener)


def _opener(text: str, start: int) -> int | None:
    opener = unclosed_bracket(text, "duckdb", 0, len(text))
    return start + opener if opener is not None else None
