"""Ansible's files that hold neither plays nor tasks: role meta, requirements, galaxy.yml, inventories, variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.validators.ansible_document import get, has_template, is_null, items, literal
from slmfix_bot.validators.ansible_kinds import Kind
from slmfix_bot.validators.ansible_near import is_near
from slmfix_bot.validators.ansible_tables import tables
from slmfix_bot.validators.ansible_values import is_variable_name
from slmfix_bot.validators.names import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from slmfix_bot.validators.ansible_document import Document, Item

_META = ("allow_duplicates", "argument_specs", "collections", "dependencies", "galaxy_info")
_GALAXY_INFO = tuple(
    "author company description documentation galaxy_tags github_branch homepage issue_tracker_url license "
    "min_ansible_container_version min_ansible_version namespace platforms role_name standalone categories "
    "cloud_platforms video_links".split()
)
_SOURCES = ("file", "galaxy", "git", "url", "dir", "subdirs")
_OPTION_TYPES = tuple("str int float bool list dict path raw json jsonarg bytes bits".split())
_OPTION_KEYS = tuple(
    "aliases apply_defaults choices default deprecated_aliases description elements fallback mutually_exclusive no_log "
    "options removed_at_date removed_from_collection removed_in_version required required_by required_if "
    "required_one_of required_together short_description type version_added context".split()
)
_SECTIONS = ("vars", "children", "hosts")


def check_file(document: Document, kind: Kind, root: yaml.Node) -> None:
    """Judge a file of one of the kinds in `CHECKS`."""
    if not is_null(root):
        CHECKS[kind](document, root)


def _is_mapping(document: Document, node: yaml.Node, what: str) -> bool:
    if isinstance(node, yaml.MappingNode):
        return True
    if not has_template(node) and not node.tag.startswith("!"):
        document.report("not-a-mapping", f"{what} must be a mapping", node)
    return False


def _check_keys(
    document: Document, pairs: Iterable[Item], legal: tuple[str, ...], place: str, *, is_fatal: bool
) -> None:
    for item in pairs:
        if item.key not in legal:
            near = tuple(other for other in nearest(item.key, legal, 4) if is_near(item.key, other, edits=2))
            severity = Severity.ERROR if is_fatal else Severity.WARNING
            message = f"{item.key!r} is not a key of {place}"
            document.report("unknown-key", message, item.key_node, severity=severity, found=item.key,
                            expected=near or (legal[:8] if is_fatal else ()))  # fmt: skip


def _check_variables(document: Document, root: yaml.Node) -> None:
    if _is_mapping(document, root, "a file of variables"):
        for item in items(root):
            if not is_variable_name(item.key) and "{{" not in item.key:
                message = f"{item.key!r} cannot be the name of a variable"
                severity = Severity.WARNING
                document.report("invalid-name", message, item.key_node, severity=severity, found=item.key)


def _check_meta(document: Document, root: yaml.Node) -> None:
    if not _is_mapping(document, root, "a role's meta/main.yml"):
        return
    _check_keys(document, items(root), _META, "a role's meta/main.yml", is_fatal=True)
    for item in items(root):
        if item.key == "dependencies" and not is_null(item.value):
            _check_dependencies(document, item)
        elif item.key == "galaxy_info" and isinstance(item.value, yaml.MappingNode):
            _check_keys(document, items(item.value), _GALAXY_INFO, "galaxy_info", is_fatal=False)
        elif item.key == "galaxy_info" and not is_null(item.value):
            document.report("not-a-mapping", "galaxy_info must be a mapping", item.key_node)
        elif item.key == "argument_specs":
            _check_specs(document, item.value)


def _check_dependencies(document: Document, item: Item) -> None:
    if not isinstance(item.value, yaml.SequenceNode):
        document.report("not-a-list", "dependencies must be a list of roles", item.key_node)
        return
    for entry in item.value.value:
        names = {pair.key for pair in items(entry)}
        if isinstance(entry, yaml.SequenceNode) or is_null(entry):
            document.report("not-a-mapping", "a dependency is a role's name or a mapping", entry)
        elif isinstance(entry, yaml.MappingNode) and not names & {"role", "name", "src"}:
            document.report("missing-option", "a dependency needs a role", entry, expected=("role",))


def _check_requirements(document: Document, root: yaml.Node) -> None:
    if isinstance(root, yaml.SequenceNode):
        _check_required_roles(document, root)
        return
    if not _is_mapping(document, root, "requirements.yml"):
        return
    _check_keys(document, items(root), ("collections", "roles"), "requirements.yml", is_fatal=True)
    for item in items(root):
        if item.key not in {"roles", "collections"} or is_null(item.value):
            continue
        if not isinstance(item.value, yaml.SequenceNode):
            document.report("not-a-list", f"{item.key} must be a list", item.key_node)
        elif item.key == "roles":
            _check_required_roles(document, item.value)
        else:
            _check_required_collections(document, item.value)


def _check_required_roles(document: Document, node: yaml.Node) -> None:
    for entry in node.value:
        names = {pair.key for pair in items(entry)}
        if isinstance(entry, yaml.MappingNode) and not names & {"role", "name", "src", "include"}:
            document.report("missing-option", "a required role needs src or name", entry, expected=("src", "name"))


def _check_required_collections(document: Document, node: yaml.Node) -> None:
    for entry in node.value:
        pairs = {pair.key: pair for pair in items(entry)}
        if isinstance(entry, yaml.MappingNode) and not {"name", "source"} & set(pairs):
            document.report("missing-option", "a required collection needs a name", entry, expected=("name",))
        kind = literal(pairs["type"].value) if "type" in pairs else None
        if kind is not None and kind not in _SOURCES:
            message = f"{kind!r} is not a kind of source"
            expected = nearest(kind, _SOURCES)
            document.report("invalid-choice", message, pairs["type"].value, found=kind, expected=expected)


def _check_galaxy(document: Document, root: yaml.Node) -> None:
    if not _is_mapping(document, root, "galaxy.yml"):
        return
    keys = tables().galaxy_keys
    _check_keys(document, items(root), tuple(keys), "galaxy.yml", is_fatal=False)
    present = {item.key for item in items(root)}
    if missing := tuple(name for name, (_, required) in keys.items() if required and name not in present):
        message = f"galaxy.yml requires {', '.join(missing)}"
        document.report("missing-option", message, items(root)[0].key_node if items(root) else root, expected=missing)


def _check_inventory(document: Document, root: yaml.Node) -> None:
    if not isinstance(root, yaml.MappingNode):
        document.report("not-a-mapping", "an inventory maps groups to their hosts", root)
    elif get(root, "plugin") is None:
        seen: set[int] = set()
        for item in items(root):
            _check_group(document, item, seen)


def _check_group(document: Document, group: Item, seen: set[int]) -> None:
    if id(group.value) in seen or not isinstance(group.value, yaml.MappingNode):
        return
    seen.add(id(group.value))
    for item in items(group.value):
        if item.key not in _SECTIONS:
            near = tuple(other for other in _SECTIONS if is_near(item.key, other) or item.key + "s" == other)
            message = f"{item.key!r} of group {group.key!r} is ignored: a group has hosts, children and vars"
            document.report("unknown-key", message, item.key_node, severity=Severity.WARNING, found=item.key,
                            expected=near)  # fmt: skip
        elif isinstance(item.value, yaml.SequenceNode):
            message = f"{item.key!r} of group {group.key!r} must be a mapping, not a list"
            document.report("invalid-type", message, item.key_node)
        elif item.key == "children":
            for child in items(item.value):
                _check_group(document, child, seen)


def _check_specs(document: Document, root: yaml.Node) -> None:
    specs = get(root, "argument_specs") or root
    if not _is_mapping(document, specs, "argument_specs"):
        return
    for entry in items(specs):
        if _is_mapping(document, entry.value, f"the specification of {entry.key!r}"):
            _check_options(document, get(entry.value, "options"), 0)


def _check_options(document: Document, options: yaml.Node | None, depth: int) -> None:
    if options is None or is_null(options) or depth > 8 or not _is_mapping(document, options, "options"):
        return
    for option in items(options):
        if not isinstance(option.value, yaml.MappingNode):
            continue
        _check_keys(document, items(option.value), _OPTION_KEYS, "an option", is_fatal=False)
        for name in ("type", "elements"):
            node = get(option.value, name)
            kind = literal(node) if node is not None else None
            if node is not None and kind is not None and kind not in _OPTION_TYPES:
                message = f"{kind!r} is not a type"
                expected = nearest(kind, _OPTION_TYPES, 5)
                document.report("invalid-choice", message, node, found=kind, expected=expected)
        _check_options(document, get(option.value, "options"), depth + 1)


CHECKS: Mapping[Kind, Callable[[Document, yaml.Node], None]] = {
    Kind.VARS: _check_variables,
    Kind.META: _check_meta,
    Kind.REQUIREMENTS: _check_requirements,
    Kind.GALAXY: _check_galaxy,
    Kind.INVENTORY: _check_inventory,
    Kind.ARGUMENT_SPECS: _check_specs,
}
