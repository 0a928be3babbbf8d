"""Build the table of Ansible modules, options, redirects and keywords that the Ansible validator looks names up in.

    python -m slmfix_training.tables.ansible_tables ansible_core-*.whl ansible-*.whl -o FILE.zip

Everything is read statically from the wheels: Python files are parsed, never imported. The output is a zip archive
with `index.json` (collections, redirects, keywords, versions) and one `<namespace>.<collection>.json` per collection,
so that a reader pays only for the collections that a program names. Only facts are kept: names, types, choices,
and which options are required or exclude each other; no prose.
"""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

from slmfix_bot.validators.ansible_source import (
    clean_choices,
    confirm,
    constraints,
    effective_rules,
    is_required,
    is_stub,
    spec_facets,
    spec_names,
    suboption_rules,
)
from slmfix_training.tables.ansible_facts import read_galaxy_keys, read_variables
from slmfix_training.tables.ansible_keywords import read_keyword_types, read_keywords
from slmfix_training.tables.ansible_plugins import read_plugins
from slmfix_training.tables.ansible_wheel import BUILTIN, Documentation, Sources
from slmfix_training.tables.table_archive import run_builder, write_tables

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEPTH = 3


class Interner:
    """Equal option records are stored once per collection: they repeat by the hundred."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self._known: dict[str, int] = {}

    def put(self, record: Any) -> int:
        """The index of the record."""
        key = json.dumps(record)
        if key not in self._known:
            self._known[key] = len(self.records)
            self.records.append(record)
        return self._known[key]


def compact(option: Mapping[str, Any], interner: Interner, depth: int = 1) -> int:
    """Index of the record `[type, required, choices, aliases, suboptions, elements, rules]`, trailing zeros cut."""
    inner = option.get("suboptions")
    suboptions: Any = 0
    if isinstance(inner, dict) and depth < DEPTH:
        suboptions = {str(name): compact(value or {}, interner, depth + 1) for name, value in inner.items()}
    record = [
        option.get("type") or "str",
        int(is_required(option)),
        clean_choices(option) or 0,
        option.get("aliases") or 0,
        suboptions or 0,
        option.get("elements") or 0,
        (suboptions and option.get("rules")) or 0,
    ]
    while not record[-1]:
        record.pop()
    return interner.put(record)


def collection_table(sources: Sources, docs: Documentation, collection: str) -> dict[str, Any]:
    """`{records, modules: {name: {o: {option: record}, x: other legal names, c: constraints} | null}}`."""
    interner = Interner()
    modules: dict[str, Any] = dict.fromkeys(sorted(sources.actions.get(collection, ())))
    for name, files in sorted(sources.modules.get(collection, {}).items()):
        tree = ast.parse(files.get(".py", b""))
        options = docs.options(files, tree, collection)
        is_acted = collection != BUILTIN and ".ps1" not in files and name in sources.actions.get(collection, ())
        if options is None or (is_acted and is_stub(tree)):
            modules[name] = None
            continue
        if ".ps1" in files:
            # PowerShell compares choices without case and takes several at once where they are flags.
            options = {o: {**(v or {}), "choices": None} for o, v in options.items()}
        else:
            options = confirm(options, spec_facets(tree), is_trusted=collection == BUILTIN)
            for option, inner in suboption_rules(tree).items():
                if isinstance((options.get(option) or {}).get("suboptions"), dict):
                    options[option]["rules"] = effective_rules(inner, options[option]["suboptions"])
        entry: dict[str, Any] = {"o": {str(o): compact(v or {}, interner) for o, v in options.items()}}
        documented = set(options).union(*(v.get("aliases") or () for v in options.values() if v))
        if extra := sorted(spec_names(tree) - documented):
            entry["x"] = extra
        if rules := effective_rules(constraints(tree), options):
            entry["c"] = rules
        modules[name] = entry
    return {"records": interner.records, "modules": modules}


def _plugin_names(runtime: Mapping[str, Any], kind: str) -> set[str]:
    return set((runtime.get("plugin_routing") or {}).get(kind) or {})


def _routes(runtime: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, str | None]:
    """Where names lead, None for removed ones.

    Routes of action plugins say which plugin serves a module, not that the module is another one; they count only for
    names that are nothing else.
    """
    routing = runtime.get("plugin_routing") or {}
    actions = {n: route for n, route in (routing.get("action") or {}).items() if n not in known}
    routes: dict[str, str | None] = {}
    for name, route in {**actions, **(routing.get("modules") or {})}.items():
        if "redirect" in (route or {}):
            routes[name] = route["redirect"]
        elif "tombstone" in (route or {}):
            routes[name] = None
    return routes


def build(wheels: list[Path], output: Path) -> None:
    """Write the archive; equal wheels give equal bytes."""
    sources = Sources(wheels)
    docs = Documentation(sources.fragments)
    tables = {c: collection_table(sources, docs, c) for c in sorted({*sources.modules, *sources.actions})}
    index = {
        "versions": sources.versions,
        "keywords": read_keywords(sources.core),
        "types": read_keyword_types(sources.core),
        "variables": read_variables(sources.core),
        "galaxy": read_galaxy_keys(sources.core),
        "filters": read_plugins(sources.filters, sources.runtime, "filter"),
        "tests": read_plugins(sources.tests, sources.runtime, "test"),
        "become": sorted(sources.become),
        "lookups": sorted({*sources.lookups, *_plugin_names(sources.runtime[BUILTIN], "lookup")}),
        "collections": {c: sorted(t["modules"]) for c, t in tables.items()},
        "redirects": {
            c: routes
            for c, runtime in sorted(sources.runtime.items())
            if (routes := _routes(runtime, tables.get(c, {}).get("modules", {})))
        },
    }
    write_tables(output, {"index": index, **tables})


def main() -> None:
    """The command of the module docstring."""
    run_builder(__doc__, build)


if __name__ == "__main__":
    main()
