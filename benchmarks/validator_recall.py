"""How many recorded failing programs the validators reject, and how many of their repaired versions they accept.

    python benchmarks/validator_recall.py DATA.jsonl... [--misses N]

A line of the data holds `id, language, broken, fixed, validator` and, for SQL, `dialect` and `context` (DDL).
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.program import Program
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Validation

LANGUAGES = {"sql-schema": "sql", "ansible-yaml": "ansible"}


@dataclass
class Tally:
    """Counts of one table row."""

    broken: int = 0
    rejected: int = 0
    fixed: int = 0
    accepted: int = 0
    skipped: int = 0
    located: int = 0
    milliseconds: list[float] = field(default_factory=list)


def program_of(row: dict[str, Any], text: str) -> Program:
    """The program of one side of a row."""
    language = LANGUAGES.get(row["language"], row["language"])
    return Program(language=language, text=text, dialect=row.get("dialect"), schema=row.get("context"))


def measure(pool: ValidatorPool, row: dict[str, Any], side: str, tally: Tally) -> Validation:
    """Validates one side of a row and counts it."""
    started = time.perf_counter()
    validation = pool.validate(program_of(row, row[side]))
    tally.milliseconds.append((time.perf_counter() - started) * 1000)
    tally.skipped += validation.skipped is not None
    if side == "broken":
        tally.broken += 1
        tally.rejected += bool(validation.errors)
        tally.located += any(error.column for error in validation.errors)
    else:
        tally.fixed += 1
        tally.accepted += validation.is_valid
    return validation


def is_hit(side: str, validation: Validation) -> bool:
    """Whether the validator agrees with the data."""
    return bool(validation.errors) if side == "broken" else validation.is_valid


def main() -> None:
    """Prints the table, and up to `--misses` disagreements per row of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--misses", type=int, default=0)
    arguments = parser.parse_args()
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    misses: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    with ValidatorPool() as pool:
        for path in arguments.data:
            for line in path.read_text(encoding="utf-8").split("\n"):
                if not line:
                    continue
                row = json.loads(line)
                key = (path.stem, row["validator"])
                for side in ("broken", "fixed"):
                    if row[side] is None:
                        continue
                    validation = measure(pool, row, side, tallies[key])
                    if not is_hit(side, validation):
                        said = validation.skipped or "; ".join(error.message for error in validation.errors)
                        misses[*key, side].append(f"{row['id']}: {row['message']!r} / {said!r}\n{row[side]}\n")
    print("| data | validator of the data | broken | rejected | with column | fixed | accepted | skipped | median ms |")
    print("|---|---|---|---|---|---|---|---|---|")
    for (data, validator), tally in sorted(tallies.items()):
        rejected = f"{tally.rejected} ({100 * tally.rejected / tally.broken:.1f} %)"
        accepted = f"{tally.accepted} ({100 * tally.accepted / tally.fixed:.1f} %)" if tally.fixed else "-"
        cells = [data, validator, tally.broken, rejected, tally.located, tally.fixed, accepted, tally.skipped]
        print("|", " | ".join(map(str, cells)), f"| {statistics.median(tally.milliseconds):.1f} |")
    for place, texts in misses.items():
        for text in texts[: arguments.misses]:
            print(f"\n--- {' / '.join(place)}: {text}")


if __name__ == "__main__":
    main()
