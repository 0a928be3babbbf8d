"""Pairs of SQL: functions of other databases, joined statements, placeholders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_cut import Pair


def year_of(text: str, rng: Random) -> Pair | None:
    """A function of another database: YEAR in place of STRFTIME."""
    found = list(re.finditer(r"(?<=SELECT )((?:\w+\.)?\w+)(?=,| FROM|\nFROM)", text))
    if not found:
        return None
    match = rng.choice(found)
    part, name = rng.choice((("%Y", "YEAR"), ("%Y", "YEAR"), ("%m", "MONTH"), ("%d", "DAY")))
    sides = text[: match.start()], text[match.end() :]
    broken = f"{sides[0]}{name}({match[1]}){sides[1]}"
    fits = (f"STRFTIME('{part}', {match[1]})", f"EXTRACT({name} FROM {match[1]})")
    return broken, tuple(f"{sides[0]}{new}{sides[1]}" for new in fits)


def divided(text: str, rng: Random) -> Pair | None:
    """A sum or quotient written as a function that no database has."""
    found = list(re.finditer(r"\b(SUM|COUNT|AVG|MAX|MIN)\(([^()]*)\)", text))
    if not found:
        return None
    match = rng.choice(found)
    sign, name = rng.choice((("/", "DIVIDE"), ("*", "MULTIPLY"), ("-", "SUBTRACT"), ("/", "DIV"), ("+", "ADD")))
    other = rng.choice(("COUNT(*)", "100", "2", "12", match[0]))
    sides = text[: match.start()], text[match.end() :]
    return f"{sides[0]}{name}({match[0]}, {other}){sides[1]}", (f"{sides[0]}{match[0]} {sign} {other}{sides[1]}",)


def dangling_condition(text: str, rng: Random) -> Pair | None:
    """Conditions repeated until the limit, the last one cut."""
    found = re.search(r"\bWHERE\s+((?:\w+\.)?\w+ (?:=|>|<) (?:'[^']*'|\d+))", text)
    if not found or re.search(r"GROUP|ORDER|LIMIT|HAVING|\)\s*;?\s*\Z", text):
        return None
    clean = text.rstrip("; \n") + f" {rng.choice(('AND', 'OR'))} {found[1]}" * rng.randint(0, 3)
    left = found[1].rsplit(" ", 1)[0]
    return f"{clean} {rng.choice(('AND', 'AND NOT', 'OR', f'AND {left}'))}\n", (clean + "\n",)


def joined_statements(text: str, rng: Random) -> Pair | None:
    """A second statement follows without a separator, sometimes behind a comment that asks for it."""
    bare = text.rstrip("; \n")
    if len(bare) > 500 or ";" in bare:
        return None
    limit = re.sub(r"\bLIMIT \d+", lambda _: f"LIMIT {rng.randint(1, 20)}", bare)
    other = re.sub(r"\b\d+\b", lambda _: str(rng.randint(1, 99)), bare) if rng.random() < 0.5 else limit
    joint = rng.choice((" ", "\n", "\n\n", " "))
    count = rng.choice((1, 1, 1, 2))
    return bare + (joint + other) * count + "\n", (bare + (";" + joint + other) * count + "\n",)


def placeholder_value(text: str, rng: Random) -> Pair | None:
    """`<value>` in place of a value."""
    found = list(re.finditer(r"(?<=(?:= |> |< ))(?:'[^']*'|\d+)", text))
    if not found:
        return None
    match = rng.choice(found)
    name = rng.choice(("value", "name", "id", "code", "year", "some_value", "date", "number", "city", "type", "string"))
    form = rng.choice(("<{}>", "<{}>", "<{}>", "<|{}|>", "[{}]", "{{{}}}")).format(name)
    sides = text[: match.start()], text[match.end() :]
    return f"{sides[0]}{form}{sides[1]}", (f"{sides[0]}'{name}'{sides[1]}",)


def placeholder_table(text: str, rng: Random) -> Pair | None:
    """`<table name>` in place of a table."""
    found = re.search(r"\bFROM (\w+)(?=\s*(?:;|WHERE|GROUP|ORDER|LIMIT|\Z))", text)
    if not found or text.count(found[1]) > 1:
        return None
    name = rng.choice(("table_name", "table", "your_table", "tables", "table1"))
    sides = text[: found.start(1)], text[found.end(1) :]
    return f"{sides[0]}<{name}>{sides[1]}", (f"{sides[0]}{name}{sides[1]}", f"{sides[0]}'{name}'{sides[1]}")
