"""Defects planted into clean Ansible files, one at a time, each of a kind that a validator should name.

A generator per kind of defect yields `Planted`: the kind, the 0-based line, the broken text and the rules of which one
must be reported. Misspellings are one letter dropped, doubled or swapped with its neighbour.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import yaml
from jinja2.filters import FILTERS

from slmfix_bot.validators.ansible_document import (
    Document,
    Item,
    get,
    has_template,
    is_null,
    items,
    literal,
    tasks_in,
    walk,
)
from slmfix_bot.validators.ansible_jinja import check_templates
from slmfix_bot.validators.ansible_kinds import Kind
from slmfix_bot.validators.ansible_tables import tables
from slmfix_bot.validators.ansible_variables import scope_of

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from slmfix_bot.validators.ansible_tables import Module

_OPEN = {"set_fact", "add_host", "set_stats", "package", "fetch", "raw"}
_BOOLEAN = "tag:yaml.org,2002:bool"


class Planted(NamedTuple):
    """One defect."""

    kind: str
    line: int
    text: str
    rules: tuple[str, ...]


def misspell(name: str, dice: random.Random) -> str:
    """One letter dropped, doubled or swapped with its neighbour."""
    if len(name) < 2:
        return f"{name}x"
    at = dice.randrange(1, max(2, len(name) - 1))
    kind = dice.randrange(3)
    if kind == 0:
        return name[:at] + name[at + 1 :]
    if kind == 1:
        return name[:at] + name[at] + name[at:]
    return name[: at - 1] + name[at : at + 1] + name[at - 1 : at] + name[at + 1 :]


def plants(text: str, root: yaml.Node, kind: Kind, dice: random.Random) -> Iterator[Planted]:
    """Every defect that this file offers a place for."""
    document = Document(text)
    check_templates(document, root)
    if kind in {Kind.PLAYBOOK, Kind.TASKS, Kind.HANDLERS}:
        yield from _in_tasks(text, root, dice)
        yield from _in_templates(document, root, dice)
    if kind is Kind.PLAYBOOK:
        for play in root.value:
            yield from _in_play(document, play, dice)
    if kind in {Kind.META, Kind.REQUIREMENTS, Kind.GALAXY}:
        required = tables().galaxy_keys if kind is Kind.GALAXY else {}
        for item in items(root):
            if item.key in required and not required[item.key][1]:
                continue  # Ansible itself only warns of an unknown key there
            yield _misspelt(f"{kind} key", text, item.key_node, dice, "unknown-key", "missing-option")


def _replace(text: str, node: yaml.Node, new: str) -> str:
    return text[: node.start_mark.index] + new + text[node.end_mark.index :]


def _misspelt(kind: str, text: str, node: yaml.Node, dice: random.Random, *rules: str) -> Planted:
    return Planted(kind, node.start_mark.line, _replace(text, node, misspell(str(node.value), dice)), rules)


def _without(text: str, item: Item) -> str | None:
    """The text without the lines of a pair, None when other things stand on them."""
    lines = text.split("\n")
    first, last = item.key_node.start_mark.line, item.value.end_mark.line
    if lines[first][: item.key_node.start_mark.column].strip():
        return None
    end = last + 1 if item.value.end_mark.column and lines[last][item.value.end_mark.column :].strip() == "" else last
    return "\n".join(lines[:first] + lines[max(first + 1, end) :])


def _called(root: yaml.Node) -> Iterator[tuple[yaml.Node, Item, str, Module]]:
    """Tasks, their module's pair, full name and interface, where the arguments are a mapping that can be judged."""
    known = tables()
    for node in walk(root):
        pairs = items(node)
        keys = [p for p in pairs if p.key not in known.keywords("task") and not p.key.startswith("with_")]
        if len(keys) == 1 and any(p.key in {"name", "when", "register"} for p in pairs) and items(keys[0].value):
            place = known.resolve(keys[0].key)
            module = known.module(place.fqcn) if place.fqcn and not place.opaque else None
            if module is not None and str(place.fqcn).removeprefix("ansible.builtin.") not in _OPEN:
                yield node, keys[0], str(place.fqcn), module


