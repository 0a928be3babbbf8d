"""Counts what is wrong with failing programs, real ones and synthetic ones alike."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import code_tokens
from slmfix_bot.core.program import Program
from slmfix_training.faults.categories import categorise
from slmfix_training.samples.real_cases import read_real_cases
from slmfix_training.samples.samples import diagnose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

NEAR = 0.8  # share of tokens in common from which a reference counts as a repair of the program
_SHARD = re.compile(r"-[\w.]+?\.(?:rl|held|train)\.jsonl$")


@dataclass
class ErrorCounts:
    """`similarities` are those of program and reference; `schema` whether the programs are judged with their schema."""

    name: str
    language: str = ""
    schema: bool = False
    total: int = 0
    unjudged: int = 0
    by_models: int = 0
    categories: Counter[str] = field(default_factory=Counter)
    faults: Counter[int] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    lines: list[int] = field(default_factory=list)
    characters: list[int] = field(default_factory=list)
    similarities: list[float] = field(default_factory=list)
    sources: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def failing(self) -> int:
        """Programs that the validator refuses."""
        return self.categories.total()

    def add(self, program: Program, fixed: str | None = None) -> bool:
        """Judges one program; whether it fails."""
        self.total += 1
        self.language, self.schema = program.language, program.schema is not None
        errors = diagnose(program, explain=False)
        if not errors:
            self.unjudged += errors is None
            return False
        self.categories[categorise(program, errors)] += 1
        self.faults[min(len(errors), 4)] += 1
        self.rules.update({error.rule for error in errors})
        self.lines.append(program.text.rstrip("\n").count("\n") + 1)
        self.characters.append(len(program.text))
        if fixed:
            self.similarities.append(token_similarity(program.language, program.text, fixed))
        return True


def token_similarity(language: str, one: str, two: str) -> float:
    """Dice coefficient over the code tokens."""
    left, right = (Counter(token.text for token in code_tokens(language, text)) for text in (one, two))
    return 2 * (left & right).total() / max(1, left.total() + right.total())


def count_real(file: Path) -> ErrorCounts:
    """The counts of a file of real cases."""
    counts = ErrorCounts(file.stem)
    for case in read_real_cases(file):
        if counts.add(case.program, case.fixed):
            counts.by_models += case.llm is not None
            counts.sources[case.source, case.licence] += 1
    return counts


def count_samples(folder: Path, counts: ErrorCounts, limit: int, *, bifi: bool = False) -> ErrorCounts:
    """The same of as many synthetic programs of that language, drawn evenly from the shards that hold them whole: those
    of the menu of faults, or those of the BIFI breaker."""
    found = ErrorCounts(f"{counts.name} samples")
    shards = [file for file in folder.glob(f"{counts.language}-*.jsonl") if ("-bifi" in file.name) == bifi]
    rows = list(_whole_rows(shards, schema=counts.schema))
    for program in Random(0).sample(rows, min(limit, len(rows))):
        found.add(program)
    return found


def _whole_rows(files: Iterable[Path], *, schema: bool) -> Iterator[Program]:
    for file in sorted(files):
        if not _SHARD.search(file.name):
            continue
        for line in file.read_text(encoding="utf-8").split("\n"):
            row = json.loads(line) if '"broken"' in line else {}
            if row.get("broken") and (row.get("schema") is not None) == schema:
                yield Program(
                    language=row["language"], text=row["broken"], dialect=row.get("dialect"), schema=row.get("schema")
                )


def variation(one: Counter[str], two: Counter[str]) -> float:
    """Total variation distance of two distributions: 0 for equal, 1 for disjoint."""
    keys = {*one, *two}
    return sum(abs(one[key] / max(1, one.total()) - two[key] / max(1, two.total())) for key in keys) / 2


def wilson(hits: int, total: int) -> tuple[float, float]:
    """95 % interval of a proportion."""
    if not total:
        return 0.0, 1.0
    z, share = 1.96, hits / total
    centre = share + z * z / (2 * total)
    spread = z * ((share * (1 - share) + z * z / (4 * total)) / total) ** 0.5
    return max(0.0, (centre - spread) / (1 + z * z / total)), min(1.0, (centre + spread) / (1 + z * z / total))
