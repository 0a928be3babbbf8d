"""Breaks clean programs in the ways models do: 70 % get one fault, 20 % two, 10 % three.

A fault is an operator with a category (categories.py) and a weight; the weights follow what was counted in real
failures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slmfix_training import (
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

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from slmfix_bot.core.program import Program
    from slmfix_training.corrupt_text import Fault

OPERATORS: dict[str, tuple[Fault, ...]] = {
    "bash": corrupt_bash.SYNTAX,
    "sql": corrupt_sql.SYNTAX,
    "ansible": (*corrupt_yaml.ANSIBLE_NAMES, *corrupt_yaml.ANSIBLE_SYNTAX),
    "python": corrupt_python.SYNTAX,
    "json": corrupt_data.JSON_SYNTAX,
    "yaml": corrupt_yaml.YAML_SYNTAX,
    "toml": corrupt_data.TOML_SYNTAX,
    "verilog": corrupt_verilog.SYNTAX,
    "terraform": corrupt_terraform.SYNTAX,
    "dockerfile": corrupt_dockerfile.SYNTAX,
    "workflow": corrupt_workflow.SYNTAX,
}
ENRICH = {"dockerfile": (0.3, corrupt_dockerfile.enrich)}
"""How often, and how, a clean program first gets what some faults need."""
FAULTS = (0.7, 0.2, 0.1)
MAX_CHARS = 4000
TRIES = 4  # operators that do not apply are drawn again so often
SCHEMA_CATEGORY = "unknown-name"


class Corruption(NamedTuple):
    """A broken text and the categories of its faults, in the order of their making."""

    text: str
    categories: tuple[str, ...]


def category_shares(language: str, *, schema: bool = False) -> dict[str, float]:
    """The share of each category among the weights of a language."""
    if schema:
        return {SCHEMA_CATEGORY: 1.0}
    weights: dict[str, float] = {}
    for weight, category, _ in OPERATORS.get(language, corrupt_generic.GENERIC):
        weights[category] = weights.get(category, 0.0) + weight
    total = sum(weights.values())
    return {category: weight / total for category, weight in weights.items()}


def break_program(program: Program, rng: Random, boost: Mapping[str, float] | None = None) -> Corruption | None:
    """The program with one to three faults; None when nothing applied.

    A program with a schema gets schema faults, half of the time beside nothing else. `boost` multiplies the weights of
    categories: what validators seldom refuse has to be drawn more often to become its share of the samples.
    """
    text = program.text
    menu = OPERATORS.get(program.language, corrupt_generic.GENERIC)
    weights = [weight * (boost or {}).get(category, 1.0) for weight, category, _ in menu]
    categories: list[str] = []
    for i in range(rng.choices((1, 2, 3), FAULTS)[0]):
        broken, category = None, SCHEMA_CATEGORY
        if program.schema and (i == 0 or rng.random() < 0.5):
            broken = corrupt_sql.schema_fault(text, program.schema, rng)
        else:
            for _ in range(TRIES):
                _, category, operator = rng.choices(menu, weights)[0]
                broken = operator(text, rng)
                if broken is not None and broken != text:
                    break
        if broken is not None and broken != text and len(broken) < MAX_CHARS:
            text = broken
            categories.append(category)
    return Corruption(text, tuple(categories)) if text != program.text else None


def corrupt(program: Program, rng: Random) -> str | None:
    """The text of the program with one to three faults; None when nothing applied."""
    broken = break_program(program, rng)
    return broken.text if broken else None
