"""Filters, tests and lookups that templates name and that do not exist."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from jinja2.filters import FILTERS as DEFAULT_FILTERS
from jinja2.tests import TESTS as DEFAULT_TESTS

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.validators.ansible_document import items, walk
from slmfix_bot.validators.ansible_near import distance
from slmfix_bot.validators.ansible_tables import BUILTIN, tables
from slmfix_bot.validators.names import nearest

if TYPE_CHECKING:
    import yaml

    from slmfix_bot.validators.ansible_document import Document

_PLACES = {
    "filter": r"(?:\|\s*|\bmap\(\s*['\"])",
    "test": r"(?:\bis\s+(?:not\s+)?|['\"])",
    "lookup": r"['\"]",
}
_ROLES = re.compile(r"roles|import_playbook|(ansible\.(builtin|legacy)\.)?(include|import)_role")
_MOST = 6


_OPERATORS = frozenset(name for name in DEFAULT_TESTS if not name.isidentifier()) | {"in"}


@cache
def _short_names(kind: str) -> frozenset[str]:
    """What resolves without a collection."""
    if kind == "lookup":
        return tables().lookups
    own = DEFAULT_FILTERS if kind == "filter" else DEFAULT_TESTS
    return tables().plugins(kind, BUILTIN).union(name for name in own if name.isidentifier())


def check_plugins(document: Document, root: yaml.Node, *, is_whole: bool) -> None:
    """`is_whole` when the text shows everything that could bring plugins along."""
    seen: set[tuple[int, str, str]] = set()
    for node in walk(root):
        template = document.templates.get(id(node))
        if template is None:
            continue
        uses = (("filter", template.filters), ("test", template.tests), ("lookup", template.lookups))
        for kind, names in uses:
            for name in names:
                if (id(node), kind, name) not in seen and not _is_known(document, kind, name):
                    seen.add((id(node), kind, name))
                    _report(document, kind, name, node, is_whole=is_whole)


def brings_roles(root: yaml.Node) -> bool:
    """Whether roles take part, which may have plugins of their own."""
    return any(_ROLES.fullmatch(item.key) for node in walk(root) for item in items(node))


def _is_known(document: Document, kind: str, name: str) -> bool:
    local = document.repository.plugins(kind)
    if local is None or name in _OPERATORS:
        return True
    if "." not in name:
        return name in _short_names(kind) or name in local
    place, _, short = name.rpartition(".")
    if place in {BUILTIN, "ansible.legacy"}:
        return short in _short_names(kind) or short in local
    # Lookups of collections are not in the table, and a collection outside the table may hold anything.
    known = tables().plugins(kind, place) if kind != "lookup" else frozenset[str]()
    return not known or short in known or short in local or name in local


def _report(document: Document, kind: str, name: str, node: yaml.Node, *, is_whole: bool) -> None:
    place, _, short = name.rpartition(".")
    local = document.repository.plugins(kind) or frozenset()
    if place and place not in {BUILTIN, "ansible.legacy"}:
        legal = [f"{place}.{other}" for other in sorted(tables().plugins(kind, place))]
    else:
        legal = sorted(_short_names(kind) | local)
    owners = () if kind == "lookup" else tables().plugin_owners(kind, short)
    expected = tuple(dict.fromkeys([*owners, *nearest(name, legal, _MOST)]))[:_MOST]
    shortest = 2 if kind == "lookup" else 3
    misspelt = [o for o in legal if min(len(name), len(o)) >= shortest and distance(name, o, 1) == 1]
    expected = tuple(dict.fromkeys([*misspelt, *expected]))[:_MOST]
    is_sure = is_whole or bool(misspelt) or bool(place)
    severity = Severity.ERROR if is_sure else Severity.WARNING
    message = f"{name!r} is not a {kind} of Ansible, its collections or Jinja"
    pattern = rf"(?<=[\W_])(?:{_PLACES[kind]})(?P<word>{re.escape(name)})(?!\w)"
    document.report_inside(
        f"unknown-{kind}", message, node, name, pattern, severity=severity, expected=expected
    )  # fmt: skip
