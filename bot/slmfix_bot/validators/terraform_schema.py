"""What a block of configuration may hold, from the shipped tables or from `terraform providers schema -json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from slmfix_bot.errors import CannotJudge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TYPES = {"string": "s", "number": "n", "bool": "b"}
_ELEMENTS = {"string": "l", "number": "i", "bool": "t"}
_NESTING = {"single": "1", "group": "1", "list": "l", "set": "t", "map": "m"}
_LARGE = 64 << 20


class Nested(NamedTuple):
    """A nested object. `nesting`: 1 single, l list, t set, m map; `need`: r required, o optional, p optional and
    computed, c computed only; `place`: b a block, a an argument, e either. No `body` when its inside is not known."""

    nesting: str
    need: str
    place: str
    body: Callable[[], BodySchema] | None


@dataclass(frozen=True)
class BodySchema:
    """`arguments` by name: a type letter (s n b, lists l i t, maps m o, v any value, x also blocks) and a need as in
    Nested.
    `is_open` says that other names are legal as well."""

    arguments: Mapping[str, tuple[str, str]]
    objects: Mapping[str, Nested]
    is_open: bool = False

    @property
    def settable(self) -> tuple[str, ...]:
        """Names that may be written, those of arguments first."""
        arguments = (name for name, (_, need) in self.arguments.items() if need != "c")
        return (*arguments, *(name for name, nested in self.objects.items() if nested.need != "c"))

    def __contains__(self, name: str) -> bool:
        return name in self.arguments or name in self.objects


class ProviderSchema(Protocol):
    """One provider in one version."""

    @property
    def version(self) -> tuple[int, ...]:
        """Empty when it is not known."""

    @property
    def is_exact(self) -> bool:
        """Whether no other version can be in use."""

    @property
    def types(self) -> Mapping[str, frozenset[str]]:
        """Names of types under "resource" and "data"."""

    def schema(self, kind: str, type_name: str) -> BodySchema | None:
        """Of a "resource" or "data" type, or of the "provider" block (its type name is empty)."""


@dataclass(frozen=True)
class ExportedProvider:
    """A provider out of the user's own export."""

    content: Mapping[str, Any]
    version: tuple[int, ...] = ()
    is_exact: bool = True

    @cached_property
    def types(self) -> Mapping[str, frozenset[str]]:
        """Names of types under "resource" and "data"."""
        return {kind: frozenset(self._kind(kind)) for kind in ("resource", "data")}

    def _kind(self, kind: str) -> Mapping[str, Any]:
        key = {"resource": "resource_schemas", "data": "data_source_schemas"}[kind]
        return self.content.get(key) or {}

    def schema(self, kind: str, type_name: str) -> BodySchema | None:
        """Of a "resource" or "data" type, or of the "provider" block."""
        entry = self.content.get("provider") if kind == "provider" else self._kind(kind).get(type_name)
        return _block((entry or {}).get("block") or {}) if entry else None


@lru_cache(maxsize=2)
def read_export(text: str) -> Mapping[str, ExportedProvider]:
    """The providers of an export by the first word of their types. Raises CannotJudge for anything else."""
    try:
        providers = json.loads(text)["provider_schemas"] if len(text) <= _LARGE else {}
        found: dict[str, ExportedProvider] = {}
        for address, content in providers.items():
            provider = ExportedProvider(content)
            names = [*provider.types["resource"], *provider.types["data"]]
            prefix = names[0].partition("_")[0] if names else address.rpartition("/")[2]
            found.setdefault(prefix, provider)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        msg = "the configured schema is not the output of `terraform providers schema -json`"
        raise CannotJudge(msg) from error
    return found


def _need(entry: Mapping[str, Any]) -> str:
    if entry.get("required"):
        return "r"
    if entry.get("optional"):
        return "p" if entry.get("computed") else "o"
    return "c"


def _letter(kind: Any) -> str:
    if isinstance(kind, str):
        return _TYPES.get(kind, "v")
    if isinstance(kind, list) and kind and kind[0] in {"list", "set", "tuple"}:
        return _ELEMENTS.get(kind[1], "v") if len(kind) > 1 and isinstance(kind[1], str) else "v"
    return "m" if kind == ["map", "string"] else "o" if isinstance(kind, list) and kind[:1] == ["map"] else "v"


def _block(block: Mapping[str, Any]) -> BodySchema:
    arguments: dict[str, tuple[str, str]] = {}
    objects: dict[str, Nested] = {}
    for name, entry in (block.get("attributes") or {}).items():
        nested = entry.get("nested_type")
        kind = entry.get("type")
        if nested:
            nesting = _NESTING.get(nested.get("nesting_mode"), "1")
            objects[name] = Nested(nesting, _need(entry), "a", partial(_block, nested))
        elif isinstance(kind, list) and len(kind) == 2 and kind[0] in {"list", "set"} and _is_object(kind[1]):
            objects[name] = Nested("l", _need(entry), "e", partial(_fields, kind[1][1]))
        else:
            arguments[name] = (_letter(kind), _need(entry))
    for name, entry in (block.get("block_types") or {}).items():
        single = entry.get("nesting_mode") in {"single", "group"} or entry.get("max_items") == 1
        nesting = "1" if single else _NESTING.get(entry.get("nesting_mode"), "l")
        body = partial(_block, entry.get("block") or {})
        objects[name] = Nested(nesting, "r" if entry.get("min_items") else "o", "b", body)
    return BodySchema(arguments, objects)


def _is_object(kind: Any) -> bool:
    return isinstance(kind, list) and len(kind) >= 2 and kind[0] == "object" and isinstance(kind[1], dict)


def _fields(fields: Mapping[str, Any]) -> BodySchema:
    """An object type that is written as a block: its fields may be left out."""
    return BodySchema({name: (_letter(kind), "o") for name, kind in fields.items()}, {})
