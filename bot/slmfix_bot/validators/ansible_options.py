"""Arguments of one task against the interface of its module."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.validators.ansible_document import has_template, is_null, items, literal
from slmfix_bot.validators.ansible_tables import by_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_bot.validators.ansible_document import Document
    from slmfix_bot.validators.ansible_tables import Module, Option

_BOOLEANS = frozenset("yes no on off true false y n t f 1 0 1.0 0.0".split())
_INTEGER = re.compile(r"[+-]?(\d[\d_]*(\.0*)?|0x[0-9a-fA-F]+|0o?[0-7]+|\d+(:\d\d)+)(e\d+)?", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(\d[\d_]*\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?\.?(inf|nan)", re.IGNORECASE)


@dataclass(frozen=True)
class Argument:
    """One argument: `value` is the node, or for key=value text the literal word in `node`."""

    name: str
    node: yaml.Node
    value: yaml.Node | str
    is_word: bool = False

    @property
    def text(self) -> str | None:
        """The literal scalar; None for collections, templates and null."""
        if isinstance(self.value, str):
            return None if "{{" in self.value or "{%" in self.value else self.value
        return literal(self.value)


@dataclass
class Arguments:
    """What a task passes; `is_open` when a template adds names that cannot be seen."""

    given: list[Argument] = field(default_factory=list)
    raw: str = ""
    is_open: bool = False

    def add_mapping(self, node: yaml.Node) -> None:
        """The arguments of a mapping."""
        self.given.extend(Argument(item.key, item.key_node, item.value) for item in items(node))


class Checker:
    """Reports what is wrong with arguments of the module called `name`."""

    def __init__(self, document: Document, name: str) -> None:
        self._document = document
        self._name = name

    def check(self, module: Module, arguments: Arguments, anchor: yaml.Node, *, may_default: bool) -> None:
        """`anchor` is the module's key, where missing options are reported unless `may_default`."""
        self._check_names(module.by_name, module.others, arguments.given, "")
        for argument in arguments.given:
            option = module.by_name.get(argument.name)
            if option is not None:
                self._check_value(option, argument)
        if not arguments.is_open and not may_default:
            self._check_missing(module.options, arguments, anchor, "")
            self._check_rules(module.by_name, module.rules, arguments, anchor, f"module {self._name!r}")

    def _report(self, rule: str, message: str, argument: Argument, at: yaml.Node | None = None, **details: Any) -> None:
        if argument.is_word:
            self._document.report_word(rule, message, argument.node, argument.name, **details)
        else:
            self._document.report(rule, message, at or argument.node, **details)

    def _check_names(
        self, legal: Mapping[str, Option], others: frozenset[str], given: list[Argument], owner: str
    ) -> None:
        used = {legal[a.name].name for a in given if a.name in legal}
        for argument in given:
            name = argument.name
            if name in legal or name in others or name.startswith("_") or "{{" in name:
                continue
            if _may_be_omitted(argument) and not get_close_matches(name, legal, 1, 0.85):
                continue
            free = sorted(n for n, option in legal.items() if option.name not in used)
            message = f"{owner or 'module'} {self._name!r} has no option {name!r}" if not owner else (
                f"{owner!r} of module {self._name!r} has no option {name!r}"
            )  # fmt: skip
            self._report("unknown-option", message, argument, found=name, expected=nearest(name, free))

    def _check_missing(
        self, options: Mapping[str, Option], arguments: Arguments, anchor: yaml.Node, owner: str
    ) -> None:
        given = {argument.name for argument in arguments.given}
        missing = tuple(
            option.name
            for option in options.values()
            if option.required
            and not given & {option.name, *option.aliases}
            and not (arguments.raw and option.name in {"free_form", "_raw_params"})
        )
        if missing:
            owner = owner or f"module {self._name!r}"
            message = f"{owner} requires {', '.join(missing)}"
            self._document.report("missing-option", message, anchor, expected=missing)

    def _check_rules(
        self, legal: Mapping[str, Option], rules: Mapping[str, Any], arguments: Arguments, anchor: yaml.Node, owner: str
    ) -> None:
        given = {legal[a.name].name: a for a in arguments.given if a.name in legal}
        present = {name for option in given for name in (option, *legal[option].aliases)}
        present |= {a.name for a in arguments.given} | ({"_raw_params", "free_form"} if arguments.raw else set())
        for group in rules.get("required_one_of", ()):
            if not present.intersection(group):
                names = tuple(name for name in group if not name.startswith("_"))
                message = f"{owner} requires one of {', '.join(names)}"
                self._document.report("missing-option", message, anchor, expected=names)
        for group in rules.get("mutually_exclusive", ()):
            canonical = {legal[name].name if name in legal else name for name in group}
            both = [a for name, a in given.items() if name in canonical and a.text not in {None, ""}]
            if len(both) > 1:
                message = f"options {both[0].name!r} and {both[1].name!r} of {owner} exclude each other"
                self._report("exclusive-options", message, both[1], found=both[1].name)
        for group in rules.get("required_together", ()):
            self._check_together(group, present, given, anchor, owner)
        for rule in rules.get("required_if", ()):
            self._check_required_if(legal, rule, given, present, anchor, owner)

    def _check_together(
        self, group: list[str], present: set[str], given: Mapping[str, Argument], anchor: yaml.Node, owner: str
    ) -> None:
        missing = tuple(name for name in group if name not in present)
        first = next((given[name] for name in group if name in given and _is_given(given[name])), None)
        if missing and first is not None:
            message = f"{owner} with {first.name} requires {', '.join(missing)}"
            self._document.report("missing-option", message, anchor, expected=missing)

    def _check_required_if(
        self, legal: Mapping[str, Option], rule: list[Any], given: Mapping[str, Argument], present: set[str],
        anchor: yaml.Node, owner: str,
    ) -> None:  # fmt: skip
        key, value, names, *any_of = rule
        key = legal[key].name if key in legal else key
        if key not in given or not isinstance(value, str) or given[key].text != value:
            return
        missing = tuple(name for name in names if name not in present)
        if missing and (not any_of or not any_of[0] or len(missing) == len(names)):
            message = f"{owner} with {key}={value} requires {', '.join(missing)}"
            self._document.report("missing-option", message, anchor, expected=missing)

    def _check_value(self, option: Option, argument: Argument) -> None:
        value = argument.value
        if isinstance(value, yaml.Node) and (is_null(value) or has_template(value)):
            return
        if wrong := _wrong_type(option, argument):
            message = f"option {argument.name!r} of module {self._name!r} must be {wrong}"
            at = value if isinstance(value, yaml.Node) else None
            self._report("invalid-type", message, argument, at, found=argument.text)
            return
        if option.choices:
            self._check_choices(option, argument)
        if option.suboptions and isinstance(value, yaml.Node):
            self._check_suboptions(option, value, argument.node)

    def _check_choices(self, option: Option, argument: Argument) -> None:
        legal = {spelling for choice in option.choices for spelling in _spellings(choice)}
        for text, node in _literals(option, argument):
            if text not in legal and not _is_forgiven(text, node, option.choices):
                expected = tuple(str(choice) for choice in option.choices)
                expected = tuple(dict.fromkeys([*get_close_matches(text, expected, 3, 0.6), *expected]))[:8]
                message = f"{text!r} is not a choice for option {argument.name!r} of module {self._name!r}"
                self._report("invalid-choice", message, argument, node, found=text, expected=expected)

    def _check_suboptions(self, option: Option, value: yaml.Node, anchor: yaml.Node) -> None:
        if option.type not in {"dict", "list"} or (option.type == "list" and option.elements != "dict"):
            return
        entries = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for entry in entries:
            if isinstance(entry, yaml.MappingNode):
                arguments = Arguments()
                arguments.add_mapping(entry)
                legal = by_name(option.suboptions)
                self._check_names(legal, frozenset(), arguments.given, option.name)
                for argument in arguments.given:
                    if argument.name in legal:
                        self._check_value(legal[argument.name], argument)
                owner = f"option {option.name!r}"
                self._check_missing(option.suboptions, arguments, anchor, owner)
                self._check_rules(legal, option.rules, arguments, anchor, owner)


