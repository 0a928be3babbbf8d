"""The interface of a module that a repository brings along, from the documentation in its source text."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.ansible_source import (
    assignments,
    clean_choices,
    confirm,
    constraints,
    effective_rules,
    is_required,
    is_stub,
    spec_facets,
    spec_names,
)
from slmfix_bot.validators.ansible_tables import Module, Option
from slmfix_bot.validators.ansible_yaml import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEPTH = 3
_TYPES = frozenset("str int float bool list dict path raw json jsonarg bytes bits any".split())


@lru_cache(maxsize=512)
def read_module(source: str) -> Module | None:
    """None when the options cannot be known: no documentation, a fragment from elsewhere, or code that refutes it."""
    try:
        tree = ast.parse(source)
        options = _documented(tree)
        if options is None or is_stub(tree):
            return None
        options = confirm(options, spec_facets(tree), is_trusted=False)
        rules = effective_rules(constraints(tree), options)
        interface = {str(name): _option(str(name), facts, 1) for name, facts in options.items()}
        return Module(options=interface, others=frozenset(spec_names(tree)), rules=rules)
    except (SyntaxError, ValueError, TypeError, AttributeError, RecursionError, MemoryError, CannotJudge):
        return None  # documentation is free text: whatever is odd about it, the name remains known


def _documented(tree: ast.Module) -> dict[str, Any] | None:
    text = assignments(tree).get("DOCUMENTATION")
    if not text or ("&" in text and any(isinstance(event, yaml.AliasEvent) for event in _events(text))):
        return None  # aliases could repeat a branch exponentially often
    roots, error = parse(text)
    if error is not None or len(roots) != 1:
        return None
    document = yaml.load(text, Loader=yaml.CSafeLoader)
    if not isinstance(document, dict) or document.get("extends_documentation_fragment"):
        return None
    options = document.get("options")
    return options if isinstance(options, dict) and all(isinstance(v, dict) for v in options.values()) else None


def _events(text: str) -> list[yaml.Event]:
    try:
        return list(yaml.parse(text, Loader=yaml.CSafeLoader))
    except yaml.YAMLError:
        return []


def _option(name: str, facts: Mapping[str, Any], depth: int) -> Option:
    inner = facts.get("suboptions")
    kind = str(facts.get("type") or "str")
    suboptions: dict[str, Option] = {}
    if isinstance(inner, dict) and depth < _DEPTH and all(isinstance(v, dict) for v in inner.values()):
        suboptions = {str(key): _option(str(key), value, depth + 1) for key, value in inner.items()}
    return Option(
        name=name,
        type=kind if kind in _TYPES else "raw",
        required=is_required(facts),
        choices=tuple(clean_choices(facts)),
        aliases=tuple(str(alias) for alias in facts.get("aliases") or ()),
        suboptions=suboptions,
        elements=str(facts["elements"]) if facts.get("elements") else None,
    )
