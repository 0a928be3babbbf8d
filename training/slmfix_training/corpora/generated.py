"""Generated clean programs: how many of each language, and which grammar writes them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from slmfix_training.corpora.generate_ansible import random_playbook
from slmfix_training.corpora.generate_data import random_bash, random_json, random_toml, random_yaml
from slmfix_training.corpora.generate_dockerfile import random_dockerfile
from slmfix_training.corpora.generate_hcl import random_hcl
from slmfix_training.corpora.generate_sql import random_query
from slmfix_training.corpora.generate_verilog import random_verilog
from slmfix_training.corpora.generate_workflow import random_workflow
from slmfix_training.corpora.snippets import fits, yaml_from_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GENERATED = {
    "sql": 20_000,
    "bash": 8_000,
    "ansible": 8_000,
    "json": 9_000,
    "yaml": 5_000,
    "toml": 7_000,
    "verilog": 16_000,
    "terraform": 14_000,
    "dockerfile": 11_000,
    "workflow": 7_000,
}
SOURCE = "generated"
LICENCE = "MIT"  # of this project, whose grammars they are


class Generated(NamedTuple):
    """One program; dialect and schema are those of SQL."""

    text: str
    dialect: str | None = None
    schema: str | None = None


def _sql(rng: Random) -> Generated:
    query = random_query(rng)
    return Generated(query.text, query.dialect, query.schema or None)


def _yaml(rng: Random) -> Generated:
    if rng.random() < 0.5:
        return Generated(next(iter(yaml_from_json(random_json(rng))), "key: value\n"))
    return Generated(random_yaml(rng))


GRAMMARS: dict[str, Callable[[Random], str]] = {
    "bash": random_bash,
    "ansible": random_playbook,
    "json": random_json,
    "toml": random_toml,
    "verilog": random_verilog,
    "terraform": random_hcl,
    "dockerfile": random_dockerfile,
    "workflow": random_workflow,
}


def generate_clean(language: str, seed: int) -> Iterator[tuple[int, Generated]]:
    """(number, program), as many as `GENERATED` says; those that do not fit into a window are left out."""
    rng = Random(f"{seed}{language}")
    for i in range(GENERATED.get(language, 0)):
        if language == "sql":
            found = _sql(rng)
        elif language == "yaml":
            found = _yaml(rng)
        else:
            found = Generated(GRAMMARS[language](rng))
        if language in ("sql", "json") or fits(found.text):
            yield i, found
