"""Variables and handlers that a play names and that nothing defines, where the play shows all that could."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.validators.ansible_document import BLOCKS, TASK_LISTS, get, is_text, items, literal, tasks_in, walk
from slmfix_bot.validators.ansible_kv import parse_arguments
from slmfix_bot.validators.ansible_near import is_near
from slmfix_bot.validators.ansible_tables import tables
from slmfix_bot.validators.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.ansible_document import Document

GLOBALS = frozenset("range dict lipsum cycler joiner namespace lookup query q now undef finalize".split()) | frozenset(
    "true false none True False None".split()
)
_FOREIGN = re.compile(r"(ansible\.(builtin|legacy)\.)?((include|import)_(role|tasks|playbook)|include(_vars)?)")
_SET_FACT = re.compile(r"(ansible\.(builtin|legacy)\.)?set_fact")
_NAMED = ("register", "loop_var", "index_var")
_MOST = 6
_MOST_LEGAL = 2000  # names; each is compared with each unknown one
_SHORT = 7  # letters


@dataclass
class Scope:
    """`defined` is certain; `words` are all keys of the text, any of which might define a name in a way not
    understood here; `is_closed` when nothing but the inventory and the command line can add names."""

    defined: dict[str, None] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    is_closed: bool = True


def scope_of(root: yaml.Node) -> Scope:
    """The names that a play, or a file of tasks, defines."""
    scope = Scope()
    for node in walk(root):
        if not isinstance(node, yaml.MappingNode):
            continue
        for item in items(node):
            scope.words.add(item.key)
            if _FOREIGN.fullmatch(item.key) or item.key in {"roles", "vars_files"}:
                scope.is_closed = False
            if item.key == "vars" or _SET_FACT.fullmatch(item.key):
                scope.defined.update(dict.fromkeys(_names_set_by(item.value)))
                scope.is_closed &= not any("{{" in name for name in scope.defined)
            elif item.key in _NAMED and (name := literal(item.value)):
                scope.defined[name] = None
            elif item.key == "vars_prompt":
                for prompt in item.value.value if isinstance(item.value, yaml.SequenceNode) else ():
                    name_node = get(prompt, "name")
                    scope.defined.update({str(name_node.value): None} if name_node is not None else {})
            elif is_text(item.value):
                scope.words.update(name for name, _ in parse_arguments(str(item.value.value), is_command=False).pairs)
    return scope


def _names_set_by(node: yaml.Node) -> Iterator[str]:
    if isinstance(node, yaml.MappingNode):
        yield from (item.key for item in items(node))
    elif is_text(node):
        yield from (name for name, _ in parse_arguments(str(node.value), is_command=False).pairs)


def check_play_variables(document: Document, play: yaml.Node) -> None:
    """Report names near to a defined one as errors, other unknown names of a closed play as warnings."""
    scope = scope_of(play)
    _check_names(document, play, scope, is_play=True)
    if scope.is_closed and "item" not in scope.defined:
        for name in TASK_LISTS:
            for task in tasks_in(get(play, name)):
                if not any(get(task, key) is not None for key in BLOCKS):
                    _check_item(document, task)


def check_task_variables(document: Document, root: yaml.Node) -> None:
    """Tasks of a file on its own: only names near to one that Ansible, or the tasks themselves, define."""
    _check_names(document, root, scope_of(root), is_play=False)


def _check_names(document: Document, root: yaml.Node, scope: Scope, *, is_play: bool) -> None:
    builtin = tables().variables
    own = document.repository.variables
    known = builtin | GLOBALS | own | scope.words | document.repository.words | set(scope.defined)
    guarded = {name for template in document.templates.values() for name in template.guarded}
    reported: set[tuple[int, str]] = set()
    for node in walk(root):
        template = document.templates.get(id(node))
        for name in template.variables if template else ():
            if name in known or name in guarded or (id(node), name) in reported:
                continue
            reported.add((id(node), name))
            legal = [*scope.defined, *sorted(own)][:_MOST_LEGAL]
            edits = 2 if is_play and scope.is_closed else 1
            is_closed = is_play and scope.is_closed
            near = [o for o in legal if is_near(name, o, edits=edits) and (is_closed or not _is_kin(name, o))]
            # In a file of tasks a short name with a letter of its own, `igroups`, is more likely the inventory's.
            near += [
                o for o in sorted(builtin)
                if is_near(name, o) and (is_closed or len(o) > _SHORT or set(name) <= set(o))
            ]  # fmt: skip
            if near:
                expected = tuple(dict.fromkeys(nearest(name, near)))[:_MOST]
                message = f"{name!r} is not defined; {expected[0]!r} is"
                _report(document, node, name, message, expected)
            elif is_play and scope.is_closed and not document.path:
                message = f"nothing in this play defines {name!r}; the inventory or the command line has to"
                _report(document, node, name, message, (), severity=Severity.WARNING)


def _is_kin(name: str, other: str) -> bool:
    """Whether names differ in underscores or case alone, by which authors tell variables apart."""
    return name.replace("_", "").casefold() == other.replace("_", "").casefold()


def _report(
    document: Document, node: yaml.Node, name: str, message: str, expected: tuple[str, ...], **details: Severity
) -> None:
    pattern = rf"(?<![\w.])(?P<word>{re.escape(name)})(?!\w)(?!\s*=[^=])"
    document.report_inside("undefined-variable", message, node, name, pattern, expected=expected, **details)


def _check_item(document: Document, task: yaml.Node) -> None:
    """`item` in a task without a loop, or beside a loop that gives its variable another name."""
    pairs = {item.key: item for item in items(task)}
    is_loop = "loop" in pairs or any(key.startswith("with_") for key in pairs)
    control = pairs.get("loop_control")
    renamed = literal(name) if control and (name := get(control.value, "loop_var")) is not None else None
    if is_loop and (control is None or renamed in {None, "item"}):
        return
    for node in walk(task):
        template = document.templates.get(id(node))
        if template and "item" in template.variables and "item" not in template.guarded:
            message = f"the loop calls its variable {renamed!r}, not 'item'" if is_loop else "'item' needs a loop"
            _report(document, node, "item", message, (renamed,) if is_loop and renamed else ())
            return
