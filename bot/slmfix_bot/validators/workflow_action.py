"""The metadata file of an action (`action.yml`): its keys, its kind, and the steps of a composite action."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

KEYS = ("name", "author", "description", "inputs", "outputs", "runs", "branding")
INPUT_KEYS = ("description", "required", "default", "deprecationMessage", "type")
OUTPUT_KEYS = ("description", "value")
RUNTIMES = ("node24", "node20", "node16", "node12", "composite", "docker")
RUNS_KEYS = {
    "composite": ("using", "steps"),
    "docker": ("using", "image", "env", "entrypoint", "pre-entrypoint", "post-entrypoint", "pre-if", "post-if", "args"),
    "node": ("using", "main", "pre", "pre-if", "post", "post-if"),
}
REQUIRED = {"composite": "steps", "docker": "image", "node": "main"}
STEP_KEYS = ("name", "id", "if", "run", "shell", "uses", "with", "env", "working-directory", "continue-on-error")
NAMES = frozenset({"action.yml", "action.yaml"})


def is_action(text: str, name: str, *, by_content: bool) -> bool:
    """Whether it is an action's metadata, by the file's name or by its top-level keys."""
    if name in NAMES:
        return True
    keys = {line.partition(":")[0] for line in text.split("\n") if line and line[0].isalpha()}
    return by_content and "runs" in keys and not keys & {"jobs", "on"}


def check_action(text: str) -> tuple[Diagnostic, ...]:
    """What GitHub refuses when it loads the action; the text is known to be sound YAML."""
    root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if not isinstance(root, yaml.MappingNode):
        return (Diagnostic(rule="wrong-type", message="an action's metadata is a mapping", line=1, column=1),)
    return tuple(_check(text, root))


def _check(text: str, root: yaml.MappingNode) -> Iterator[Diagnostic]:
    yield from _unknown(text, root, KEYS, "an action", Severity.WARNING)
    top = _entries(root)
    for section, legal in (("inputs", INPUT_KEYS), ("outputs", OUTPUT_KEYS)):
        for name, node in _entries(top.get(section)).items():
            if isinstance(node, yaml.MappingNode):
                yield from _unknown(text, node, legal, f"{section[:-1]} {name!r}", Severity.WARNING)
    runs = top.get("runs")
    if not isinstance(runs, yaml.MappingNode):
        message = '"runs" must be a mapping' if runs else '"runs" section is missing in the action'
        yield _at(text, runs or root, "wrong-type" if runs else "missing-key", message)
        return
    using = _entries(runs).get("using")
    if not isinstance(using, yaml.ScalarNode):
        yield _at(text, runs, "missing-key", '"using" is missing in "runs" section')
        return
    yield from _runs(text, runs, using)


def _runs(text: str, runs: yaml.MappingNode, using: yaml.ScalarNode) -> Iterator[Diagnostic]:
    runtime = str(using.value)
    kind = "node" if runtime.startswith("node") else runtime
    if runtime.lower() not in RUNTIMES:
        message = f'invalid "using": {runtime!r} is none of {", ".join(RUNTIMES)}'
        yield _at(text, using, "unknown-runtime", message, found=runtime, expected=nearest(runtime, RUNTIMES))
        return
    entries = _entries(runs)
    yield from _unknown(text, runs, RUNS_KEYS[kind], f'"runs" of a {kind} action', Severity.ERROR)
    if REQUIRED[kind] not in entries:
        yield _at(text, runs, "missing-key", f'"{REQUIRED[kind]}" is missing in "runs" section of a {kind} action')
    steps = entries.get("steps")
    if isinstance(steps, yaml.SequenceNode) and kind == "composite":
        for step in steps.value:
            yield from _step(text, step)


def _step(text: str, step: yaml.Node) -> Iterator[Diagnostic]:
    if not isinstance(step, yaml.MappingNode):
        yield _at(text, step, "wrong-type", "a step is a mapping")
        return
    entries = _entries(step)
    yield from _unknown(text, step, STEP_KEYS, "a step", Severity.ERROR)
    if "run" in entries and "uses" in entries:
        yield _at(text, step, "misplaced-key", 'a step has either "run" or "uses"')
    elif "run" not in entries and "uses" not in entries:
        yield _at(text, step, "missing-key", 'a step needs "run" or "uses"')
    elif "run" in entries and "shell" not in entries:
        yield _at(text, step, "missing-shell", '"shell" is required in a step of a composite action that has "run"')


def _unknown(
    text: str, node: yaml.MappingNode, legal: Iterable[str], where: str, severity: Severity
) -> Iterator[Diagnostic]:
    for name, key in _keys(node).items():
        if name not in legal and name != "<<":
            message = f"unexpected key {name!r} for {where}"
            yield _at(text, key, "unknown-key", message, found=name, expected=nearest(name, legal), severity=severity)


def _keys(node: yaml.MappingNode) -> dict[str, yaml.Node]:
    return {str(key.value): key for key, _ in node.value if isinstance(key, yaml.ScalarNode)}


def _entries(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _at(
    text: str,
    node: yaml.Node,
    rule: str,
    message: str,
    *,
    found: str | None = None,
    expected: tuple[str, ...] = (),
    severity: Severity = Severity.ERROR,
) -> Diagnostic:
    line, column = place_of(text, node.start_mark.index)
    end = column + len(found) if found and text.startswith(found, node.start_mark.index) else None
    return Diagnostic(
        rule=rule, message=message, line=line, column=column, end_column=end, severity=severity, found=found,
        expected=expected,
    )  # fmt: skip
