"""Restrictions of a JSON Schema on scalars: patterns, lengths, bounds, and Kubernetes' quantities."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from slmfix_bot.validators.schema_problem import CHOICE, Problem, other, short
from slmfix_bot.validators.schema_scalar import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import yaml

MAX_MATCHED = 500  # characters of a hostile string that a pattern of a schema gets to see
_QUANTITY = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?")


def judge_scalar(
    node: yaml.ScalarNode, schema: Mapping[str, Any], types: frozenset[str], where: str
) -> Iterator[Problem]:
    """What is wrong about a scalar whose type is right."""
    value = node.value
    if "string" in types and len(value) <= MAX_MATCHED and len(types) == 1:
        flags = re.IGNORECASE if schema.get("ignoreCase") else 0
        if "pattern" in schema and not matches(schema["pattern"], value, flags):
            yield other(node, where, f"{short(value)} has not the form of {where}")
        if len(value) < schema.get("minLength", 0):
            yield other(node, where, f"{where} may not be empty" if not value else f"{where} is too short")
    if "string" in types and len(value) > schema.get("maxLength", len(value)):
        yield other(node, where, f"{where} may have at most {schema['maxLength']} characters")
    if schema.get("format") == "quantity" and not _QUANTITY.fullmatch(value):
        text = f"{short(value)} is no quantity: a number with a suffix such as m, k, M, G, Ki, Mi or Gi"
        yield Problem(rule=CHOICE, where=where, at=node, owner=node, legal=tuple(_quantities(value)), text=text)
    number = number_of(node) if types <= {"integer", "number"} else None
    if number is not None:
        yield from _bounds(node, schema, number, where)


def _bounds(node: yaml.Node, schema: Mapping[str, Any], number: float, where: str) -> Iterator[Problem]:
    low, high = schema.get("minimum"), schema.get("maximum")
    below, above = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    is_low = (low is not None and number < low) or (isinstance(below, (int, float)) and number <= below)
    is_high = (high is not None and number > high) or (isinstance(above, (int, float)) and number >= above)
    if (is_low and below is not True) or (is_high and above is not True):
        yield other(node, where, f"{where} must be {'greater' if is_low else 'smaller'} than it is")


def _quantities(value: str) -> Iterator[str]:
    """`512MB` and `512 mb` as the API server spells them."""
    if found := re.fullmatch(r"\s*([+-]?\d+(?:\.\d+)?)\s*([kKmMgGtTpP])([iI]?)[bB]?(ytes)?\s*", value):
        letter = found[2].upper()
        binary = f"{found[1]}{letter}i"
        yield from (binary,) if found[3] else (f"{found[1]}{'k' if letter == 'K' else letter}", binary)
    elif found := re.fullmatch(r"\s*([+-]?\d+(?:\.\d+)?)\s*(?:[bB]|[bB]ytes|cores?|cpus?|CPUs?)\s*", value):
        yield found[1]


@lru_cache(maxsize=1024)
def _pattern(pattern: str, flags: int) -> re.Pattern[str] | None:
    try:
        return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern), flags)
    except re.error:
        return None  # a construct of JavaScript's expressions that Python lacks


def matches(pattern: str, text: str, flags: int = 0) -> bool:
    """Whether the pattern is found; a pattern that Python cannot read fits everything."""
    compiled = _pattern(pattern, flags)
    return compiled is None or bool(compiled.search(text[:MAX_MATCHED]))
