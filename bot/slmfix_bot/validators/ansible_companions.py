"""Which other files of a repository the verdict on an Ansible file depends on. Paths only: nothing is opened here."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_FILES = 200
_PLUGIN_FOLDERS = re.compile(
    r"(^|/)(library|(filter|test|action|lookup)_plugins|plugins/(modules|filter|test|action|lookup))/"
)
_PLUGIN = re.compile(r"(?!.*/(tests|test/units)/).*/[A-Za-z]\w*\.(py|ps1|ya?ml)")
_ROLE_FOLDERS = ("defaults", "vars", "handlers", "tasks", "meta")
_ROLE_FILE = re.compile(rf"(?P<role>(?:.*/)?)(?:{'|'.join((*_ROLE_FOLDERS, 'templates', 'files'))})/.*")
_ROLE_VARIABLES = re.compile(r"(.*/)?roles/[^/]+/(defaults|vars)/(.*/)?[^/]+\.ya?ml")
_GROUP_VARIABLES = re.compile(r"(.*/)?(group_vars|host_vars)/.*")
_LISTS = re.compile(r"(.*/)?(requirements|galaxy)\.ya?ml")
_YAML = (".yml", ".yaml")
_OWN_LIMIT = 60
_PLUGIN_LIMIT = 100


def ansible_companions(path: str, tree: Sequence[str]) -> tuple[str, ...]:
    """Of the repository's paths those that can define what the file at `path` names, nearest first, at most 200.

    The files of the same role come first, then modules and plugins, then group and host variables, other roles'
    variables and requirements. All paths are relative to the repository with forward slashes.
    """
    role = role_of(path)
    own: list[str] = []
    plugins: list[str] = []
    other: list[str] = []
    for candidate in tree:
        if candidate == path:
            continue
        if _PLUGIN_FOLDERS.search(candidate):
            plugins.extend([candidate] if _PLUGIN.fullmatch(candidate) else [])
        elif role is not None and _is_of_role(candidate, role):
            own.append(candidate)
        elif _is_variables(candidate) or _LISTS.fullmatch(candidate):
            other.append(candidate)
    parts = PurePosixPath(path).parts
    own.sort(key=lambda file: (_rank(file, role or ""), file))
    for files in (plugins, other):
        files.sort(key=lambda file: (-_shared(parts, file), file.count("/"), file))
    chosen = [*own[:_OWN_LIMIT], *plugins[:_PLUGIN_LIMIT], *other, *own[_OWN_LIMIT:], *plugins[_PLUGIN_LIMIT:]]
    return tuple(chosen[:MAX_FILES])


def role_of(path: str) -> str | None:
    """The folder of the role that a file belongs to, with a final slash ("" at the root); None outside of roles.

    >>> role_of("roles/web/tasks/main.yml"), role_of("tasks/main.yml"), role_of("site.yml")
    ('roles/web/', '', None)
    """
    match = re.fullmatch(r"(?P<role>(?:.*/)?roles/[^/]+/).+", path) or _ROLE_FILE.fullmatch(path)
    return match["role"] if match else None


def _is_of_role(candidate: str, role: str) -> bool:
    folder = candidate.removeprefix(role).partition("/")[0]
    return candidate.startswith(role) and folder in _ROLE_FOLDERS and candidate.endswith(_YAML)


def _rank(candidate: str, role: str) -> int:
    return _ROLE_FOLDERS.index(candidate.removeprefix(role).partition("/")[0])


def _is_variables(candidate: str) -> bool:
    if _ROLE_VARIABLES.fullmatch(candidate):
        return True
    return bool(_GROUP_VARIABLES.fullmatch(candidate)) and PurePosixPath(candidate).suffix in {*_YAML, "", ".json"}


def _shared(parts: Sequence[str], candidate: str) -> int:
    """How many leading folders two paths have in common."""
    count = 0
    for one, two in zip(parts, PurePosixPath(candidate).parts, strict=False):
        if one != two:
            break
        count += 1
    return count
