"""Pass rate and harmless pass rate of the repair engine on files of real failing programs.

    python benchmarks/repair_quality.py DATA_DIR [--tiers deterministic|rank|full] [--language bash ...] [--limit N]

DATA_DIR holds `<name>.jsonl` with `id, language, broken` and, where known, `dialect, context, path`. A program counts
as failing when the bot's own validator says so; "passes" and "harmless" are judged after the fact, from the returned
text alone, with fixed bounds (`core/harm.py`, medium), whatever bounds the engine used. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmfix_bot.app.repair import Repairer
from slmfix_bot.app.repair_state import Effort, Tiers
from slmfix_bot.core.harm import BOUNDS, assess
from slmfix_bot.core.lexer import words
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.program import Program
from slmfix_bot.core.report import RepairStatus
from slmfix_bot.core.vocabulary import vocabulary
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slmfix_bot.core.diagnostic import Diagnostic, Validation

LANGUAGES = {"ansible-yaml": "ansible", "sql-schema": "sql"}
FILES = (
    *("bash", "sql", "sql-schema", "ansible-yaml", "python", "json"),
    *("verilog", "terraform", "dockerfile", "workflow"),
)
NOTHING_LOST = replace(BOUNDS[Aggressiveness.MEDIUM], lost_words=0)
TIERS = {
    "deterministic": Tiers(model_ranks=False, model_proposes=False),
    "rank": Tiers(model_ranks=True, model_proposes=False),
    "full": Tiers(),
}


class Nameless:
    """The same validators, but their diagnostics say no legal names: for measuring what those are worth.

    The engine gets its programs without their schema, too, and only the validators know it.
    """

    def __init__(self, pool: ValidatorPool) -> None:
        self._pool = pool
        self._schema: str | None = None

    def hide_schema(self, program: Program) -> Program:
        self._schema = program.schema
        return replace(program, schema=None)

    def validate(self, program: Program, *, quick: bool = False) -> Validation:
        validation = self._pool.validate(replace(program, schema=self._schema), quick=quick)
        return replace(validation, diagnostics=tuple(map(without_names, validation.diagnostics)))

    def validate_many(self, programs: Sequence[Program], *, quick: bool = False) -> list[Validation]:
        return [self.validate(program, quick=quick) for program in programs]

    def supports(self, language: str) -> bool:
        return self._pool.supports(language)


def without_names(diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic without its legal names, in the message too, and without a fix made from them."""
    message = diagnostic.message
    for name in sorted(diagnostic.expected, key=len, reverse=True):
        message = message.replace(name, "?")
    return replace(diagnostic, message=message, expected=(), fix=())


def read_cases(path: Path, limit: int | None) -> Iterator[tuple[dict[str, Any], Program]]:
    """The failing programs of one file; an even sample when `limit` is given."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
    step = max(1, len(rows) // limit) if limit else 1
    for row in rows[::step][:limit]:
        language = LANGUAGES.get(row["language"], row["language"])
        schema = row.get("context") if row["language"] == "sql-schema" else None
        yield row, Program(language=language, text=row["broken"], dialect=row.get("dialect"), schema=schema)


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a proportion."""
    if not total:
        return 0.0, 0.0
    z, share = 1.96, hits / total
    centre = share + z * z / (2 * total)
    spread = z * ((share * (1 - share) + z * z / (4 * total)) / total) ** 0.5
    return (centre - spread) / (1 + z * z / total), (centre + spread) / (1 + z * z / total)


def word_similarity(old: str, new: str) -> float:
    """Dice coefficient over words and numbers, for every language alike."""
    left, right = Counter(re.findall(r"\w+", old)), Counter(re.findall(r"\w+", new))
    return 2 * (left & right).total() / max(1, left.total() + right.total())


def introduced(program: Program, new: str, reference: str) -> list[bool]:
    """For every name that the repair brings in: whether the reference solution uses it too. The reference is an
    independent program, so this is no measure of right and wrong, but it tells sensible names from legal ones."""
    fresh = words(new) - words(program.text) - vocabulary(program.language)
    return [word in words(reference) for word in fresh] if reference else []


