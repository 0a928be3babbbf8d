"""What a YAML scalar can be for a JSON Schema: readers of YAML differ, so one scalar may have several types."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

ANY = frozenset({"null", "boolean", "integer", "number", "string", "array", "object"})
"""The types of what is computed later: a template, a variable, a node with a tag of the application."""

_STANDARD = "tag:yaml.org,2002:"
_COMPUTED = re.compile(r"\{\{|\{%|\$\{|<<|>>|<%|^\$\w+$|^@\w+@$|^\$\(.*\)$|^\$\[.*\]$|^<.*>$|^__\w+__$|^%\w+%$")
_DECIMAL = re.compile(r"[-+]?(0|[1-9]\d*)")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?")
_EXPONENT = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?[eE][-+]?\d+")  # a number, but not to YAML 1.1
_MAX_NUMBER = 40  # signs; what is longer is not converted


class Reading(StrEnum):
    """How the program that reads the file takes plain scalars."""

    YAML = "yaml"
    """Not known for sure, so that `yes` may be a boolean or a string."""
    STRICT = "strict"
    """YAML 1.1: `yes` is a boolean and nothing else."""
    TEXT = "text"
    """Every scalar is a string, and is converted where another type is wanted."""
    JSON = "json"


def types_of(node: yaml.Node, reading: Reading) -> frozenset[str]:
    """The JSON types that the node has for some reader; `ANY` for what cannot be known."""
    if isinstance(node, yaml.MappingNode):
        return ANY if node.tag != f"{_STANDARD}map" or _is_placeholder(node) else frozenset({"object"})
    if isinstance(node, yaml.SequenceNode):
        return frozenset({"array"}) if node.tag == f"{_STANDARD}seq" else ANY
    if not isinstance(node, yaml.ScalarNode) or not node.tag.startswith(_STANDARD) or _COMPUTED.search(node.value):
        return ANY
    found = _SCALARS.get(node.tag.removeprefix(_STANDARD), _string)(node.value, reading)
    if not node.style and "string" in found and _EXPONENT.fullmatch(node.value):
        found = frozenset({"number"}) if reading is Reading.JSON else found | {"number"}
    return found | {"string"} if reading is Reading.TEXT else found


def _is_placeholder(node: yaml.MappingNode) -> bool:
    """Whether the mapping stands for something else: `{{ name }}` without quotes is a mapping whose key is a mapping,
    and a lone `$ref` is replaced by tools that put several files together."""
    if len(node.value) == 1 and node.value[0][0].value == "$ref":
        return True
    return bool(node.flow_style) and any(not isinstance(key, yaml.ScalarNode) for key, _ in node.value)


def _null(_value: str, _reading: Reading) -> frozenset[str]:
    return frozenset({"null"})


def _string(_value: str, _reading: Reading) -> frozenset[str]:
    return frozenset({"string"})


def _boolean(value: str, reading: Reading) -> frozenset[str]:
    is_sure = reading is Reading.STRICT or value.lower() in {"true", "false"}
    return frozenset({"boolean"}) if is_sure else frozenset({"boolean", "string"})


def _integer(value: str, _reading: Reading) -> frozenset[str]:
    numbers = frozenset({"integer", "number"})
    return numbers if _DECIMAL.fullmatch(value) else numbers | {"string"}


def _float(value: str, _reading: Reading) -> frozenset[str]:
    if not _NUMBER.fullmatch(value):
        return frozenset({"number", "string"})
    whole = re.fullmatch(r"-?\d+\.0+", value)
    return frozenset({"number", "integer"}) if whole else frozenset({"number"})


_SCALARS = {"null": _null, "bool": _boolean, "int": _integer, "float": _float}


def values_of(node: yaml.Node, types: frozenset[str]) -> Iterator[Any]:
    """The values that a scalar has under its types, for comparison with choices."""
    if not isinstance(node, yaml.ScalarNode):
        return
    if "string" in types:
        yield node.value
    if "null" in types:
        yield None
    if "boolean" in types:
        yield node.value.lower() in {"true", "yes", "on"}
    if types & {"integer", "number"} and len(node.value) <= _MAX_NUMBER:
        number = number_of(node)
        if number is not None:
            yield number


def number_of(node: yaml.Node) -> float | None:
    """The number that a decimal scalar stands for."""
    if not isinstance(node, yaml.ScalarNode) or len(node.value) > _MAX_NUMBER:
        return None
    try:
        return int(node.value) if _DECIMAL.fullmatch(node.value) else float(node.value)
    except ValueError:
        return None
