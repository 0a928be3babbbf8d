"""What the files of one module declare together."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.hcl_nodes import Mapping, Template, Variable
from slmfix_bot.validators.hcl_parser import parse_hcl
from slmfix_bot.validators.hcl_scanner import HclError

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.hcl_nodes import Block, Body, Expression


@dataclass
class Requirement:
    """What `required_providers` says about one provider; empty where it says nothing."""

    source: str = ""
    version: str = ""


@dataclass
class Module:
    """Declared names by kind: "var", "local", "module", "data", "resource", "ephemeral"; for the last three
    "type.name". `keyed` has those with `count` or `for_each`, `sources` where modules come from; `is_whole` says that
    every file was seen."""

    names: dict[str, set[str]] = field(default_factory=dict)
    keyed: set[tuple[str, str]] = field(default_factory=set)
    providers: dict[str, Requirement] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    is_whole: bool = False

    def declare(self, kind: str, name: str) -> None:
        """Adds a name."""
        self.names.setdefault(kind, set()).add(name)

    def declares(self, kind: str, name: str) -> bool:
        """Whether a file that was seen declares it."""
        return name in self.names.get(kind, ())

    def add(self, body: Body) -> None:
        """Adds what a file declares."""
        for block in body.blocks:
            labels = [label.text for label in block.labels]
            if block.kind == "locals":
                for attribute in block.body.attributes:
                    self.declare("local", attribute.name)
            elif block.kind in {"variable", "module"} and labels:
                self.declare("var" if block.kind == "variable" else "module", labels[0])
                if block.kind == "module":
                    self._keys("module", labels[0], block)
                    self.sources[labels[0]] = source_of(block)
            elif block.kind in {"resource", "data", "ephemeral"} and len(labels) == 2:
                self.declare(block.kind, ".".join(labels))
                self._keys(block.kind, ".".join(labels), block)
            elif block.kind == "check":
                for inner in block.body.blocks:
                    if inner.kind == "data" and len(inner.labels) == 2:
                        self.declare("data", ".".join(label.text for label in inner.labels))
            elif block.kind == "terraform":
                self._terraform(block)

    def _keys(self, kind: str, name: str, block: Block) -> None:
        if any(attribute.name in {"count", "for_each"} for attribute in block.body.attributes):
            self.keyed.add((kind, name))

    def _terraform(self, block: Block) -> None:
        for inner in block.body.blocks:
            if inner.kind == "required_providers":
                for attribute in inner.body.attributes:
                    self.providers[attribute.name] = _requirement(attribute.value)

    def add_json(self, text: str) -> None:
        """Adds what a file in JSON syntax declares. Raises ValueError when it cannot be read."""
        content = json.loads(text)
        if not isinstance(content, dict):
            msg = "no object"
            raise ValueError(msg)
        for kind, section in content.items():
            for part in section if isinstance(section, list) else [section]:
                self._add_section(kind, part if isinstance(part, dict) else {})

    def _add_section(self, kind: str, part: dict[str, object]) -> None:
        for name, inner in part.items():
            if kind in {"variable", "module", "locals"}:
                self.declare({"variable": "var", "locals": "local"}.get(kind, kind), name)
            elif kind in {"resource", "data", "ephemeral"} and isinstance(inner, dict):
                for label in inner:
                    self.declare(kind, f"{name}.{label}")
                    self.keyed.add((kind, f"{name}.{label}"))


def source_of(block: Block) -> str:
    """Where a module comes from; empty when that is not written out."""
    values = (attribute.value for attribute in block.body.attributes if attribute.name == "source")
    return next(((value.text or "") for value in values if isinstance(value, Template)), "")


def _requirement(value: Expression) -> Requirement:
    if isinstance(value, Template):
        return Requirement(version=value.text or "")
    if not isinstance(value, Mapping):
        return Requirement()
    texts = {_key(key): item.text or "" for key, item in value.items if isinstance(item, Template)}
    return Requirement(texts.get("source", ""), texts.get("version", ""))


def _key(key: Expression) -> str:
    if isinstance(key, Variable):
        return key.name
    return (key.text or "") if isinstance(key, Template) else ""


def is_override(path: str) -> bool:
    """Whether the file amends blocks of others, so that nothing in it is complete."""
    name = PurePosixPath(path).name
    return name == "override.tf" or name.endswith("_override.tf")


@lru_cache(maxsize=256)
def parsed(text: str) -> Body:
    """Companions are the same for each of some hundred candidates."""
    return parse_hcl(text)


def read_module(program: Program, body: Body) -> Module:
    """The module of a program out of its own body and its companions."""
    module = Module()
    module.add(body)
    folder = PurePosixPath(program.path).parent
    files = [(path, text) for path, text in program.files if path != program.path]
    module.is_whole = bool(files) or program.dialect == "module"
    for path, text in files:
        if PurePosixPath(path).parent != folder:
            continue
        try:
            if path.endswith(".json"):
                module.add_json(text)
            else:
                module.add(parsed(text))
        except (HclError, CannotJudge, ValueError, RecursionError):
            module.is_whole = False
    return module
