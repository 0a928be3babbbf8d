"""False alarms, speed, and detection of planted defects of the Ansible validator.

    python benchmarks/ansible_rules.py alarms DIR... [--show N] [--alone]
    python benchmarks/ansible_rules.py plant DIR... [--files N] [--seed N]
    python benchmarks/ansible_rules.py recall FILE.jsonl
    python benchmarks/ansible_rules.py load

`alarms` and `plant` read .yml and .yaml files below the folders (unpacked wheels, say) that Ansible reads: playbooks,
tasks, handlers, variables, role meta, requirements, inventories. `alarms` gives the validator the companions of each
file, as the bot does, unless `--alone`. `recall` reads rows with `broken`; `load` measures the tables.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import time
import zipfile
from collections import Counter
from functools import lru_cache, partial
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from ansible_mutations import Planted, plants
from rich.console import Console

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.program import Program
from slmfix_bot.validators.ansible import ANSIBLE
from slmfix_bot.validators.ansible_companions import ansible_companions
from slmfix_bot.validators.ansible_kinds import Kind, kind_of
from slmfix_bot.validators.ansible_tables import Tables
from slmfix_bot.validators.ansible_yaml import parse
from slmfix_bot.validators.detect import detect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slmfix_bot.core.diagnostic import Diagnostic

CONSOLE = Console(soft_wrap=True, highlight=False, markup=False)
PER_KIND = 3  # defects of a kind in one file
MOST = 500  # defects of a kind


_SKIPPED = re.compile(r"/(templates|files|\.git|node_modules)/|\{\{")


def ansible_files(folder: Path) -> Iterator[tuple[str, str, Kind]]:
    """Path, text and kind of the files below the folder that Ansible reads, or that cannot be parsed."""
    for file in sorted(path for suffix in ("*.yml", "*.yaml") for path in folder.rglob(suffix)):
        path = file.relative_to(folder).as_posix()
        if file.is_symlink() or not file.is_file() or _SKIPPED.search(f"/{path}"):
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        if detect(path, text) != "ansible":
            continue
        roots, error = parse(text)
        kind = kind_of(path, roots) if roots else Kind.OTHER
        if error is not None or kind is not Kind.OTHER:
            yield path, text, kind


def companions(folder: Path, path: str, tree: list[str]) -> tuple[tuple[str, str], ...]:
    """The files that the bot would hand to the validator along with this one."""
    chosen = [other for other in ansible_companions(path, tree) if (folder / other).is_file()]
    return tuple((other, _text(folder / other)) for other in chosen)


@lru_cache(maxsize=4096)
def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8", errors="replace")


def judge(path: str, text: str, files: tuple[tuple[str, str], ...] = ()) -> tuple[Diagnostic, ...]:
    """Errors only."""
    found = ANSIBLE.check(Program(language="ansible", text=text, path=path, files=files))
    return tuple(d for d in found if d.severity is Severity.ERROR)


def measure_alarms(folders: list[Path], show: int, *, is_alone: bool) -> None:
    """Share of published files with an error, by kind of file and by rule, and milliseconds per file."""
    rules: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    times: list[float] = []
    for folder in folders:
        tree = [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()]
        for path, text, kind in ansible_files(folder):
            files = () if is_alone else companions(folder, path, tree)
            start = time.perf_counter()
            errors = judge(path, text, files)
            times.append((time.perf_counter() - start) * 1000)
            kinds[kind] += 1
            wrong[kind] += bool(errors)
            rules.update({d.rule for d in errors})
            for error in errors if wrong.total() <= show else ():
                CONSOLE.print(f"{path}:{error.line}: {error.rule}: {error.message} {error.expected}")
    CONSOLE.print(f"{wrong.total()} of {len(times)} files flagged ({100 * wrong.total() / len(times):.2f} %)")
    CONSOLE.print(", ".join(f"{kind} {wrong[kind]}/{count}" for kind, count in sorted(kinds.items())))
    CONSOLE.print(", ".join(f"{rule} {count}" for rule, count in rules.most_common()))
    CONSOLE.print(f"ms per file: median {statistics.median(times):.2f}, mean {statistics.mean(times):.2f}, "
                  f"p99 {sorted(times)[int(len(times) * 0.99)]:.1f}")  # fmt: skip


def measure_planted(folders: list[Path], count: int, seed: int, show: int) -> None:
    """Share of planted defects that give an error of the right rule, by kind; only in files that are clean before."""
    dice = random.Random(seed)
    corpus = [(path, text, kind) for folder in folders for path, text, kind in ansible_files(folder)]
    dice.shuffle(corpus)
    total: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for path, text, file_kind in corpus[:count]:
        if "\r" in text or judge(path, text):
            continue
        by_kind: dict[str, list[Planted]] = {}
        for planted in plants(text, parse(text)[0][0], file_kind, dice):
            by_kind.setdefault(planted.kind, []).append(planted)
        for planted in (one for found in by_kind.values() for one in dice.sample(found, min(len(found), PER_KIND))):
            kind, line, broken, rules = planted
            if broken == text or (parse(broken)[1] is not None and "yaml" not in rules) or total[kind] >= MOST:
                continue
            errors = judge(path, broken)
            total[kind] += 1
            caught[kind] += any(d.rule in rules for d in errors)
            named[kind] += any(d.line <= line + 1 <= d.end_line for d in errors)
            if not any(d.rule in rules for d in errors) and total[kind] - caught[kind] <= show:
                CONSOLE.print(f"missed {kind} {path}:{line + 1}: {broken.split(chr(10))[line].strip()[:90]}")
    CONSOLE.print("| planted | defects | caught | on the line |\n|---|---|---|---|")
    for kind in sorted(total):
        CONSOLE.print(f"| {kind} | {total[kind]} | {100 * caught[kind] / total[kind]:.1f} % | {named[kind]} |")
    CONSOLE.print(f"| all | {total.total()} | {100 * caught.total() / total.total():.1f} % | {named.total()} |")


def measure_recall(path: Path) -> None:
    """How many failing programs get an error, and how many only a warning."""
    outcome: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            found = ANSIBLE.check(Program(language="ansible", text=json.loads(line)["broken"]))
            worst = min((d.severity for d in found), key=list(Severity).index, default=None)
            outcome[worst or "nothing"] += 1
    CONSOLE.print(dict(outcome))


def measure_load() -> None:
    """Size of the table, and milliseconds to read the index and each collection, each in a table of its own."""
    archive = files("slmfix_bot.validators").joinpath("data/ansible-modules.zip").read_bytes()
    with zipfile.ZipFile(BytesIO(archive)) as content:
        names = [name.removesuffix(".json") for name in content.namelist() if name != "index.json"]
    spent = {"index": min(_milliseconds(Tables) for _ in range(5))}
    for name in names:
        spent[name] = min(_milliseconds(partial(Tables().module, f"{name}.x")) for _ in range(3))
    slow = sorted(spent.items(), key=lambda pair: -pair[1])[:4]
    CONSOLE.print(f"{len(archive):,} bytes, {len(names)} collections; ms: index {spent['index']:.1f}, "
                  f"ansible.builtin {spent['ansible.builtin']:.1f}; slowest {slow}")  # fmt: skip


def _milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return round((time.perf_counter() - start) * 1000, 1)


def main() -> None:
    """The commands of the module docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("command", choices=["alarms", "plant", "recall", "load"])
    parser.add_argument("paths", nargs="*", type=Path)
    parser.add_argument("--alone", action="store_true", help="without the companions of each file")
    parser.add_argument("--show", type=int, default=20, help="flagged files to list")
    parser.add_argument("--files", type=int, default=300, help="files to plant defects in")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    run: dict[str, Callable[[], None]] = {
        "alarms": lambda: measure_alarms(arguments.paths, arguments.show, is_alone=arguments.alone),
        "plant": lambda: measure_planted(arguments.paths, arguments.files, arguments.seed, arguments.show),
        "recall": lambda: measure_recall(arguments.paths[0]),
        "load": measure_load,
    }
    run[arguments.command]()


if __name__ == "__main__":
    main()
