"""JSON Schema (drafts 4 to 2020-12, without formats and remote references) judged on a YAML node tree.

The tree keeps the places, tells templates and application tags from data, and shares aliased nodes, so that every
pair of node and schema is judged once: bombs of aliases cost nothing. Nothing is fetched: what a reference out of the
document is for may be anything.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.ansible_document import Item, items
from slmfix_bot.validators.schema_problem import CHOICE, MISSING, TYPE, UNKNOWN, Problem, choose, other, short
from slmfix_bot.validators.schema_scalar import ANY, Reading, types_of, values_of
from slmfix_bot.validators.schema_text import judge_scalar, matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Problems = tuple[Problem, ...]
MAX_STEPS = 400_000
# Templates, and the directives of a strategic merge patch.
_COMPUTED_KEYS = ("${", "{{", "{%", "<<", "$patch", "$setElementOrder/", "$retainKeys", "$deleteFromPrimitiveList/")


class SchemaJudge:
    """Judges nodes by one schema document."""

    def __init__(self, root: Any, reading: Reading) -> None:
        self._root = root
        self._reading = reading
        draft = re.search(r"draft-0([3-7])", str(root.get("$schema", "")))
        self._ignores_siblings = draft is not None
        self._known: dict[tuple[int, int], Problems] = {}
        self._types: dict[int, frozenset[str]] = {}
        self._pairs: dict[int, list[Item]] = {}
        self._steps = 0

    def judge(self, node: yaml.Node, schema: Any, where: str) -> Problems:
        """What contradicts the schema, `where` being the node's name in messages. Raises CannotJudge for too much."""
        if isinstance(schema, bool):
            return () if schema else (other(node, where, f"{where} may not stand here"),)
        key = id(node), id(schema)
        if key not in self._known:
            self._steps += 1
            if self._steps > MAX_STEPS:
                msg = "too many comparisons with the schema"
                raise CannotJudge(msg)
            self._known[key] = ()  # what refers to itself is judged once
            self._known[key] = tuple(self._judge(node, schema, where))
        return self._known[key]

    def _judge(self, node: yaml.Node, schema: Mapping[str, Any], where: str) -> Iterator[Problem]:
        types = self._types_of(node)
        if types is ANY:
            return
        if "$ref" in schema:
            yield from self.judge(node, self.resolve(schema["$ref"]), where)
            if self._ignores_siblings:
                return
        wanted = _wanted(schema)
        if wanted is not None and not types & wanted:
            yield Problem(rule=TYPE, where=where, at=node, owner=node, types=wanted, has=types)
            return
        yield from self._literals(node, schema, types, where)
        if isinstance(node, yaml.ScalarNode):
            yield from judge_scalar(node, schema, types, where)
        elif isinstance(node, yaml.SequenceNode):
            yield from self._array(node, schema, where)
        elif isinstance(node, yaml.MappingNode):
            yield from self._object(node, schema, where)
        yield from self._combined(node, schema, where)

    def resolve(self, reference: str) -> Any:
        """What a reference inside the document points to; True, which allows everything, for all others."""
        if not reference.startswith("#"):
            return True
        place = self._root
        for part in reference[1:].split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~").replace("%20", " ")
            if isinstance(place, list) and name.isdigit() and int(name) < len(place):
                place = place[int(name)]
            elif isinstance(place, dict) and name in place:
                place = place[name]
            else:
                return True
        return place

    def pairs(self, node: yaml.Node) -> list[Item]:
        """The pairs of a mapping, merged ones included."""
        if id(node) not in self._pairs:
            self._pairs[id(node)] = items(node)
        return self._pairs[id(node)]

    def _types_of(self, node: yaml.Node) -> frozenset[str]:
        if id(node) not in self._types:
            self._types[id(node)] = types_of(node, self._reading)
        return self._types[id(node)]

    def _literals(
        self, node: yaml.Node, schema: Mapping[str, Any], types: frozenset[str], where: str
    ) -> Iterator[Problem]:
        choices = [schema["const"]] if "const" in schema else schema.get("enum")
        if choices is None or not isinstance(node, yaml.ScalarNode):
            return
        values = list(values_of(node, types))
        if schema.get("ignoreCase"):
            known = {str(choice).casefold() for choice in choices}
            is_known = any(str(value).casefold() in known for value in values)
        else:
            is_known = any(_same(value, choice) for value in values for choice in choices)
        if not is_known and node.value in choices:
            yield Problem(rule=TYPE, where=where, at=node, owner=node, types=frozenset({"string"}), has=types)
        elif not is_known:
            yield Problem(rule=CHOICE, where=where, at=node, owner=node, legal=[_spelt(choice) for choice in choices])

    def _array(self, node: yaml.SequenceNode, schema: Mapping[str, Any], where: str) -> Iterator[Problem]:
        entries = node.value
        prefix = schema.get("prefixItems", schema["items"] if isinstance(schema.get("items"), list) else [])
        rest = (
            schema.get("additionalItems", True) if isinstance(schema.get("items"), list) else schema.get("items", True)
        )
        for number, entry in enumerate(entries):
            if not self._is_unrolled(entry):
                part = prefix[number] if number < len(prefix) else rest
                yield from self.judge(entry, part, f"an item of {where}")
        if any(map(self._is_unrolled, entries)):
            return
        if len(entries) < schema.get("minItems", 0):
            yield other(node, where, f"{where} needs at least {schema['minItems']} items")
        if len(entries) > schema.get("maxItems", len(entries)):
            yield other(node, where, f"{where} may have at most {schema['maxItems']} items")
        if "contains" in schema and not any(not self.judge(e, schema["contains"], where) for e in entries):
            yield other(node, where, f"{where} lacks an item that it needs")

    def _is_unrolled(self, entry: yaml.Node) -> bool:
        """Whether an item stands for none, one or several, as told when the file is used."""
        if isinstance(entry, yaml.MappingNode):
            return any(_is_expression(item.key) for item in self.pairs(entry))
        return self._types_of(entry) is ANY

    def _object(self, node: yaml.MappingNode, schema: Mapping[str, Any], where: str) -> Iterator[Problem]:
        pairs = self.pairs(node)
        present = {item.key for item in pairs}
        is_open = any(_is_expression(name) for name in present)
        absent = [name for name in schema.get("required", ()) if name not in present]
        if len(pairs) < schema.get("minProperties", 0) and not is_open:
            yield other(node, where, f"{where} needs at least {schema['minProperties']} keys")
        if len(pairs) > schema.get("maxProperties", len(pairs)):
            yield other(node, where, f"{where} may have at most {schema['maxProperties']} keys")
        declared = _Declared(schema)
        for item in pairs:
            if _is_expression(item.key):
                continue
            for problem in self._property(node, item, declared, schema, where, present):
                if problem.is_misspelt and problem.owner is node and problem.expected[0] in absent:
                    absent.remove(problem.expected[0])  # one slip, one report
                yield problem
        if absent and not is_open:
            yield _missing(where, node, absent)
        for name, needed in (schema.get("dependencies") or schema.get("dependentRequired") or {}).items():
            if name in present and isinstance(needed, list) and not is_open:
                lacking = [other for other in needed if other not in present]
                if lacking:
                    yield _missing(f"{where} with {name}", node, lacking)
            elif name in present:
                yield from self.judge(node, needed, where)

    def _property(
        self, node: yaml.Node, item: Item, declared: _Declared, schema: Mapping[str, Any], where: str, present: set[str]
    ) -> Iterator[Problem]:
        if "propertyNames" in schema and self.judge(item.key_node, schema["propertyNames"], where):
            yield other(item.key_node, where, f"{short(item.key)} cannot be a key of {where}", owner=node)
        parts = declared.parts(item.key)
        if parts:
            for part in parts:
                yield from self._value(item, part)
            return
        if "additionalProperties" in schema:
            extra = schema["additionalProperties"]
        elif schema.get("unevaluatedProperties") is False:
            if item.key in self._evaluated(schema) or any(
                matches(pattern, item.key) for pattern in self._evaluated(schema, "patternProperties")
            ):
                return
            extra = False
        else:
            return
        if extra is False:
            legal = {*declared.names, *(self._evaluated(schema) if "unevaluatedProperties" in schema else ())}
            free = [name for name in sorted(legal) if name not in present]
            yield Problem(rule=UNKNOWN, where=where, at=item.key_node, owner=node, legal=free)
        else:
            yield from self._value(item, extra)

    def _value(self, item: Item, schema: Any) -> Iterator[Problem]:
        if "null" in self._types_of(item.value) and self._types_of(item.value) is not ANY:
            return  # no value: readers take the key as absent
        for problem in self.judge(item.value, schema, f"'{item.key[:80]}'"):
            is_kind = problem.rule == CHOICE and problem.at is item.value and _is_tag(schema)
            yield replace(problem, is_key_of_kind=True) if is_kind else problem

    def _evaluated(self, schema: Any, keyword: str = "properties", depth: int = 0) -> set[str]:
        """Every name that some part of a schema declares for the same mapping."""
        if not isinstance(schema, dict) or depth > 20:
            return set()
        names = set(schema.get(keyword, ()))
        parts = [self.resolve(schema["$ref"])] if "$ref" in schema else []
        for word in ("allOf", "anyOf", "oneOf"):
            parts += schema.get(word, ())
        parts += [schema[word] for word in ("if", "then", "else") if word in schema]
        parts += list(schema.get("dependentSchemas", {}).values())
        return names.union(*(self._evaluated(part, keyword, depth + 1) for part in parts))

    def _combined(self, node: yaml.Node, schema: Mapping[str, Any], where: str) -> Iterator[Problem]:
        for part in schema.get("allOf", ()):
            yield from self.judge(node, part, where)
        for word in ("anyOf", "oneOf"):
            if branches := schema.get(word):
                yield from self._alternatives(node, branches, where)
        if "not" in schema and not self.judge(node, schema["not"], where) and _is_sure(schema["not"]):
            yield other(node, where, f"{where} has a form that is not allowed")
        if "if" in schema:
            taken = "else" if self.judge(node, schema["if"], where) else "then"
            if taken in schema:
                yield from self.judge(node, schema[taken], where)
        for name, part in schema.get("dependentSchemas", {}).items():
            if isinstance(node, yaml.MappingNode) and any(item.key == name for item in self.pairs(node)):
                yield from self.judge(node, part, where)

    def _alternatives(self, node: yaml.Node, branches: list[Any], where: str) -> Problems:
        found: list[Problems] = []
        for branch in branches:
            problems = self.judge(node, branch, where)
            if not problems:
                return ()  # that two forms of a `oneOf` fit is left alone: what is not known fits everything
            found.append(problems)
        return choose(node, found, where)


