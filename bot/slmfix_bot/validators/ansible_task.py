"""One task: its keywords, the one module that it calls, and the arguments."""

from __future__ import annotations

import keyword
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.validators.ansible_document import get, has_template, is_null, is_text, items, literal
from slmfix_bot.validators.ansible_kv import parse_arguments, split_words
from slmfix_bot.validators.ansible_options import Argument, Arguments, Checker, nearest
from slmfix_bot.validators.ansible_tables import BUILTIN, Resolution, tables
from slmfix_bot.validators.ansible_values import check_values

if TYPE_CHECKING:
    from slmfix_bot.validators.ansible_document import Document, Item

# Any option goes: the action passes them on, or they are the user's variables.
_OPEN = frozenset("set_fact add_host meta gather_facts import_playbook".split())
# These pass arguments on to the module of the host's service or package manager.
_BACKENDS = {"service": ("systemd_service", "sysvinit"), "package": ("apt", "dnf", "dnf5")}
# Their action plugins read the arguments that they know and never look at the others.
_UNCHECKED = frozenset({"fetch", "raw"})
_REPLACED = {"include": ("include_tasks", "import_tasks")}
_ACTIONS = ("action", "local_action")


@dataclass(frozen=True, kw_only=True)
class Context:
    """What surrounds a task: `is_whole` when the file shows the play, so that nothing else can supply modules."""

    is_whole: bool
    is_handler: bool = False
    collections: tuple[str, ...] = ()
    has_defaults: bool = False


