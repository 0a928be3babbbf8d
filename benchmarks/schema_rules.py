"""False alarms, speed, and detection of planted defects of the validators of files that a schema governs.

    python benchmarks/schema_rules.py alarms DIR... [--show N]
    python benchmarks/schema_rules.py plant DIR... [--only LANGUAGE] [--files N] [--seed N] [--show N]

Folders are searched for files whose name or content says that they are Kubernetes manifests or governed by a schema.
`plant` changes one place of a file without errors: a key (one letter dropped, doubled or swapped), the type of a value,
a value of a closed set, or it takes a required key away. Where a schema may be contradicted is found by probing it with
an unrelated change of the same place: a key that may be anything, say a label, is no place for a defect.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from rich.console import Console

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.family import GOVERNED
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.ansible_document import items, walk
from slmfix_bot.validators.ansible_yaml import parse
from slmfix_bot.validators.detect import detect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.diagnostic import Diagnostic

CONSOLE = Console(soft_wrap=True, highlight=False, markup=False)
KINDS = ("wrong key", "wrong type", "wrong choice", "missing key")
PROBE = "zzzUnrelatedzzz"
MAX_BYTES = 300_000
MAX_NODES = 10  # mappings of a file that are tried
Planted = tuple[str, int, str]


def governed_files(folders: list[Path]) -> Iterator[tuple[str, Program]]:
    """The package (the first folder below) and the program of each file, equal texts once."""
    seen: set[str] = set()
    for folder in folders:
        for file in sorted(folder.rglob("*")):
            if file.suffix.lower() not in {".yml", ".yaml", ".json", ".cff"} or file.is_symlink() or not file.is_file():
                continue
            if file.stat().st_size > MAX_BYTES:
                continue
            path, text = file.relative_to(folder).as_posix(), file.read_text(encoding="utf-8", errors="replace")
            language = detect(path, text)
            if language in {*GOVERNED, "kubernetes"} and text not in seen:
                seen.add(text)
                yield path.partition("/")[0], Program(language=language or "", text=text, path=path)


def judge(program: Program) -> tuple[Diagnostic, ...] | None:
    """Everything that is said; None when the file is skipped."""
    try:
        return VALIDATORS[program.language].check(program)
    except (CannotJudge, RecursionError):
        return None


def errors(program: Program) -> list[Diagnostic]:
    """Errors only; of no file that is skipped."""
    return [found for found in judge(program) or () if found.severity is Severity.ERROR]


def measure_alarms(folders: list[Path], show: int) -> None:
    """Per language: files, those with an error, skipped ones, the rules, and milliseconds."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    rules: dict[str, Counter[str]] = defaultdict(Counter)
    times: dict[str, list[float]] = defaultdict(list)
    packages: dict[str, set[str]] = defaultdict(set)
    for package, program in governed_files(folders):
        row = table[program.language]
        packages[program.language].add(package)
        start = time.perf_counter()
        found = judge(program)
        times[program.language].append((time.perf_counter() - start) * 1000)
        serious = [entry for entry in found or () if entry.severity is Severity.ERROR]
        row.update({"files": 1, "skipped": int(found is None), "flagged": int(bool(serious))})
        rules[program.language].update({entry.rule for entry in serious})
        for entry in serious if row["flagged"] <= show else ():
            CONSOLE.print(f"{program.path}:{entry.line}: {entry.rule}: {entry.message}")
    CONSOLE.print("| language | packages | files | flagged | skipped | rules | ms first | ms median | ms max |")
    CONSOLE.print("|---|---|---|---|---|---|---|---|---|")
    for language, row in sorted(table.items()):
        spent = times[language]
        timing = f"{spent[0]:.1f} | {statistics.median(spent):.1f} | {max(spent):.0f}"
        counts = f"{len(packages[language])} | {row['files']} | {row['flagged']} | {row['skipped']}"
        CONSOLE.print(f"| {language} | {counts} | {dict(rules[language])} | {timing} |")


def misspell(name: str, dice: random.Random) -> str:
    """One letter dropped, doubled or swapped with its neighbour."""
    at = dice.randrange(1, max(2, len(name) - 1))
    kind = dice.randrange(3)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1 or name[at - 1 : at] == name[at : at + 1]:
        return name[:at] + name[at] + name[at:] if len(name) > 1 else f"{name}x"
    return name[: at - 1] + name[at : at + 1] + name[at - 1 : at] + name[at + 1 :]


def splice(text: str, node: yaml.Node, new: str) -> str:
    """The text with other words in the place of a node."""
    return text[: node.start_mark.index] + new + text[node.end_mark.index :]


def quoted(node: yaml.ScalarNode, word: str) -> str:
    """The word in the quotes of the node."""
    return f"{node.style}{word}{node.style}" if node.style in {"'", '"'} else word


