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
from slmfix_bot.validators.schema_part import (
    Declared,
    is_computed_key,
    is_tag,
    missing_keys,
    same,
    spelt,
    type_of_choice,
    wanted_types,
)
from slmfix_bot.validators.schema_problem import CHOICE, TYPE, UNKNOWN, Problem, choose, merged, other, short
from slmfix_bot.validators.schema_scalar import ANY, Reading, types_of, values_of
from slmfix_bot.validators.schema_text import judge_scalar, matches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Problems = tuple[Problem, ...]
MAX_STEPS = 200_000  # comparisons and contradictions of one document; all are kept in memory


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
        self._tags: dict[int, dict[str, Any]] = {}
        self._declared: dict[int, Declared] = {}
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
            self._steps += len(self._known[key])
        return self._known[key]

    def _judge(self, node: yaml.Node, schema: Mapping[str, Any], where: str) -> Iterator[Problem]:
        types = self._types_of(node)
        if types is ANY:
            return
        if "$ref" in schema:
            yield from self.judge(node, self.resolve(schema["$ref"]), where)
            if self._ignores_siblings:
                return
        wanted = wanted_types(schema)
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
        if choices is None:
            return
        if not isinstance(node, yaml.ScalarNode):
            wanted = frozenset(map(type_of_choice, choices))
            if not types & wanted:
                yield Problem(rule=TYPE, where=where, at=node, owner=node, types=wanted, has=types)
            return
        values = list(values_of(node, types))
        if schema.get("ignoreCase"):
            known = {str(choice).casefold() for choice in choices}
            is_known = any(str(value).casefold() in known for value in values)
        else:
            is_known = any(same(value, choice) for value in values for choice in choices)
        if not is_known and node.value in choices:
            yield Problem(rule=TYPE, where=where, at=node, owner=node, types=frozenset({"string"}), has=types)
        elif not is_known:
            yield Problem(rule=CHOICE, where=where, at=node, owner=node, legal=[spelt(choice) for choice in choices])

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
            return any(is_computed_key(item.key) for item in self.pairs(entry))
        return self._types_of(entry) is ANY

    def _object(self, node: yaml.MappingNode, schema: Mapping[str, Any], where: str) -> Iterator[Problem]:
        pairs = self.pairs(node)
        present = {item.key for item in pairs}
        is_open = any(is_computed_key(name) for name in present)
        absent = [name for name in schema.get("required", ()) if name not in present]
        if len(pairs) < schema.get("minProperties", 0) and not is_open:
            yield other(node, where, f"{where} needs at least {schema['minProperties']} keys")
        if len(pairs) > schema.get("maxProperties", len(pairs)):
            yield other(node, where, f"{where} may have at most {schema['maxProperties']} keys")
        if id(schema) not in self._declared:
            self._declared[id(schema)] = Declared(schema)
        declared = self._declared[id(schema)]
        for item in pairs:
            if is_computed_key(item.key):
                continue
            for problem in self._property(node, item, declared, schema, where, present):
                if absent and problem.owner is node and problem.is_misspelt and problem.expected[0] in absent:
                    absent.remove(problem.expected[0])  # one slip, one report
                yield problem
        if absent and not is_open:
            yield missing_keys(where, node, absent)
        for name, needed in (schema.get("dependencies") or schema.get("dependentRequired") or {}).items():
            if name in present and isinstance(needed, list) and not is_open:
                lacking = [other for other in needed if other not in present]
                if lacking:
                    yield missing_keys(f"{where} with {name}", node, lacking)
            elif name in present:
                yield from self.judge(node, needed, where)

    def _property(
        self, node: yaml.Node, item: Item, declared: Declared, schema: Mapping[str, Any], where: str, present: set[str]
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
            is_kind = problem.rule == CHOICE and problem.at is item.value and is_tag(schema)
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
        if "not" in schema and not self.judge(node, schema["not"], where):
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
        branches = self._begun(node, branches)
        others = [self._of_another_kind(node, branch) for branch in branches]
        if all(others):
            if len({problem.at for problem in others if problem}) == 1:
                return (replace(merged([problem for problem in others if problem]), is_key_of_kind=False),)
            others = [None] * len(others)
        for branch in (branch for branch, problem in zip(branches, others, strict=True) if not problem):
            problems = self.judge(node, branch, where)
            if not problems:
                return ()  # that two forms of a `oneOf` fit is left alone: what is not known fits everything
            found.append(problems)
        nearest = choose(node, found, where)
        return tuple(
            replace(problem, is_key_of_kind=False) if problem.is_key_of_kind else problem for problem in nearest
        )

    def _begun(self, node: yaml.Node, branches: list[Any]) -> list[Any]:
        """The alternatives that start with the mapping's first key, where the schema says how they start (Azure's)."""
        if not isinstance(node, yaml.MappingNode) or not node.value:
            return branches
        first = str(node.value[0][0].value)
        targets = (self.resolve(b["$ref"]) if isinstance(b, dict) and "$ref" in b else b for b in branches)
        begun = [b for b, target in zip(branches, targets, strict=True) if _starts_with(target, first)]
        return begun or branches

    def _of_another_kind(self, node: yaml.Node, branch: Any) -> Problem | None:
        """The value that tells that a mapping is not meant for an alternative."""
        if not isinstance(node, yaml.MappingNode):
            return None
        if id(branch) not in self._tags:
            target = self.resolve(branch["$ref"]) if isinstance(branch, dict) and "$ref" in branch else branch
            properties = target.get("properties", {}) if isinstance(target, dict) else {}
            self._tags[id(branch)] = {name: part for name, part in properties.items() if is_tag(part)}
        tags = self._tags[id(branch)]
        for item in self.pairs(node) if tags else ():
            types = self._types_of(item.value)
            if item.key in tags and types is not ANY and isinstance(item.value, yaml.ScalarNode):
                for problem in self._literals(item.value, tags[item.key], types, f"'{item.key}'"):
                    return replace(problem, is_key_of_kind=True)
        return None


def _starts_with(schema: Any, key: str) -> bool:
    return isinstance(schema, dict) and key in schema.get("firstProperty", ())
