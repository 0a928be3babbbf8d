"""Notifications of handlers that do not exist, where all handlers can be seen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.ansible_document import (
    TASK_LISTS,
    get,
    has_template,
    is_text,
    items,
    literal,
    tasks_in,
    walk,
)
from slmfix_bot.validators.ansible_near import is_near
from slmfix_bot.validators.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.ansible_document import Document

_ROLES = re.compile(r"roles|(ansible\.(builtin|legacy)\.)?(include|import)_role")
_INCLUDES = re.compile(r"(ansible\.(builtin|legacy)\.)?(include|(include|import)_tasks)")
_MOST = 6


def check_notifications(document: Document, play: yaml.Node) -> None:
    """A play without roles has only the handlers that it lists."""
    names = {item.key for node in walk(play) for item in items(node)}
    handlers = get(play, "handlers")
    if any(map(_ROLES.fullmatch, names)) or (handlers is not None and not _are_visible(handlers)):
        return
    known = set(_handler_names(handlers)) if handlers is not None else set()
    for name, node in (found for tasks in TASK_LISTS for found in _notified(get(play, tasks))):
        if name not in known:
            expected = nearest(name, sorted(known), _MOST)
            message = f"the play has no handler {name!r}"
            document.report("unknown-handler", message, node, found=name, expected=expected)


def check_role_notifications(document: Document, root: yaml.Node) -> None:
    """Tasks of a role whose handlers are known: another role may bring more, so only near misses are reported."""
    known = document.repository.handlers
    for name, node in _notified(root) if known else ():
        if name not in known and (near := [h for h in sorted(known) if is_near(name.casefold(), h.casefold(), edits=2)
                                           or name.casefold() == h.casefold()]):  # fmt: skip
            message = f"the role has no handler {name!r}"
            document.report("unknown-handler", message, node, found=name, expected=nearest(name, near, _MOST))


def _are_visible(handlers: yaml.Node) -> bool:
    """Whether every handler stands here with a name that is no template."""
    for node in walk(handlers):
        for item in items(node):
            if _INCLUDES.fullmatch(item.key) or (item.key in {"name", "listen"} and _is_computed(item.value)):
                return False
    return isinstance(handlers, yaml.SequenceNode)


def _is_computed(node: yaml.Node) -> bool:
    return any(has_template(inner) for inner in walk(node))


def _handler_names(handlers: yaml.Node) -> Iterator[str]:
    for handler in handlers.value:
        for key in ("name", "listen"):
            value = get(handler, key)
            for node in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if isinstance(node, yaml.ScalarNode) and node.value:
                    yield str(node.value)


def _notified(tasks: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    for node in tasks_in(tasks):
        for item in items(node):
            if item.key != "notify":
                continue
            entries = item.value.value if isinstance(item.value, yaml.SequenceNode) else [item.value]
            for entry in entries:
                name = literal(entry)
                if name and is_text(entry) and " : " not in name:
                    yield name, entry