def measure(path: Path, repairer: Repairer, pool: ValidatorPool, limit: int | None, log: Any) -> dict[str, Any]:
    """One row of the table."""
    failing = passed = harmless = unlost = total = 0
    kept, latencies = [], []
    names: Counter[bool] = Counter()
    for row, program in read_cases(path, limit):
        total += 1
        hidden = repairer.validator.hide_schema(program) if isinstance(repairer.validator, Nameless) else program
        outcome = repairer.repair(hidden)
        if outcome.status in {RepairStatus.VALID, RepairStatus.SKIPPED}:
            record = {"id": row["id"], "status": outcome.status, "reason": outcome.reason}
            log.write(json.dumps(record) + "\n")
            continue
        failing += 1
        latencies.append(outcome.latency_ms)
        valid = outcome.status is RepairStatus.REPAIRED and pool.validate(program.with_text(outcome.text)).is_valid
        harm = assess(program, outcome.text, outcome.before.diagnostics, BOUNDS[Aggressiveness.MEDIUM])
        passed += valid
        unlost += valid and not assess(program, outcome.text, outcome.before.diagnostics, NOTHING_LOST).reasons
        if valid and not harm.reasons:
            harmless += 1
            kept.append(word_similarity(program.text, outcome.text))
            names.update(introduced(program, outcome.text, row.get("fixed") or ""))
        record = {
            "id": row["id"], "status": outcome.status, "source": outcome.source, "note": outcome.note,
            "valid": valid, "harm": harm.reasons, "message": outcome.before.diagnostics[0].message,
            "checks": outcome.candidates, "ms": round(outcome.latency_ms), "model_ms": round(outcome.model_ms),
            "reason": outcome.reason, "broken": program.text, "text": outcome.text,
        }  # fmt: skip
        log.write(json.dumps(record, ensure_ascii=False) + "\n")
    return {
        "name": path.stem, "total": total, "failing": failing, "passed": passed, "harmless": harmless,
        "unlost": unlost,
        "kept": statistics.mean(kept) if kept else 0.0,
        "named": f"{names[True] / names.total():.0%} of {names.total()}" if names else "-",
        "median_ms": statistics.median(latencies) if latencies else 0.0,
        "p95_ms": sorted(latencies)[int(0.95 * (len(latencies) - 1))] if latencies else 0.0,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--tiers", choices=TIERS, default="full")
    parser.add_argument("--language", action="append", dest="files")
    parser.add_argument("--limit", type=int)
    parser.add_argument("--aggressiveness", choices=list(Aggressiveness), default="medium")
    parser.add_argument("--model", default="slmfix-mini")
    parser.add_argument("--without-names", action="store_true", help="hide the legal names from the engine")
    parser.add_argument("--log", type=Path, help="one JSON line a program")
    options = parser.parse_args()
    model = None
    if options.tiers != "deterministic":
        from slmfix_bot.adapters.model_package import find_package, load_package
        from slmfix_bot.adapters.onnx import OnnxRepairModel

        model = OnnxRepairModel(load_package(find_package(options.model)))
    started = time.monotonic()
    print(
        "| programs | failing | pass | harmless pass (95 %) | and no word lost "
        "| similarity kept | new names in the reference "
        "| median ms | p95 ms |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with ValidatorPool() as pool, (options.log or Path("/dev/null")).open("w", encoding="utf-8") as log:
        strength = Aggressiveness(options.aggressiveness)
        seen = Nameless(pool) if options.without_names else pool
        repairer = Repairer(seen, model, aggressiveness=strength, tiers=TIERS[options.tiers], effort=Effort())
        for name in options.files or FILES:
            row = measure(options.data / f"{name}.jsonl", repairer, pool, options.limit, log)
            low, high = wilson(row["harmless"], row["failing"])
            share = 100 / max(1, row["failing"])
            print(
                f"| {name} ({row['total']}) | {row['failing']} | {row['passed'] * share:.1f} % "
                f"| {row['harmless'] * share:.1f} % ({100 * low:.0f}-{100 * high:.0f}) "
                f"| {row['unlost'] * share:.1f} % | {row['kept']:.2f} | {row['named']} "
                f"| {row['median_ms']:.0f} | {row['p95_ms']:.0f} |",
                flush=True,
            )
    print(f"\ntiers: {options.tiers}; {time.monotonic() - started:.0f} s in all", file=sys.stderr)


if __name__ == "__main__":
    main()
