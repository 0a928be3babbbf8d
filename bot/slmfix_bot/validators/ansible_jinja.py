"""The Jinja templates and expressions in an Ansible file: syntax, and the names that they use. Nothing is rendered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import jinja2
import yaml
from jinja2 import nodes

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.validators.ansible_document import TEMPLATE, is_text, items, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.ansible_document import Document

CONDITIONS = frozenset({"when", "until", "changed_when", "failed_when", "break_when", "that"})
_BOUND = frozenset({"loop", "self", "caller", "varargs", "kwargs", "super"})
_GUARDS = frozenset({"defined", "undefined", "default", "d", "mandatory"})
# Filters that take the name of another filter or test as an argument, with its position.
_BY_NAME = {"map": ("filter", 0), "select": ("test", 0), "reject": ("test", 0), "selectattr": ("test", 1),
            "rejectattr": ("test", 1)}  # fmt: skip
_LOOKUPS = frozenset({"lookup", "query", "q"})
_LONGEST = 20_000  # characters; templates beyond are not looked into


@dataclass(frozen=True, kw_only=True)
class Template:
    """What one template says; `guarded` are variables that it allows to be undefined."""

    error: str | None = None
    filters: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    lookups: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    guarded: frozenset[str] = frozenset()


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])


def check_templates(document: Document, root: yaml.Node) -> None:
    """Report every template and every condition that Jinja cannot parse; remember what the others use."""
    conditions = {id(node) for node in _conditions(root)}
    for node in walk(root):
        if not is_text(node):
            continue
        is_template = TEMPLATE.search(node.value) is not None
        is_condition = id(node) in conditions
        if not (is_template or is_condition) or len(node.value) > _LONGEST:
            continue
        template = read_template(node.value if is_template else f"{{{{ ({node.value}\n) }}}}")
        if template.error is None:
            document.templates[id(node)] = template
            if is_condition and re.search(r"\{\{|\{%", node.value):
                message = "a condition is an expression already and needs no {{ }}"
                document.report("delimiters-in-condition", message, node, severity=Severity.WARNING)
        elif node.value.strip() or is_template:
            what = "condition" if is_condition and not is_template else "template"
            document.report("jinja", f"{what} cannot be parsed: {template.error}", node)


@lru_cache(maxsize=4096)
def read_template(text: str) -> Template:
    """The template's names, or Jinja's complaint about it."""
    try:
        tree = _environment().parse(text)
        return _analyse(tree)
    except jinja2.TemplateSyntaxError as error:
        return Template(error=error.message or "syntax error")
    except RecursionError:
        return Template()


def _analyse(tree: nodes.Template) -> Template:
    filters: list[str] = []
    tests: list[str] = []
    lookups: list[str] = []
    loads: dict[str, None] = {}
    bound: set[str] = set(_BOUND)
    guarded: set[str] = set()
    for node in tree.find_all((nodes.Filter, nodes.Test, nodes.Name, nodes.Call, nodes.Macro)):
        if isinstance(node, nodes.Name):
            loads.update({node.name: None} if node.ctx == "load" else {})
            bound.update(() if node.ctx == "load" else (node.name,))
        elif isinstance(node, nodes.Macro):
            bound.add(node.name)
        elif isinstance(node, nodes.Call):
            first = _constant(node.args, 0)
            if isinstance(node.node, nodes.Name) and node.node.name in _LOOKUPS and first:
                lookups.append(first)
        elif isinstance(node, (nodes.Filter, nodes.Test)):
            named = filters if isinstance(node, nodes.Filter) else tests
            named.append(node.name)
            if node.name.rpartition(".")[2] in _GUARDS and isinstance(node.node, nodes.Node):
                guarded.update(_names(node.node))
            kind, position = _BY_NAME.get(node.name.rpartition(".")[2], ("", 0))
            if isinstance(node, nodes.Filter) and kind and (other := _constant(node.args, position)):
                (filters if kind == "filter" else tests).append(other)
    unbound = tuple(name for name in loads if name not in bound)
    return Template(filters=tuple(filters), tests=tuple(tests), lookups=tuple(lookups), variables=unbound,
                    guarded=frozenset(guarded))  # fmt: skip


def _names(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Name):
        yield node.name
    for inner in node.find_all(nodes.Name):
        yield inner.name


def _constant(arguments: list[nodes.Expr], position: int) -> str | None:
    value = arguments[position] if len(arguments) > position else None
    return value.value if isinstance(value, nodes.Const) and isinstance(value.value, str) else None


def _conditions(root: yaml.Node) -> Iterator[yaml.Node]:
    for node in walk(root):
        for item in items(node):
            if item.key in CONDITIONS:
                yield from item.value.value if isinstance(item.value, yaml.SequenceNode) else [item.value]
