"""First half of a BIFI round (Yasunaga and Liang 2021, arXiv 2106.06600, section 3.2): the fixer meets real errors.

The bot's whole engine is let loose on real failing programs. What its validator accepts and its filter against harm
lets pass becomes a pair of a real broken program and its repair, from which the breaker learns. Only the half of the
cases that `split.py` gives for learning is looked at.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.process import run
from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.report import RepairStatus
from slmfix_bot.errors import FatalError
from slmfix_training.faults.categories import categorise
from slmfix_training.samples.real_cases import read_real_cases
from slmfix_training.samples.samples import diagnose
from slmfix_training.samples.split import is_for_learning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slmfix_bot.core.program import Program
    from slmfix_training.samples.real_cases import RealCase

CHUNK = 40  # cases that one process of the bot gets


def collect_pairs(files: Sequence[Path], output: Path, model: str | None = None) -> Counter[str]:
    """Goes on with `output` (JSONL, a row for every case tried) until all cases for learning are in it.

    Without a `model` (a name or a folder) the engine works with its deterministic tiers alone. Returns how many cases
    were tried and accepted, for each file.
    """
    rows = read_rows(output)
    done = {row["id"] for row in rows}
    counts = Counter(f"{row['file']} {row['status']}" for row in rows)
    output.parent.mkdir(parents=True, exist_ok=True)
    with output.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)  # without a line that was cut off
        for file in files:
            cases = [case for case in read_real_cases(file) if case.id not in done and is_for_learning(case.id)]
            for start in range(0, len(cases), CHUNK):
                chunk = cases[start : start + CHUNK]
                for case, answer in zip(chunk, repair_all([case.program for case in chunk], model), strict=True):
                    row = {"id": case.id, "file": file.stem, **judge_answer(case, answer)}
                    counts[f"{file.stem} {row['status']}"] += 1
                    stream.write(json.dumps(row, ensure_ascii=False) + "\n")
                stream.flush()
    return counts


def repair_all(programs: Sequence[Program], model: str | None) -> list[dict[str, Any]]:
    """The answers of `slmfix-bot repair --batch` in order: the engine as its users run it.

    Raises FatalError when the bot itself fails.
    """
    with TemporaryDirectory(prefix="slmfix-bifi-") as folder:
        given, answered = Path(folder) / "in.jsonl", Path(folder) / "out.jsonl"
        rows = [
            {
                "id": str(number),
                "language": program.language,
                "code": program.text,
                "dialect": program.dialect,
                "context": program.schema,
            }
            for number, program in enumerate(programs)
        ]
        lines = [json.dumps({key: value for key, value in row.items() if value is not None}) for row in rows]
        given.write_text("\n".join(lines) + "\n", encoding="utf-8")
        command = [sys.executable, "-P", "-m", "slmfix_bot", "repair", "--batch", str(given), "--output", str(answered)]
        command += ["--model", model] if model else ["--no-model"]
        done = run(command, cwd="/", timeout=30.0 * (1 + len(programs)))
        if not answered.exists():
            said = done.stderr[-400:].decode(errors="replace")
            msg = f"slmfix-bot repair --batch ended with {done.returncode}: {said}"
            raise FatalError(msg)
        return [json.loads(line) for line in answered.read_text(encoding="utf-8").split("\n") if line]


def judge_answer(case: RealCase, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The row of one case: `status` is valid, skipped, open, harmful or accepted; an accepted one has both texts."""
    program = case.program
    errors = diagnose(program, explain=True)
    if not errors or answer["status"] in {RepairStatus.VALID, RepairStatus.SKIPPED}:
        return {"status": "skipped" if errors is None else str(answer["status"])}
    row: dict[str, Any] = {"language": program.language, "category": categorise(program, errors)}
    if answer["status"] != RepairStatus.REPAIRED:
        return row | {"status": "open"}
    if assess(program, answer["code"], errors, BOUNDS[Aggressiveness.MEDIUM]).reasons:
        return row | {"status": "harmful"}
    texts = {"broken": program.text, "repaired": answer["code"], "schema": program.schema is not None}
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
