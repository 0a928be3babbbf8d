"""Names of Jinja filters and tests that ansible-core and its collections offer."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from slmfix_bot.validators.ansible_plugin_source import plugin_names

if TYPE_CHECKING:
    from collections.abc import Mapping


def read_plugins(files: Mapping[str, Mapping[str, bytes]], runtime: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """`{collection: {names, routes}}`; `files` maps collections to plugin files, `kind` is "filter" or "test".

    A file without a readable dictionary of plugins is named after the plugin that it documents or defines. Routes lead
    elsewhere, those to None were removed.
    """
    table: dict[str, Any] = {}
    for collection in sorted({*files, *runtime}):
        names = set()
        for path, source in files.get(collection, {}).items():
            stem, _, suffix = path.rpartition(".")
            found: set[str] | None = set()
            if suffix == "py":
                tree = ast.parse(source)
                found = plugin_names(tree, f"{kind}s")
                names |= _every_key(tree) if found is None else found
            names |= set() if found else {stem}
        routes = {
            name: (route or {}).get("redirect")
            for name, route in ((runtime.get(collection, {}).get("plugin_routing") or {}).get(kind) or {}).items()
            if {"redirect", "tombstone"} & set(route or {})
        }
        if names or routes:
            table[collection] = {"names": sorted(names - {"__init__"}), "routes": routes}
    return table


def _every_key(tree: ast.Module) -> set[str]:
    """Where the returned dictionary cannot be followed, every key of the file may be a plugin."""
    dictionaries = (node for node in ast.walk(tree) if isinstance(node, ast.Dict))
    return {
        key.value
        for dictionary in dictionaries
        for key in dictionary.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isidentifier()
    }
