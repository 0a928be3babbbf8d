"""Ansible's YAML: the node tree with exact places, and helpers that report at a node."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import replace_lines
from slmfix_bot.validators.ansible_surroundings import NOWHERE, Repository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.edit import Edit
    from slmfix_bot.validators.ansible_jinja import Template

_OTHER_BREAKS = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
TEMPLATE = re.compile(r"\{\{|\{%|\{#")
BLOCKS = ("block", "rescue", "always")
TASK_LISTS = ("pre_tasks", "tasks", "post_tasks", "handlers")
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True)
class Item:
    """One pair of a mapping whose key is a scalar."""

    key: str
    key_node: yaml.Node
    value: yaml.Node


@dataclass
class Document:
    """One file under examination: its text, and the diagnostics so far."""

    text: str
    path: str = ""
    strict_core: bool = False
    repository: Repository = NOWHERE
    diagnostics: list[Diagnostic] = field(default_factory=list)
    templates: dict[int, Template] = field(default_factory=dict)  # by id of the scalar's node

    def __post_init__(self) -> None:
        starts = [0, *(m.end() for m in re.finditer("\n", self.text))]
        # YAML ends lines at more characters than git does; only then are its line numbers recomputed.
        self._starts = starts if _OTHER_BREAKS.search(self.text) else None

    def place(self, mark: Any) -> tuple[int, int]:
        """1-based line and column of a YAML mark."""
        if self._starts is None:
            return mark.line + 1, mark.column + 1
        line = bisect_right(self._starts, mark.index)
        return line, mark.index - self._starts[line - 1] + 1

    def offset_place(self, offset: int) -> tuple[int, int]:
        """1-based line and column of a character offset."""
        line = self.text.count("\n", 0, offset) + 1
        return line, offset - (self.text.rfind("\n", 0, offset) + 1) + 1

    def report(
        self,
        rule: str,
        message: str,
        node: yaml.Node,
        *,
        severity: Severity = Severity.ERROR,
        found: str | None = None,
        expected: tuple[str, ...] = (),
        related: yaml.Node | None = None,
        fix: tuple[Edit, ...] = (),
    ) -> None:
        """Add a diagnostic that covers a scalar, or the first line of a collection."""
        line, column = self.place(node.start_mark)
        end_line, end_column = self.place(node.end_mark)
        if not isinstance(node, yaml.ScalarNode):
            end_line, end_column = line, column + 1
        elif end_column == 1 and end_line > line:
            # A block scalar ends at the start of the line after it.
            end_line -= 1
            end_column = len(self.text.split("\n")[end_line - 1]) + 1
        self._add(
            rule, message, (line, column, end_line, end_column), severity=severity, found=found, expected=expected,
            related_line=None if related is None else self.place(related.start_mark)[0], fix=fix,
        )  # fmt: skip

    def replacement(self, node: yaml.Node, text: str) -> tuple[Edit, ...]:
        """The edit that writes `text` in place of a plain scalar on one line; none for other nodes."""
        raw = self.text[node.start_mark.index : node.end_mark.index]
        if self._starts is not None or "\n" in raw or raw != getattr(node, "value", None):
            return ()
        start = self.text.rfind("\n", 0, node.start_mark.index) + 1
        end = self.text.find("\n", node.end_mark.index)
        line = self.text[start : node.start_mark.index] + text
        line += self.text[node.end_mark.index : end if end >= 0 else None].removesuffix("\r")
        number = self.text.count("\n", 0, start) + 1
        return (replace_lines(number, number, [line]),)

    def report_inside(self, rule: str, message: str, node: yaml.Node, word: str, pattern: str, **details: Any) -> None:
        """Like `report` for a word inside a scalar; the group `word` of the pattern is its place in the raw text."""
        raw = self.text[node.start_mark.index : node.end_mark.index] if self._starts is None else ""
        match = re.search(pattern, raw)
        if match is None:
            self.report(rule, message, node, found=word, **details)
            return
        line, column = self.offset_place(node.start_mark.index + match.start("word"))
        extent = (line, column, line, column + len(match["word"]))
        self._add(rule, message, extent, found=word, **details)

    def report_word(self, rule: str, message: str, node: yaml.Node, word: str, **details: Any) -> None:
        """Like `report` for one word `word=` inside a scalar of key=value arguments."""
        raw = self.text[node.start_mark.index : node.end_mark.index] if self._starts is None else ""
        match = re.search(rf"(?<![\w.-]){re.escape(word)}(?=\s*=)", raw)
        if match is None:
            self.report(rule, message, node, **details)
            return
        line, column = self.offset_place(node.start_mark.index + match.start())
        severity = details.pop("severity", Severity.ERROR)
        self._add(rule, message, (line, column, line, column + len(word)), severity=severity, **details)

    def _add(self, rule: str, message: str, extent: tuple[int, int, int, int], **details: Any) -> None:
        line, column, end_line, end_column = extent
        self.diagnostics.append(
            Diagnostic(
                rule=rule,
                message=message,
                line=line,
                column=column,
                end_line=end_line,
                end_column=end_column,
                **details,
            )
        )


def items(node: yaml.Node) -> list[Item]:
    """Pairs with scalar keys, those merged by `<<` last and only where the mapping lacks them."""
    found: dict[str, Item] = {}
    own: list[Item] = []
    queue, seen = [node], {id(node)}
    for current in queue:
        for key, value in current.value if isinstance(current, yaml.MappingNode) else ():
            if key.tag == _MERGE:
                merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
                # Aliases can repeat one mapping exponentially often; once is enough.
                queue.extend(m for m in merged if id(m) not in seen)
                seen.update(map(id, merged))
            elif isinstance(key, yaml.ScalarNode):
                item = Item(str(key.value), key, value)
                if current is node:
                    own.append(item)
                found.setdefault(item.key, item)
    names = {item.key for item in own}
    return own + [item for item in found.values() if item.key not in names]


def get(node: yaml.Node, key: str) -> yaml.Node | None:
    """The value of a key, None when absent."""
    return next((item.value for item in items(node) if item.key == key), None)


def get_item(node: yaml.Node, key: str) -> Item | None:
    """The pair of a key, None when absent."""
    return next((item for item in items(node) if item.key == key), None)


def is_null(node: yaml.Node) -> bool:
    """Whether the node is YAML's null."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def is_text(node: yaml.Node) -> bool:
    """Whether the node is a string scalar."""
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str"


