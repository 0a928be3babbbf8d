"""Build the table of Kubernetes kinds and their fields that the Kubernetes validator reads.

    python -m slmfix_training.tables.kubernetes_tables kubernetes_validate-*.whl -o FILE.zip

The wheel ships the JSON Schemas of a range of Kubernetes versions. The newest version's strict definitions are kept
(unknown fields are errors there, as for the API server), without prose, plus the group versions that older ones had and
it has not. The archive holds `index.json` and one `<group>.json` for each API group, so that a reader pays only for
the groups that a manifest names. Equal wheels give equal bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from slmfix_training.tables.kubernetes_facts import CHOICES, ITEM_CHOICES, REMOVED_BEFORE
from slmfix_training.tables.schema_tables import strip, write_archive

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DEFINITIONS = re.compile(
    r"kubernetes_validate/kubernetes-json-schema/v(\d+)\.(\d+)\.\d+-local(-strict)?/_definitions\.json"
)
_GVK = "x-kubernetes-group-version-kind"
_PREFIX = re.compile(r"^io\.k8s\.(api|apimachinery\.pkg|apiextensions-apiserver\.pkg|kube-aggregator\.pkg)\.")
_REF = "#/$defs/"
# Kinds that are parts of requests, not of manifests, would only be offered as wrong neighbours.
_NOT_WRITTEN = re.compile(
    r"(Options|Review|APIGroup|APIGroupList|APIVersions|APIResourceList|WatchEvent|Status|Scale|Binding)$"
)


def api_version(gvk: Mapping[str, str]) -> str:
    """What stands in `apiVersion`."""
    return f"{gvk['group']}/{gvk['version']}" if gvk["group"] else gvk["version"]


def kinds_of(definitions: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Definition by (kind, apiVersion), lists and parts of requests excluded."""
    return {
        (gvk["kind"], api_version(gvk)): name
        for name, schema in definitions.items()
        for gvk in schema.get(_GVK, ())[:1]
        if not (_NOT_WRITTEN.search(gvk["kind"]) and not gvk["kind"].endswith("RoleBinding"))
        and not (gvk["kind"].endswith("List") and "items" in schema.get("properties", ()))
    }


def _all_kinds(definitions: Mapping[str, Any]) -> set[str]:
    return {gvk["kind"] for schema in definitions.values() for gvk in schema.get(_GVK, ())}


def compact(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """One definition without prose and without the mention of null, which the API server reads as absent."""
    if name.endswith("api.resource.Quantity"):
        return {"type": ["string", "number"], "format": "quantity"}
    if name.endswith("util.intstr.IntOrString"):
        return {"type": ["string", "integer"]}
    bare: dict[str, Any] = _without_null(strip(schema))
    bare.pop("$schema", None)
    if _GVK in schema and "status" in bare.get("properties", ()):
        bare["properties"]["status"] = {}  # written by the server, and ignored in a manifest
    short = _PREFIX.sub("", name)
    for field, choices in CHOICES.get(short, {}).items():
        bare["properties"][field]["enum"] = choices
    for field, choices in ITEM_CHOICES.get(short, {}).items():
        bare["properties"][field]["items"]["enum"] = choices
    return bare


def _without_null(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_null(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {key: _without_null(value) for key, value in schema.items()}
    if isinstance(kept.get("type"), list):
        types = [name for name in kept["type"] if name != "null"]
        kept["type"] = types[0] if len(types) == 1 else types
    if isinstance(kept.get("enum"), list):
        kept["enum"] = [value for value in kept["enum"] if value is not None]
    return kept


def references(schema: Any) -> Iterable[str]:
    """The names of the definitions that a schema refers to."""
    return re.findall(rf'"\$ref": ?"(?:[^"#]*){re.escape(_REF)}([^"]+)"', json.dumps(schema))


def close(names: Iterable[str], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The named definitions and all that they refer to."""
    found: dict[str, Any] = {}
    waiting = sorted(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = definitions[name]
            waiting.extend(references(definitions[name]))
    return dict(sorted(found.items()))


def removed_kinds(
    older: Mapping[str, Mapping[tuple[str, str], str]], kinds: Mapping[tuple[str, str], str]
) -> dict[str, dict[str, str]]:
    """kind -> apiVersion -> the first version of Kubernetes that lacks it, for those of earlier versions."""
    removed: dict[str, dict[str, str]] = {}
    for version, known in older.items():
        major, minor = version.split(".")
        for kind, api in known:
            if (kind, api) not in kinds:
                removed.setdefault(kind, {})[api] = f"{major}.{int(minor) + 1}"
    for api, rows in REMOVED_BEFORE.items():
        for kind, version in rows.items():
            removed.setdefault(kind, {}).setdefault(api, version)
    return {kind: dict(sorted(rows.items())) for kind, rows in sorted(removed.items())}


def build(wheel: Path, output: Path) -> dict[str, Any]:
    """Writes the archive and returns its index."""
    versions: dict[tuple[int, int], dict[str, Any]] = {}
    strict: dict[tuple[int, int], dict[str, Any]] = {}
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if found := _DEFINITIONS.fullmatch(name):
                place = strict if found[3] else versions
                place[int(found[1]), int(found[2])] = json.loads(archive.read(name))["$defs"]
        licence = next(n for n in archive.namelist() if "LICENSE" in n)
        members = {"licence": archive.read(licence).decode()}
    newest = max(strict)
    definitions = {name: compact(name, schema) for name, schema in strict[newest].items()}
    kinds = kinds_of(strict[newest])
    older = {f"{a}.{b}": kinds_of(schemas) for (a, b), schemas in sorted(versions.items()) if (a, b) != newest}
    groups: dict[str, set[str]] = {}
    table: dict[str, dict[str, str]] = {}
    for (kind, api), name in sorted(kinds.items()):
        groups.setdefault(api.rpartition("/")[0] or "core", set()).add(name)
        table.setdefault(kind, {})[api] = name
    for group, names in groups.items():
        members[f"{group}.json"] = json.dumps({"$defs": close(names, definitions)}, separators=(",", ":"))
    index = {
        "version": f"{newest[0]}.{newest[1]}",
        "kinds": table,
        "removed": removed_kinds(older, kinds),
        "others": sorted(_all_kinds(strict[newest]) - set(table)),
    }
    members["index.json"] = json.dumps(index, separators=(",", ":"))
    write_archive(members, output)
    return index


def main(arguments: list[str] | None = None) -> None:
    """Reads the wheel and writes the archive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    build(options.wheel, options.output)


if __name__ == "__main__":
    main()
