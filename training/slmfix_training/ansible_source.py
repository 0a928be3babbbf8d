"""Facts read from the syntax tree of an Ansible module or documentation fragment; nothing is imported or executed."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_RULES = ("mutually_exclusive", "required_one_of", "required_if")


def assignments(tree: ast.Module) -> dict[str, str]:
    """String constants assigned at module or class level, or to `self` in a class's `__init__`.

    Sums of strings count; what an f-string inserts (version numbers, in practice) is read as "0".
    """
    texts: dict[str, str] = {}
    for node in _statements(tree.body):
        target = node.targets[0]
        name = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else None
        value = _text(node.value, texts)
        if name is not None and value is not None:
            texts[name] = value
    return texts


def _statements(body: list[ast.stmt]) -> Iterator[ast.Assign]:
    for node in body:
        if isinstance(node, ast.Assign):
            yield node
        elif isinstance(node, ast.ClassDef) or (isinstance(node, ast.FunctionDef) and node.name == "__init__"):
            yield from _statements(node.body)


def _text(node: ast.expr, known: dict[str, str]) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part, known) or "0" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _text(node.left, known), _text(node.right, known)
        return None if left is None or right is None else left + right
    return None


def _keys(node: ast.expr) -> set[str]:
    if isinstance(node, ast.Dict):
        return {k.value for k in node.keys if isinstance(k, ast.Constant) and isinstance(k.value, str)}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        return {k.arg for k in node.keywords if k.arg}
    return set()


def _name(node: ast.Assign | ast.keyword) -> str:
    target = node.arg if isinstance(node, ast.keyword) else node.targets[0]
    return target.id if isinstance(target, ast.Name) else str(target)


def _is_spec(name: str) -> bool:
    return name.endswith(("argument_spec", "arg_spec", "args_spec", "module_args", "argument_specs"))


def spec_names(tree: ast.Module) -> set[str]:
    """Option names in argument specifications: some are accepted without being documented."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.keyword)) and _is_spec(_name(node)):
            names |= _keys(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            owner = node.func.value
            if isinstance(owner, ast.Name) and _is_spec(owner.id):
                names |= {k.arg for k in node.keywords if k.arg}
                names = names.union(*(_keys(argument) for argument in node.args))
    return names


def constraints(tree: ast.Module) -> dict[str, list[Any]]:
    """Literal rules between options of the one `AnsibleModule(...)` call of the file."""
    calls = list(_module_calls(tree))
    rules: dict[str, list[Any]] = {}
    if len(calls) != 1:
        return rules
    for keyword in calls[0].keywords:
        if keyword.arg in _RULES:
            try:
                value = ast.literal_eval(keyword.value)
            except ValueError:
                continue
            rows = [list(row) for row in value if isinstance(row, (list, tuple))]
            if rows and _is_plain(rows):
                rules[keyword.arg] = rows
    return rules


def spec_facets(tree: ast.Module) -> dict[str, set[str]]:
    """For every name that the code gives a dictionary, the keys of those dictionaries.

    Documentation claims more than the code enforces: an option whose entries in the code never say `options` accepts
    any suboption, whatever is documented.
    """
    facets: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        pairs: list[tuple[str, ast.expr]] = []
        if isinstance(node, ast.Call):
            pairs = [(k.arg, k.value) for k in node.keywords if k.arg]
        elif isinstance(node, ast.Dict):
            pairs = [
                (k.value, v)
                for k, v in zip(node.keys, node.values, strict=True)
                if isinstance(k, ast.Constant) and isinstance(k.value, str)
            ]
        for name, value in pairs:
            if keys := _keys(value):
                facets.setdefault(name, set()).update(keys)
    return facets


def is_stub(tree: ast.Module) -> bool:
    """Whether the file only documents a module that an action plugin implements."""
    return not any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)


def _is_plain(rows: list[list[Any]]) -> bool:
    return all(isinstance(cell, (str, int, list, tuple, type(None))) for row in rows for cell in row)


def _module_calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AnsibleModule":
            yield node
