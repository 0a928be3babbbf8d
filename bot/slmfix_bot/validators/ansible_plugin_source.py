"""Names of the filters and tests that a plugin file defines, from its syntax tree; nothing is imported or executed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def plugin_names(tree: ast.Module, method: str) -> set[str] | None:
    """Names in the dictionary that the method "filters" or "tests" of a plugin file returns; None if it is computed."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == method]
    if not functions:
        return set() if not any(isinstance(node, ast.ClassDef) for node in tree.body) else None
    names: set[str] = set()
    for function in functions:
        known = {**_dictionaries(tree), **_dictionaries(function)}
        returned = [node.value for node in ast.walk(function) if isinstance(node, ast.Return)]
        for value in returned:
            found = _resolve(value, known)
            if found is None:
                return None
            names |= found
    return names


def _dictionaries(tree: ast.AST) -> dict[str, set[str] | None]:
    """Keys of the dictionaries that names are bound to, later additions included; None where they are computed."""
    found: dict[str, set[str] | None] = {}
    for node in ast.walk(tree):
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        value = getattr(node, "value", None)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and value is not None:
            name = last_name(target)
            if name is not None:
                found[name] = _resolve(value, found)
            elif isinstance(target, ast.Subscript) and (owner := last_name(target.value)):
                key = target.slice.value if isinstance(target.slice, ast.Constant) else None
                old = found.get(owner)
                found[owner] = old | {key} if old is not None and isinstance(key, str) else None
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            owner = last_name(node.func.value) or ""
            parts = [_resolve(argument, found) for argument in node.args]
            old = found.get(owner)
            found[owner] = None if old is None or None in parts else old.union(*(part or () for part in parts))
    return found


def last_name(node: ast.AST | None) -> str | None:
    """The name, or the attribute after the last dot; None for other expressions."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None


def _resolve(node: ast.expr | None, known: Mapping[str, set[str] | None]) -> set[str] | None:
    if isinstance(node, ast.Dict):
        keys = {k.value for k in node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)}
        return keys if len(keys) == len(node.keys) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        return {k.arg for k in node.keywords if k.arg} if all(k.arg for k in node.keywords) else None
    name = last_name(node)
    return known.get(name) if name else None