def plants(program: Program, dice: random.Random) -> Iterator[Planted]:
    """Kind of defect, line (0-based), new text."""
    roots, _ = parse(program.text)
    nodes = [node for root in roots for node in walk(root) if isinstance(node, yaml.MappingNode)]
    dice.shuffle(nodes)
    del nodes[MAX_NODES:]
    done: Counter[str] = Counter()
    for node in nodes:
        for item in items(node):
            key, value = item.key_node, item.value
            if not isinstance(key, yaml.ScalarNode) or len(item.key) < 3 or item.key in {"apiVersion", "kind"}:
                continue
            line = key.start_mark.line
            if done["wrong key"] < 2 and rules_of(program, splice(program.text, key, quoted(key, PROBE))) & {
                "unknown-key"
            }:
                done["wrong key"] += 1
                yield "wrong key", line, splice(program.text, key, quoted(key, misspell(item.key, dice)))
            if not isinstance(value, yaml.ScalarNode) or value.style in {"|", ">"} or not value.value:
                continue
            if done["wrong type"] < 2 and rules_of(program, splice(program.text, value, "[[1]]")) & {"wrong-type"}:
                done["wrong type"] += 1
                yield "wrong type", value.start_mark.line, splice(program.text, value, "{a: {b: 1}}")
            other = splice(program.text, value, quoted(value, PROBE))
            if done["wrong choice"] < 2 and rules_of(program, other) & {"wrong-choice"} and value.value.isalpha():
                done["wrong choice"] += 1
                yield (
                    "wrong choice",
                    value.start_mark.line,
                    splice(program.text, value, quoted(value, misspell(value.value, dice))),
                )


def missing(program: Program, dice: random.Random) -> Iterator[Planted]:
    """Required keys taken away, one at a time, from the mappings of a file in block style."""
    roots, _ = parse(program.text)
    nodes = [node for root in roots for node in walk(root) if isinstance(node, yaml.MappingNode)]
    dice.shuffle(nodes)
    del nodes[MAX_NODES:]
    for node in nodes:
        for item in items(node):
            if len(node.value) < 2 or node.flow_style or item.key_node is node.value[0][0]:
                continue
            gone = without(program.text, item.key_node, item.value)
            renamed = splice(program.text, item.key_node, f"x-{PROBE}")
            if gone is not None and "missing-key" in rules_of(program, renamed):
                yield "missing key", node.start_mark.line, gone
                return


def without(text: str, key: yaml.Node, value: yaml.Node) -> str | None:
    """The text without the lines of a pair, if they hold nothing else."""
    lines = text.split("\n")
    first, last = key.start_mark.line, value.end_mark.line
    if value.end_mark.column == 0 or not isinstance(value, yaml.ScalarNode):
        last = max(first + 1, last) if not isinstance(value, yaml.ScalarNode) or value.style in {"|", ">"} else last + 1
    else:
        last += 1
    if lines[first][: key.start_mark.column].strip():
        return None
    if isinstance(value, yaml.CollectionNode) and value.flow_style:
        last = value.end_mark.line + 1
    return "\n".join(lines[:first] + lines[last:])


def rules_of(program: Program, text: str) -> set[str]:
    """The rules of the errors of a changed text."""
    return {found.rule for found in errors(program.with_text(text))}


def measure_planted(folders: list[Path], only: str | None, files: int, seed: int, show: int) -> None:
    """Share of planted defects that are reported as errors, and on the right line, per language and kind."""
    dice = random.Random(seed)
    caught: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    by_language: dict[str, list[Program]] = defaultdict(list)
    for _, program in governed_files(folders):
        if only in {None, program.language} and judge(program) is not None and not errors(program):
            by_language[program.language].append(program)
    missed = 0
    for language, programs in sorted(by_language.items()):
        dice.shuffle(programs)
        for program in programs[:files]:
            for kind, line, text in (*plants(program, dice), *missing(program, dice)):
                found = errors(program.with_text(text))
                row = caught[language, kind]
                near = any(entry.line <= line + 1 <= entry.end_line for entry in found)
                row.update({"planted": 1, "caught": int(bool(found)), "line": int(near)})
                if not found and missed < show:
                    missed += 1
                    CONSOLE.print(f"missed: {language} {kind} {program.path}:{line + 1}: {text.split(chr(10))[line]}")
    CONSOLE.print("| language | kind | planted | caught | on its line |")
    CONSOLE.print("|---|---|---|---|---|")
    for (language, kind), row in sorted(caught.items()):
        share = f"{row['caught']} ({100 * row['caught'] / row['planted']:.1f} %)"
        CONSOLE.print(f"| {language} | {kind} | {row['planted']} | {share} | {row['line']} |")


def main() -> None:
    """Runs one of the two measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("alarms", "plant"))
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--show", type=int, default=0)
    options = parser.parse_args()
    if options.what == "alarms":
        measure_alarms(options.folders, options.show)
    else:
        measure_planted(options.folders, options.only, options.files, options.seed, options.show)


if __name__ == "__main__":
    main()
