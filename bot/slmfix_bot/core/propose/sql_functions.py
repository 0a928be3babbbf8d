"""Functions of other dialects, spelt as SQLite knows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_PARTS = {"YEAR": "%Y", "MONTH": "%m", "DAY": "%d", "HOUR": "%H", "MINUTE": "%M", "SECOND": "%S", "DAYOFMONTH": "%d"}
_FORMATS = {"YYYY-MM-DD": "%Y-%m-%d", "YYYY-MM": "%Y-%m", "YYYY": "%Y", "MM": "%m", "DD": "%d", "HH24": "%H"}


def _part(name: str) -> Callable[[Sequence[str]], str | None]:
    return lambda args: f"CAST(strftime('{_PARTS[name]}', {args[0]}) AS INTEGER)" if len(args) == 1 else None


def _renamed(name: str) -> Callable[[Sequence[str]], str | None]:
    return lambda args: f"{name}({', '.join(args)})"


def _to_char(args: Sequence[str]) -> str | None:
    if len(args) != 2:
        return None
    pattern = args[1].upper()
    for written, format_ in _FORMATS.items():
        pattern = pattern.replace(written, format_)
    return f"strftime({pattern}, {args[0]})"


def _difference(args: Sequence[str]) -> str | None:
    if len(args) == 2:
        return f"CAST(julianday({args[0]}) - julianday({args[1]}) AS INTEGER)"
    if len(args) == 3 and args[0].strip("'").upper() in {"YEAR", "DAY"}:
        days = f"(julianday({args[2]}) - julianday({args[1]}))"
        return (
            f"CAST({days} / 365.25 AS INTEGER)" if args[0].strip("'").upper() == "YEAR" else f"CAST({days} AS INTEGER)"
        )
    return None


_REWRITES: dict[str, Callable[[Sequence[str]], str | None]] = {
    **{name: _part(name) for name in _PARTS},
    "CONCAT": lambda args: f"({' || '.join(args)})" if args else None,
    "IF": _renamed("IIF"),
    "LEN": _renamed("LENGTH"),
    "CHAR_LENGTH": _renamed("LENGTH"),
    "ISNULL": lambda args: f"IFNULL({', '.join(args)})" if len(args) == 2 else f"({args[0]} IS NULL)",
    "NVL": _renamed("IFNULL"),
    "LEFT": lambda args: f"substr({args[0]}, 1, {args[1]})" if len(args) == 2 else None,
    "RIGHT": lambda args: f"substr({args[0]}, -{args[1]})" if len(args) == 2 else None,
    "MID": _renamed("substr"),
    "NOW": lambda args: "datetime('now')",
    "GETDATE": lambda args: "datetime('now')",
    "CURDATE": lambda args: "date('now')",
    "CURRENT_DATE": lambda args: "date('now')",
    "DATE_FORMAT": lambda args: f"strftime({args[1]}, {args[0]})" if len(args) == 2 else None,
    "TO_CHAR": _to_char,
    "TO_DATE": lambda args: f"date({args[0]})",
    "STR_TO_DATE": lambda args: f"date({args[0]})",
    "DATEDIFF": _difference,
    "TIMESTAMPDIFF": _difference,
    "DIVIDE": lambda args: f"(CAST({args[0]} AS REAL) / ({args[1]}))" if len(args) == 2 else None,
    "SUBTRACT": lambda args: f"({args[0]} - ({args[1]}))" if len(args) == 2 else None,
    "MULTIPLY": lambda args: f"(({args[0]}) * ({args[1]}))" if len(args) == 2 else None,
    "ADD": lambda args: f"(({args[0]}) + ({args[1]}))" if len(args) == 2 else None,
    "MOD": lambda args: f"(({args[0]}) % ({args[1]}))" if len(args) == 2 else None,
    "FLOOR": lambda args: f"CAST({args[0]} AS INTEGER)" if len(args) == 1 else None,
    "TRUNCATE": _renamed("ROUND"),
    "STRING_AGG": _renamed("group_concat"),
    "LOCATE": lambda args: f"instr({args[1]}, {args[0]})" if len(args) == 2 else None,
    "POSITION": _renamed("instr"),
}


def propose_sql_functions(case: Case) -> Iterator[Candidate]:
    """Rewrites every call of the unknown function, and every call of any function of the table at once."""
    if case.target.rule != "unknown-function" or not case.target.found:
        return
    name = case.target.found.upper().rstrip("(")
    one = _rewrite(case.text, {name}) if name in _REWRITES else case.text
    if one != case.text:
        yield Candidate(one, RepairSource.SCHEMA, 0.6, f"{name} spelt for SQLite")
    unknown = {(d.found or "").upper() for d in case.diagnostics if d.rule == "unknown-function"} & set(_REWRITES)
    every = _rewrite(case.text, unknown)
    if every not in {one, case.text}:
        yield Candidate(every, RepairSource.SCHEMA, 0.7, "functions spelt for SQLite")


def _rewrite(text: str, names: set[str]) -> str:
    """Innermost calls first, from the end of the text, so that offsets stay right."""
    for match in reversed(list(re.finditer(r"\b(\w+)\s*\(", text))):
        name = match[1].upper()
        if name not in names:
            continue
        end, args = _arguments(text, match.end())
        built = _REWRITES[name](args) if end and (args or name in {"NOW", "GETDATE", "CURDATE"}) else None
        if end and built:
            text = text[: match.start()] + built + text[end:]
    return text


def _arguments(text: str, start: int) -> tuple[int, list[str]]:
    """The offset behind the closing parenthesis, 0 if there is none, and the arguments."""
    depth, quote, position = 0, "", start
    args: list[str] = []
    for index in range(start, len(text)):
        sign = text[index]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"`":
            quote = sign
        elif sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif depth == 0 and sign in ",)":
            args.append(text[position:index].strip())
            position = index + 1
            if sign == ")":
                return index + 1, [arg for arg in args if arg]
    return 0, []
