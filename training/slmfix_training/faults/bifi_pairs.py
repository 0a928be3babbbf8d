"""First half of a BIFI round (Yasunaga and Liang 2021, arXiv 2106.06600, section 3.2): the fixer meets real errors.

The bot's whole engine is let loose on real failing programs. What its validator accepts and its filter against harm
lets pass becomes a pair of a real broken program and its repair, from which the breaker learns. Only the half of the
cases that `split.py` gives for learning is looked at.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.report import RepairStatus
from slmfix_training.faults.categories import categorise
from slmfix_training.samples.real_cases import read_real_cases
from slmfix_training.samples.split import is_for_learning

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from slmfix_bot.app.repair import Repairer
    from slmfix_training.samples.real_cases import RealCase


def collect_pairs(files: Sequence[Path], output: Path, repairer: Repairer) -> Counter[str]:
    """Goes on with `output` (JSONL, a row for every case tried) until all cases for learning are in it.

    Returns how many cases were tried and accepted, for each file.
    """
    rows = read_rows(output)
    done = {row["id"] for row in rows}
    counts = Counter(f"{row['file']} {row['status']}" for row in rows)
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)  # without a line that was cut off
        for file in files:
            for case in read_real_cases(file):
                if case.id in done or not is_for_learning(case.id):
                    continue
                row = {"id": case.id, "file": file.stem, **try_case(case, repairer)}
                counts[f"{file.stem} {row['status']}"] += 1
                stream.write(json.dumps(row, ensure_ascii=False) + "\n")
                stream.flush()
    return counts


def try_case(case: RealCase, repairer: Repairer) -> dict[str, Any]:
    """The row of one case: `status` is valid, skipped, open, harmful or accepted; an accepted one has both texts."""
    program = case.program
    outcome = repairer.repair(program)
    if outcome.status in {RepairStatus.VALID, RepairStatus.SKIPPED}:
        return {"status": str(outcome.status)}
    row: dict[str, Any] = {"language": program.language, "category": categorise(program, outcome.before.errors)}
    if outcome.status is not RepairStatus.REPAIRED:
        return row | {"status": "open"}
    if assess(program, outcome.text, outcome.before.diagnostics, BOUNDS[Aggressiveness.MEDIUM]).reasons:
        return row | {"status": "harmful"}
    texts = {"broken": program.text, "repaired": outcome.text, "schema": program.schema is not None}
    return row | {"status": "accepted", **texts}


def read_rows(file: Path) -> list[dict[str, Any]]:
    """The rows so far; none when there is no file. A last line that was cut off is ignored."""
    return list(_whole(file.read_text(encoding="utf-8"))) if file.exists() else []


def _whole(text: str) -> Iterator[dict[str, Any]]:
    for line in text.split("\n"):
        if line.endswith("}"):
            try:
                yield json.loads(line)
            except ValueError:
                continue
