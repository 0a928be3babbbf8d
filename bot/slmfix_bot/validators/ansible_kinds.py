"""What an Ansible file is for, from its path and its contents."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.ansible_document import is_null, items
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
    OTHER = "other"


PLAY_ONLY = frozenset(
    "hosts import_playbook ansible.builtin.import_playbook tasks roles pre_tasks post_tasks handlers gather_facts "
    "vars_files vars_prompt serial strategy".split()
)
_TASK_SIGNS = frozenset(
    "block when register notify loop until changed_when failed_when delegate_to action local_action become "
    "loop_control include_tasks import_tasks include_role import_role".split()
)
_VARS_FOLDERS = {"vars", "defaults", "group_vars", "host_vars"}
_OTHER_NAMES = {"galaxy", "requirements", "molecule", "docker-compose", "compose", "mkdocs", "argument_specs"}
_PLAYBOOK_NAMES = {"playbook", "site"}
_OTHER_FOLDERS = {"meta", "inventory", "inventories", ".github", "molecule", "files", "templates"}


def kind_of(path: str, roots: Sequence[yaml.Node]) -> Kind:
    """The kind of file; contents decide where the path is empty or says nothing."""
    place = PurePosixPath(path)
    folders = set(place.parts[:-1])
    root = roots[0] if roots else None
    if place.stem in _OTHER_NAMES:
        return Kind.OTHER
    if root is not None and (_looks_like_playbook(root) or _must_be_playbook(place, root)):
        return Kind.PLAYBOOK
    parent = place.parent.name
    if parent in {"tasks", "handlers"} and isinstance(root, yaml.SequenceNode):
        return Kind.HANDLERS if parent == "handlers" else Kind.TASKS
    if folders & _VARS_FOLDERS:
        return Kind.VARS
    if folders & _OTHER_FOLDERS - {"molecule"} or root is None:
        return Kind.OTHER
    if _looks_like_tasks(root):
        return Kind.HANDLERS if "handlers" in folders else Kind.TASKS
    return Kind.OTHER


def _must_be_playbook(place: PurePosixPath, root: yaml.Node) -> bool:
    """By its name; or because nothing that Ansible reads is a mere string."""
    is_string = isinstance(root, yaml.ScalarNode) and not is_null(root)
    return place.stem in _PLAYBOOK_NAMES or (is_string and place.name == "")


def _looks_like_playbook(root: yaml.Node) -> bool:
    """Play-only keys; a lone mapping counts when it has both hosts and something to do (the dash is missing)."""
    if isinstance(root, yaml.MappingNode):
        names = {item.key for item in items(root)}
        lists = {item.key for item in items(root) if isinstance(item.value, yaml.SequenceNode)}
        return "hosts" in names and bool(lists & {"tasks", "roles"})
    if not isinstance(root, yaml.SequenceNode):
        return False
    entries = [{item.key for item in items(entry)} for entry in root.value]
    if any({"sources", "rules"} <= keys for keys in entries):
        return False  # a rulebook of Event-Driven Ansible
    return any(PLAY_ONLY & keys for keys in entries)


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
