"""What the wheels of Ansible say: files of modules, and options as documented. Read from the archives, not imported."""

from __future__ import annotations

import ast
import re
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.validators.ansible_source import assignments

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

BUILTIN = "ansible.builtin"
_MODULE = re.compile(
    r"(?:ansible/(?P<core>modules|plugins/(?:action|doc_fragments|filter|test|become))"
    r"|ansible_collections/(?P<ns>\w+)/(?P<coll>\w+)/plugins/"
    r"(?P<kind>modules|action|doc_fragments|filter|test|become))/(?P<rest>.+)"
)
_CORE = re.compile(
    r"ansible/(playbook/|constants|parsing/mod_args|module_utils/facts/|vars/manager|plugins/(connection|shell|become)/"
    r"|galaxy/data/collections_galaxy_meta)[^.]*\.(py|yml)"
)


def _load_yaml(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


class Sources:
    """The wheels' files that matter, by collection: modules, plugins and documentation fragments."""

    def __init__(self, wheels: Iterable[Path]) -> None:
        self.modules: dict[str, dict[str, dict[str, bytes]]] = {}
        self.actions: dict[str, set[str]] = {}
        self.fragments: dict[str, bytes] = {}
        self.runtime: dict[str, Any] = {}
        self.core: dict[str, str] = {}
        self.lookups: set[str] = set()
        self.filters: dict[str, dict[str, bytes]] = {}
        self.tests: dict[str, dict[str, bytes]] = {}
        self.become: set[str] = set()
        self.versions: dict[str, str] = {}
        for wheel in wheels:
            name, version = wheel.name.split("-")[:2]
            self.versions[name] = version
            with zipfile.ZipFile(wheel) as archive:
                for path in archive.namelist():
                    self._take(archive, path)

    def _take(self, archive: zipfile.ZipFile, path: str) -> None:
        if _CORE.fullmatch(path):
            self.core[path] = archive.read(path).decode()
        if path == "ansible/config/ansible_builtin_runtime.yml":
            self.runtime[BUILTIN] = _load_yaml(archive.read(path).decode())
        if match := re.fullmatch(r"ansible/plugins/lookup/([a-z]\w*)\.py", path):
            self.lookups.add(match[1])
        if match := re.fullmatch(r"ansible_collections/(\w+)/(\w+)/meta/runtime\.yml", path):
            self.runtime[".".join(match.groups())] = _load_yaml(archive.read(path).decode()) or {}
        found = _MODULE.fullmatch(path)
        suffix = PurePosixPath(path).suffix
        if not found or suffix not in {".py", ".ps1", ".yml", ".yaml"} or path.endswith("__init__.py"):
            return
        collection = f"{found['ns']}.{found['coll']}" if found["ns"] else BUILTIN
        kind = (found["core"] or found["kind"]).rpartition("/")[2]
        name = found["rest"].removesuffix(suffix).replace("/", ".")
        if kind == "modules":
            self.modules.setdefault(collection, {}).setdefault(name, {})[suffix] = archive.read(path)
        elif kind == "action":
            self.actions.setdefault(collection, set()).add(name)
        elif kind in {"filter", "test"}:
            plugins = self.filters if kind == "filter" else self.tests
            plugins.setdefault(collection, {})[f"{name}{suffix}"] = archive.read(path)
        elif kind == "become":
            self.become.add(name if collection == BUILTIN else f"{collection}.{name}")
        else:
            self.fragments[f"{collection}.{name}"] = archive.read(path)


class Documentation:
    """Options of a module as its DOCUMENTATION and the fragments that it extends state them."""

    def __init__(self, fragments: Mapping[str, bytes]) -> None:
        self._sources = fragments
        self._parsed: dict[str, dict[str, str]] = {}

    def options(self, files: Mapping[str, bytes], tree: ast.Module, collection: str) -> dict[str, Any] | None:
        """Merged `options`, or None when they cannot be known (no or broken documentation, unresolved fragment)."""
        try:
            return self._options(files, tree, collection)
        except yaml.YAMLError:
            return None

    def _options(self, files: Mapping[str, bytes], tree: ast.Module, collection: str) -> dict[str, Any] | None:
        text = next((files[s].decode() for s in (".yml", ".yaml") if s in files), None)
        if text is not None:
            document = (_load_yaml(text) or {}).get("DOCUMENTATION")
        else:
            found = assignments(tree).get("DOCUMENTATION")
            document = _load_yaml(found) if found else None
        return self._merge(document, collection) if isinstance(document, dict) else None

    def _merge(self, document: dict[str, Any], collection: str) -> dict[str, Any] | None:
        options: dict[str, Any] = {}
        slugs = document.get("extends_documentation_fragment") or []
        slugs = [s.strip() for s in slugs.split(",")] if isinstance(slugs, str) else slugs
        for slug in slugs:
            fragment = self._fragment(slug, collection)
            if fragment is None:
                return None
            _add(options, (_load_yaml(fragment) or {}).get("options") or {})
        _add(options, document.get("options") or {})
        return options

    def _fragment(self, slug: str, collection: str) -> str | None:
        for name, _, variable in ((slug, "", "DOCUMENTATION"), slug.rpartition(".")):
            for full in (name, f"{BUILTIN}.{name}", f"{collection}.{name}"):
                if full in self._sources:
                    texts = self._parsed.setdefault(full, {}) or assignments(ast.parse(self._sources[full]))
                    self._parsed[full] = texts
                    return texts.get(variable.upper())
        return None


def _add(options: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        old = options.get(name)
        merged = {**(old or {}), **(value or {})}
        if old and old.get("suboptions") and (value or {}).get("suboptions"):
            merged["suboptions"] = dict(old["suboptions"])
            _add(merged["suboptions"], value["suboptions"])
        options[name] = merged
