"""Parts of a JSON Schema: what it declares for a mapping, its types, its choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slmfix_bot.validators.schema_problem import MISSING, Problem
from slmfix_bot.validators.schema_text import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    import yaml

# Templates, and the directives of a strategic merge patch.
_COMPUTED_KEYS = ("${", "{{", "{%", "<<", "$patch", "$setElementOrder/", "$retainKeys", "$deleteFromPrimitiveList/")


def is_computed_key(key: str) -> bool:
    """Whether a key is computed, so that its mapping may hold more than it shows."""
    return key.startswith(_COMPUTED_KEYS)


class Declared:
    """The properties that a schema declares itself."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.names: Mapping[str, Any] = schema.get("properties", {})
        self._patterns: Mapping[str, Any] = schema.get("patternProperties", {})
        self._folded = {n.casefold(): part for n, part in self.names.items() if _ignores_case(part)}

    def parts(self, name: str) -> list[Any]:
        """The schemas of a property's value; none when the name is not declared."""
        own = self.names.get(name, self._folded.get(name.casefold()))
        found = [own] if own is not None else []
        return found + [part for pattern, part in self._patterns.items() if matches(pattern, name)]


def _ignores_case(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("ignoreCase") in {"key", "all"}


def wanted_types(schema: Mapping[str, Any]) -> frozenset[str] | None:
    """The types that a schema allows; None for all."""
    wanted = schema.get("type")
    if wanted is None:
        return None
    names = frozenset([wanted] if isinstance(wanted, str) else wanted)
    return names | {"integer"} if "number" in names else names


def missing_keys(where: str, node: yaml.Node, names: list[str]) -> Problem:
    """Required keys that a mapping lacks; the lack of a reference says that the mapping is of another kind."""
    is_reference = names == ["$ref"]
    return Problem(rule=MISSING, where=where, at=node, owner=node, legal=names, is_key_of_kind=is_reference)


def is_tag(schema: Any) -> bool:
    """Whether a property's value says which alternative its mapping is."""
    return isinstance(schema, dict) and ("const" in schema or len(schema.get("enum", ())) == 1)


def same(value: Any, choice: Any) -> bool:
    """Whether a value is the choice; to JSON Schema, unlike Python, true is not 1."""
    if isinstance(value, bool) or isinstance(choice, bool):
        return value is choice
    return bool(value == choice)


def type_of_choice(choice: Any) -> str:
    """The JSON type of a value of a schema."""
    if choice is None or isinstance(choice, bool):
        return "null" if choice is None else "boolean"
    names = {str: "string", int: "integer", float: "number", list: "array"}
    return names.get(type(choice), "object")


def spelt(choice: Any) -> str:
    """A choice as YAML and JSON write it."""
    if choice is None:
        return "null"
    return str(choice).lower() if isinstance(choice, bool) else str(choice)
