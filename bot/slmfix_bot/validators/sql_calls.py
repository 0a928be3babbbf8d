"""Calls of functions that the dialect does not bring, where the list of its functions is known.

A database may have functions of its own, so only a name a slip away from a built-in one is an error, and the name of
another dialect's function when the whole schema is configured; everything else is a warning.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.sql_functions import CALL, EQUIVALENTS, KEYWORDS, NEAR_NAMES, equivalent
from slmfix_bot.validators.sql_split import statements, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.sql_tables import Schema

# The function that does the same, by the name that other dialects have for it.
FOREIGN: dict[str, dict[str, str]] = {
    "postgres": {
        "ifnull": "coalesce", "isnull": "coalesce", "nvl": "coalesce", "getdate": "now", "sysdate": "now",
        "curdate": "now", "datediff": "age", "timestampdiff": "age", "date_format": "to_char", "strftime": "to_char",
        "str_to_date": "to_date", "group_concat": "string_agg", "listagg": "string_agg", "instr": "strpos",
        "charindex": "strpos", "locate": "strpos", "len": "length", "year": "date_part", "month": "date_part",
        "day": "date_part", "hour": "date_part", "datepart": "date_part", "unix_timestamp": "date_part",
        "from_unixtime": "to_timestamp", "rand": "random", "substring_index": "split_part", "julianday": "date_part",
        "dateadd": "make_interval", "ucase": "upper", "lcase": "lower", "char_index": "strpos",
    },
    "mysql": {
        "nvl": "ifnull", "getdate": "now", "string_agg": "group_concat", "listagg": "group_concat",
        "strftime": "date_format", "date_trunc": "date_format", "to_date": "str_to_date", "datepart": "extract",
        "dateadd": "date_add", "len": "length", "charindex": "locate", "strpos": "locate", "iif": "if",
        "random": "rand", "split_part": "substring_index", "array_agg": "json_arrayagg", "julianday": "to_days",
        "try_cast": "cast",
    },
}  # fmt: skip
# Every dialect has these; where no list of a dialect's functions is known, only slips of them are errors.
CORE = frozenset(
    "count sum avg min max coalesce nullif round abs floor ceil ceiling lower upper trim ltrim rtrim replace substring"
    " concat length row_number rank dense_rank lag lead first_value last_value ntile stddev variance power sqrt exp"
    " extract date_trunc datediff dateadd to_date to_char to_timestamp array_agg string_agg listagg regexp_replace"
    " greatest least cast".split()
)
AGGREGATES = frozenset({"count", "sum", "avg", "min", "max"})
# Later versions of SQLite than the one that judges here have these.
NEWER = frozenset({"concat", "concat_ws", "string_agg", "if", "unistr", "unistr_quote", "octet_length", "json_pretty"})
FOREIGN["sqlite"] = {**{name: "" for name, _ in EQUIVALENTS if name not in NEWER}, **NEAR_NAMES}
DEFINING = frozenset({"into", "table", "view", "index", "function", "procedure", "references", "as", "on", "key", "."})


@cache
def _functions_of_all() -> frozenset[str]:
    """What is a function somewhere, in lower case."""
    from sqlglot import exp

    somewhere = frozenset(name.lower() for name in exp.FUNCTION_BY_NAME)
    return somewhere.union(*(functions_of(dialect) for dialect in ("postgres", "mysql", "duckdb")))


@cache
def functions_of(dialect: str) -> frozenset[str]:
    """The built-in functions in lower case, empty if there is no list of them."""
    if dialect == "sqlite":
        with closing(sqlite3.connect(":memory:")) as connection:
            return frozenset(str(row[0]).lower() for row in connection.execute("PRAGMA function_list"))
    text = files("slmfix_bot").joinpath("validators", "data", "sql-functions.json").read_text(encoding="utf-8")
    table: dict[str, str] = json.loads(text)
    return frozenset(table.get(dialect, "").split())


def call_problems(text: str, dialect: str, schema: Schema | None) -> Iterator[Diagnostic]:
    """Unknown functions in queries and changes of data."""
    from slmfix_bot.validators.sql_schema import JUDGED

    known, listed = functions_of(dialect), bool(functions_of(dialect))
    known = known or _functions_of_all()
    own = schema.functions if schema else frozenset[str]()
    # Hardly any program gives SQLite a function under the name that another database has for its own.
    closed = dialect == "sqlite" or (
        schema is not None and not schema.is_inferred and schema.is_complete and not schema.functions_open
    )
    for start, end in statements(text, dialect):
        statement = text[start:end]
        if not JUDGED.match(statement):
            continue
        for name, offset in _unknown_calls(statement, dialect, known | own):
            foreign = FOREIGN.get(dialect, {}).get(name.lower())
            slips = sorted((n for n in (known if listed else CORE) if _is_slip(name, n)), key=lambda n: n not in CORE)
            legal = tuple(dict.fromkeys((*slips, *nearest(name, sorted(known if listed else CORE), limit=8))))
            is_error = (foreign is not None and closed) or (foreign is None and bool(slips))
            if not (is_error or listed):
                continue
            line, column = place_of(text, start + offset)
            yield Diagnostic(
                rule="unknown-function",
                message=f"no such function: {name}",
                line=line,
                column=column,
                end_column=column + len(name),
                severity=Severity.ERROR if is_error else Severity.WARNING,
                found=name,
                expected=(foreign, *legal) if foreign else legal,
                fix=equivalent(text, start + offset) if dialect == "sqlite" else (),
            )


def _unknown_calls(statement: str, dialect: str, known: frozenset[str]) -> Iterator[tuple[str, int]]:
    candidates = [
        found
        for found in CALL.finditer(statement)
        if found[1].lower() not in known and found[1].lower() not in KEYWORDS and not _defines(statement, found.start())
    ]
    if not candidates:
        return
    hidden = [(token.start, token.end) for token in tokens(statement, dialect) if token.kind != "mark"]
    called = _anonymous(statement, dialect) | FOREIGN.get(dialect, {}).keys()
    for found in candidates:
        if found[1].lower() in called and not any(start <= found.start() < end for start, end in hidden):
            yield found[1], found.start(1)


def _defines(statement: str, offset: int) -> bool:
    """Whether the name before a bracket is a table, an index or a column list's owner."""
    before = statement[:offset].split()
    return bool(before) and (before[-1].lower() in DEFINING or before[-1].endswith("."))


