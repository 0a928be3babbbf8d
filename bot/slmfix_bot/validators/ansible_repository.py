"""What other files of the repository define: modules, plugins, variables and handlers. All of it is read as data.

The files come from strangers: Python is parsed and never imported, documentation with anchors is not believed, and
what cannot be read makes names known without saying more about them.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from slmfix_bot.validators.ansible_companions import role_of
from slmfix_bot.validators.ansible_local_module import read_module
from slmfix_bot.validators.ansible_plugin_source import plugin_names
from slmfix_bot.validators.ansible_surroundings import NOWHERE, Repository

if TYPE_CHECKING:
    from slmfix_bot.validators.ansible_tables import Module

MAX_TEXT = 400_000  # characters
_MODULE = re.compile(
    r"(?:.*?/)??(?:ansible_collections/(?P<ns>\w+)/(?P<coll>\w+)/)?(?P<kind>plugins/(?:modules|action)|library|action_plugins)"
    r"/(?:[^/]+/)*(?P<name>\w+)\.(?:py|ps1|ya?ml)"
)
_PLUGIN = re.compile(
    r"(?:.*?/)??(?:ansible_collections/(?P<ns>\w+)/(?P<coll>\w+)/)?"
    r"(?:plugins/(?P<kind>filter|test|lookup)|(?P<old>filter|test|lookup)_plugins)/(?:.*/)?(?P<name>\w+)\.(?P<suffix>py|ya?ml)"
)
_VARIABLES = re.compile(r"(?:.*/)?(defaults|vars|group_vars|host_vars)/.+")
_TASKS = re.compile(r"(?:.*/)?(tasks|handlers)/.+")
# Possessive, and anchored at words and lines: a stranger's file must not make them quadratic.
_TOP_KEY = re.compile(r"^[\"']?([A-Za-z_]\w*+)[\"']?[ \t]*+:(?=\s|$)", re.MULTILINE)
_ANY_KEY = re.compile(r"(?<!\w)([A-Za-z_]\w*+)[\"']?[ \t]*+[:=]")
_REGISTERED = re.compile(
    r"^[ \t]*+(?:-[ \t]++)?(?:register|loop_var|index_var):[ \t]*+[\"']?([A-Za-z_]\w*+)", re.MULTILINE
)
_HANDLER = re.compile(r"^[ \t]*+(?:(?:-[ \t]++)?(?:name|listen):|-)[ \t]++([^\n]++)", re.MULTILINE)


@lru_cache(maxsize=4)
def read_repository(files: tuple[tuple[str, str], ...], path: str) -> Repository:
    """What the files define for the file at `path`: variables and handlers count when they are of its role, or of
    groups and hosts; modules and plugins always."""
    if not files:
        return NOWHERE
    modules: dict[str, Module | None] = {}
    plugins: dict[str, set[str]] = {"filter": set(), "test": set(), "lookup": set()}
    opaque: set[str] = set()
    variables: set[str] = set()
    words: set[str] = set()
    handlers: set[str] = set()
    role, here = role_of(path), _own_collection(files)
    for place, text in files:
        if match := _MODULE.fullmatch(place):
            _add_module(modules, match, place, text, here)
        elif match := _PLUGIN.fullmatch(place):
            kind = match["kind"] or match["old"]
            names = _plugin_names(kind, match, text)
            opaque.update(() if names is not None else {kind})
            plugins[kind].update(names or ())
        else:
            words |= _found(_ANY_KEY, text)
            if _VARIABLES.fullmatch(place) and role_of(place) in {role, None}:
                variables |= _found(_TOP_KEY, text)
            elif role is not None and _TASKS.fullmatch(place) and role_of(place) == role:
                variables |= _found(_REGISTERED, text)
                handlers |= _found(_HANDLER, text) if "/handlers/" in f"/{place}" else frozenset()
    return Repository(
        is_known=True, modules=modules, filters=frozenset(plugins["filter"]), tests=frozenset(plugins["test"]),
        lookups=frozenset(plugins["lookup"]), opaque=frozenset(opaque), variables=frozenset(variables),
        words=frozenset(words), handlers=frozenset(handlers),
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _found(pattern: re.Pattern[str], text: str) -> frozenset[str]:
    """Cached by text: the files of one repository come along with each of its programs."""
    return frozenset(word.strip(" \t\r\"'") for word in pattern.findall(text[:MAX_TEXT]))


def _own_collection(files: tuple[tuple[str, str], ...]) -> str | None:
    """The name of the collection that the repository is, from its galaxy.yml."""
    for place, text in files:
        if PurePosixPath(place).name in {"galaxy.yml", "galaxy.yaml"}:
            found = dict(re.findall(r"^(namespace|name):\s*[\"']?(\w+)", text, re.MULTILINE))
            if len(found) == 2:
                return f"{found['namespace']}.{found['name']}"
    return None


def _add_module(
    modules: dict[str, Module | None], match: re.Match[str], place: str, text: str, here: str | None
) -> None:
    collection = f"{match['ns']}.{match['coll']}" if match["ns"] else here
    is_module = match["kind"] in {"library", "plugins/modules"} and place.endswith(".py")
    found = read_module(text) if is_module and len(text) <= MAX_TEXT else None
    names = {match["name"]} | ({f"{collection}.{match['name']}"} if collection else set())
    for name in names:
        # An action plugin of the same name may take other options than the module documents.
        modules[name] = found if is_module and name not in modules else None


def _plugin_names(kind: str, match: re.Match[str], text: str) -> set[str] | None:
    if kind == "lookup" or match["suffix"] != "py":
        return {match["name"]}
    return _python_plugins(kind, text)


@lru_cache(maxsize=512)
def _python_plugins(kind: str, text: str) -> set[str] | None:
    if len(text) > MAX_TEXT:
        return None
    try:
        return plugin_names(ast.parse(text), f"{kind}s")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
