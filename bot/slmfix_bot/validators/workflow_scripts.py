"""The scripts of workflow steps and of composite actions, each in the language of its shell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.validators.embedded_yaml import scalar_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from slmfix_bot.core.embedded import Embedded
    from slmfix_bot.core.program import Program

EXPRESSION = re.compile(r"\$\{\{(?:[^'}\n]|'[^'\n]*'|\}(?!\}))*\}\}")
LANGUAGES: Mapping[str, str] = {"bash": "bash", "sh": "sh", "python": "python"}


def find_scripts(program: Program) -> list[Embedded]:
    """Steps with `run` whose shell is bash, sh or python: named by the step, its job's or the workflow's defaults, or
    bash where the runner is known to be Linux or macOS. Steps of Windows and of unknown runners are left out unless
    they name their shell. Expressions are holes: they are filled in before the shell reads the script."""
    try:
        root = yaml.compose(program.text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError):
        return []
    found = []
    for node, shell in _steps(_entries(root)):
        language = LANGUAGES.get(shell)
        value = str(node.value)
        if language == "python" and EXPRESSION.search(value):
            continue  # what an expression leaves in Python is no name
        if language and "${{" not in EXPRESSION.sub("", value):
            found.append(scalar_program(node, program.text, language, EXPRESSION))
    return [place for place in found if place is not None]


def _steps(top: Mapping[str, yaml.Node]) -> Iterator[tuple[yaml.ScalarNode, str]]:
    """The scripts with their shells."""
    runs = _entries(top.get("runs"))
    for step in _items(runs.get("steps")):
        yield from _script(step, "")
    usual = _default_shell(top)
    for job in _entries(top.get("jobs")).values():
        entries = _entries(job)
        shell = _default_shell(entries) or usual or _shell_of_runner(entries.get("runs-on"))
        for step in _items(entries.get("steps")):
            yield from _script(step, shell)


def _script(step: yaml.Node, usual: str) -> Iterator[tuple[yaml.ScalarNode, str]]:
    entries = _entries(step)
    script = entries.get("run")
    shell = entries.get("shell")
    name = str(shell.value) if isinstance(shell, yaml.ScalarNode) else usual
    if isinstance(script, yaml.ScalarNode):
        yield script, _shell_name(name)


def _shell_name(written: str) -> str:
    """`bash -l {0}` and `/bin/bash` are bash."""
    words = written.split()
    return words[0].rpartition("/")[2] if words else ""


def _default_shell(entries: Mapping[str, yaml.Node]) -> str:
    shell = _entries(_entries(entries.get("defaults")).get("run")).get("shell")
    return str(shell.value) if isinstance(shell, yaml.ScalarNode) else ""


def _shell_of_runner(runner: yaml.Node | None) -> str:
    if isinstance(runner, yaml.SequenceNode):
        labels = " ".join(str(label.value) for label in runner.value)
    else:
        labels = str(runner.value) if isinstance(runner, yaml.ScalarNode) else ""
    return "bash" if re.search(r"\b(?:ubuntu|macos|linux)\b", labels, re.I) and "windows" not in labels.lower() else ""


def _entries(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
