"""False alarms, speed, and detection of planted defects of the Ansible validator.

    python benchmarks/ansible_rules.py alarms DIR... [--show N]
    python benchmarks/ansible_rules.py plant DIR... [--files N] [--seed N]
    python benchmarks/ansible_rules.py recall FILE.jsonl

`alarms` and `plant` read .yml files below the folders (unpacked wheels, say) that are playbooks, task files or
handlers; `recall` reads rows with `broken`.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.program import Program
from slmfix_bot.validators.ansible import ANSIBLE
from slmfix_bot.validators.ansible_document import Document, Item, is_null, items, literal, walk
from slmfix_bot.validators.ansible_kinds import Kind, kind_of
from slmfix_bot.validators.ansible_tables import tables
from slmfix_bot.validators.ansible_yaml import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import yaml

    from slmfix_bot.core.diagnostic import Diagnostic

CONSOLE = Console(soft_wrap=True, highlight=False, markup=False)
Planted = tuple[str, int, str]


def task_files(folders: list[Path]) -> Iterator[tuple[str, str]]:
    """Path and text of the files below the folders that hold tasks or plays, or cannot be parsed."""
    for folder in folders:
        for file in sorted(folder.rglob("*.yml")):
            path = file.relative_to(folder).as_posix()
            if file.is_symlink() or "/templates/" in path or "/files/" in path:
                continue
            text = file.read_text(encoding="utf-8", errors="replace")
            roots, error = parse(text)
            in_tasks = "/tasks/" in path or "/handlers/" in path or "playbooks/" in path
            if (error and in_tasks) or (roots and kind_of(path, roots) not in {Kind.OTHER, Kind.VARS}):
                yield path, text


def judge(path: str, text: str) -> tuple[Diagnostic, ...]:
    """Errors only."""
    found = ANSIBLE.check(Program(language="ansible", text=text, path=path))
    return tuple(d for d in found if d.severity is Severity.ERROR)


def measure_alarms(folders: list[Path], show: int) -> None:
    """Share of published files with an error, by rule, and milliseconds per file."""
    rules: Counter[str] = Counter()
    times, flagged = [], 0
    for path, text in task_files(folders):
        start = time.perf_counter()
        errors = judge(path, text)
        times.append((time.perf_counter() - start) * 1000)
        flagged += bool(errors)
        rules.update({d.rule for d in errors})
        for error in errors if flagged <= show else ():
            CONSOLE.print(f"{path}:{error.line}: {error.rule}: {error.message} {error.expected}")
    CONSOLE.print(f"{flagged} of {len(times)} files flagged ({100 * flagged / len(times):.2f} %)", dict(rules))
    CONSOLE.print(f"ms per file: median {statistics.median(times):.2f}, mean {statistics.mean(times):.2f}, "
                  f"p99 {sorted(times)[int(len(times) * 0.99)]:.1f}")  # fmt: skip


def misspell(name: str, dice: random.Random) -> str:
    """One letter dropped, doubled or swapped with its neighbour."""
    if len(name) < 2:
        return f"{name}x"
    at = dice.randrange(1, max(2, len(name) - 1))
    kind = dice.randrange(3)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    return name[: at - 1] + name[at : at + 1] + name[at - 1 : at] + name[at + 1 :]


def _replace(text: str, node: yaml.Node, new: str) -> str:
    return text[: node.start_mark.index] + new + text[node.end_mark.index :]


def _tasks(root: yaml.Node) -> Iterator[tuple[yaml.Node, Item, str]]:
    """Tasks with the module's item and full name, where the arguments are a mapping that the table can judge."""
    known = tables()
    for node in walk(root):
        pairs = items(node)
        keys = [p for p in pairs if p.key not in known.keywords("task") and not p.key.startswith("with_")]
        if len(keys) == 1 and any(p.key in {"name", "when", "register"} for p in pairs):
            place = known.resolve(keys[0].key)
            if place.fqcn and not place.opaque and known.module(place.fqcn) and items(keys[0].value):
                yield node, keys[0], place.fqcn


def _plants(text: str, root: yaml.Node, dice: random.Random) -> Iterator[Planted]:
    for node, item, fqcn in _tasks(root):
        module = tables().module(fqcn)
        if module is None or fqcn.removeprefix("ansible.builtin.") in {"set_fact", "add_host", "set_stats", "package"}:
            continue
        option = dice.choice(items(item.value))
        yield "option", option.key_node.start_mark.line, _replace(text, option.key_node, misspell(option.key, dice))
        yield "module", item.key_node.start_mark.line, _replace(text, item.key_node, misspell(item.key, dice))
        keyword = dice.choice([p for p in items(node) if p.key != item.key])
        bad = misspell(keyword.key, dice)
        yield "keyword", keyword.key_node.start_mark.line, _replace(text, keyword.key_node, bad)
        for pair in items(item.value):
            spec = module.by_name.get(pair.key)
            if spec and spec.choices and literal(pair.value) and not is_null(pair.value):
                bad = misspell(str(literal(pair.value)), dice)
                if bad != literal(pair.value):
                    yield "choice", pair.value.start_mark.line, _replace(text, pair.value, bad)
            if spec and spec.required and len(items(item.value)) > 1:
                lines = text.split("\n")
                first, last = pair.key_node.start_mark.line, pair.value.end_mark.line
                if lines[last].strip() == "" or last == first:
                    kept = lines[:first] + lines[max(first + 1, last) :]
                    yield "missing", item.key_node.start_mark.line, "\n".join(kept)


def measure_planted(folders: list[Path], count: int, seed: int) -> None:
    """Share of planted defects that give a new error, by kind; only files that are clean before."""
    dice = random.Random(seed)
    corpus = list(task_files(folders))
    dice.shuffle(corpus)
    total: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for path, text in [pair for pair in corpus if not judge(*pair)][:count]:
        roots, _ = parse(text)
        if Document(text).text.count("\r"):
            continue
        plants = list(_plants(text, roots[0], dice))
        for kind, line, broken in dice.sample(plants, min(len(plants), 8)):
            if broken == text or parse(broken)[1] is not None:
                continue
            errors = judge(path, broken)
            total[kind] += 1
            caught[kind] += bool(errors)
            named[kind] += any(d.line == line + 1 for d in errors)
            if not errors:
                CONSOLE.print(f"missed {kind} {path}:{line + 1}: {broken.split(chr(10))[line].strip()[:90]}")
    for kind in sorted(total):
        CONSOLE.print(f"{kind}: {caught[kind]} of {total[kind]} caught, {named[kind]} on the line")
    CONSOLE.print(f"all: {100 * caught.total() / total.total():.1f} % of {total.total()}")


def measure_recall(path: Path) -> None:
    """How many failing programs get an error, and how many only a warning."""
    outcome: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            found = ANSIBLE.check(Program(language="ansible", text=json.loads(line)["broken"]))
            worst = min((d.severity for d in found), key=list(Severity).index, default=None)
            outcome[worst or "nothing"] += 1
    CONSOLE.print(dict(outcome))


def main() -> None:
    """The commands of the module docstring."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("command", choices=["alarms", "plant", "recall"])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--show", type=int, default=20, help="flagged files to list")
    parser.add_argument("--files", type=int, default=300, help="files to plant defects in")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    run: dict[str, Callable[[], None]] = {
        "alarms": lambda: measure_alarms(arguments.paths, arguments.show),
        "plant": lambda: measure_planted(arguments.paths, arguments.files, arguments.seed),
        "recall": lambda: measure_recall(arguments.paths[0]),
    }
    run[arguments.command]()


if __name__ == "__main__":
    main()