def _in_tasks(text: str, root: yaml.Node, dice: random.Random) -> Iterator[Planted]:
    for node, item, _, module in _called(root):
        yield _misspelt("unknown option", text, dice.choice(items(item.value)).key_node, dice, "unknown-option")
        yield _misspelt("unknown module", text, item.key_node, dice, "unknown-module", "unknown-keyword")
        keyword = dice.choice([p for p in items(node) if p.key != item.key])
        yield _misspelt(
            "unknown keyword", text, keyword.key_node, dice, "unknown-keyword", "unknown-module", "two-modules"
        )
        yield from _in_arguments(text, item, module, dice)
        for pair in items(node):
            line = pair.value.start_mark.line
            if pair.value.tag == _BOOLEAN and tables().types["task"].get(pair.key) == "bool":
                yield Planted("keyword type", line, _replace(text, pair.value, "maybe"), ("invalid-type",))
            if pair.key == "register" and literal(pair.value):
                yield Planted("variable name", line, _replace(text, pair.value, "my-result"), ("invalid-name",))
            if pair.key == "loop_control" and items(pair.value):
                yield _misspelt("loop_control", text, items(pair.value)[0].key_node, dice, "unknown-keyword")
            if pair.key == "loop" and has_template(pair.value):
                line = pair.key_node.start_mark.line
                yield Planted("loop mapping", line, _replace(text, pair.value, "{a: 1}"), ("invalid-type",))


def _in_arguments(text: str, item: Item, module: Module, dice: random.Random) -> Iterator[Planted]:
    given = {module.by_name[p.key].name: p for p in items(item.value) if p.key in module.by_name}
    anchor = item.key_node.start_mark.line
    for name, pair in given.items():
        option, line = module.options[name], pair.value.start_mark.line
        if option.choices and literal(pair.value) and pair.value.tag != _BOOLEAN:
            yield _misspelt("choice", text, pair.value, dice, "invalid-choice", "invalid-type")
        if option.type == "bool" and pair.value.tag == _BOOLEAN:
            yield Planted("type", line, _replace(text, pair.value, "perhaps"), ("invalid-type",))
        if option.type == "int" and (literal(pair.value) or "").isdigit():
            yield Planted("type", line, _replace(text, pair.value, "several"), ("invalid-type",))
        if option.required and len(given) > 1 and (kept := _without(text, pair)):
            yield Planted("missing option", anchor, kept, ("missing-option",))
        for entry in pair.value.value if isinstance(pair.value, yaml.SequenceNode) else [pair.value]:
            if option.suboptions and items(entry):
                yield _misspelt("suboption", text, items(entry)[0].key_node, dice, "unknown-option")
    yield from _against_rules(text, item, module, given)


def _against_rules(text: str, item: Item, module: Module, given: dict[str, Item]) -> Iterator[Planted]:
    anchor = item.key_node.start_mark.line
    for group in module.rules.get("required_together", ()):
        # What a template may omit is not surely given.
        is_sure = all(name in given and literal(given[name].value) for name in group[:-1])
        if is_sure and group[-1] in given and (kept := _without(text, given[group[-1]])):
            yield Planted("required together", anchor, kept, ("missing-option",))
    for key, value, names, *_ in module.rules.get("required_if", ()):
        is_met = key in given and literal(given[key].value) == value and all(name in given for name in names)
        if is_met and (kept := _without(text, given[names[0]])):
            yield Planted("required if", anchor, kept, ("missing-option",))
    for group in module.rules.get("required_one_of", ()):
        present = [name for name in group if name in given]
        if len(present) == 1 and len(given) > 1 and (kept := _without(text, given[present[0]])):
            yield Planted("required one of", anchor, kept, ("missing-option",))
    for group in module.rules.get("mutually_exclusive", ()):
        present = [name for name in group if name in given and literal(given[name].value)]
        others = [name for name in group if name not in given and name in module.options]
        if present and others:
            pair = given[present[0]]
            lines = text.split("\n")
            at = pair.key_node.start_mark
            if pair.value.end_mark.line == at.line and not lines[at.line][: at.column].strip():
                lines.insert(at.line + 1, f"{' ' * at.column}{others[0]}: x")
                yield Planted("mutually exclusive", at.line + 1, "\n".join(lines), ("exclusive-options",))


