"""What a prebuilt cdktf provider wheel says about a Terraform provider: names, types, what is required.

The wheel holds a tarball of JavaScript with source maps, and those hold the TypeScript that cdktf generated from the
provider's schema. The text is read, never run. Its form is regular: a class for each resource and each nested object,
and in it one comment with the schema's flags in front of every property.
"""

from __future__ import annotations

import base64
import json
import re
import tarfile
import zipfile
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_MAP = re.compile(r"//# sourceMappingURL=data:[\w/;=+-]*base64,([\w+/=]+)")
_CLASS = re.compile(r"^export class (\w+) extends cdktf\.(\w+) \{", re.M)
_PROPERTY = re.compile(
    r"^  // (?P<name>\w+) - computed: (?P<computed>\w+), optional: (?P<optional>\w+), required: (?P<required>\w+)\n"
    r"(?P<code>(?:.+\n){1,4})",
    re.M,
)
_TYPE = re.compile(r'tfResourceType = "(\w+)"')
_VERSION = re.compile(r"providerName: '([\w-]+)',\s+providerVersion: '([\w.-]+)'")
_REGISTRY = re.compile(r"registry\.terraform\.io/providers/([\w-]+/[\w-]+)/")
_NESTED = re.compile(r"new (\w+?)(List|MapList|Map|OutputReference)\(this, \"\w+\"(?:, (true|false))?\)")
_FIELD = re.compile(r"\?: ([^;]+);")
_GETTER = re.compile(r"this\.get(\w+)Attribute\(")
_KINDS = {"TerraformResource": "resource", "TerraformDataSource": "data", "TerraformProvider": "provider"}

# A letter for each type that a literal can be held against; v is any value, x also blocks.
_FIELD_TYPES = {
    "string": "s", "number": "n", "boolean": "b", "string[]": "l", "number[]": "i", "boolean[]": "t",
    "{ [key: string]: string }": "m",
}  # fmt: skip
_GETTER_TYPES = {
    "String": "s", "Number": "n", "Boolean": "b", "List": "l", "NumberList": "i", "StringMap": "m",
    "NumberMap": "o", "BooleanMap": "o", "AnyMap": "o",
}  # fmt: skip


class Property(NamedTuple):
    """`code` is a type letter, or for a nested object its nesting (1 single, l list, t set, m map), then the
    requirement (r required, o optional, p optional and computed, c computed), then for a nested object where it is
    written (b block, a attribute, e either). `inner` is the class of the nested object."""

    name: str
    code: str
    inner: str | None


@dataclass(frozen=True, kw_only=True)
class Source:
    """A provider's name, version and address in the registry, and its TypeScript by folder."""

    name: str
    version: str
    address: str
    folders: Mapping[str, str]


def read_wheel(path: Path) -> Source:
    """All TypeScript of a wheel."""
    folders: dict[str, list[str]] = {}
    name = version = address = ""
    with zipfile.ZipFile(path) as wheel:
        inner = next(n for n in wheel.namelist() if n.endswith(".jsii.tgz"))
        with wheel.open(inner) as raw, tarfile.open(fileobj=raw, mode="r|gz") as archive:
            for member in archive:
                parts = member.name.split("/")
                file = archive.extractfile(member) if member.name.endswith(".js") and len(parts) > 3 else None
                if file is None:
                    continue
                for source in _originals(file.read().decode()):
                    folders.setdefault(parts[2], []).append(source)
                    if found := _VERSION.search(source):
                        name, version = found.groups()
                        registered = _REGISTRY.search(source)
                        address = registered[1] if registered else address
    joined = {folder: "\n".join(texts) for folder, texts in sorted(folders.items())}
    return Source(name=name, version=version, address=address, folders=joined)


def _originals(script: str) -> Iterator[str]:
    match = _MAP.search(script, script.rfind("//# sourceMappingURL"))
    if match:
        yield from json.loads(base64.b64decode(match[1]))["sourcesContent"]


class Classes:
    """The classes of one folder."""

    def __init__(self, text: str) -> None:
        self.main: list[tuple[str, str, str]] = []
        self._properties: dict[str, list[Property]] = {}
        matches = list(_CLASS.finditer(text))
        for match, following in pairwise([*matches, None]):
            if match is None:
                continue
            body = text[match.end() : following.start() if following else len(text)]
            self._properties[match[1]] = list(_properties(body))
            if match[2] in _KINDS:
                type_name = _TYPE.search(body)
                self.main.append((_KINDS[match[2]], type_name[1] if type_name else "", match[1]))

    def properties(self, name: str) -> list[Property] | None:
        """Those of a class; of a nested object by the name without its suffix. None when it was cut off."""
        found = self._properties.get(name)
        return self._properties.get(f"{name}OutputReference") if found is None else found


def _properties(body: str) -> Iterator[Property]:
    found = list(_PROPERTY.finditer(body))
    nested = [_NESTED.search(match["code"]) for match in found]
    nestings = [_nesting(match) if match else "" for match in nested]
    places = written_as([match["name"] for match in found], nestings)
    for match, inner, nesting, place in zip(found, nested, nestings, places, strict=True):
        required = _requirement(match)
        if inner is None:
            yield Property(match["name"], _letter(match["code"]) + required, None)
        else:
            yield Property(match["name"], nesting + required + place, inner[1])


def _nesting(match: re.Match[str]) -> str:
    if match[2] == "List":
        return "t" if match[3] == "true" else "l"
    return "1" if match[2] == "OutputReference" else "m"


def _requirement(match: re.Match[str]) -> str:
    if match["required"] == "true":
        return "r"
    if match["optional"] == "true":
        return "p" if match["computed"] == "true" else "o"
    return "c"


def written_as(names: list[str], nestings: list[str]) -> list[str]:
    """Where each property is written: b as a block, a with an equals sign, e either way.

    A schema lists its attributes in alphabetical order, then its blocks in alphabetical order; cdktf keeps the order
    but not the border, so the border is where the order falls back; without a fall the last objects may be either.
    Terraform takes lists of objects that are attributes as blocks too, but single objects (nesting "1") it does not.

    >>> written_as(["a", "m", "s", "z", "c"], ["", "l", "1", "", "1"])
    ['a', 'e', 'a', 'a', 'b']
    >>> written_as(["a", "timeouts"], ["", "1"])
    ['a', 'e']
    """
    fall = next((i for i, (one, two) in enumerate(pairwise(names), 1) if two < one), None)
    plain = max((i for i, nesting in enumerate(nestings) if not nesting), default=-1)
    border = fall if fall is not None else plain + 1
    places = ["b" if fall is not None else "e"] * len(names)
    places[:border] = ["e" if nesting in {"l", "t"} else "a" for nesting in nestings[:border]]
    return places


def _letter(code: str) -> str:
    if "cdktf.StringMap" in code:
        return "m"
    if "cdktf." in code and "Map(" in code:
        return "o"
    if field := _FIELD.search(code):
        declared = field[1].replace(" | cdktf.IResolvable", "").replace("(boolean)[]", "boolean[]").strip()
        if declared in _FIELD_TYPES:
            return _FIELD_TYPES[declared]
        # What cdktf declares as `any`, or by a name of its own in a provider's configuration, may be blocks.
        if declared == "any" or declared[0].isupper():
            return "x"
        return "o" if re.fullmatch(r"\{ \[key: string\]: (?!any\b).* \}( \| cdktf\.\w+)?", declared) else "v"
    getter = _GETTER.search(code)
    return _GETTER_TYPES.get(getter[1], "x") if getter else "x"
