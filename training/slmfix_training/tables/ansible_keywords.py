"""Playbook keywords of ansible-core, read from the field attributes of its playbook classes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLASSES = {
    "play": "Play",
    "block": "Block",
    "task": "Task",
    "handler": "Handler",
    "loop_control": "LoopControl",
    "playbook_include": "PlaybookInclude",
}
_FIELDS = {"FieldAttribute", "NonInheritableFieldAttribute", "ConnectionFieldAttribute"}


def read_keywords(core: Mapping[str, str]) -> dict[str, list[str]]:
    """Keyword lists by place; `core` maps paths in the ansible-core wheel to source text."""
    fields, bases = _classes(core)
    keywords = {place: sorted(_inherited(name, fields, bases)) for place, name in _CLASSES.items()}
    include = _constant(core["ansible/playbook/task_include.py"], "VALID_INCLUDE_KEYWORDS")
    keywords["task_include"] = sorted(set(include) - {"loop_with"})
    keywords["free_form"] = sorted(_constant(core["ansible/constants.py"], "MODULE_REQUIRE_ARGS_SIMPLE"))
    raw = _constant(core["ansible/parsing/mod_args.py"], "_BUILTIN_RAW_PARAM_MODULES_SIMPLE")
    keywords["raw_params"] = sorted({*raw, *keywords["free_form"]})
    return keywords


def read_keyword_types(core: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """By place, the keywords that Ansible converts to something else than text: {"become": "bool", ...}."""
    fields, bases = _classes(core)
    types = {place: _inherited(name, fields, bases) for place, name in _CLASSES.items()}
    return {
        place: {k: t for k, t in sorted(found.items()) if t not in {"string", ""}} for place, found in types.items()
    }


def _classes(core: Mapping[str, str]) -> tuple[dict[str, dict[str, str]], dict[str, list[str]]]:
    fields: dict[str, dict[str, str]] = {}
    bases: dict[str, list[str]] = {}
    for path, source in core.items():
        if path.startswith("ansible/playbook/"):
            for node in ast.parse(source).body:
                if isinstance(node, ast.ClassDef):
                    fields[node.name] = _fields(node)
                    bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
    return fields, bases


def _fields(node: ast.ClassDef) -> dict[str, str]:
    found = {}
    for item in node.body:
        target = item.targets[0] if isinstance(item, ast.Assign) else None
        for call in ast.walk(item) if isinstance(target, ast.Name) else ():
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in _FIELDS:
                options = {k.arg: k.value for k in call.keywords}
                private = options.get("private")
                if isinstance(private, ast.Constant) and private.value:
                    continue
                alias = options.get("alias")
                name = alias.value if isinstance(alias, ast.Constant) else target.id  # type: ignore[union-attr]
                isa = options.get("isa")
                found[str(name)] = str(isa.value) if isinstance(isa, ast.Constant) else ""
    return found


def _inherited(name: str, fields: Mapping[str, dict[str, str]], bases: Mapping[str, list[str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for base in reversed(bases.get(name, ())):
        found.update(_inherited(base, fields, bases))
    return {**found, **fields.get(name, {})}


def _constant(source: str, name: str) -> list[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            return [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    msg = f"the wheel's sources hold no {name}"
    raise ValueError(msg)