class TaskChecker:
    """Judges the tasks of one file."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._tables = tables()

    def check(self, node: yaml.Node, context: Context) -> None:
        """Report what is wrong with the task."""
        legal = self._tables.keywords("task") | self._tables.keywords("handler") | {"local_action", "static"}
        pairs = items(node)
        actions = [item for item in pairs if item.key in _ACTIONS]
        candidates = [item for item in pairs if item.key not in legal and not self._is_loop(item.key)]
        if actions:
            for item in candidates:
                self._unknown_keyword(item, self._tables.keywords("task"))
            if len(actions) > 1:
                self._conflict(actions[1], actions[0])
            self._check_action(actions[0], node, context)
        elif not candidates:
            anchor = pairs[0].key_node if pairs else node
            self._document.report("no-module", "the task calls no module", anchor)
        else:
            self._check_candidates(candidates, node, context)
        check_values(self._document, node, "handler" if context.is_handler else "task")
        self._check_keywords(pairs)

    def _resolve(self, name: str, context: Context) -> Resolution:
        """Where the name leads; modules that the repository brings along come first, as in Ansible."""
        if name in self._document.repository.modules:
            return Resolution(name, local=True)
        return self._tables.resolve(name, context.collections)

    def _is_loop(self, key: str) -> bool:
        return key.startswith("with_") and (key[5:] in self._tables.lookups or "." in key)

    def _check_candidates(self, candidates: list[Item], task: yaml.Node, context: Context) -> None:
        found = {item.key: self._resolve(item.key, context) for item in candidates}
        modules = [item for item in candidates if found[item.key].fqcn or found[item.key].removed]
        unknown = [item for item in candidates if item not in modules]
        chosen = modules[0] if modules else self._most_like_module(unknown)
        for item in modules[1:]:
            if item.key != modules[0].key:
                self._conflict(item, modules[0])
        for item in unknown:
            if item is not chosen:
                self._unknown_keyword(item, self._tables.keywords("task"))
        self._check_module(chosen, chosen.key, found[chosen.key], task, context)

    def _most_like_module(self, unknown: list[Item]) -> Item:
        keywords = [*self._tables.keywords("task"), "with_items", "with_dict"]
        other = [item for item in unknown if not get_close_matches(item.key, keywords, 1, 0.75)]
        return (other or unknown)[0]

    def _conflict(self, second: Item, first: Item) -> None:
        message = f"the task calls two modules, {first.key!r} and {second.key!r}"
        self._document.report("two-modules", message, second.key_node, found=second.key, related=first.key_node)

    def _unknown_keyword(self, item: Item, legal: frozenset[str]) -> None:
        near = get_close_matches(item.key, sorted(legal), 4, 0.55)
        if item.key.startswith("with_"):
            loops = [f"with_{name}" for name in sorted(self._tables.lookups)]
            near = [*get_close_matches(item.key, loops, 3, 0.7), *near]
        message = f"{item.key!r} is not a keyword of a task"
        self._document.report("unknown-keyword", message, item.key_node, found=item.key, expected=tuple(near))

    def _check_module(
        self, item: Item, name: str, place: Resolution, task: yaml.Node, context: Context, *, is_action: bool = False
    ) -> None:
        anchor = item.value if is_action else item.key_node
        if place.local:
            self._check_local(item, name, task, anchor, context, is_action=is_action)
            return
        if not self._check_name(anchor, name, place, context) or place.fqcn is None or place.opaque:
            return
        short = place.fqcn.removeprefix(f"{BUILTIN}.")
        is_command = place.fqcn.rpartition(".")[2] in self._tables.keywords("free_form")
        arguments = self._arguments(item, task, is_command=is_command, is_action=is_action)
        module = self._tables.module(place.fqcn)
        self._check_include(short, item, task, arguments)
        if short in _OPEN or module is None:
            return
        if arguments.raw and short not in self._tables.keywords("raw_params") and not is_command:
            message = f"module {name!r} takes key=value arguments, not free text"
            self._document.report("free-text", message, item.value, found=arguments.raw[:80])
        if short in _UNCHECKED:
            module = replace(module, others=module.others.union(a.name for a in arguments.given))
        if short in {"include_tasks", "import_tasks", "include_role", "import_role"}:
            module = replace(module, others=module.others | {"role", "file"})
        for backend in _BACKENDS.get(short, ()):
            if passed := self._tables.module(f"{BUILTIN}.{backend}"):
                module = replace(module, others=module.others.union(passed.by_name, passed.others))
        may_default = context.has_defaults or (short in self._tables.keywords("raw_params") and bool(arguments.raw))
        may_default |= short == "package" or _never_runs(task)
        may_default |= short in {"include_role", "import_role"} and any(a.name == "role" for a in arguments.given)
        Checker(self._document, name).check(module, arguments, anchor, may_default=may_default)
        if short in {"shell", "raw", "script"}:
            self._check_command(name, arguments, anchor)

    def _check_local(
        self, item: Item, name: str, task: yaml.Node, anchor: yaml.Node, context: Context, *, is_action: bool
    ) -> None:
        """A module of the repository, as far as its documentation can be read."""
        module = self._document.repository.modules[name]
        if module is not None:
            arguments = self._arguments(item, task, is_command=False, is_action=is_action)
            arguments.is_open |= bool(arguments.raw)
            Checker(self._document, name).check(module, arguments, anchor, may_default=context.has_defaults)

    def _check_command(self, name: str, arguments: Arguments, anchor: yaml.Node) -> None:
        if not (arguments.raw or arguments.is_open or {a.name for a in arguments.given} & {"cmd", "argv", "free_form"}):
            message = f"module {name!r} needs a command"
            self._document.report("missing-option", message, anchor, expected=("cmd",))

    def _check_name(self, anchor: yaml.Node, name: str, place: Resolution, context: Context) -> bool:
        """Whether the module is there; what is not is reported."""
        if place.opaque and not self._document.strict_core:
            return True
        if place.fqcn is None:
            keywords = get_close_matches(name, ["block", *self._tables.keywords("task")], 2, 0.75)
            expected = _REPLACED.get(name) or (*self._tables.nearest_modules(name), *keywords)
            why = "was removed from Ansible" if place.removed else "is not a module of Ansible or its collections"
            # A role's own library, or the collections of a play elsewhere, may supply what this file does not show.
            is_sure = context.is_whole or place.removed or "." in name or bool(self._tables.slips(name))
            severity = Severity.ERROR if is_sure else Severity.WARNING
            message = f"{name!r} {why}"
            rule = "unknown-module"
            self._document.report(rule, message, anchor, severity=severity, found=name, expected=expected)
            return False
        claims_core = "." not in name or name.startswith(("ansible.builtin.", "ansible.legacy."))
        if place.is_outside_core and (self._document.strict_core or (claims_core and not context.collections)):
            severity = Severity.ERROR if self._document.strict_core else Severity.WARNING
            where = place.fqcn.rpartition(".")[0]
            message = f"{name!r} is not part of ansible-core; it comes from the collection {where}"
            expected = (place.fqcn,) if place.fqcn != name else ()
            rule = "collection-module"
            fix = self._document.replacement(anchor, place.fqcn) if expected else ()
            self._document.report(rule, message, anchor, severity=severity, found=name, expected=expected, fix=fix)
        return True

    def _arguments(self, item: Item, task: yaml.Node, *, is_command: bool, is_action: bool) -> Arguments:
        arguments = Arguments()
        extra = get(task, "args")
        if extra is not None and is_text(extra):
            arguments.is_open = True
        elif extra is not None:
            arguments.add_mapping(extra)
        value = item.value
        if isinstance(value, yaml.MappingNode):
            arguments.add_mapping(value)
            if is_action:
                self._flatten_action(arguments)
        elif isinstance(value, yaml.SequenceNode):
            self._document.report("invalid-arguments", "a module's arguments are a mapping, not a list", item.key_node)
            arguments.is_open = True
        elif isinstance(value, yaml.ScalarNode) and not is_null(value):
            text = str(value.value)
            if is_action:
                text = text.lstrip().partition(" ")[2]
            self._add_text(arguments, value, text, is_command=is_command)
        return arguments

    def _flatten_action(self, arguments: Arguments) -> None:
        inner = [a.value for a in arguments.given if a.name == "args" and isinstance(a.value, yaml.Node)]
        arguments.given = [a for a in arguments.given if a.name not in {"module", "args"}]
        for node in inner:
            arguments.add_mapping(node)

    def _add_text(self, arguments: Arguments, node: yaml.Node, text: str, *, is_command: bool) -> None:
        parsed = parse_arguments(text, is_command=is_command)
        if not parsed.is_balanced:
            self._document.report("free-text", "a quote in the arguments stays open", node)
            arguments.is_open = True
        if parsed.raw.startswith(("{{", "{%")) and not is_command:
            arguments.is_open = True
        else:
            arguments.raw = parsed.raw
        arguments.given.extend(Argument(name, node, value, is_word=True) for name, value in parsed.pairs)

    def _check_action(self, item: Item, task: yaml.Node, context: Context) -> None:
        value = get(item.value, "module") if isinstance(item.value, yaml.MappingNode) else item.value
        text = None if value is None or (has_template(value) and not is_text(value)) else getattr(value, "value", None)
        words = split_words(text)[0] if isinstance(text, str) else []
        if not words:
            self._document.report("no-module", f"{item.key!r} names no module", item.key_node)
        elif "{{" not in words[0]:
            place = self._resolve(words[0], context)
            self._check_module(item, words[0], place, task, context, is_action=True)

    def _check_include(self, short: str, item: Item, task: yaml.Node, arguments: Arguments) -> None:
        names = {argument.name: argument for argument in arguments.given}
        if short in {"include_tasks", "import_tasks"} and not arguments.is_open:
            target = names.get("file")
            empty = target is None or (isinstance(target.value, yaml.Node) and is_null(target.value))
            if empty and not arguments.raw:
                self._document.report("missing-option", f"{short} names no file", item.key_node, expected=("file",))
        if short in {"include_tasks", "include_role"}:
            legal = self._tables.keywords("task_include") | {"listen", "local_action", "delegate_to", item.key}
            for pair in items(task):
                if pair.key not in legal and pair.key in self._tables.keywords("task"):
                    message = f"{pair.key!r} is not a keyword of {short}; put it under `apply`"
                    self._document.report("unknown-keyword", message, pair.key_node, found=pair.key)
        if short in {"import_tasks", "import_role"}:
            for pair in items(task):
                if pair.key == "loop" or self._is_loop(pair.key):
                    message = f"{short} cannot loop; use {short.replace('import', 'include')}"
                    expected = (short.replace("import", "include"),)
                    self._document.report("no-loop", message, pair.key_node, found=pair.key, expected=expected)

    def _check_keywords(self, pairs: list[Item]) -> None:
        for item in pairs:
            if item.key == "register" and not _is_name(item.value):
                text = literal(item.value)
                self._document.report("invalid-name", "register needs a variable name", item.value, found=text)
            if item.key == "loop_control":
                self._check_loop_control(item)

    def _check_loop_control(self, item: Item) -> None:
        if not isinstance(item.value, yaml.MappingNode):
            if not is_null(item.value):
                self._document.report("invalid-type", "loop_control must be a mapping", item.key_node)
            return
        legal = self._tables.keywords("loop_control")
        for pair in items(item.value):
            if pair.key not in legal:
                message = f"{pair.key!r} is not a keyword of loop_control"
                near = nearest(pair.key, sorted(legal))
                self._document.report("unknown-keyword", message, pair.key_node, found=pair.key, expected=near)


def _never_runs(task: yaml.Node) -> bool:
    """Whether the task only carries an anchor: `when: false`."""
    condition = get(task, "when")
    return condition is not None and (literal(condition) or "").lower() in {"false", "no"}


def _is_name(node: yaml.Node) -> bool:
    text = literal(node)
    if not isinstance(node, yaml.ScalarNode) or text is None:
        return is_null(node) or node.tag.startswith("!")
    return text.isidentifier() and not keyword.iskeyword(text)
