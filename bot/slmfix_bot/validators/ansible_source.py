"""Facts read from the syntax tree of an Ansible module or documentation fragment; nothing is imported or executed.

Serves the shipped table (slmfix_training.tables.ansible_tables) and the modules that a repository brings along.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from slmfix_bot.validators.ansible_plugin_source import last_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RULES = ("mutually_exclusive", "required_one_of", "required_if", "required_together")


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
    return _literal_rules(calls[0].keywords) if len(calls) == 1 else {}


def _literal_rules(keywords: list[ast.keyword]) -> dict[str, list[Any]]:
    rules: dict[str, list[Any]] = {}
    for keyword in keywords:
        if keyword.arg in _RULES:
            try:
                value = ast.literal_eval(keyword.value)
            except (ValueError, TypeError, SyntaxError, RecursionError):
                continue
            rows = [list(row) for row in value if isinstance(row, (list, tuple))] if value else []
            if rows and _is_plain(rows):
                rules[str(keyword.arg)] = rows
    return rules


def suboption_rules(tree: ast.Module) -> dict[str, dict[str, list[Any]]]:
    """Rules between the suboptions of an option, by its name; names with several meanings in the file are left out."""
    found: dict[str, list[dict[str, list[Any]]]] = {}
    for node in ast.walk(tree):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            value = keyword.value
            if keyword.arg and isinstance(value, ast.Call) and "options" in _keys(value):
                found.setdefault(keyword.arg, []).append(_literal_rules(value.keywords))
    return {name: rules[0] for name, rules in found.items() if len(rules) == 1 and rules[0]}


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


def literal_spec(tree: ast.Module) -> dict[str, dict[str, Any]] | None:
    """The argument specification that the one `AnsibleModule(...)` call of a file gets, as far as it is literal: what
    is computed within an option is left out. None when the names of the options themselves are computed.
    """
    calls = list(_module_calls(tree))
    given = next((k.value for c in calls for k in c.keywords if k.arg == "argument_spec"), None)
    if len(calls) != 1 or given is None:
        return None
    if isinstance(given, ast.Name):
        name = given.id
        bound = [n.value for n in ast.walk(tree) if isinstance(n, ast.Assign) and _name(n) == name]
        changed = any(
            (isinstance(n, ast.Attribute) and n.attr == "update" and last_name(n.value) == name)
            or (isinstance(n, (ast.Subscript, ast.AugAssign)) and last_name(getattr(n, "value", None)) == name)
            for n in ast.walk(tree)
        )
        given = bound[0] if len(bound) == 1 and not changed else None
    pairs = _pairs(given)
    if pairs is None:
        return None
    shared = any(k.arg == "add_file_common_args" for k in calls[0].keywords)
    spec: dict[str, dict[str, Any]] = {name: {} for name in (FILE_ARGUMENTS if shared else ())}
    for name, value in pairs.items():
        facets = _pairs(value)
        spec[name] = {key: _literal(facet) for key, facet in (facets or {"options": value}).items()}
    return spec


FILE_ARGUMENTS = "mode owner group seuser serole selevel setype attributes attr unsafe_writes".split()


def _pairs(node: ast.expr | None) -> dict[str, ast.expr] | None:
    """Keys and values of a dictionary whose keys are all literal."""
    if isinstance(node, ast.Dict):
        keys = [k.value if isinstance(k, ast.Constant) else None for k in node.keys]
        return None if None in keys else {str(k): v for k, v in zip(keys, node.values, strict=True)}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict" and not node.args:
        return None if any(k.arg is None for k in node.keywords) else {str(k.arg): k.value for k in node.keywords}
    return None


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return None


def is_stub(tree: ast.Module) -> bool:
    """Whether the file only documents a module that an action plugin implements."""
    return not any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body)


def _is_plain(rows: list[list[Any]]) -> bool:
    return all(isinstance(cell, (str, int, list, tuple, type(None))) for row in rows for cell in row)


def _module_calls(tree: ast.Module) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AnsibleModule":
            yield node


def clean_choices(option: Mapping[str, Any]) -> list[Any]:
    """Documented choices, without the markup that some authors put them into; empty when they cannot be relied on."""
    choices = option.get("choices")
    values = list(choices) if isinstance(choices, (list, dict)) else []
    values = [re.sub(r"^[A-Z]\((.*)\)$", r"\1", v) if isinstance(v, str) else v for v in values]
    return values if all(isinstance(v, (str, int)) for v in values) else []


def is_required(option: Mapping[str, Any]) -> bool:
    """Whether the option is documented as required, and no environment variable can stand in for it."""
    has_fallback = re.search(r"\benv(ironment)?\b|\bE\(", str(option.get("description")))
    return option.get("required") in {True, "yes", "true"} and not has_fallback


def confirm(options: Mapping[str, Any], facets: Mapping[str, set[str]], *, is_trusted: bool) -> dict[str, Any]:
    """The options without the restrictions that the module's own code contradicts.

    Code that builds an option elsewhere is believed to restrict it as documented, except that outside ansible-core
    `required` needs a witness: a wrong "missing option" is worse than none.
    """
    confirmed = {}
    for name, option in options.items():
        facts = dict(option or {})
        seen = facets.get(name)
        if seen is None and not is_trusted:
            facts["required"] = False
        for claim, facet in (("required", "required"), ("choices", "choices"), ("suboptions", "options")):
            if seen is not None and facet not in seen:
                facts[claim] = None
        if isinstance(facts.get("suboptions"), dict):
            facts["suboptions"] = confirm(facts["suboptions"], facets, is_trusted=is_trusted)
        confirmed[name] = facts
    return confirmed


def effective_rules(rules: Mapping[str, list[Any]], options: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Rules that can be broken: Ansible fills in defaults before it looks for what is required."""
    names = {name for option, v in options.items() for name in (option, *((v or {}).get("aliases") or ()))}
    canonical = {a: o for o, v in options.items() for a in ((v or {}).get("aliases") or ())}
    defaulted = {n for n in names if (options[canonical.get(n, n)] or {}).get("default") is not None}
    kept = {
        "mutually_exclusive": rules.get("mutually_exclusive", []),
        "required_one_of": [g for g in rules.get("required_one_of", []) if not defaulted.intersection(g)],
        "required_together": [g for g in rules.get("required_together", []) if not defaulted.intersection(g)],
        "required_if": [
            [key, value, wanted, *rest]
            for key, value, needed, *rest in (row for row in rules.get("required_if", []) if len(row) > 2)
            if (wanted := [name for name in needed if name not in defaulted]) and not (rest and defaulted & {*needed})
        ],
    }
    return {kind: rows for kind, rows in kept.items() if rows}
