"""Which schemas a type may be judged by: those of the versions that the module allows."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from slmfix_bot.validators.terraform_schema import ProviderSchema, read_export
from slmfix_bot.validators.terraform_tables import shipped, version_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from slmfix_bot.validators.terraform_module import Module

_CLAUSE = re.compile(r"\s*(>=|<=|!=|~>|=|>|<|)\s*v?(\d+(?:\.\d+)*)\S*\s*")


class Providers:
    """The schemas for one program; `exported` is the text of the user's export."""

    def __init__(self, module: Module, exported: str | None) -> None:
        self._module = module
        self._exported = read_export(exported) if exported else {}

    def of(self, type_name: str, local_name: str | None = None) -> Sequence[ProviderSchema]:
        """The schemas of a type, or of a provider by its name, newest first; none when the provider is not known.

        `local_name` is that of the `provider` argument.
        """
        prefix = type_name.partition("_")[0]
        if prefix in self._exported:
            return (self._exported[prefix],)
        tables = shipped().providers.get(prefix, ())
        required = self._module.providers.get(local_name or prefix)
        if required is None:
            return tables
        if required.source and not _is_same(required.source, [table.facts.address for table in tables]):
            return ()
        return tuple(table for table in tables if allows(required.version, table.version))

    def misspelt(self, type_name: str, kind: str) -> tuple[str, ...]:
        """The known types that one of an unknown provider, of which the module says nothing, is nearly equal to."""
        prefix, _, rest = type_name.partition("_")
        known = shipped().providers
        if prefix in known or prefix in self._exported or prefix in self._module.providers:
            return ()
        near = get_close_matches(prefix, known, 3, 0.6)
        same = [name for p in near if (name := f"{p}_{rest}") in known_types(known[p], kind)]
        if same:
            return tuple(same)
        types = {name for p in near for name in known_types(known[p], kind)}
        return tuple(get_close_matches(type_name, sorted(types), 3, 0.94))


def _is_same(source: str, addresses: Sequence[str]) -> bool:
    plain = source.lower().removeprefix("registry.terraform.io/").removeprefix("registry.opentofu.org/")
    known = {address.lower() for address in addresses}
    return plain in known | {address.removesuffix("-beta") for address in known} or "${" in plain


def allows(constraint: str, version: tuple[int, ...]) -> bool:
    """Whether a constraint leaves room for a version of the same major number as the given one. Within a major number
    providers only add, so that a later schema of it serves an earlier version.

    >>> allows("~> 5.0", (5, 99, 1)), allows("~> 5.0", (6, 25, 0)), allows(">= 4, < 6", (4, 67, 0)), allows("", (3,))
    (True, False, True, True)
    >>> allows("5.31.0", (5, 99, 1)), allows("~> 6.30", (6, 25, 0)), allows("> 5.0", (5, 99, 1))
    (True, False, True)
    """
    major = version[0]
    for clause in constraint.split(","):
        match = _CLAUSE.fullmatch(clause)
        if match is None:
            continue
        wanted = version_of(match[2])
        upper = _upper(match[1], wanted)
        if upper is not None and major >= upper[0] and (major > upper[0] or not any(upper[1:])):
            return False
        if match[1] in {">=", ">", "~>", "=", ""} and (wanted[0] > major or (wanted[0] == major and wanted > version)):
            return False
    return True


def _upper(operator: str, wanted: tuple[int, ...]) -> tuple[int, ...] | None:
    """The first version that is too new."""
    if operator == "<":
        return wanted
    if operator in {"<=", "=", ""}:
        return (wanted[0] + 1,)
    if operator == "~>":
        return (wanted[0] + 1,)
    return None


def known_types(schemas: Sequence[ProviderSchema], kind: str) -> Mapping[str, ProviderSchema]:
    """The types of all the schemas, each with the newest that has it."""
    return {name: schema for schema in reversed(schemas) for name in schema.types[kind]}
