"""Breaks clean programs in the ways models do: 70 % get one fault, 20 % two, 10 % three."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_training import corrupt_bash, corrupt_data, corrupt_generic, corrupt_python, corrupt_sql, corrupt_yaml

if TYPE_CHECKING:
    from random import Random

    from slmfix_bot.core.program import Program
    from slmfix_training.corrupt_text import Operator

OPERATORS: dict[str, tuple[tuple[int, Operator], ...]] = {
    "bash": corrupt_bash.SYNTAX,
    "sql": corrupt_sql.SYNTAX,
    "ansible": (*corrupt_yaml.ANSIBLE_NAMES, *corrupt_yaml.ANSIBLE_SYNTAX),
    "python": corrupt_python.SYNTAX,
    "json": corrupt_data.JSON_SYNTAX,
    "yaml": corrupt_yaml.YAML_SYNTAX,
    "toml": corrupt_data.TOML_SYNTAX,
}
FAULTS = (0.7, 0.2, 0.1)


def corrupt(program: Program, rng: Random) -> str | None:
    """The text of the program with one to three faults; None when nothing applied.

    A program with a schema gets schema faults, half of the time beside nothing else.
    """
    text = program.text
    operators = OPERATORS.get(program.language, corrupt_generic.GENERIC)
    count = rng.choices((1, 2, 3), FAULTS)[0]
    for i in range(count):
        if program.schema and (i == 0 or rng.random() < 0.5):
            broken = corrupt_sql.schema_fault(text, program.schema, rng)
        else:
            operator = rng.choices([o for _, o in operators], [w for w, _ in operators])[0]
            broken = operator(text, rng)
        if broken is not None and len(broken) < 4000:
            text = broken
    return text if text != program.text else None
