"""False alarms, speed, and detection of planted defects of the Terraform validator.

    python benchmarks/terraform_rules.py alarms DIR... [--show N]
    python benchmarks/terraform_rules.py plant DIR... [--files N] [--seed N]
    python benchmarks/terraform_rules.py recall FILE.jsonl

`alarms` and `plant` read the .tf files below the folders (unpacked wheels, say), each with the others of its folder;
`recall` reads rows with `broken`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.hcl_nodes import Call, Literal, Mapping, Sequence, Template
from slmfix_bot.validators.hcl_parser import parse_hcl
from slmfix_bot.validators.terraform import TERRAFORM
from slmfix_bot.validators.terraform_calls import Calls
from slmfix_bot.validators.terraform_companions import terraform_companions
from slmfix_bot.validators.terraform_module import read_module, source_of
from slmfix_bot.validators.terraform_providers import Providers
from slmfix_bot.validators.terraform_references import chain_of, walk
from slmfix_bot.validators.terraform_tables import shipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.hcl_nodes import Attribute, Block, Body
    from slmfix_bot.validators.terraform_schema import BodySchema

CONSOLE = Console(soft_wrap=True, highlight=False, markup=False)
Planted = tuple[str, str]


def programs(folders: list[Path]) -> list[Program]:
    """The .tf files below the folders with their companions."""
    found = []
    for folder in folders:
        files = [f for f in sorted(folder.rglob("*.tf")) if f.is_file() and not f.is_symlink()]
        texts = {f.relative_to(folder).as_posix(): f.read_text(encoding="utf-8", errors="replace") for f in files}
        for path, text in texts.items():
            others = tuple((p, texts[p]) for p in terraform_companions(path, list(texts)))
            found.append(Program(language="terraform", text=text, path=path, files=others))
    return found


def judge(program: Program) -> tuple[Diagnostic, ...] | None:
    """Errors only; None when the validator has no opinion."""
    try:
        return tuple(d for d in TERRAFORM.check(program) if d.severity is Severity.ERROR)
    except CannotJudge:
        return None


def measure_alarms(folders: list[Path], show: int) -> None:
    """Share of published files with an error, by rule, and milliseconds per file."""
    rules: Counter[str] = Counter()
    times, flagged, skipped = [], 0, 0
    for program in programs(folders):
        start = time.perf_counter()
        errors = judge(program)
        if errors is None:
            skipped += 1
            continue
        times.append((time.perf_counter() - start) * 1000)
        flagged += bool(errors)
        rules.update({d.rule for d in errors})
        for error in errors if flagged <= show else ():
            CONSOLE.print(f"{program.path}:{error.line}: {error.rule}: {error.message} {error.expected[:3]}")
    share = 100 * flagged / len(times)
    CONSOLE.print(f"{flagged} of {len(times)} files flagged ({share:.2f} %), {skipped} skipped", dict(rules))
    CONSOLE.print(f"ms per file: median {statistics.median(times):.2f}, mean {statistics.mean(times):.2f}, "
                  f"p99 {sorted(times)[int(len(times) * 0.99)]:.1f}")  # fmt: skip


def misspell(name: str, dice: random.Random) -> str:
    """One letter dropped, doubled or swapped with its neighbour."""
    if len(name) < 3:
        return f"{name}x"
    at = dice.randrange(1, len(name) - 1)
    swapped = name[: at - 1] + name[at] + name[at - 1] + name[at + 1 :]
    other = [name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], swapped]
    return next((n for n in dice.sample(other, 3) if n != name), f"{name}x")


class Planter:
    """Plants defects into one program that parses."""

    def __init__(self, program: Program, dice: random.Random) -> None:
        self.text = program.text
        self.dice = dice
        self.body = parse_hcl(program.text)
        self.module = read_module(program, self.body)
        self.providers = Providers(self.module, None)
        self.calls = Calls(program)

    def schemas_of(self, kind: str, type_name: str) -> list[BodySchema]:
        """The schemas of a type in the versions that the module allows; none when the type is not judged."""
        tables = self.providers.of(type_name)
        return [schema for table in tables if (schema := table.schema(kind, type_name)) is not None]

    def put(self, start: int, old: str, new: str) -> str:
        """The text with what begins at an offset replaced."""
        start = self.text.index(old, start)
        return self.text[:start] + new + self.text[start + len(old) :]

    def wrong(self, start: int, name: str) -> str:
        """The text with a name misspelt."""
        return self.put(start, name, misspell(name, self.dice))

    def plants(self) -> Iterator[Planted]:
        """Kinds and texts, one defect each."""
        yield from self._syntax()
        for block in self.body.blocks:
            yield "top-block", self.wrong(block.start, block.kind)
            if block.labels and block.kind in {"resource", "data"}:
                yield "label", self.put(block.labels[1].start, f'"{block.labels[1].text}"', "")
                yield from self._resource(block)
            elif block.kind in {"variable", "output"}:
                for attribute in block.body.attributes[:1]:
                    yield "own-argument", self.wrong(attribute.start, attribute.name)
            elif block.kind == "module" and self.calls.of(source_of(block)):
                for attribute in block.body.attributes:
                    if attribute.name not in {"source", "providers", "count", "for_each", "depends_on"}:
                        yield "module-input", self.wrong(attribute.start, attribute.name)
            for attribute in _attributes(block.body):
                yield from self._expressions(attribute)

    def _syntax(self) -> Iterator[Planted]:
        attributes = [a for block in self.body.blocks for a in _attributes(block.body)]
        places = {"closer": [block.end - 1 for block in self.body.blocks]}
        places["equals"] = [self.text.index("=", a.start) for a in attributes]
        places["quote"] = [a.value.start for a in attributes if isinstance(a.value, Template)]
        for kind, offsets in places.items():
            if offsets:
                at = self.dice.choice(offsets)
                yield f"syntax-{kind}", self.text[:at] + self.text[at + 1 :]
        if attributes:
            yield "syntax-truncated", self.text[: self.dice.choice(attributes).value.start]

    def _resource(self, block: Block) -> Iterator[Planted]:
        type_name = block.labels[0].text
        schemas = self.schemas_of(block.kind, type_name)
        if not schemas:
            return
        yield "type", self.wrong(block.labels[0].start, type_name)
        first = block.body.attributes[:1]
        if first:
            yield "invented-argument", self.put(first[0].start, first[0].name, f"enable_{first[0].name}_mode")
            line = self.text[first[0].start :].partition("\n")[0]
            if "{" not in line and "[" not in line and "<<" not in line:
                yield "duplicate", self.put(first[0].start, line, f"{line}\n{line}")
        if any(a.name == "count" for a in block.body.attributes):
            yield "count-and-for-each", self.put(block.body.attributes[0].start, "", "for_each = {}\n")
        yield from self._members(block.body, schemas)

    def _members(self, body: Body, schemas: list[BodySchema]) -> Iterator[Planted]:
        for attribute in body.attributes:
            yield "argument", self.wrong(attribute.start, attribute.name)
            facts = [schema.arguments.get(attribute.name) for schema in schemas]
            if all(facts) and len({fact[0] for fact in facts if fact}) == 1:
                yield from self._typed(attribute, (facts[0] or "x")[0])
            one_line = "\n" not in self.text[attribute.start : attribute.value.end]
            if one_line and all(fact and fact[1] == "r" for fact in facts) and len(body.attributes) > 1:
                yield "missing", self.text[: attribute.start] + self.text[attribute.value.end :]
        for block in body.blocks:
            nested = [schema.objects[block.kind] for schema in schemas if block.kind in schema.objects]
            if len(nested) < len(schemas):
                continue
            yield "nested-block", self.wrong(block.start, block.kind)
            if all(n.place == "b" for n in nested):
                yield "block-as-argument", self.put(block.start, block.kind, f"{block.kind} =")
            if all(n.body for n in nested):
                yield from self._members(block.body, [n.body() for n in nested if n.body])

    def _typed(self, attribute: Attribute, letter: str) -> Iterator[Planted]:
        old = self.text[attribute.value.start : attribute.value.end]
        bad = {"s": "[1]", "n": '"many"', "b": '"yes"', "l": '"a"', "i": '"a"', "m": '["a"]'}.get(letter)
        if bad and isinstance(attribute.value, Literal | Template | Sequence | Mapping):
            yield "type-of-literal", self.put(attribute.value.start, old, bad)
        if letter == "m" and isinstance(attribute.value, Mapping):
            yield (
                "argument-as-block",
                re.sub(r"\s*=\s*\{", " {", self.text[attribute.start :], count=1).join(
                    [self.text[: attribute.start], ""]
                ),
            )

    def _expressions(self, attribute: Attribute) -> Iterator[Planted]:
        if attribute.name in {"type", "providers", "provider", "ignore_changes", "depends_on", "from", "to"}:
            return
        for node, bound in walk(attribute.value):
            if isinstance(node, Call) and "::" not in node.name:
                yield "function", self.wrong(node.start, node.name)
            chain = chain_of(node)
            if chain is None or chain.root.name in bound or not chain.steps:
                continue
            first = chain.name(0)
            if chain.root.name in {"var", "local", "module"} and first:
                yield chain.root.name, self.wrong(chain.steps[0].end - len(first), first)
                output = chain.name(1)
                if chain.root.name == "module" and output and self.calls.of(self.module.sources.get(first, "")):
                    yield "module-output", self.wrong(chain.steps[1].end - len(output), output)
            elif chain.root.name.partition("_")[0] in shipped().providers and chain.name(1):
                yield "resource", self.wrong(chain.root.start, chain.root.name)
                if self.schemas_of("resource", chain.root.name):
                    name = chain.name(1) or ""
                    yield "attribute", self.wrong(chain.steps[1].end - len(name), name)


def _attributes(body: Body) -> Iterator[Attribute]:
    yield from body.attributes
    for block in body.blocks:
        if block.kind not in {"dynamic", "backend", "required_providers", "lifecycle"}:
            yield from _attributes(block.body)


def measure_planted(folders: list[Path], count: int, seed: int) -> None:
    """Share of planted defects that give an error, by kind; only files that are clean before."""
    dice = random.Random(seed)
    corpus = [p for p in programs(folders) if p.text.strip()]
    dice.shuffle(corpus)
    total: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for program in [p for p in corpus if judge(p) == ()][:count]:
        by_kind: dict[str, list[str]] = {}
        for kind, broken in Planter(program, dice).plants():
            by_kind.setdefault(kind, []).append(broken)
        for kind, texts in by_kind.items():
            for broken in dice.sample(texts, min(2, len(texts))):
                errors = judge(program.with_text(broken))
                total[kind] += 1
                caught[kind] += bool(errors)
                named[kind] += any(d.expected for d in errors or ())
                if not errors:
                    CONSOLE.print(f"missed {kind} {program.path}: {_difference(program.text, broken)}")
    for kind in sorted(total):
        share = 100 * caught[kind] / total[kind]
        CONSOLE.print(f"{kind}: {caught[kind]} of {total[kind]} caught ({share:.1f} %), {named[kind]} with legal names")
    CONSOLE.print(f"all: {100 * caught.total() / total.total():.1f} % of {total.total()}")


def _difference(old: str, new: str) -> str:
    at = next((i for i, (one, two) in enumerate(zip(old, new, strict=False)) if one != two), len(new))
    start = new.rfind("\n", 0, at) + 1
    return new[start:].partition("\n")[0].strip()[:110]


def measure_recall(path: Path) -> None:
    """How many failing programs get an error, and how many only a warning."""
    outcome: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            found = TERRAFORM.check(Program(language="terraform", text=json.loads(line)["broken"]))
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