def _is_expression(key: str) -> bool:
    """Whether a key is computed, so that its mapping may hold more than it shows."""
    return key.startswith(_COMPUTED_KEYS)


class _Declared:
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


def _wanted(schema: Mapping[str, Any]) -> frozenset[str] | None:
    wanted = schema.get("type")
    if wanted is None:
        return None
    names = frozenset([wanted] if isinstance(wanted, str) else wanted)
    return names | {"integer"} if "number" in names else names


def _missing(where: str, node: yaml.Node, names: list[str]) -> Problem:
    is_reference = names == ["$ref"]
    return Problem(rule=MISSING, where=where, at=node, owner=node, legal=names, is_key_of_kind=is_reference)


def _is_tag(schema: Any) -> bool:
    """Whether a property's value says which alternative its mapping is."""
    return isinstance(schema, dict) and ("const" in schema or len(schema.get("enum", ())) == 1)


def _is_sure(schema: Any) -> bool:
    """Whether a node that fits has what the schema names, so that `not` of it is contradicted."""
    return isinstance(schema, dict) and bool(schema)


def _same(value: Any, choice: Any) -> bool:
    if isinstance(value, bool) or isinstance(choice, bool):
        return value is choice
    return bool(value == choice)


def _spelt(choice: Any) -> str:
    if choice is None:
        return "null"
    return str(choice).lower() if isinstance(choice, bool) else str(choice)
