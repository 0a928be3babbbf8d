"""A YAML text as plain data together with the line of every key, refusing what a settings file has no use for.

Aliases are refused (a few lines of them expand to gigabytes), and so are repeated keys (YAML would keep the last one
silently), deep nesting and a second document.
"""

from __future__ import annotations

from typing import Any

import yaml

from slmfix_bot.errors import ConfigurationError

MAX_DEPTH = 12

# Key path, such as ("languages", "sql") or ("exclude", 0), to 1-based line.
Lines = dict[tuple["str | int", ...], int]


def parse_document(text: str, source: str) -> tuple[Any, Lines]:
    """The document and its lines; None for an empty one.

    Raises ConfigurationError with the line.
    """
    try:
        _refuse_bombs(text, source)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        lines: Lines = {}
        if root is not None:
            _collect(root, (), lines, source)
        return yaml.safe_load(text), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}" if mark else ""
        msg = f"{source}{where}: not valid YAML: {error.problem or error.context}"
        raise ConfigurationError(msg) from None
    except (yaml.YAMLError, ValueError) as error:
        # ValueError: SafeLoader builds dates and numbers, and 2026-02-31 is none.
        msg = f"{source}: not valid YAML: {str(error).splitlines()[0]}"
        raise ConfigurationError(msg) from None


def _refuse_bombs(text: str, source: str) -> None:
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            msg = f"{source}, line {line}: aliases are not allowed here; write the value out"
            raise ConfigurationError(msg)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > MAX_DEPTH:
            msg = f"{source}, line {line}: nested deeper than {MAX_DEPTH} levels"
            raise ConfigurationError(msg)
        if documents > 1:
            msg = f"{source}, line {line}: a second YAML document; only one is read"
            raise ConfigurationError(msg)


def _collect(node: yaml.Node, path: tuple[str | int, ...], lines: Lines, source: str) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _collect(item, (*path, index), lines, source)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag != "tag:yaml.org,2002:str":
                msg = f"{source}, line {line}: keys must be plain words"
                raise ConfigurationError(msg)
            if (*path, key.value) in lines:
                msg = f"{source}, line {line}: the key {key.value!r} stands here a second time"
                raise ConfigurationError(msg)
            lines[(*path, key.value)] = line
            _collect(value, (*path, key.value), lines, source)
