"""Plays, blocks and lists of tasks: which keys they may have and what their values must be."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.ansible_document import (
    BLOCKS,
    TASK_LISTS,
    get,
    get_item,
    has_template,
    is_null,
    is_text,
    items,
    literal,
)
from slmfix_bot.validators.ansible_near import is_near
from slmfix_bot.validators.ansible_tables import tables
from slmfix_bot.validators.ansible_task import Context, TaskChecker
from slmfix_bot.validators.ansible_values import check_values

if TYPE_CHECKING:
    from slmfix_bot.validators.ansible_document import Document, Item

_IMPORTS = ("import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook")
_PROMPT_KEYS = frozenset("name prompt default private confirm encrypt salt_size salt unsafe".split())


class StructureChecker:
    """Judges one playbook or list of tasks."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._tables = tables()
        self._tasks = TaskChecker(document)
        self._seen: set[int] = set()

    def check_playbook(self, root: yaml.Node) -> None:
        """A list of plays and imports."""
        if not isinstance(root, yaml.SequenceNode):
            self._document.report("not-a-list", "a playbook is a list of plays", root)
            return
        for entry in root.value:
            if not isinstance(entry, yaml.MappingNode):
                self._document.report("not-a-mapping", "a play is a mapping", entry)
            elif any(item.key in _IMPORTS for item in items(entry)):
                self._check_keys(entry, self._tables.keywords("playbook_include") | set(_IMPORTS), "import_playbook")
                check_values(self._document, entry, "playbook_include")
            elif (old := get_item(entry, "include")) and get(entry, "hosts") is None:
                message = "'include' was removed from Ansible"
                expected = ("import_playbook",)
                self._document.report("unknown-keyword", message, old.key_node, found="include", expected=expected)
            else:
                self._check_play(entry)

    def _check_play(self, play: yaml.Node) -> None:
        self._check_keys(play, self._tables.keywords("play") | {"user"}, "play")
        check_values(self._document, play, "play")
        pairs = {item.key: item for item in items(play)}
        if "hosts" not in pairs and not any(is_near(key, "hosts") or key == "host" for key in pairs):
            anchor = items(play)[0].key_node if items(play) else play
            self._document.report("missing-hosts", "a play needs hosts", anchor, expected=("hosts",))
        elif "hosts" in pairs:
            self._check_hosts(pairs["hosts"])
        # A repository that has modules of its own may get more from roles and packages that it does not hold.
        is_whole = not self._document.repository.modules or not self._document.path
        context = self._context(play, Context(is_whole=is_whole))
        for name in TASK_LISTS:
            if name in pairs:
                self.check_tasks(pairs[name].value, replace(context, is_handler=name == "handlers"), pairs[name])
        if "roles" in pairs:
            self._check_roles(pairs["roles"])
        for prompt in _entries(get(play, "vars_prompt")):
            self._check_keys(prompt, _PROMPT_KEYS, "vars_prompt")

    def _check_hosts(self, item: Item) -> None:
        entries = _entries(item.value) if isinstance(item.value, yaml.SequenceNode) else [item.value]
        if not entries or any(is_null(entry) or literal(entry) == "" for entry in entries):
            self._document.report("missing-hosts", "hosts is empty", item.key_node)
        elif any(isinstance(entry, yaml.MappingNode) for entry in entries):
            self._document.report("invalid-type", "hosts must be a pattern or a list of patterns", item.key_node)

    def _check_roles(self, item: Item) -> None:
        if not isinstance(item.value, yaml.SequenceNode):
            if not is_null(item.value) and not has_template(item.value):
                self._document.report("not-a-list", "roles must be a list", item.key_node)
            return
        for role in item.value.value:
            names = {pair.key for pair in items(role)}
            if isinstance(role, yaml.MappingNode) and not names & {"role", "name", "src"}:
                self._document.report("missing-option", "a role needs a name", role, expected=("role",))

    def check_tasks(self, node: yaml.Node, context: Context, owner: Item | None = None) -> None:
        """A list of tasks and blocks; `owner` is the key that holds it, None at the top of a file."""
        if is_null(node) or has_template(node) or id(node) in self._seen:
            return  # an alias repeats what was judged; aliases of aliases would repeat it exponentially often
        self._seen.add(id(node))
        if not isinstance(node, yaml.SequenceNode):
            what = f"{owner.key!r}" if owner else "a task file"
            anchor = owner.key_node if owner else node
            self._document.report("not-a-list", f"{what} must be a list of tasks", anchor)
            return
        for task in node.value:
            if not isinstance(task, yaml.MappingNode):
                if not is_null(task):
                    found = literal(task)
                    self._document.report("not-a-mapping", "a task is a mapping", task, found=found)
            elif any(item.key in BLOCKS for item in items(task)):
                self._check_block(task, context)
            else:
                self._tasks.check(task, self._context(task, context))

    def _check_block(self, block: yaml.Node, context: Context) -> None:
        self._check_keys(block, self._tables.keywords("block"), "block")
        check_values(self._document, block, "block")
        pairs = {item.key: item for item in items(block)}
        if "block" not in pairs:
            lone = next(item for name, item in pairs.items() if name in BLOCKS)
            message = f"{lone.key!r} needs a block"
            self._document.report("unknown-keyword", message, lone.key_node, found=lone.key, expected=("block",))
        elif context.is_handler:
            self._document.report("not-a-handler", "a block cannot be a handler", pairs["block"].key_node)
        inner = self._context(block, context)
        for name in BLOCKS:
            if name in pairs:
                self.check_tasks(pairs[name].value, inner, pairs[name])

    def _check_keys(self, node: yaml.Node, legal: frozenset[str], place: str) -> None:
        for item in items(node):
            if item.key not in legal:
                # A keyword in the wrong place is no misspelling.
                is_misplaced = item.key in self._tables.keywords("task")
                near = () if is_misplaced else tuple(get_close_matches(item.key, sorted(legal), 4, 0.55))
                message = f"{item.key!r} is not a keyword of a {place}"
                self._document.report("unknown-keyword", message, item.key_node, found=item.key, expected=near)

    def _context(self, node: yaml.Node, outer: Context) -> Context:
        names = tuple(str(n.value) for n in _entries(get(node, "collections")) if is_text(n))
        has_defaults = outer.has_defaults or get(node, "module_defaults") is not None
        return replace(outer, collections=names or outer.collections, has_defaults=has_defaults)


def _entries(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
