"""What each validator costs: its first answer, its later ones, a change of 1,000 mixed files, and memory.

    python -P benchmarks/validator_speed.py [--files 1000] [--repeats 20]

The programs are the test cases in tests/cases. Cold is the first answer of a new worker, its start included; warm the
median over the language's cases afterwards. The worker's memory is the largest resident set of any child process.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import time
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from slmfix_bot.adapters.new_repository import NewCommit, create_repository
from slmfix_bot.adapters.process import run, scrubbed_environment
from slmfix_bot.core.program import Program
from slmfix_bot.core.tree_languages import TREE_LANGUAGES
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.pool import ValidatorPool

CASES = Path(__file__).parent.parent / "tests" / "cases"
COMMAND = (sys.executable, "-P", "-m", "slmfix_bot")
AGENT = "Ada Example <ada@example.org>"


def cases(language: str) -> list[Program]:
    """The valid and the broken test cases of a language."""
    files = sorted((CASES / language).rglob("*.*")) if (CASES / language).is_dir() else []
    texts = [(path, path.read_bytes()) for path in files if path.is_file()]
    return [
        Program(language=language, text=text.decode(errors="surrogateescape"), path=path.name) for path, text in texts
    ]


def measure(language: str, programs: list[Program], repeats: int) -> tuple[float, float]:
    """Milliseconds of the first answer, and the median of the later ones."""
    with ValidatorPool() as pool:
        started = time.perf_counter()
        pool.validate(programs[0])
        cold = 1000 * (time.perf_counter() - started)
        warm = []
        for number, program in enumerate(islice(cycle(programs), max(repeats, len(programs)))):
            started = time.perf_counter()
            # Another text each time, so that nothing can be remembered.
            pool.validate(program.with_text(program.text + "\n" * (number // len(programs) + 1)))
            warm.append(1000 * (time.perf_counter() - started))
    return cold, statistics.median(warm)


def mixed_files(count: int) -> dict[str, str]:
    """Files of all languages that have cases, under many folders; each case is repeated as often as needed."""
    pool = [
        (path.parent.parent.name, path.name, text)
        for path in sorted(CASES.glob("*/negative/*"))
        if path.is_file() and (text := _text(path)) is not None
    ]
    return {
        f"{language}/d{number // 50}/{number}-{name}": text
        for number, (language, name, text) in enumerate(islice(cycle(pool), count))
    }


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None


def measure_change(count: int, jobs: int) -> float:
    """Seconds of `check --no-repair` over a change of that many files."""
    with TemporaryDirectory() as folder:
        start = NewCommit(message="start", author=AGENT, files={"README": "x\n"})
        change = NewCommit(message="change", author=AGENT, branch="topic", files=mixed_files(count))
        create_repository(Path(folder), (start, change))
        started = time.perf_counter()
        done = run(
            [*COMMAND, "check", "--base", "main", "--no-repair", "--jobs", str(jobs), "--format", "json"],
            cwd=folder,
            env=scrubbed_environment(),
            timeout=900,
        )
        if done.returncode not in {0, 1}:
            sys.exit(done.error_text)
        return time.perf_counter() - started


def main() -> None:
    """Prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}\n")
    print("| language | cases | cold ms | warm ms |\n|---|---|---|---|")
    generic = {language.name for language in TREE_LANGUAGES}
    for language in VALIDATORS:
        programs = cases(language)
        if programs:
            cold, warm = measure(language, programs, options.repeats)
            mark = " (grammar)" if language in generic else ""
            print(f"| {language}{mark} | {len(programs)} | {cold:.0f} | {warm:.1f} |", flush=True)
    for jobs in (1, 2):
        print(
            f"\n`check --no-repair --jobs {jobs}` of {options.files} mixed files: "
            f"{measure_change(options.files, jobs):.1f} s",
            flush=True,
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nLargest resident set of a process: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
