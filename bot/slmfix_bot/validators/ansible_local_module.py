"""The interface of a module that a repository brings along, from the documentation in its source text."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.ansible_source import (
    FILE_ARGUMENTS,
    assignments,
    clean_choices,
    constraints,
    effective_rules,
    is_required,
    is_stub,
    literal_spec,
)
from slmfix_bot.validators.ansible_tables import Module, Option
from slmfix_bot.validators.ansible_yaml import parse

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEPTH = 3
_TYPES = frozenset("str int float bool list dict path raw json jsonarg bytes bits any".split())


@lru_cache(maxsize=512)
def read_module(source: str) -> Module | None:
    """None when the options cannot be known: no documentation, a fragment from elsewhere, or code that is not plain.

    Documentation of modules in the wild is often stale, so a restriction counts only as far as the code literally
    says it; documentation adds the names and the types.
    """
    try:
        tree = ast.parse(source)
        options = _documented(tree)
        spec = literal_spec(tree)
        if options is None or is_stub(tree):
            return None
        if spec is None:
            # Some modules hand their own documentation to AnsibleModule.
            if not re.search(r"safe_load\(\s*DOCUMENTATION\s*\)", source):
                return None
            spec = {str(name): dict(facts) for name, facts in options.items()}
            spec |= {name: {} for name in (FILE_ARGUMENTS if "add_file_common_args" in source else ())}
        facts = {name: _agreed(spec.get(name, {}), options.get(name, {})) for name in {**options, **spec}}
        interface = {str(name): _option(str(name), fact, 1) for name, fact in facts.items()}
        return Module(options=interface, others=frozenset(), rules=effective_rules(constraints(tree), facts))
    except (SyntaxError, ValueError, TypeError, AttributeError, RecursionError, MemoryError, CannotJudge):
        return None  # documentation is free text: whatever is odd about it, the name remains known


def _agreed(code: Mapping[str, Any], documented: Mapping[str, Any]) -> dict[str, Any]:
    aliases = [*(code.get("aliases") or ()), *(documented.get("aliases") or ())]
    return {
        "type": code.get("type") or ("raw" if "type" in code else documented.get("type") if not code else "str"),
        "required": code.get("required") is True and not code.get("fallback"),
        "choices": code.get("choices"),
        "aliases": aliases,
        "default": code.get("default", documented.get("default")),
        "elements": code.get("elements"),
    }


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
