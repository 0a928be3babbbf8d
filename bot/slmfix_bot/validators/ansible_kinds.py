"""What an Ansible file is for, from its path and its contents."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.ansible_document import get, is_null, items
from slmfix_bot.validators.ansible_near import is_near
from slmfix_bot.validators.ansible_tables import tables

if TYPE_CHECKING:
    from collections.abc import Sequence


_FULL_NAME = re.compile(r"[a-z_]\w*\.[a-z_]\w*\.[a-z_][\w.]*")


class Kind(StrEnum):
    """`OTHER` is only checked as YAML."""

    PLAYBOOK = "playbook"
    TASKS = "tasks"
    HANDLERS = "handlers"
    VARS = "vars"
    META = "meta"
    REQUIREMENTS = "requirements"
    GALAXY = "galaxy"
    INVENTORY = "inventory"
    ARGUMENT_SPECS = "argument_specs"
    OTHER = "other"


PLAY_ONLY = frozenset(
    "hosts import_playbook ansible.builtin.import_playbook tasks roles pre_tasks post_tasks handlers gather_facts "
    "vars_files vars_prompt serial strategy".split()
)
_PLAY_LISTS = frozenset("tasks roles pre_tasks post_tasks handlers".split())
_TASK_SIGNS = frozenset(
    "block when register notify loop until changed_when failed_when delegate_to action local_action become "
    "loop_control include_tasks import_tasks include_role import_role".split()
)
_OTHER_NAMES = {"molecule", "docker-compose", "compose", "mkdocs", ".pre-commit-config", ".yamllint", ".ansible-lint"}
_OTHER_FOLDERS = {"meta", ".github", "files", "templates"}
_INVENTORIES = {"inventory", "inventories"}
_PLAYBOOK = re.compile(r"site|playbook\d*|.+[-_.]playbook")
_NAMED_PLAYBOOK = re.compile(r"playbook[-_.].+")
_ROLE_PARTS = {"tasks", "handlers", "vars", "defaults", "meta", "group_vars", "host_vars"}


def kind_of(path: str, roots: Sequence[yaml.Node]) -> Kind:
    """The kind of file; contents decide where the path is empty or says nothing."""
    place = PurePosixPath(path)
    root = roots[0] if roots else None
    if root is None:
        return Kind.OTHER
    if not place.name:
        return _kind_of_text(root)
    return _kind_by_name(place, root) or _kind_by_folder(place, root)


def _kind_by_name(place: PurePosixPath, root: yaml.Node) -> Kind | None:
    if place.parent.name == "meta":
        return {"main": Kind.META, "argument_specs": Kind.ARGUMENT_SPECS}.get(place.stem, Kind.OTHER)
    if place.stem in _OTHER_NAMES:
        return Kind.OTHER
    if place.stem == "requirements":
        names = {item.key for item in items(root)}
        is_misspelt = any(is_near(name, key) for name in names for key in ("roles", "collections"))
        return Kind.REQUIREMENTS if _looks_like_requirements(root) or is_misspelt else Kind.OTHER
    if place.stem == "galaxy":
        names = {item.key for item in items(root)}
        return Kind.GALAXY if "namespace" in names or {"name", "readme", "authors"} <= names else Kind.OTHER
    return None


def _kind_by_folder(place: PurePosixPath, root: yaml.Node) -> Kind:
    folders, parent = set(place.parts[:-1]), place.parent.name
    if folders & {"group_vars", "host_vars"}:
        return Kind.VARS
    if parent in {"defaults", "vars"} and (place.stem == "main" or isinstance(root, yaml.MappingNode)):
        return Kind.VARS
    if folders & _INVENTORIES or place.stem in {"hosts", "inventory", *_INVENTORIES}:
        if _looks_like_inventory(root):
            return Kind.INVENTORY
        if isinstance(root, yaml.MappingNode):
            return Kind.OTHER
    if _looks_like_playbook(root) or (parent not in _ROLE_PARTS and _must_be_playbook(place, root)):
        return Kind.PLAYBOOK
    if parent in {"tasks", "handlers"} and isinstance(root, yaml.SequenceNode):
        return Kind.HANDLERS if parent == "handlers" else Kind.TASKS
    if folders & {"defaults", "vars"} or (parent == "playbooks" and isinstance(root, yaml.MappingNode)):
        return Kind.VARS if isinstance(root, yaml.MappingNode) else Kind.OTHER
    if folders & _OTHER_FOLDERS:
        return Kind.OTHER
    if _looks_like_tasks(root):
        return Kind.HANDLERS if "handlers" in folders else Kind.TASKS
    return Kind.OTHER


def _kind_of_text(root: yaml.Node) -> Kind:
    """Text without a path is a playbook or tasks where it is a list."""
    if is_null(root):
        return Kind.OTHER
    if isinstance(root, yaml.ScalarNode) or _looks_like_playbook(root):
        return Kind.PLAYBOOK
    names = {item.key for item in items(root)}
    if _looks_like_requirements(root):
        return Kind.REQUIREMENTS
    if isinstance(root, yaml.SequenceNode):
        is_rulebook = any({"sources", "rules"} <= {item.key for item in items(entry)} for entry in root.value)
        return Kind.OTHER if is_rulebook else Kind.TASKS
    for sign, kind in (("galaxy_info", Kind.META), ("argument_specs", Kind.ARGUMENT_SPECS)):
        if sign in names:
            return kind
    if {"namespace", "name", "version"} <= names:
        return Kind.GALAXY
    return Kind.INVENTORY if _looks_like_inventory(root) else Kind.VARS


def _must_be_playbook(place: PurePosixPath, root: yaml.Node) -> bool:
    if _PLAYBOOK.fullmatch(place.stem):
        return not is_null(root)
    is_named = _NAMED_PLAYBOOK.fullmatch(place.stem) or place.parent.name == "playbooks"
    names = {item.key for item in items(root)}
    return bool(is_named and isinstance(root, yaml.MappingNode) and names & (_PLAY_LISTS | {"hosts"}))


def _looks_like_playbook(root: yaml.Node) -> bool:
    """Play-only keys; a lone mapping counts when it has both hosts and something to do (the dash is missing)."""
    if isinstance(root, yaml.MappingNode):
        names = {item.key for item in items(root)}
        lists = {item.key for item in items(root) if isinstance(item.value, yaml.SequenceNode)}
        return "hosts" in names and bool(lists & _PLAY_LISTS)
    if not isinstance(root, yaml.SequenceNode):
        return False
    entries = [{item.key for item in items(entry)} for entry in root.value]
    if any({"sources", "rules"} <= keys for keys in entries):
        return False  # a rulebook of Event-Driven Ansible
    return any(PLAY_ONLY & keys for keys in entries)


def _looks_like_requirements(root: yaml.Node) -> bool:
    if isinstance(root, yaml.MappingNode):
        names = {item.key for item in items(root)}
        return bool(names & {"roles", "collections"}) and not names & {"hosts", "tasks", "galaxy_info", "dependencies"}
    entries = [{item.key for item in items(entry)} for entry in root.value] if root.value else []
    known = {"src", "name", "version", "scm", "include", "role"}
    return bool(entries) and all(keys <= known and keys & {"src", "scm", "include", "version"} for keys in entries)


def _looks_like_inventory(root: yaml.Node) -> bool:
    if not isinstance(root, yaml.MappingNode) or not root.value:
        return False
    if get(root, "plugin") is not None:
        return True
    groups = [{item.key for item in items(group.value)} for group in items(root)]
    return all(isinstance(g.value, yaml.MappingNode) or is_null(g.value) for g in items(root)) and any(
        keys & {"hosts", "children"} for keys in groups
    )


def _looks_like_tasks(root: yaml.Node) -> bool:
    """Mappings of which one names a module or uses a task's keywords, and none looks like a record of data."""
    entries = root.value if isinstance(root, yaml.SequenceNode) else []
    if not entries or not all(isinstance(entry, yaml.MappingNode) for entry in entries):
        return False
    names = [{item.key for item in items(entry)} for entry in entries]
    task_like = [n for n in names if _names_module(n) or (n & _TASK_SIGNS and "name" in n)]
    return len(task_like) * 2 >= len(names)


def _names_module(names: set[str]) -> bool:
    known = tables()
    candidates = names - known.keywords("task")
    if any(map(_FULL_NAME.fullmatch, candidates)):
        return True
    return any(name in known.short_names or known.resolve(name).fqcn for name in candidates if " " not in name)
