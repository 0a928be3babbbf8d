"""What the model's weight in ranking is worth: how often the program comes back exactly as it was before it was broken.

    python -m benchmarks.ranking_weights HELD [--model NAME|DIR] [--count 100] [--without-proposals] [--slack 1.0]

HELD is a file or folder of `*.held.jsonl` samples (benchmarks.quality). Real failures have no single right answer;
these have one, so this is where ranking can be measured. The weights are compared on the same accepted candidates, from
one run; the last column says how often the right one is among them, which bounds any ranking.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.quality.cases import choose, read_data

from slmfix_bot.adapters.model_package import find_package, load_package
from slmfix_bot.adapters.onnx import OnnxRepairModel
from slmfix_bot.app.repair import Repairer
from slmfix_bot.app.repair_state import Effort, Tiers
from slmfix_bot.core import rank
from slmfix_bot.core.report import RepairStatus
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from benchmarks.quality.cases import Case

    from slmfix_bot.app.repair_state import Run, State

WEIGHTS = (0.0, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0, 3.0)


class Recorder(Repairer):
    """Keeps the accepted candidates of the last repair with their scores."""

    accepted: list[tuple[rank.Verified, State]]

    def _scored(self, run: Run) -> list[tuple[rank.Verified, State]]:
        self.accepted = super()._scored(run)
        return self.accepted


def first_by(weight: float, accepted: list[tuple[rank.Verified, State]], old: str) -> str:
    """The text that ranks first when the model has the given weight."""
    rank.MODEL_WEIGHT = weight
    return min(accepted, key=lambda pair: rank.score(pair[0], old))[0].candidate.text


def count(repairer: Recorder, case: Case, counts: Counter[str]) -> None:
    """Repairs one case and counts what each weight would have chosen."""
    counts["n"] += 1
    outcome = repairer.repair(case.program)
    if outcome.status is not RepairStatus.REPAIRED:
        return
    right = (case.reference or "").strip()
    counts["pass"] += 1
    counts["choice"] += len(repairer.accepted) > 1
    counts["reachable"] += right in {verified.candidate.text.strip() for verified, _ in repairer.accepted}
    for weight in WEIGHTS:
        counts[f"exact {weight}"] += first_by(weight, repairer.accepted, case.program.text).strip() == right


def main() -> None:
    """Prints one row a language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("held", type=Path)
    parser.add_argument("--model", default="slmfix-mini")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--without-proposals", action="store_true", help="the model only ranks")
    parser.add_argument("--slack", type=float, default=Effort().slack)
    parser.add_argument("--language", action="append", default=[])
    options = parser.parse_args()
    model = OnnxRepairModel(load_package(find_package(options.model)))
    print(f"| language | n | pass | with a choice | {' | '.join(f'exact, weight {w}' for w in WEIGHTS)} | reachable |")
    print("|---" * (len(WEIGHTS) + 5) + "|")
    groups: dict[str, list[Case]] = {}
    for case in choose(read_data(options.held), options.count, options.language):
        groups.setdefault(case.group, []).append(case)
    with ValidatorPool() as pool:
        tiers = Tiers(model_proposes=not options.without_proposals)
        repairer = Recorder(pool, model, tiers=tiers, effort=Effort(slack=options.slack))
        for group, cases in groups.items():
            counts: Counter[str] = Counter()
            for case in cases:
                count(repairer, case, counts)
            keys = ("pass", "choice", *(f"exact {weight}" for weight in WEIGHTS), "reachable")
            figures = " | ".join(f"{100 * counts[key] / counts['n']:.0f} %" for key in keys)
            print(f"| {group} | {counts['n']} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