def has_template(node: yaml.Node) -> bool:
    """Whether the node is a scalar that Jinja or a vault computes."""
    return isinstance(node, yaml.ScalarNode) and (node.tag.startswith("!") or bool(TEMPLATE.search(node.value)))


def literal(node: yaml.Node) -> str | None:
    """The text of a scalar without a template; None for everything else, null included."""
    if not isinstance(node, yaml.ScalarNode) or is_null(node) or has_template(node):
        return None
    return str(node.value)


def walk(node: yaml.Node, seen: set[int] | None = None) -> Iterator[yaml.Node]:
    """Every node once, aliases not repeated."""
    seen = set() if seen is None else seen
    stack = [node]
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        if isinstance(current, yaml.SequenceNode):
            stack.extend(reversed(current.value))
        elif isinstance(current, yaml.MappingNode):
            stack.extend(part for pair in reversed(current.value) for part in reversed(pair))


def tasks_in(node: yaml.Node | None) -> Iterator[yaml.Node]:
    """The tasks and blocks of a list of tasks, those inside blocks included."""
    stack = [node] if node is not None else []
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, yaml.SequenceNode):
            stack.extend(reversed(current.value))
        elif isinstance(current, yaml.MappingNode):
            stack.extend(part for key in BLOCKS if (part := get(current, key)) is not None)
            yield current
