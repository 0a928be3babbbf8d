"""Cuts GitHub's OpenAPI description down to the paths that the stand-in serves.

    npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
    python tests/testing/trim_openapi.py package/generated/api.github.com.json tests/testing/data/github-openapi.json

The description is MIT-licensed by its authors (tests/testing/data/github-openapi.LICENSE). Prose and examples are
dropped except for the few examples that the stand-in starts its answers from, and OpenAPI's `nullable` is written
as JSON Schema, so that `jsonschema` reads the file as it is.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

OPERATIONS = {
    "/user": ("get",),
    "/repos/{owner}/{repo}/pulls/{pull_number}": ("get",),
    "/repos/{owner}/{repo}/pulls/{pull_number}/files": ("get",),
    "/repos/{owner}/{repo}/pulls/{pull_number}/comments": ("get", "post"),
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews": ("get", "post"),
}
EXAMPLES = (
    "pull-request",
    "pull-request-review",
    "pull-request-review-comment",
    "private-user-response-with-public-profile-information",
)
PROSE = {"description", "example", "examples", "externalDocs", "summary", "tags", "title"}
NAMES = {"properties", "schemas", "responses", "parameters", "examples", "content", "headers", "paths"}


def without_prose(node: Any, *, is_names: bool = False) -> Any:
    """The node with prose removed and `nullable` made a type; `is_names`: its keys are names, not keywords."""
    if isinstance(node, list):
        return [without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: without_prose(value, is_names=not is_names and key in NAMES)
        for key, value in node.items()
        if is_names or (key not in PROSE and not key.startswith("x-"))
    }
    if is_names or not kept.pop("nullable", False):
        return kept
    if "enum" in kept:
        kept["enum"] = [*kept["enum"], None]
    if isinstance(kept.get("type"), str):
        return kept | {"type": [kept["type"], "null"]}
    return {"anyOf": [kept, {"type": "null"}]}


def references(node: Any) -> set[str]:
    """All local references below the node."""
    if isinstance(node, list):
        return set().union(*(references(item) for item in node))
    if not isinstance(node, dict):
        return set()
    own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return own.union(*(references(value) for value in node.values()))


def trim(whole: dict[str, Any]) -> dict[str, Any]:
    """The used operations with everything that they refer to."""
    paths = {
        path: {verb: without_prose(whole["paths"][path][verb]) for verb in verbs} for path, verbs in OPERATIONS.items()
    }
    components: dict[str, dict[str, Any]] = {}
    pending = references(paths)
    while pending:
        _, _, kind, name = pending.pop().split("/")
        if name in components.setdefault(kind, {}):
            continue
        components[kind][name] = without_prose(whole["components"][kind][name])
        pending |= references(components[kind][name])
    components["examples"] = {
        name: whole["components"]["examples"][name] for name in EXAMPLES if name in whole["components"]["examples"]
    }
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths, "components": components}


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    trimmed = trim(json.loads(source.read_text(encoding="utf-8")))
    target.write_text(json.dumps(trimmed, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")
