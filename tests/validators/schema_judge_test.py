"""The judge agrees with the reference implementation of JSON Schema, and reads YAML's types as it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators import schema_judge
from slmfix_bot.validators.schema_judge import SchemaJudge
from slmfix_bot.validators.schema_scalar import ANY, Reading, types_of

if TYPE_CHECKING:
    from slmfix_bot.validators.schema_problem import Problem

TREE = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "definitions": {
        "tree": {
            "type": "object",
            "properties": {"a": {"$ref": "#/definitions/tree"}, "b": {"enum": [1, "x", True]}},
            "patternProperties": {"^c": {"type": "array", "items": {"type": "integer", "minimum": 0}, "maxItems": 2}},
            "additionalProperties": False,
            "required": ["b"],
        }
    },
    "$ref": "#/definitions/tree",
}
SCHEMAS: list[dict[str, Any]] = [
    TREE,
    {"type": ["array", "string"], "items": {"type": "string"}, "minItems": 1, "maxLength": 3, "pattern": "^[ab]*$"},
    {"anyOf": [{"type": "integer", "exclusiveMaximum": 2}, {"required": ["a"], "type": "object"}, {"const": "x"}]},
    {"allOf": [{"type": "object"}, {"not": {"required": ["a"]}}, {"minProperties": 1, "maxProperties": 2}]},
    {
        "type": "object",
        "if": {"properties": {"a": {"const": 1}}, "required": ["a"]},
        "then": {"required": ["b"]},
        "else": {"properties": {"b": {"type": "string"}}},
        "propertyNames": {"enum": ["a", "b", "c"]},
    },
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": "#/$defs/base",
        "properties": {"a": {"type": "number"}},
        "unevaluatedProperties": False,
        "$defs": {"base": {"type": "object", "properties": {"b": {"type": "boolean"}}}},
    },
    {"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"}},
    {"type": "array", "contains": {"const": 1}},
    {"anyOf": [{"properties": {n: {"const": 1}, "c": {"enum": ["a"]}}, "required": [n]} for n in "ab"]},
    {"oneOf": [{"type": "object", "properties": {"a": {"const": v}}, "required": ["a"]} for v in (0, 1, "x")]},
    {"type": "object", "dependentRequired": {"a": ["b"]}, "dependentSchemas": {"c": {"required": ["a"]}}},
]
SCALARS = st.one_of(st.booleans(), st.integers(-2, 3), st.sampled_from(["", "a", "ab", "x", "abba", 0.5, 2.5]))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
)


def compose(text: str) -> yaml.Node:
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert node is not None
    return node


def judge(value: Any, schema: dict[str, Any], reading: Reading = Reading.JSON) -> tuple[Problem, ...]:
    text = value if isinstance(value, str) and reading is not Reading.JSON else json.dumps(value)
    return SchemaJudge(schema, reading).judge(compose(text), schema, "it")


@settings(max_examples=300, deadline=None)
@given(VALUES, st.sampled_from(SCHEMAS))
def test_validity_is_that_of_the_reference(value: Any, schema: dict[str, Any]) -> None:
    reference = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)(schema)
    assert (judge(value, schema) == ()) == reference.is_valid(value)


@pytest.mark.parametrize(
    ("value", "schema", "message"),
    [
        ({"b": 1, "a": {"x": 1}}, TREE, "'a' has no key 'x'"),
        ({"a": {"b": 1}}, TREE, "it lacks the required key 'b'"),
        ({"b": "y"}, TREE, "'y' is no value of 'b': '1', 'x', 'true'"),
        ({"b": 1, "c": [1.5]}, TREE, "an item of 'c' must be a whole number, not a number"),
        ({"b": 1, "c": [1, 2, 3]}, TREE, "'c' may have at most 2 items"),
        ("abc", SCHEMAS[1], "'abc' has not the form of it"),
        (True, {"anyOf": [{"type": "string"}, {"type": "array"}]}, "it must be a list or a string, not true or false"),
        ({}, {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "it needs one of 'a', 'b'"),
        ("c", {"oneOf": [{"const": "a"}, {"enum": ["b"]}]}, "'c' is no value of it: 'a', 'b'"),
    ],
)
def test_message(value: Any, schema: dict[str, Any], message: str) -> None:
    assert message in {problem.message for problem in judge(value, schema)}


def test_a_key_that_names_the_kind_chooses_the_alternative() -> None:
    circle = {"properties": {"kind": {"const": "circle"}, "r": {}}, "additionalProperties": False, "required": ["r"]}
    square = {"properties": {"kind": {"const": "square"}, "side": {}}, "additionalProperties": False}
    (problem,) = judge({"kind": "square", "r": 1, "side": 1}, {"oneOf": [circle, square]})
    assert problem.found == "r"
    (problem,) = judge({"kind": "sqare", "side": 1}, {"oneOf": [circle, square]})
    assert (problem.found, problem.expected) == ("sqare", ("square", "circle"))


def test_kinds_named_by_different_keys() -> None:
    one = {"properties": {"a": {"const": 1}}, "required": ["a"]}
    two = {"properties": {"b": {"const": 2}}, "required": ["b"]}
    assert judge({"a": 2, "b": 1}, {"anyOf": [one, two]}) != ()
    assert judge({"a": 1, "b": 1}, {"anyOf": [one, two]}) == ()


def test_nothing_is_fetched() -> None:
    assert judge({"a": 1}, {"$ref": "https://example.invalid/schema.json"}) == ()
    assert judge({"a": 1}, {"$ref": "#/$defs/absent"}) == ()


def test_too_much_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema_judge, "MAX_STEPS", 50)
    with pytest.raises(CannotJudge, match="too many"):
        judge([[i] for i in range(100)], {"items": {"items": {"type": "integer"}}})


def test_a_pattern_that_python_cannot_read_allows_everything() -> None:
    assert judge("x", {"pattern": r"\p{L}+("}) == ()


@pytest.mark.parametrize(
    ("text", "reading", "types"),
    [
        ("yes", Reading.STRICT, {"boolean"}),
        ("yes", Reading.YAML, {"boolean", "string"}),
        ("True", Reading.YAML, {"boolean"}),
        ("12", Reading.YAML, {"integer", "number"}),
        ("12", Reading.TEXT, {"integer", "number", "string"}),
        ("012", Reading.YAML, {"integer", "number", "string"}),
        ("1.50", Reading.YAML, {"number"}),
        ("1.0", Reading.YAML, {"number", "integer"}),
        ("1e3", Reading.YAML, {"number", "string"}),
        ("1e3", Reading.JSON, {"number"}),
        ("'12'", Reading.YAML, {"string"}),
        ("!!str 12", Reading.YAML, {"string"}),
        ("2024-01-01", Reading.YAML, {"string"}),
        ("~", Reading.YAML, {"null"}),
        ("{}", Reading.TEXT, {"object"}),
        ("[]", Reading.YAML, {"array"}),
        ("!vault x", Reading.YAML, ANY),
        ("!Ref [x]", Reading.YAML, ANY),
        ("'{{ x }}'", Reading.YAML, ANY),
        ("{{ x }}", Reading.YAML, ANY),
        ("${X}", Reading.STRICT, ANY),
        ("{$ref: other.yaml}", Reading.YAML, ANY),
    ],
)
def test_types(text: str, reading: Reading, types: set[str]) -> None:
    assert types_of(compose(text), reading) == types
