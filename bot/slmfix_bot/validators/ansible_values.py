"""Values of keywords of plays, blocks and tasks: types, names of variables, loops and conditions."""

from __future__ import annotations

import keyword
import re
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.ansible_document import has_template, is_null, is_text, items, literal
from slmfix_bot.validators.ansible_jinja import CONDITIONS
from slmfix_bot.validators.ansible_kv import parse_arguments
from slmfix_bot.validators.ansible_near import is_near
from slmfix_bot.validators.ansible_tables import tables
from slmfix_bot.validators.names import nearest

if TYPE_CHECKING:
    from slmfix_bot.validators.ansible_document import Document, Item

_BOOLEANS = frozenset("y yes on 1 true t 1.0 n no off 0 false f 0.0".split())
_WORDS = frozenset({"when", "until", "changed_when", "failed_when", "tags", "notify", "listen", "collections"})
# YAML reads more spellings, such as 0x10 and 1:30, as numbers.
_OTHER_NUMBERS = re.compile(r"[+-]?(0x[0-9a-f]+|0o?[0-7]+|0b[01]+|[\d_]+|\d+(:\d\d)+|true|false|yes|no)", re.IGNORECASE)
_SET_FACT = re.compile(r"(ansible\.(builtin|legacy)\.)?set_fact")
_BOOLEAN_TAG = "tag:yaml.org,2002:bool"


def check_values(document: Document, node: yaml.Node, place: str) -> None:
    """`place` is "play", "block", "task" or "handler"."""
    types = tables().types.get(place, {})
    pairs = items(node)
    for item in pairs:
        if problem := _problem(item, types.get(item.key, "")):
            message = f"{item.key!r} must be {problem}"
            at = item.value if isinstance(item.value, yaml.ScalarNode) else item.key_node
            document.report("invalid-type", message, at, found=literal(item.value))
        elif item.key == "vars":
            _check_names(document, item.value)
        elif item.key == "become_method":
            _check_become_method(document, item)
        elif item.key in CONDITIONS and isinstance(item.value, yaml.SequenceNode):
            for entry in item.value.value:
                if not isinstance(entry, yaml.ScalarNode):
                    document.report("invalid-type", f"an entry of {item.key!r} must be an expression", entry)
    if place in {"task", "handler"}:
        _check_loops(document, pairs)
        for item in pairs:
            if _SET_FACT.fullmatch(item.key):
                _check_names(document, item.value)


def _problem(item: Item, kind: str) -> str | None:
    """What the value should be instead, None when it is right or cannot be known."""
    value = item.value
    is_mapping, is_list = isinstance(value, yaml.MappingNode), isinstance(value, yaml.SequenceNode)
    if item.key == "vars":
        return None if is_mapping or is_null(value) or value.tag.startswith("!") else "a mapping of variables"
    if is_null(value) or has_template(value):
        return None
    if item.key == "loop" and kind == "list":
        return None if is_list or value.tag.startswith("!") else "a list or a template"
    if item.key in _WORDS:
        return "a list or text, not a mapping" if is_mapping else None
    text = literal(value)
    if kind == "bool" and (text is None or text.lower() not in _BOOLEANS):
        return "a boolean"
    if kind in {"int", "float", "percent"} and (text is None or not _is_number(text, kind)):
        return "an integer" if kind == "int" else "a number"
    return None


def _is_number(text: str, kind: str) -> bool:
    try:
        number = Decimal(text.replace("%", "") if kind == "percent" else text)
    except InvalidOperation:
        return _OTHER_NUMBERS.fullmatch(text) is not None
    return kind != "int" or number == number.to_integral_value()


def is_variable_name(name: str) -> bool:
    """Whether Ansible accepts the name for a variable."""
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name)


def _check_names(document: Document, node: yaml.Node) -> None:
    if is_text(node):
        pairs = parse_arguments(str(node.value), is_command=False).pairs
        names = [(name, node) for name, _ in pairs]
    else:
        names = [(item.key, item.key_node) for item in items(node)]
    for name, at in names:
        if not is_variable_name(name) and "{{" not in name:
            document.report("invalid-name", f"{name!r} cannot be the name of a variable", at, found=name)


def _check_become_method(document: Document, item: Item) -> None:
    name = literal(item.value)
    known = tables().become_methods
    if name is None or name in known:
        return
    is_boolean = item.value.tag == _BOOLEAN_TAG
    near = [other for other in known if is_near(name, other)]
    if is_boolean or near:
        expected = ("sudo", "su") if is_boolean else nearest(name, near)
        message = f"{name!r} is not a way to become another user"
        document.report("invalid-choice", message, item.value, found=name, expected=expected)


def _check_loops(document: Document, pairs: list[Item]) -> None:
    loops = [item for item in pairs if item.key == "loop" or item.key.removeprefix("with_") in tables().lookups]
    loops = [item for item in loops if item.key == "loop" or item.key.startswith("with_")]
    for first, second in pairwise(loops):
        if first.key != second.key:
            message = f"the task loops twice, with {first.key!r} and {second.key!r}"
            document.report("two-loops", message, second.key_node, found=second.key, related=first.key_node)
    for item in loops:
        if item.key != "loop" and is_null(item.value):
            document.report("missing-value", f"{item.key!r} needs a value", item.key_node)
