"""Syntax of the Jinja templates and expressions in an Ansible file. Nothing is rendered."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import jinja2
import yaml

from slmfix_bot.validators.ansible_document import TEMPLATE, is_text, items, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.ansible_document import Document

_CONDITIONS = frozenset({"when", "until", "changed_when", "failed_when", "break_when", "that"})


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])


def check_templates(document: Document, root: yaml.Node) -> None:
    """Report every template and every condition that Jinja cannot parse."""
    conditions = {id(node) for node in _conditions(root)}
    for node in walk(root):
        if not is_text(node) or (TEMPLATE.search(node.value) is None and id(node) not in conditions):
            continue
        is_expression = id(node) in conditions and TEMPLATE.search(node.value) is None
        error = template_error(f"{{{{ ({node.value}\n) }}}}" if is_expression else node.value)
        if error is not None and (node.value.strip() or not is_expression):
            what = "condition" if is_expression else "template"
            document.report("jinja", f"{what} cannot be parsed: {error}", node)


@cache
def template_error(text: str) -> str | None:
    """Jinja's complaint about a template, None when it parses."""
    try:
        _environment().parse(text)
    except jinja2.TemplateSyntaxError as error:
        return error.message
    except RecursionError:
        return None
    return None


def _conditions(root: yaml.Node) -> Iterator[yaml.Node]:
    for node in walk(root):
        for item in items(node):
            if item.key in _CONDITIONS:
                yield from item.value.value if isinstance(item.value, yaml.SequenceNode) else [item.value]
