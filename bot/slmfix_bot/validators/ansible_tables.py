"""The shipped table of Ansible modules and keywords; docs/decisions/0003-ansible-tables.md says how it is made.

The index is read at first use (some 5 ms), a collection's options when a program names one of its modules.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING, Any

from slmfix_bot.validators.ansible_near import distance, is_slip

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BUILTIN = "ansible.builtin"
_HOPS = 5


@dataclass(frozen=True, kw_only=True)
class Option:
    """One module option; `choices` is empty when anything goes, `suboptions` when they are not known."""

    name: str
    type: str
    required: bool
    choices: tuple[str | int | bool, ...]
    aliases: tuple[str, ...]
    suboptions: Mapping[str, Option]
    elements: str | None
    rules: Mapping[str, list[list[Any]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Module:
    """A module's interface; `others` are names that it takes beside its documented options."""

    options: Mapping[str, Option]
    others: frozenset[str]
    rules: Mapping[str, list[list[Any]]] = field(default_factory=dict)

    @cached_property
    def by_name(self) -> Mapping[str, Option]:
        """Options by name and by alias."""
        return by_name(self.options)


@dataclass(frozen=True)
class Resolution:
    """Where a module name leads: `fqcn` is None when nowhere; `removed` when it was taken out of Ansible, `local` when
    the repository has it, `opaque` when nothing is known about its options."""

    fqcn: str | None
    redirected: bool = False
    removed: bool = False
    opaque: bool = False
    local: bool = False

    @property
    def is_outside_core(self) -> bool:
        """Whether ansible-core alone lacks the module."""
        return self.fqcn is not None and not self.fqcn.startswith("ansible.builtin.")


def by_name(options: Mapping[str, Option]) -> dict[str, Option]:
    """Options by name and by alias."""
    return {name: option for option in options.values() for name in (*option.aliases, option.name)}


