"""The shipped table of Terraform providers; docs/decisions/0009-terraform-schemas.md says how it is made.

Nothing is read before the first use: then the index (some 4 ms), and a member of the archive, which is a provider or
one service of a large one, when a program names one of its types.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from functools import cache, cached_property, partial
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from slmfix_bot.validators.terraform_schema import BodySchema, Nested

if TYPE_CHECKING:
    from collections.abc import Mapping


class _Facts(NamedTuple):
    """What the index says about a table."""

    prefix: str
    version: tuple[int, ...]
    address: str
    small: bool


@dataclass(frozen=True)
class ShippedProvider:
    """One provider in one major version."""

    archive: Archive
    name: str
    facts: _Facts
    types: Mapping[str, frozenset[str]]

    @property
    def version(self) -> tuple[int, ...]:
        """Of the schema that the table was made from."""
        return self.facts.version

    @property
    def is_exact(self) -> bool:
        """Whether no other version can be in use."""
        return False

    def schema(self, kind: str, type_name: str) -> BodySchema | None:
        """Of a "resource" or "data" type, or of the "provider" block (its type name is empty)."""
        if kind == "provider":
            content = self.archive.member(self.name)
            number = next(iter(content.get("provider", {}).values()), None) if content else None
        else:
            if type_name not in self.types[kind]:
                return None
            service = type_name.partition("_")[2].partition("_")[0]
            content = self.archive.member(self.name if self.facts.small else f"{self.name}.{service}")
            number = content[kind][type_name] if content else None
        return None if number is None or content is None else _body(content["bodies"], number)


def _body(bodies: list[Any], number: int) -> BodySchema:
    body = bodies[number]
    arguments = {name: (code[0], code[1]) for code, names in body["a"].items() for name in names.split()}
    objects = {
        name: Nested(code[0], code[1], code[2], partial(_body, bodies, inner) if inner >= 0 else None)
        for name, (code, inner) in body.get("b", {}).items()
    }
    return BodySchema(arguments, objects)


class Archive:
    """Look-ups in the archive."""

    def __init__(self) -> None:
        resource = files("slmfix_bot.validators").joinpath("data/terraform-providers.zip")
        self._archive = zipfile.ZipFile(BytesIO(resource.read_bytes()))
        self._names = frozenset(self._archive.namelist())
        self._members: dict[str, Any] = {}
        self.index: dict[str, Any] = json.loads(self._archive.read("index.json"))

    def member(self, name: str) -> Any:
        """The content of a member; None when there is none."""
        if name not in self._members:
            file = f"{name}.json"
            self._members[name] = json.loads(self._archive.read(file)) if file in self._names else None
        return self._members[name]

    @cached_property
    def providers(self) -> dict[str, tuple[ShippedProvider, ...]]:
        """The tables by the first word of their types, newest first."""
        found: dict[str, list[ShippedProvider]] = {}
        for name, entry in self.index.items():
            facts = _Facts(entry["prefix"], version_of(entry["version"]), entry["address"], entry["small"])
            types = {kind: frozenset(entry[kind].split()) for kind in ("resource", "data")}
            found.setdefault(facts.prefix, []).append(ShippedProvider(self, name, facts, types))
        return {p: tuple(sorted(tables, key=lambda t: t.version, reverse=True)) for p, tables in found.items()}


def version_of(text: str) -> tuple[int, ...]:
    """The numbers of a version.

    >>> version_of("5.99.1-beta1"), version_of("v3")
    ((5, 99, 1), (3,))
    """
    plain = text.strip().lstrip("v").partition("-")[0]
    return tuple(int(part) for part in plain.split(".") if part.isdigit())


@cache
def shipped() -> Archive:
    """The one archive of the process."""
    return Archive()