def _anonymous(statement: str, dialect: str) -> frozenset[str]:
    """The calls that no dialect's grammar knows: what looks like a call and is a type or a clause is none of them."""
    from sqlglot import exp, parse_one
    from sqlglot.errors import SqlglotError

    for reader in dict.fromkeys((dialect, "mysql" if "`" in statement else "postgres")):
        try:
            tree = parse_one(statement, read=reader)
        except (SqlglotError, ValueError, RecursionError):
            continue
        calls = tree.find_all(exp.Anonymous, exp.AnonymousAggFunc)
        return frozenset(str(call.this).lower() for call in calls if not isinstance(call.parent, exp.Dot))
    return frozenset()


def _is_slip(name: str, legal: str) -> bool:
    """Whether one letter was dropped, added, changed or swapped with its neighbour.

    >>> _is_slip("coount", "count"), _is_slip("amx", "max"), _is_slip("total", "totals_of"), _is_slip("f1", "f2")
    (True, True, False, False)
    """
    one, two = sorted((name.lower(), legal.lower()), key=len)
    if len(two) - len(one) > 1 or len(one) < (2 if legal in AGGREGATES else 3) or one == two:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), len(one))
    if len(one) < len(two):
        return one[at:] == two[at + 1 :]
    return one[at + 1 :] == two[at + 1 :] or (
        one[at : at + 2] == two[at : at + 2][::-1] and one[at + 2 :] == two[at + 2 :]
    )
