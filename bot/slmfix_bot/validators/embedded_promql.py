"""The expressions of Prometheus rule files: `expr` beside `alert` or `record`, also inside a PrometheusRule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.embedded_yaml import scalar_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.embedded import Embedded
    from slmfix_bot.core.program import Program

RULES = re.compile(r"^\s*(?:-\s+)?rules:\s*$", re.M)
EXPRESSION = re.compile(r"^\s*(?:-\s+)?expr:", re.M)
MAX_DEPTH = 8


def find_expressions(program: Program) -> list[Embedded]:
    """One program for each rule whose expression is written as it is; none in other files and in templates."""
    text = program.text
    if not (RULES.search(text) and EXPRESSION.search(text)):
        return []
    try:
        # Aliases are shared nodes in the graph; nothing is expanded.
        roots = list(yaml.compose_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except (yaml.YAMLError, ValueError):
        return []
    nodes = (node for root in roots if root is not None for node in _expressions(root))
    return [place for node in nodes if (place := scalar_program(node, text, "promql")) is not None]


def _expressions(root: yaml.Node) -> Iterator[yaml.ScalarNode]:
    waiting, seen = [(root, 0)], set()
    while waiting:
        node, depth = waiting.pop()
        if id(node) in seen or depth > MAX_DEPTH:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [(item, depth + 1) for item in reversed(node.value)]
        elif isinstance(node, yaml.MappingNode):
            values = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
            expression = values.get("expr")
            if {"alert", "record"} & values.keys() and isinstance(expression, yaml.ScalarNode):
                yield expression
            waiting += [(value, depth + 1) for _, value in reversed(node.value)]
