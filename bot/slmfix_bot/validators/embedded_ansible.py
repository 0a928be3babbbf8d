"""The shell commands of Ansible tasks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.ansible_yaml import parse
from slmfix_bot.validators.embedded_yaml import scalar_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.embedded import Embedded
    from slmfix_bot.core.program import Program

SHELL = {"shell", "ansible.builtin.shell", "ansible.legacy.shell"}
HOLE = re.compile(r"\{\{[^\n]*?\}\}")
CONTROL = re.compile(r"\{%|\{#")


def find_scripts(program: Program) -> list[Embedded]:
    """Scripts without Jinja statements, which may put together anything.

    The target's /bin/sh is unknown and often bash, so bash judges: it accepts what either of them runs.
    """
    roots, error = parse(program.text)
    found = []
    for node in () if error else _scripts(roots):
        text = str(node.value)
        rest = HOLE.sub("", text)
        if not CONTROL.search(text) and "{{" not in rest and "}}" not in rest:
            found.append(scalar_program(node, program.text, "bash", HOLE))
    return [place for place in found if place is not None]


def _scripts(roots: tuple[yaml.Node, ...]) -> Iterator[yaml.ScalarNode]:
    waiting, seen = list(reversed(roots)), set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += reversed(node.value)
        elif isinstance(node, yaml.MappingNode):
            yield from _script_of(node)
            waiting += [value for _, value in reversed(node.value)]


def _script_of(task: yaml.MappingNode) -> Iterator[yaml.ScalarNode]:
    values = {key.value: value for key, value in task.value if isinstance(key, yaml.ScalarNode)}
    for name in SHELL & values.keys():
        script = values[name]
        if isinstance(script, yaml.MappingNode):
            parts = {key.value: value for key, value in script.value if isinstance(key, yaml.ScalarNode)}
            if "executable" in parts:
                continue  # perhaps no shell at all
            script = parts.get("cmd")
        arguments = values.get("args")
        if isinstance(arguments, yaml.MappingNode) and any(key.value == "executable" for key, _ in arguments.value):
            executable = next(value.value for key, value in arguments.value if key.value == "executable")
            if not str(executable).endswith(("/bash", "/sh")):
                continue
        if isinstance(script, yaml.ScalarNode):
            yield script
