"""False alarms, speed, and detection of planted defects of the SQL validator.

    python benchmarks/sql_rules.py alarms DIR... [--dialect D] [--show N]
    python benchmarks/sql_rules.py plant FILE.jsonl [--files N] [--seed N] [--dialect D]

`alarms` reads the .sql files below the folders, one row a folder; without `--dialect` the validator has
to find it out. `plant` reads rows with `fixed` (a query) and `context` (the DDL of its database), of which those that
the validator accepts get one defect each of several kinds.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.program import Program
from slmfix_bot.core.sql_schema import read_schema
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.sql import SQL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.sql_schema import Table

CONSOLE = Console(soft_wrap=True, highlight=False, markup=False)
STRINGS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`")
MAX_BYTES = 400_000


def judge(program: Program) -> tuple[Diagnostic, ...]:
    """Errors only. Raises CannotJudge."""
    return tuple(d for d in SQL.check(program) if d.severity is Severity.ERROR)


def measure_alarms(folder: Path, dialect: str | None, show: int) -> None:
    """Share of published files with an error, by rule, and milliseconds per file."""
    rules: Counter[str] = Counter()
    times: list[float] = []
    flagged = skipped = 0
    for file in sorted(folder.rglob("*.sql")):
        if file.stat().st_size > MAX_BYTES:
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        start = time.perf_counter()
        try:
            errors = judge(Program(language="sql", text=text, path=file.name, dialect=dialect))
        except (CannotJudge, RecursionError):
            errors = ()
            skipped += 1
        times.append((time.perf_counter() - start) * 1000)
        flagged += bool(errors)
        rules.update({d.rule for d in errors})
        for error in errors[:1] if flagged <= show else ():
            CONSOLE.print(f"{file.name}:{error.line}: {error.rule}: {error.message} {error.expected[:3]}")
    share = 100 * flagged / max(1, len(times))
    CONSOLE.print(
        f"{folder.name} ({dialect or 'dialect not given'}): {flagged} of {len(times)} flagged ({share:.2f} %), "
        f"{skipped} not judged, {dict(rules)}; ms: first {times[0]:.0f}, median {statistics.median(times):.2f}, "
        f"mean {statistics.mean(times):.1f}, longest {max(times):.0f}"
    )


def misspell(name: str, dice: random.Random) -> str:
    """One letter dropped, doubled or swapped with its neighbour."""
    at = dice.randrange(1, max(2, len(name) - 1))
    kind = dice.randrange(3) if len(name) > 2 else 1
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    return name[: at - 1] + name[at : at + 1] + name[at - 1 : at] + name[at + 1 :]


def places(query: str) -> list[re.Match[str]]:
    """The unquoted words outside strings."""
    hidden = [match.span() for match in STRINGS.finditer(query)]
    return [m for m in re.finditer(r"[A-Za-z_]\w*", query) if not any(a <= m.start() < b for a, b in hidden)]


def put(query: str, place: re.Match[str], new: str) -> str:
    return query[: place.start()] + new + query[place.end() :]


def plants(query: str, tables: Mapping[str, Table], dice: random.Random) -> Iterator[tuple[str, str, str]]:
    """Kind, broken query, and the name that a report has to be about ("" for syntax)."""
    columns = {column.casefold() for table in tables.values() for column in table.columns}
    words = places(query)
    named = [m for m in words if m[0].casefold() in tables and not query[m.end() :].lstrip().startswith(".")]
    asked = [m for m in words if m[0].casefold() in columns and m[0].casefold() not in tables]
    upper = query.upper()
    if named:
        place = dice.choice(named)
        if re.search(r"\b(FROM|JOIN|INTO|UPDATE)\s+$", query[: place.start()], re.I):
            wrong = misspell(place[0], dice)
            if wrong.casefold() not in tables:
                yield "unknown table", put(query, place, wrong), wrong
    for place in dice.sample(asked, min(1, len(asked))):
        wrong = misspell(place[0], dice)
        if wrong.casefold() not in columns:
            yield "unknown column", put(query, place, wrong), wrong
        used = {m[0].casefold() for m in words} & tables.keys()
        present = {column.casefold() for name in used for column in tables[name].columns}
        others = [c for t in tables.values() for c in t.columns if c.casefold() not in present and c.isidentifier()]
        if others and used:
            wrong = dice.choice(others)
            yield "column of another table", put(query, place, wrong), wrong
    calls = [m for m in words if m[0].upper() in {"COUNT", "SUM", "AVG", "MAX", "MIN", "CAST", "ROUND", "SUBSTR"}]
    for place in dice.sample(calls, min(1, len(calls))):
        if query[place.end() : place.end() + 1] == "(" and place[0].upper() != "CAST":
            wrong = misspell(place[0], dice)
            yield "unknown function", put(query, place, wrong), wrong
    qualified = [m for m in asked if query[: m.start()].endswith(".")]
    for place in dice.sample(qualified, min(1, len(qualified))):
        if " JOIN " in upper and "SELECT" not in upper[6:]:
            start = re.search(r"[\w\"`]+\.$", query[: place.start()])
            read = {m[0].casefold() for m in words if m[0].upper() != "ORDER"} & tables.keys()
            if start and sum(tables[name].column(place[0]) is not None for name in read) > 1:
                broken = query[: start.start()] + query[place.start() :]
                yield "ambiguous column", broken, place[0]
    for keyword in ("FROM", "BY", "ON", "THEN"):
        found = [m for m in words if m[0].upper() == keyword]
        if found:
            place = dice.choice(found)
            yield f"missing {keyword}", query[: place.start()] + query[place.end() :].lstrip(), ""
    for kind, mark in (("unclosed bracket", ")"), ("unopened bracket", "("), ("unclosed quote", "'")):
        ends = [i for i, sign in enumerate(query) if sign == mark]
        if ends and (mark == "'" or not STRINGS.search(query)):
            at = ends[-1] if mark == "'" else dice.choice(ends)
            yield kind, query[:at] + query[at + 1 :], ""
    comma = query.find(",")
    if comma > 0:
        yield "doubled comma", query[:comma] + "," + query[comma:], ""


def clean_rows(path: Path, count: int, dialect: str | None, dice: random.Random) -> Iterator[dict[str, Any]]:
    """Rows whose query the validator accepts under its schema, each query once."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    dice.shuffle(rows)
    seen: set[str] = set()
    for row in rows:
        query = row.get("fixed")
        if not query or query in seen or not row.get("context") or len(seen) >= count:
            continue
        program = Program(language="sql", text=query, dialect=dialect or row["dialect"], schema=row["context"])
        try:
            accepted = not judge(program)
        except CannotJudge:
            continue
        if accepted:
            seen.add(query)
            yield row


