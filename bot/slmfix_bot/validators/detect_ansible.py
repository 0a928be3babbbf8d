"""Whether a YAML file is Ansible's, by its place and by the keys at its top level."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import PurePosixPath

PLAYBOOK_KEYS = {
    "tasks",
    "roles",
    "pre_tasks",
    "post_tasks",
    "handlers",
    "gather_facts",
    "become",
    "vars",
    "vars_files",
}
TASK_KEYS = {"when", "register", "notify", "loop", "with_items", "become", "changed_when", "failed_when", "delegate_to"}
ANSIBLE_FOLDERS = {"tasks", "handlers"}
NOT_ANSIBLE = re.compile(r"(^|/)(\.github|\.circleci|\.gitlab|meta|molecule/[^/]+/molecule\.yml)(/|$)")
VARIABLES = re.compile(
    r"(.*/)?((group_vars|host_vars)/.+|(defaults|vars)/main\.ya?ml|roles/[^/]+/(defaults|vars)/.+\.ya?ml)"
)
INVENTORY = re.compile(r"(.*/)?((inventory|inventories)/.+|(hosts|inventory)\.ya?ml)")
GROUP = re.compile(r"^[\w.-]+:[ \t]*\n(?:[ \t]*(?:#.*)?\n)*[ \t]+(hosts|children):", re.MULTILINE)
# Files with a fixed name, by the last folder and stem, and a key without which they are something else's.
BY_NAME = {
    "meta/main": ("galaxy_info", "dependencies", "allow_duplicates"),
    "meta/argument_specs": ("argument_specs",),
    "requirements": ("roles", "collections"),
    "galaxy": ("namespace",),
    "site": ("hosts",),
    "playbook": ("hosts",),
}
FULL_NAME = re.compile(r"[a-z_]\w*\.[a-z_]\w*\.[a-z_]\w*")


def detect_ansible(place: PurePosixPath, text: str) -> str | None:
    """ "ansible" or None."""
    return "ansible" if _is_ansible(place, text) else None


def _is_ansible(place: PurePosixPath, text: str) -> bool:
    path = place.as_posix()
    keys = BY_NAME.get(f"{place.parent.name}/{place.stem}") or BY_NAME.get(place.stem, ())
    if any(re.search(rf"^{key}\s*:", text, re.MULTILINE) for key in keys):
        return True
    if VARIABLES.fullmatch(path) and not NOT_ANSIBLE.search(path):
        return True
    if INVENTORY.fullmatch(path) and GROUP.search(text):
        return True
    if NOT_ANSIBLE.search(path):
        return False
    entries = _top_level_entries(text)
    if any("import_playbook" in keys or ("hosts" in keys and keys & PLAYBOOK_KEYS) for keys in entries):
        return True
    if place.parent.name in ANSIBLE_FOLDERS and entries:
        return True
    return any((keys & TASK_KEYS and "name" in keys) or any(map(FULL_NAME.fullmatch, keys)) for keys in entries)


def _top_level_entries(text: str) -> list[set[str]]:
    """The keys of each mapping in a top-level list, as far as lines show them."""
    entries: list[set[str]] = []
    indent = 0
    for line in text.split("\n"):
        if start := re.match(r"-(\s+)(?=\S)", line):
            entries.append(set())
            indent = start.end()
        elif not entries or not re.match(rf" {{{indent}}}\S", line):
            continue
        if key := re.match(r"([\w.-]+)\s*:(?=\s|$)", line[indent:]):
            entries[-1].add(key[1])
    return [keys for keys in entries if keys]
