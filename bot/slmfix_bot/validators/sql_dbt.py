"""Models, sources and seeds of a dbt project, read from its files and never rendered.

The columns of a model are those of its query where they can be told; what a schema file lists is only used for
suggestions, because nobody has to list everything there.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from slmfix_bot.validators.sql_companions import MAX_COMPANIONS
from slmfix_bot.validators.sql_jinja import Neutral, neutralize
from slmfix_bot.validators.sql_tables import SchemaBuilder, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from slmfix_bot.validators.sql_ddl import Outputs

MAX_DEPTH = 12
STAND_IN = "jinja_val"
PACKAGES = frozenset({"packages.yml", "dependencies.yml", "packages.yaml"})


@dataclass
class DbtProject:
    """`models` maps a name to the text of its query, None where there is none in SQL; names in lower case."""

    models: dict[str, str | None] = field(default_factory=dict)
    sources: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    listed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    seeds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_complete: bool = True
    sources_complete: bool = True


def is_dbt(files: Iterable[tuple[str, str]]) -> bool:
    """Whether the files are those of a dbt project."""
    return any(PurePosixPath(path).name == "dbt_project.yml" for path, _ in files)


def read_project(files: Sequence[tuple[str, str]], path: str = "", text: str = "") -> DbtProject:
    """The project that the files make; the program itself is a model of it."""
    project = DbtProject(is_complete=len(files) < MAX_COMPANIONS)
    project.sources_complete = project.is_complete
    for name, content in (*files, *([(path, text)] if path else ())):
        place = PurePosixPath(name)
        folders = set(place.parts)
        if place.name in PACKAGES:
            project.is_complete = False  # a package brings models of its own
        elif place.suffix in {".yml", ".yaml"}:
            _read_properties(content, project)
        elif place.suffix == ".csv":
            header = next(csv.reader(content.split("\n", 1)[:1]), [])
            project.seeds[place.stem.lower()] = tuple(column.strip().lstrip("\ufeff") for column in header)
        elif place.suffix == ".sql" and not folders & {"macros", "tests", "analyses", "analysis"}:
            _read_model(place.stem, content, project)
        elif place.suffix == ".py":
            project.models.setdefault(place.stem.lower(), None)
    return project


def _read_model(stem: str, content: str, project: DbtProject) -> None:
    if "{% snapshot" in content or "{%- snapshot" in content:
        for part in content.split("snapshot ")[1:]:
            project.models[part.split("%}")[0].strip("- ").lower()] = None
        return
    project.models[stem.lower()] = content


def _read_properties(content: str, project: DbtProject) -> None:
    import yaml

    try:
        document = yaml.load(content, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        project.is_complete = project.sources_complete = False
        return
    if not isinstance(document, dict):
        return
    for source in _entries(document.get("sources")):
        for table in _entries(source.get("tables")):
            key = (str(source.get("name")).lower(), str(table.get("name")).lower())
            project.sources[key] = _columns(table)
    for kind in ("models", "seeds", "snapshots"):
        for entry in _entries(document.get(kind)):
            name = str(entry.get("name")).lower()
            project.listed[name] = _columns(entry)
            if kind == "snapshots":
                project.models.setdefault(name, None)
            for version in _entries(entry.get("versions")):
                project.models.setdefault(f"{name}_v{version.get('v')}".lower(), None)
                project.models.setdefault(name, None)


def _entries(node: Any) -> list[dict[str, Any]]:
    return [entry for entry in node if isinstance(entry, dict)] if isinstance(node, list) else []


def _columns(entry: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(column["name"]) for column in _entries(entry.get("columns")) if column.get("name"))


def schema_of(project: DbtProject, neutral: Neutral, outputs: Outputs, quote: str) -> SchemaBuilder:
    """The tables that a file asks for, with the columns of their queries; sources as `schema.table`."""
    builder = SchemaBuilder(is_complete=False, is_inferred=True, functions_open=True)
    _Walk(project, builder, outputs, quote).visit(neutral, 0)
    return builder


class _Walk:
    """Resolves references to references, each once."""

    def __init__(self, project: DbtProject, builder: SchemaBuilder, outputs: Outputs, quote: str) -> None:
        self._project = project
        self._builder = builder
        self._outputs: Callable[[str, SchemaBuilder], tuple[str, ...] | None] = outputs
        self._quote = quote
        self._seen: set[str] = set()

    def visit(self, neutral: Neutral, depth: int) -> None:
        for pair in neutral.sources.values():
            columns = self._project.sources.get((pair[0].lower(), pair[1].lower()))
            if columns is not None:
                self._builder.add(Table(name=".".join(pair), columns=columns, is_complete=False))
        for name in neutral.refs.values():
            if name.lower() not in self._seen:
                self._seen.add(name.lower())
                self._model(name, depth)

    def _model(self, name: str, depth: int) -> None:
        key = name.lower()
        listed = self._project.listed.get(key, ())
        if key in self._project.seeds:
            self._builder.add(Table(name=name, columns=self._project.seeds[key]))
            return
        if key not in self._project.models:
            return
        text = self._project.models[key]
        produced = self._columns_of(text, depth) if text is not None and depth < MAX_DEPTH else None
        if produced is None:
            self._builder.add(Table(name=name, columns=listed, is_complete=False))
        else:
            self._builder.add(Table(name=name, columns=produced))

    def _columns_of(self, text: str, depth: int) -> tuple[str, ...] | None:
        neutral = neutralize(text, self._quote)
        if neutral is None:
            return None if "{{" in text or "{%" in text else self._outputs(text, self._builder)
        self.visit(neutral, depth + 1)
        if any(re.match(r"[\w.\"`]", text[start - 1 : start]) for start, _ in neutral.values if start):
            return None  # a value that is part of a name
        produced = self._outputs(neutral.text, self._builder)
        return None if any(STAND_IN in column for column in produced or ()) else produced