def measure_planted(path: Path, count: int, seed: int, dialect: str | None, show: int) -> None:
    """Share of planted defects that give an error, and of names that the report names and mends with its first word."""
    dice = random.Random(seed)
    total: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    located: Counter[str] = Counter()
    mended: Counter[str] = Counter()
    times: list[float] = []
    for row in clean_rows(path, count, dialect, dice):
        for kind, broken, name in plants(row["fixed"], read_schema(row["context"]), dice):
            start = time.perf_counter()
            given = dialect or row["dialect"]
            try:
                errors = judge(Program(language="sql", text=broken, dialect=given, schema=row["context"]))
            except CannotJudge:
                errors = ()
            times.append((time.perf_counter() - start) * 1000)
            total[kind] += 1
            caught[kind] += bool(errors)
            about = [e for e in errors if name and e.found and name.casefold() in e.found.casefold()]
            located[kind] += bool(about)
            if about and about[0].expected:
                right = about[0].expected[0].rpartition(".")[2].strip('"`').casefold()
                mended[kind] += right in row["fixed"].casefold()
            if not errors and total[kind] - caught[kind] <= show:
                CONSOLE.print(f"missed {kind} [{given}]: {broken[:300]}")
    CONSOLE.print(
        "| defect | planted | caught | report names it | first legal name stands in the original |\n"
        "|---|---|---|---|---|"
    )
    for kind in sorted(total):
        share = 100 * caught[kind] / total[kind]
        names = f"{located[kind]} | {mended[kind]}" if located[kind] else "- | -"
        CONSOLE.print(f"| {kind} | {total[kind]} | {caught[kind]} ({share:.1f} %) | {names} |")
    CONSOLE.print(f"{total.total()} defects, median {statistics.median(times):.2f} ms, longest {max(times):.0f} ms")


def main() -> None:
    """The commands of the module docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("command", choices=["alarms", "plant"])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--dialect")
    parser.add_argument("--show", type=int, default=5, help="flagged files, or missed defects of a kind, to list")
    parser.add_argument("--files", type=int, default=300, help="queries to plant defects in")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    for path in arguments.paths:
        if arguments.command == "alarms":
            measure_alarms(path, arguments.dialect, arguments.show)
        else:
            measure_planted(path, arguments.files, arguments.seed, arguments.dialect, arguments.show)


if __name__ == "__main__":
    main()
