"""Which validator a file is for, from its path and a look at its text. It runs before any isolation, so it parses
nothing: names, first lines and the shape of top-level keys decide, and what stays unclear has no validator."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

SUFFIXES = {
    ".sh": "bash",
    ".bash": "bash",
    ".sql": "sql",
    ".ddl": "sql",
    ".py": "python",
    ".pyi": "python",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".json": "json",
    ".geojson": "json",
    ".ipynb": "json",
    ".webmanifest": "json",
    ".toml": "toml",
}
NAMES = {
    ".bashrc": "bash",
    ".bash_profile": "bash",
    ".bash_aliases": "bash",
    ".profile": "sh",
    "Pipfile": "toml",
    "Cargo.lock": "toml",
    "poetry.lock": "toml",
    "uv.lock": "toml",
}
INTERPRETERS = {
    "bash": "bash",
    "sh": "sh",
    "dash": "sh",
    "ash": "sh",
    "python": "python",
    "ansible-playbook": "ansible",
}
# Readers of these accept comments and trailing commas, whatever the suffix says.
COMMENTED_JSON = re.compile(
    r"(^|/)((ts|js)config[^/]*|devcontainer|\.vscode/[^/]+|\.eslintrc|\.swcrc|api-extractor)\.json$"
)

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
MAX_LOOK = 1 << 16


def detect(path: str, text: str) -> str | None:
    """The language of a changed file as a key of `VALIDATORS`; None when no validator fits."""
    place = PurePosixPath(path)
    by_name = NAMES.get(place.name) or SUFFIXES.get(place.suffix.lower())
    interpreter = _interpreter(text)
    if by_name in {"bash", "sh"} and interpreter is not None:
        # A script says itself which shell it is for; zsh, fish and ksh have no validator.
        return INTERPRETERS.get(interpreter)
    if by_name is None and not place.suffix:
        return INTERPRETERS.get(interpreter or "")
    if by_name == "json" and COMMENTED_JSON.search(path):
        return None
    if by_name == "yaml" and _is_ansible(place, text[:MAX_LOOK]):
        return "ansible"
    return by_name


def _interpreter(text: str) -> str | None:
    """The program of the first line, without version: `python3.11` is `python`."""
    if not text.startswith("#!"):
        return None
    words = text[2:].split("\n", 1)[0].split()
    while words and (PurePosixPath(words[0]).name == "env" or words[0].startswith("-") or "=" in words[0]):
        words.pop(0)
    return re.sub(r"[\d.]+$", "", PurePosixPath(words[0]).name) if words else None


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
