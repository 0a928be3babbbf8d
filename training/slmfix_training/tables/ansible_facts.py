"""Variables that Ansible itself defines, and the keys of galaxy.yml, read from the sources of ansible-core."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CONNECTION = re.compile(r"name:\s*['\"]?((?:ansible|inventory)_\w+)")
_FACTS = "ansible/module_utils/facts/"
_MAGIC = ("INTERNAL_STATIC_VARS", "COMMON_CONNECTION_VARS", "MAGIC_VARIABLE_MAPPING", "RESTRICTED_RESULT_KEYS")
# Set in places that are not read: by loops, by rescue, by the task's own context.
_ELSEWHERE = (
    "ansible_check_mode ansible_date_time ansible_failed_result ansible_failed_task ansible_index_var ansible_local "
    "ansible_loop ansible_loop_var ansible_parent_role_names ansible_parent_role_paths ansible_search_path environment "
    "item omit vars"
).split()
_MANAGER = "ansible/vars/manager.py"


def read_variables(core: Mapping[str, str]) -> list[str]:
    """Magic variables, connection variables and facts; a name too many only costs a report that is not made."""
    names = set(_ELSEWHERE)
    for path, source in core.items():
        if path.startswith(_FACTS):
            names.update(f"ansible_{name}" for name in _fact_names(ast.parse(source)))
        elif path.startswith("ansible/plugins/"):
            names.update(_CONNECTION.findall(source))
        elif path == _MANAGER:
            names.update(_assigned(ast.parse(source), "variables"))
    constants = ast.parse(core["ansible/constants.py"])
    for node in constants.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id in _MAGIC:
            names.update(_strings(node.value))
    return sorted(name for name in names if name.isidentifier() and name.islower())


def _strings(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _assigned(tree: ast.AST, owner: str) -> Iterator[str]:
    """Keys of `owner['key'] = value`."""
    for node in ast.walk(tree):
        for target in node.targets if isinstance(node, ast.Assign) else ():
            if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id == owner:
                yield from _strings(target.slice)


def _fact_names(tree: ast.Module) -> Iterator[str]:
    """Members of `_fact_ids`, collectors' names, and keys of dictionaries that are called facts."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign):
            continue
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id in {"_fact_ids", "name"}:
            yield from _strings(node.value)
        elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
            is_facts = re.fullmatch(r"(?!date_time)\w*facts", target.value.id)
            yield from [str(target.slice.value)] if is_facts and isinstance(target.slice, ast.Constant) else []


def read_galaxy_keys(core: Mapping[str, str]) -> dict[str, list[Any]]:
    """`{key: [type, required]}` of galaxy.yml."""
    text = core.get("ansible/galaxy/data/collections_galaxy_meta.yml", "[]")
    rows = yaml.load(text, Loader=yaml.CSafeLoader)
    return {row["key"]: [row.get("type") or "str", int(bool(row.get("required")))] for row in rows}
