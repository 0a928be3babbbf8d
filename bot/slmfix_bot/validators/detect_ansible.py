"""Whether a YAML file is Ansible's, by its place and the keys of its top-level list."""

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
FULL_NAME = re.compile(r"[a-z_]\w*\.[a-z_]\w*\.[a-z_]\w*")


def detect_ansible(place: PurePosixPath, text: str) -> str | None:
    """ "ansible" or None."""
    return "ansible" if _is_ansible(place, text) else None


def _is_ansible(place: PurePosixPath, text: str) -> bool:
    if NOT_ANSIBLE.search(place.as_posix()):
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