class Tables:
    """Look-ups in the table archive."""

    def __init__(self) -> None:
        resource = files("slmfix_bot.validators").joinpath("data/ansible-modules.zip")
        self._archive = zipfile.ZipFile(BytesIO(resource.read_bytes()))
        index = json.loads(self._archive.read("index.json"))
        self._redirects: dict[str, dict[str, str | None]] = index["redirects"]
        self._collections: dict[str, frozenset[str]] = {c: frozenset(n) for c, n in index["collections"].items()}
        self._keywords: dict[str, frozenset[str]] = {k: frozenset(v) for k, v in index["keywords"].items()}
        self._loaded: dict[str, dict[str, Any]] = {}
        self._slips: dict[str, tuple[str, ...]] = {}
        self._nearest: dict[tuple[str, int], tuple[str, ...]] = {}
        self._plugins: dict[str, dict[str, Any]] = {"filter": index["filters"], "test": index["tests"]}
        self.lookups: frozenset[str] = frozenset(index["lookups"])
        self.types: dict[str, dict[str, str]] = index["types"]
        self.variables: frozenset[str] = frozenset(index["variables"])
        self.galaxy_keys: dict[str, list[Any]] = index["galaxy"]
        self.become_methods: tuple[str, ...] = tuple(index["become"])
        self.versions: dict[str, str] = index["versions"]

    def keywords(self, place: str) -> frozenset[str]:
        """Keywords of "play", "block", "task", "handler", "loop_control", "playbook_include", "task_include"; module
        names that take free text under "free_form" and "raw_params"."""
        return self._keywords[place]

    def has_collection(self, name: str) -> bool:
        """Whether the table knows every module of the collection."""
        return name in self._collections

    def plugins(self, kind: str, place: str) -> frozenset[str]:
        """Names of the "filter" or "test" plugins of a collection, those included that lead to another one."""
        entry = self._plugins[kind].get(place, {"names": (), "routes": {}})
        return frozenset(entry["names"]).union(name for name, target in entry["routes"].items() if target)

    def plugin_owners(self, kind: str, short: str) -> tuple[str, ...]:
        """Full names of the plugins with this last part."""
        return tuple(f"{place}.{short}" for place, entry in self._plugins[kind].items() if short in entry["names"])

    def resolve(self, name: str, collections: Iterable[str] = ()) -> Resolution:
        """Where Ansible with all collections of the `ansible` package would find the module.

        `collections` is the play's search list; a listed collection that the table lacks makes short names opaque.
        """
        if name.count(".") >= 2:
            return self._follow(name)
        found = Resolution(None)
        for place in (*collections, BUILTIN):
            if not self.has_collection(place) and place not in {BUILTIN, "ansible.legacy"}:
                # It may hold anything, but hardly a module of its own under a builtin's name or next to one.
                if name in self._collections[BUILTIN] or self.slips(name):
                    continue
                return Resolution(f"{place}.{name}", opaque=True)
            found = self._follow(f"{place}.{name}")
            if found.fqcn or found.removed:
                break
        return found

    def _follow(self, name: str) -> Resolution:
        start = name
        for _ in range(_HOPS):
            namespace, collection, short = name.split(".", 2)
            if not (namespace and collection and short):
                return Resolution(None)
            place = f"{namespace}.{collection}"
            place = BUILTIN if place == "ansible.legacy" else place
            redirects = self._redirects.get(place, {})
            if short in redirects:
                target = redirects[short]
                if target is None:
                    return Resolution(None, removed=True)
                name = target if target.count(".") >= 2 else f"{place}.{target}"
                continue
            if place not in self._collections:
                if self._misspelt_collection(place, short):
                    return Resolution(None)
                return Resolution(name, redirected=name != start, opaque=True)
            known = short in self._collections[place]
            return Resolution(f"{place}.{short}" if known else None, redirected=name != start)
        return Resolution(None)

    def _misspelt_collection(self, place: str, short: str) -> str | None:
        """The known collection that an unknown one nearly equals, so that it is hardly a third party's."""
        near = get_close_matches(place, self._collections, 3, 0.85)
        same = (n for n in near if short in self._collections[n] or short in self._redirects.get(n, ()))
        return next(same, next(iter(get_close_matches(place, self._collections, 1, 0.94)), None))

    def module(self, fqcn: str) -> Module | None:
        """The module's interface; None when it is not documented well enough to judge arguments."""
        namespace, collection, short = fqcn.split(".", 2)
        place = f"{namespace}.{collection}"
        if place not in self._loaded:
            if place not in self._collections:
                return None
            self._loaded[place] = json.loads(self._archive.read(f"{place}.json"))
        entry = self._loaded[place]["modules"].get(short)
        if entry is None:
            return None
        records = self._loaded[place]["records"]
        options = {name: _option(name, number, records) for name, number in entry["o"].items()}
        return Module(options=options, others=frozenset(entry.get("x", ())), rules=entry.get("c", {}))

    @cached_property
    def short_names(self) -> frozenset[str]:
        """Names that resolve without a namespace."""
        routed = (name for name, target in self._redirects[BUILTIN].items() if target)
        return self._collections[BUILTIN].union(routed)

    @cached_property
    def _owners(self) -> dict[str, list[str]]:
        owners: dict[str, list[str]] = {}
        for collection, names in self._collections.items():
            for name in names:
                owners.setdefault(name, []).append(f"{collection}.{name}")
        return owners

    def owners(self, short: str) -> tuple[str, ...]:
        """Full names of the modules with this last part, the most general collections first."""
        prefer = ("ansible.", "community.general.", "community.")
        return tuple(sorted(self._owners.get(short, ()), key=lambda n: (not n.startswith(prefer), len(n), n)))

    def slips(self, name: str) -> tuple[str, ...]:
        """Modules that resolve without a namespace and of which the name is a misspelling, the nearest first."""
        if name not in self._slips:
            near = [other for other in sorted(self.short_names) if is_slip(name, other)]
            self._slips[name] = tuple(sorted(near, key=lambda other: distance(name, other, 2)))
        return self._slips[name]

    def nearest_modules(self, name: str, count: int = 5) -> tuple[str, ...]:
        """Cached, since a repair asks for the same wrong name again and again."""
        if (name, count) not in self._nearest:
            self._nearest[name, count] = self._nearest_modules(name, count)
        return self._nearest[name, count]

    def _nearest_modules(self, name: str, count: int) -> tuple[str, ...]:
        """Legal names nearest to a wrong one: in the same collection, by short name, then by full name."""
        if name.count(".") >= 2:
            namespace, collection, short = name.split(".", 2)
            place = BUILTIN if namespace == "ansible" and collection == "legacy" else f"{namespace}.{collection}"
            if place not in self._collections and (intended := self._misspelt_collection(place, short)):
                place = intended
                if short in self._collections[place] or short in self._redirects.get(place, ()):
                    return (f"{place}.{short}",)
            near = [f"{place}.{n}" for n in get_close_matches(short, self._collections.get(place, ()), count, 0.75)]
            return tuple(dict.fromkeys([*self.owners(short)[:2], *near]))[:count]
        owners = self.owners(name)[:3]
        near = [*self.slips(name)[:2], *get_close_matches(name, sorted(self.short_names), count, 0.75)]
        if len(owners) + len(near) < count:
            wide = get_close_matches(name, sorted(self._owners), count, 0.85)
            near += [full for short in wide for full in self.owners(short)[:1] if short not in near]
        return tuple(dict.fromkeys([*owners, *near]))[:count]


def _option(name: str, number: int, records: list[Any]) -> Option:
    kind, required, choices, aliases, suboptions, elements, rules = [*records[number], *(0,) * 7][:7]
    return Option(
        name=name,
        type=kind,
        required=bool(required),
        choices=tuple(choices or ()),
        aliases=tuple(aliases or ()),
        suboptions={inner: _option(inner, index, records) for inner, index in (suboptions or {}).items()},
        elements=elements or None,
        rules=rules or {},
    )


@cache
def tables() -> Tables:
    """The one table of the process."""
    return Tables()
