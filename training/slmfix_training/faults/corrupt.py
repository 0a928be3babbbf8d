"""Breaks clean programs in the ways models do: 70 % get one fault, 20 % two, 10 % three.

A fault is an operator with a category (categories.py) and a weight; the weights follow what was counted in real
failures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slmfix_training.faults import (
    corrupt_ansible,
    corrupt_bash,
    corrupt_data,
    corrupt_dockerfile,
    corrupt_generic,
    corrupt_python,
    corrupt_sql,
    corrupt_terraform,
    corrupt_verilog,
    corrupt_workflow,
    corrupt_yaml,
)
from slmfix_training.faults.corrupt_pairs import PAIRS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from slmfix_bot.core.program import Program
    from slmfix_training.faults.corrupt_text import Fault

OPERATORS: dict[str, tuple[Fault, ...]] = {
    "bash": corrupt_bash.SYNTAX,
    "sql": corrupt_sql.SYNTAX,
    "ansible": (*corrupt_ansible.ANSIBLE_NAMES, *corrupt_ansible.ANSIBLE_SYNTAX),
    "python": corrupt_python.SYNTAX,
    "json": corrupt_data.JSON_SYNTAX,
    "yaml": corrupt_yaml.YAML_SYNTAX,
    "toml": corrupt_data.TOML_SYNTAX,
    "verilog": corrupt_verilog.SYNTAX,
    "terraform": corrupt_terraform.SYNTAX,
    "dockerfile": corrupt_dockerfile.SYNTAX,
    "workflow": corrupt_workflow.SYNTAX,
}
FAULTS = (0.7, 0.2, 0.1)
MANY_FAULTS = {"verilog": (0.5, 0.28, 0.22), "dockerfile": (0.5, 0.28, 0.22), "workflow": (0.5, 0.28, 0.22)}
"""How many faults at once; for the languages whose validators report all errors, and whose failing programs have more
than one as a rule, other shares."""
MAX_CHARS = 4000
TRIES = 4  # so often a first fault is drawn until one applies
SCHEMA_CATEGORY, SCHEMA_WEIGHT = "unknown-name", 87.0
SCHEMA_FAULTS = (0.5, 0.3, 0.2)


class Corruption(NamedTuple):
    """A broken text, the categories of its faults in the order of their making, and the clean texts that it may come
    from: the program itself, or, if there
    are any, `cleans`, which a fault brought along, the best first; whether those pass was not asked."""

    text: str
    categories: tuple[str, ...]
    cleans: tuple[str, ...] = ()


def category_shares(language: str, *, schema: bool = False) -> dict[str, float]:
    """The share of each category among the weights of a language."""
    weights: dict[str, float] = {SCHEMA_CATEGORY: SCHEMA_WEIGHT} if schema else {}
    singles = () if schema else OPERATORS.get(language, corrupt_generic.GENERIC)
    for weight, category, _ in (*singles, *PAIRS.get("sql-schema" if schema else language, ())):
        weights[category] = weights.get(category, 0.0) + weight
    total = sum(weights.values())
    return {category: weight / total for category, weight in weights.items()}


def break_program(program: Program, rng: Random, boost: Mapping[str, float] | None = None) -> Corruption | None:
    """The program with one to three faults; None when nothing applied.

    A program with a schema gets schema faults, half of the time beside nothing else. `boost` multiplies the weights of
    categories: what validators seldom refuse has to be drawn more often to become its share of the samples.
    """
    draw = _Draw(program, rng, boost or {})
    count = rng.choices((1, 2, 3), SCHEMA_FAULTS if program.schema else MANY_FAULTS.get(program.language, FAULTS))[0]
    result = draw.first()
    for _ in range(count - 1):
        result = draw.further(result) if result else None
    return result


class _Draw:
    """Draws faults for one program."""

    def __init__(self, program: Program, rng: Random, boost: Mapping[str, float]) -> None:
        self.program, self.rng, self.boost = program, rng, boost
        self.singles = OPERATORS.get(program.language, corrupt_generic.GENERIC)
        self.pairs = PAIRS.get("sql-schema" if program.schema else program.language, ())

    def _weights(self, faults: Sequence[tuple[float, str, object]]) -> list[float]:
        return [weight * self.boost.get(category, 1.0) for weight, category, _ in faults]

    def first(self) -> Corruption | None:
        """A fault of the program itself, or a pair."""
        for _ in range(TRIES):
            pairs = self._weights(self.pairs)
            others = self.boost.get(SCHEMA_CATEGORY, 1.0) * SCHEMA_WEIGHT
            singles = others if self.program.schema else sum(self._weights(self.singles))
            if self.rng.random() * (sum(pairs) + singles) < singles:
                found = self._single(self.program.text, schema=bool(self.program.schema))
                made = Corruption(found[0], (found[1],)) if found else None
            else:
                _, category, operator = self.rng.choices(self.pairs, pairs)[0]
                pair = operator(self.program.text, self.rng)
                made = Corruption(pair[0], (category,), pair[1]) if pair else None
            if made and made.text != self.program.text and len(made.text) < MAX_CHARS:
                return made
        return None

    def further(self, before: Corruption) -> Corruption:
        """One more fault of the broken text, if one applies."""
        schema = bool(self.program.schema) and self.rng.random() < 0.9
        found = self._single(before.text, schema=schema)
        if found is None or found[0] == before.text or len(found[0]) >= MAX_CHARS:
            return before
        return before._replace(text=found[0], categories=(*before.categories, found[1]))

    def _single(self, text: str, *, schema: bool) -> tuple[str, str] | None:
        if schema:
            broken = corrupt_sql.schema_fault(text, self.program.schema or "", self.rng)
            return (broken, SCHEMA_CATEGORY) if broken is not None else None
        _, category, operator = self.rng.choices(self.singles, self._weights(self.singles))[0]
        broken = operator(text, self.rng)
        return (broken, category) if broken is not None else None


def corrupt(program: Program, rng: Random) -> str | None:
    """The text of the program with one to three faults; None when nothing applied. For the clean side see
    `break_program`."""
    broken = break_program(program, rng)
    return broken.text if broken else None