def _in_templates(document: Document, root: yaml.Node, dice: random.Random) -> Iterator[Planted]:
    text = document.text
    # A repository's own plugins cannot be told from misspelt ones in a file alone.
    shipped = tables().plugins("filter", "ansible.builtin").union(FILTERS)
    for node in walk(root):
        template = document.templates.get(id(node))
        if template is None:
            continue
        start = node.start_mark.index
        raw = text[start : node.end_mark.index]
        magic = [name for name in template.variables if name in tables().variables and len(name) > 5]
        for kind, names, pattern in (
            ("filter", [name for name in template.filters if name in shipped], r"\|\s*({})\b"),
            ("test", template.tests, r"\bis\s+(?:not\s+)?({})\b"),
            ("lookup", [name for name in template.lookups if name in tables().lookups], r"\(\s*['\"]({})['\"]"),
            ("magic variable", [name for name in magic if name not in template.guarded], r"(?<![\w.'])({})\b"),
        ):
            for name in names:
                if len(name) > 2 and (match := re.search(pattern.format(re.escape(name)), raw)):
                    broken = raw[: match.start(1)] + misspell(name, dice) + raw[match.end(1) :]
                    line = node.start_mark.line + raw.count("\n", 0, match.start(1))
                    whole = text[:start] + broken + text[node.end_mark.index :]
                    rule = "undefined-variable" if kind == "magic variable" else f"unknown-{kind}"
                    yield Planted(kind, line, whole, (rule,))
        if "\n" not in raw and (match := re.match(r"[^{]*( == )[^{]*$|[^{]*\{\{[^}'\"]*( == )", raw)):
            at = match.start(1 if match[1] else 2)
            whole = text[:start] + raw[:at] + " = " + raw[at + 4 :] + text[node.end_mark.index :]
            yield Planted("broken expression", node.start_mark.line, whole, ("jinja",))
        if re.fullmatch(r"([\"'])\{\{[^\"']*\}\}\1", raw) and "\n" not in raw:
            whole = text[:start] + raw[1:-1] + text[node.end_mark.index :]
            yield Planted("unquoted template", node.start_mark.line, whole, ("unquoted-template", "yaml"))


def _in_play(document: Document, play: yaml.Node, dice: random.Random) -> Iterator[Planted]:
    text, scope = document.text, scope_of(play)
    pairs = {item.key: item for item in items(play)}
    if "hosts" not in pairs:
        return
    keyword = dice.choice(list(pairs.values()))
    yield _misspelt("play keyword", text, keyword.key_node, dice, "unknown-keyword", "missing-hosts")
    if "tasks" in pairs and (kept := _without(text, pairs["hosts"])):
        yield Planted("missing hosts", items(play)[0].key_node.start_mark.line, kept, ("missing-hosts",))
    guarded = {name for template in document.templates.values() for name in template.guarded}
    uses = [(node, name) for node in walk(play) for name in _variables(document, node)
            if name in scope.defined and name not in guarded and len(name) > 4]  # fmt: skip
    for node, name in uses:
        raw = text[node.start_mark.index : node.end_mark.index]
        if scope.is_closed and (match := re.search(rf"(?<![\w.'\"])({re.escape(name)})(?!\w|\s*=[^=])", raw)):
            broken = raw[: match.start(1)] + misspell(name, dice) + raw[match.end(1) :]
            line = node.start_mark.line + raw.count("\n", 0, match.start(1))
            yield Planted("undefined variable", line, _replace(text, node, broken), ("undefined-variable",))
    yield from _in_play_tasks(document, play, dice, is_closed=scope.is_closed and "item" not in scope.defined)


def _variables(document: Document, node: yaml.Node) -> tuple[str, ...]:
    template = document.templates.get(id(node))
    return template.variables if template else ()


def _in_play_tasks(document: Document, play: yaml.Node, dice: random.Random, *, is_closed: bool) -> Iterator[Planted]:
    text = document.text
    names = {item.key for node in walk(play) for item in items(node)}
    sees_handlers = "handlers" in names and not re.search(r"roles|(import|include)_", " ".join(names))
    for task in tasks_in(get(play, "tasks")):
        for item in items(task):
            if item.key == "notify" and sees_handlers and literal(item.value):
                yield _misspelt("handler", text, item.value, dice, "unknown-handler")
            is_loop = item.key == "loop" or item.key.startswith("with_")
            uses_item = any("item" in _variables(document, node) for node in walk(task))
            is_plain = is_loop and is_closed and get(task, "loop_control") is None and not is_null(item.value)
            if is_plain and uses_item and (kept := _without(text, item)):
                yield Planted("item without loop", task.start_mark.line, kept, ("undefined-variable",))
