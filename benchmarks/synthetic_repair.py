"""How often the engine restores the very program that was corrupted, and what the model's weight in ranking is worth.

    python benchmarks/synthetic_repair.py HELD_OUT [--model NAME|DIR] [--count 100] [--tiers deterministic|rank|full]

HELD_OUT is a folder with `*.held.jsonl` of `slmfix-train samples`: `language, broken, clean` and, where known,
`dialect, schema`. Real failures have no single right answer; these have one, so this is where ranking can be measured.
The weights are compared on the same accepted candidates, from one run.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.model_package import find_package, load_package
from slmfix_bot.adapters.onnx import OnnxRepairModel
from slmfix_bot.app.repair import Repairer
from slmfix_bot.app.repair_state import Effort, Tiers
from slmfix_bot.core import rank
from slmfix_bot.core.program import Program
from slmfix_bot.core.report import RepairStatus
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from slmfix_bot.app.repair_state import Run, State

WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 3.0)
TIERS = {
    "deterministic": Tiers(model_ranks=False, model_proposes=False),
    "rank": Tiers(model_proposes=False),
    "full": Tiers(),
}


class Recorder(Repairer):
    """Keeps the accepted candidates of the last repair with their scores."""

    accepted: list[tuple[rank.Verified, State]]

    def _scored(self, run: Run) -> list[tuple[rank.Verified, State]]:
        self.accepted = super()._scored(run)
        return self.accepted


def read_rows(folder: Path, count: int) -> dict[str, list[dict[str, Any]]]:
    """An even choice of held-out samples by language; SQL with unknown names apart."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for file in sorted(folder.glob("*.held.jsonl")):
        for line in filter(None, file.read_text(encoding="utf-8").split("\n")):
            row = json.loads(line)
            named = row["language"] == "sql" and row.get("rule", "syntax") != "syntax"
            groups.setdefault("sql-schema" if named else row["language"], []).append(row)
    return {name: Random(7).sample(rows, min(count, len(rows))) for name, rows in sorted(groups.items())}


def choose(accepted: list[tuple[rank.Verified, State]], old: str, weight: float) -> str:
    """The text that ranks first when the model has the given weight."""
    rank.MODEL_WEIGHT = weight
    return min(accepted, key=lambda pair: rank.score(pair[0], old))[0].candidate.text


def main() -> None:
    """Prints one row a language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", default="slmfix-mini")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--tiers", choices=TIERS, default="full")
    parser.add_argument("--slack", type=float, default=Effort().slack)
    parser.add_argument("--language", action="append")
    options = parser.parse_args()
    model = None
    if options.tiers != "deterministic":
        model = OnnxRepairModel(load_package(find_package(options.model)))
    print(f"| language | n | pass | with a choice | {' | '.join(f'exact, weight {w}' for w in WEIGHTS)} | reachable |")
    print("|---" * (len(WEIGHTS) + 5) + "|")
    with ValidatorPool() as pool:
        repairer = Recorder(pool, model, tiers=TIERS[options.tiers], effort=Effort(slack=options.slack))
        for name, rows in read_rows(options.folder, options.count).items():
            if options.language and name not in options.language:
                continue
            counts: Counter[str] = Counter()
            for row in rows:
                program = Program(
                    language=row["language"], text=row["broken"], dialect=row.get("dialect"), schema=row.get("schema")
                )
                outcome = repairer.repair(program)
                if outcome.status is not RepairStatus.REPAIRED:
                    continue
                counts["pass"] += 1
                counts["choice"] += len(repairer.accepted) > 1
                texts = {verified.candidate.text.strip() for verified, _ in repairer.accepted}
                counts["reachable"] += row["clean"].strip() in texts
                for weight in WEIGHTS:
                    chosen = choose(repairer.accepted, row["broken"], weight)
                    counts[f"exact {weight}"] += chosen.strip() == row["clean"].strip()
            share = 100 / max(1, len(rows))
            exact = " | ".join(f"{counts[f'exact {weight}'] * share:.0f} %" for weight in WEIGHTS)
            figures = f"{counts['pass'] * share:.0f} % | {counts['choice'] * share:.0f} % | {exact}"
            print(f"| {name} | {len(rows)} | {figures} | {counts['reachable'] * share:.0f} % |", flush=True)


if __name__ == "__main__":
    main()
