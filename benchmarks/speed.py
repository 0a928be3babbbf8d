"""How long a user waits: start of the command, first finding, one repair, a change of 200 files.

    python -P benchmarks/speed.py [--model NAME|DIR|none] [--files 200] [--repeats 5]

Everything runs in processes of its own, as a user would start them, on repositories that are made for it. A time is the
median of the repeats in milliseconds of wall time; the machine's load is printed beside them, because it counts.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slmfix_bot.adapters.config import build_options
from slmfix_bot.adapters.new_repository import NewCommit, create_repository
from slmfix_bot.adapters.process import run, scrubbed_environment
from slmfix_bot.cli.build import open_repairer, open_validator
from slmfix_bot.cli.demo_commits import BROKEN_BACKUP, BROKEN_IMPORTER, BROKEN_PLAYBOOK, BROKEN_REPORT, COMMITS, SCHEMA
from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable

COMMAND = (sys.executable, "-P", "-m", "slmfix_bot")
PROGRAMS = {
    "bash": Program(language="bash", text=BROKEN_BACKUP),
    "sql with schema": Program(language="sql", text=BROKEN_REPORT, dialect="sqlite", schema=SCHEMA),
    "ansible": Program(language="ansible", text=BROKEN_PLAYBOOK, path="site.yml"),
    "python": Program(language="python", text=BROKEN_IMPORTER),
}
SOUND = {".sh": "#!/bin/bash\nset -eu\necho {}\n", ".py": "def f():\n    return {}\n", ".sql": "SELECT {};\n"}
AGENT = "Ada Example <ada@example.org>"


def median_ms(action: Callable[[], object], repeats: int) -> float:
    """Median wall time; the first run is thrown away, because it fills the caches."""
    action()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def slmfix(folder: Path, *arguments: str) -> None:
    """Runs the command; exit codes 0 and 1 are results."""
    done = run([*COMMAND, *arguments], cwd=folder, env=scrubbed_environment(), timeout=600)
    if done.returncode not in {0, 1}:
        sys.exit(f"slmfix-bot {' '.join(arguments)} ended with {done.returncode}: {done.error_text}")


def large_change(count: int) -> tuple[NewCommit, ...]:
    """A commit of sound files in three languages, every twentieth of them broken."""
    suffixes = list(SOUND)
    files = {f"d{n % 10}/f{n}{suffixes[n % 3]}": SOUND[suffixes[n % 3]].format(n) for n in range(count)}
    for name in list(files)[::20]:
        files[name] += "(((\n"
    start = NewCommit(message="start", author=AGENT, files={"README": "x\n"})
    return start, NewCommit(message="change", author=AGENT, branch="topic", files=files)


def measure_commands(model: str, count: int, repeats: int) -> list[tuple[str, float]]:
    """Whole processes, from start to exit."""
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        demo, large = Path(first), Path(second)
        create_repository(demo, COMMITS)
        create_repository(large, large_change(count))
        check = ("check", "--base", "main", "--model", model)
        return [
            ("`slmfix-bot --version`", median_ms(lambda: slmfix(demo, "--version"), repeats)),
            (
                "first finding (`check --no-repair` of one file)",
                median_ms(lambda: slmfix(demo, *check, "--no-repair", "tools"), repeats),
            ),
            ("`check` of the demo: 4 files, 6 findings, repaired", median_ms(lambda: slmfix(demo, *check), repeats)),
            (
                f"`check --no-repair` of {count} files",
                median_ms(lambda: slmfix(large, *check, "--no-repair"), min(repeats, 3)),
            ),
        ]


def measure_repairs(model: str, repeats: int) -> list[tuple[str, list[float]]]:
    """One repair with warm workers and a loaded model: wall time, and its parts in the model and in validators."""
    options = build_options({"model": model})
    rows = []
    with open_validator(options) as validator:
        repairer = open_repairer(options, validator)
        assert repairer is not None  # repairing is the default
        for name, program in PROGRAMS.items():
            outcomes = [repairer.repair(program) for _ in range(repeats + 1)][1:]
            parts = zip(*((o.latency_ms, o.model_ms, o.validator_ms, o.candidates) for o in outcomes), strict=True)
            rows.append((f"{name}: {outcomes[0].status}", [statistics.median(part) for part in parts]))
    return rows


def main() -> None:
    """Prints two Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="slmfix-mini")
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {load:.1f}, model {options.model}\n")
    print("| what | median ms |\n|---|---|")
    for name, wall in measure_commands(options.model, options.files, options.repeats):
        print(f"| {name} | {wall:.0f} |", flush=True)
    print("\n| repair | ms | of it model | of it validators | candidates |\n|---|---|---|---|---|")
    for name, parts in measure_repairs(options.model, options.repeats):
        print(f"| {name} | {' | '.join(f'{part:.0f}' for part in parts)} |", flush=True)


if __name__ == "__main__":
    main()
