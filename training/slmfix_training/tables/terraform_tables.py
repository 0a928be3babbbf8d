"""Build the table of Terraform resources, arguments and blocks that the Terraform validator looks names up in.

    python -m slmfix_training.tables.terraform_tables cdktf_cdktf_provider_*.whl -o FILE.zip

Wheels of prebuilt cdktf providers are read as data (terraform_source.py), nothing is imported. The output is a zip
archive with `index.json` (providers by major version, and their types) and one member a provider, or for a large one
one a service (the second word of a type), so that a reader pays only for what a program names. A member holds
`bodies`, `resource`, `data` and `provider`: types by number of their body. A body has arguments by code under "a" and
nested objects as `name: [code, body or -1]` under "b"; codes are those of terraform_source.Property. Equal bodies are
stored once. Only facts are kept: names, types, what is required; no prose.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from slmfix_training.tables.table_archive import run_builder, write_tables
from slmfix_training.tables.terraform_source import Classes, read_wheel

if TYPE_CHECKING:
    from pathlib import Path

    from slmfix_training.tables.terraform_source import Property, Source

SMALL = 150  # types; a provider with fewer is one member
DEPTH = 12


class Member:
    """One member of the archive while it grows."""

    def __init__(self) -> None:
        self.bodies: list[Any] = []
        self.types: dict[str, dict[str, int]] = {"resource": {}, "data": {}, "provider": {}}
        self._known: dict[str, int] = {}

    def put(self, classes: Classes, properties: list[Property], depth: int = 0) -> int:
        """The number of a body with these properties."""
        arguments: dict[str, list[str]] = {}
        objects: dict[str, list[Any]] = {}
        for name, code, inner in properties:
            if inner is None:
                arguments.setdefault(code, []).append(name)
                continue
            found = classes.properties(inner) if depth < DEPTH else None
            objects[name] = [code, -1 if found is None else self.put(classes, found, depth + 1)]
        body: dict[str, Any] = {"a": {code: " ".join(names) for code, names in sorted(arguments.items())}}
        if objects:
            body["b"] = objects
        key = json.dumps(body, sort_keys=True)
        if key not in self._known:
            self._known[key] = len(self.bodies)
            self.bodies.append(body)
        return self._known[key]

    def content(self) -> dict[str, Any]:
        """What is stored."""
        return {"bodies": self.bodies, **{kind: types for kind, types in self.types.items() if types}}


def member_of(table: str, type_name: str, *, is_small: bool) -> str:
    """The member that holds a type: that of the provider, or of one of its services.

    >>> member_of("aws-6", "aws_iam_role", is_small=False), member_of("random-3", "random_id", is_small=True)
    ('aws-6.iam', 'random-3')
    """
    return table if is_small or not type_name else f"{table}.{type_name.partition('_')[2].partition('_')[0]}"


def table_members(table: str, source: Source) -> dict[str, Member]:
    """All members of one provider in one version."""
    members: dict[str, Member] = {}
    is_small = len(source.folders) < SMALL
    for text in source.folders.values():
        classes = Classes(text)
        for kind, type_name, main in classes.main:
            of_service = type_name if kind != "provider" else ""
            member = members.setdefault(member_of(table, of_service, is_small=is_small), Member())
            member.types[kind][type_name or source.name] = member.put(classes, classes.properties(main) or [])
    return members


def summary(source: Source, members: dict[str, Member]) -> dict[str, Any]:
    """What the index says about a table: `prefix` is the first word of its types."""
    named = {kind: sorted(t for m in members.values() for t in m.types[kind]) for kind in ("resource", "data")}
    types = {kind: " ".join(names) for kind, names in named.items()}
    words = Counter(name.split("_")[0] for names in types.values() for name in names.split())
    is_small = len(source.folders) < SMALL
    facts = {"prefix": words.most_common(1)[0][0], "version": source.version, "address": source.address}
    return {**facts, "small": is_small, **types}


def build(wheels: list[Path], output: Path) -> None:
    """Write the archive; equal wheels give equal bytes."""
    contents: dict[str, Any] = {}
    index: dict[str, Any] = {}
    for wheel in sorted(wheels, key=lambda path: path.name):
        source = read_wheel(wheel)
        table = f"{source.name}-{source.version.split('.')[0]}"
        members = table_members(table, source)
        index[table] = summary(source, members)
        contents |= {name: member.content() for name, member in members.items()}
    write_tables(output, {"index": index, **dict(sorted(contents.items()))})


def main() -> None:
    """The command of the module docstring."""
    run_builder(__doc__, build)


if __name__ == "__main__":
    main()