def nearest(name: str, legal: list[str], count: int = 5) -> tuple[str, ...]:
    """Legal names nearest first, those that contain the name or are contained in it last."""
    near = get_close_matches(name, legal, count, 0.6)
    parts = [other for other in legal if len(name) > 2 and (name in other or (len(other) > 2 and other in name))]
    return tuple(dict.fromkeys([*near, *parts]))[:count]


def _wrong_type(option: Option, argument: Argument) -> str | None:
    value, text = argument.value, argument.text
    is_mapping, is_list = isinstance(value, yaml.MappingNode), isinstance(value, yaml.SequenceNode)
    if option.type == "bool" and (is_mapping or is_list or (text is not None and text.lower() not in _BOOLEANS)):
        return "a boolean"
    if option.type == "int" and (is_mapping or is_list or (text and not _INTEGER.fullmatch(text.strip()))):
        return "an integer"
    if option.type == "float" and (is_mapping or is_list or (text and not _NUMBER.fullmatch(text.strip()))):
        return "a number"
    if option.type == "list" and is_mapping and option.elements != "dict":
        return "a list"
    if option.type == "dict" and (is_list or (text and "=" not in text and not text.lstrip().startswith("{"))):
        return "a mapping"
    return None


def _is_given(argument: Argument) -> bool:
    """Whether the argument surely has a value: it is neither null nor a template that may leave it out."""
    is_empty = argument.text == "" or (isinstance(argument.value, yaml.Node) and is_null(argument.value))
    return not is_empty and not _may_be_omitted(argument)


def _may_be_omitted(argument: Argument) -> bool:
    """Whether the value is a template that can say that the option is not given after all."""
    value = argument.value if isinstance(argument.value, str) else str(getattr(argument.value, "value", ""))
    return "omit" in value and "{{" in value


def _is_forgiven(text: str, node: yaml.Node | None, choices: tuple[str | int | bool, ...]) -> bool:
    """YAML turns some words into booleans; Ansible turns them back where exactly one choice means the same."""
    if node is None or node.tag != "tag:yaml.org,2002:bool":
        return False
    is_true = text.lower() in {"true", "yes", "on"}
    same = {"y", "yes", "on", "1", "true", "t"} if is_true else {"n", "no", "off", "0", "false", "f"}
    return len([choice for choice in choices if str(choice).lower() in same]) == 1


def _spellings(choice: str | int | bool) -> set[str]:
    """How a choice may be written; YAML reads yes and no as booleans, and Ansible forgives that."""
    yes, no = {"yes", "on", "true", "True", "Yes", "TRUE"}, {"no", "off", "false", "False", "No", "FALSE"}
    text = str(choice)
    return {text} | (yes if text in yes else set()) | (no if text in no else set())


def _literals(option: Option, argument: Argument) -> list[tuple[str, yaml.Node | None]]:
    value = argument.value
    if isinstance(value, yaml.SequenceNode) and option.type == "list":
        return [(text, node) for node in value.value if (text := literal(node)) is not None]
    if argument.text is None:
        return []
    node = value if isinstance(value, yaml.Node) else None
    parts = argument.text.split(",") if option.type == "list" else [argument.text]
    return [(part.strip() if option.type == "list" else part, node) for part in parts]
