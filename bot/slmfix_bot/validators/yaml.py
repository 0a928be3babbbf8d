"""YAML 1.1 by libyaml's event parser: every document, no construction, so tags and aliases cost nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.place import Place, place_of

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

MERGE = "<<"
TEMPLATE = re.compile(
    r"\{%|\{\{[-+]|[-+]\}\}|\{\{\s*(\.|\$|include|template|if|range|with|end|define|toYaml)|^\s*#%|<%|^\s*%\s*(if|for|endif|endfor)\b",
    re.M,
)


@dataclass
class Frame:
    """An open collection. In a mapping, keys and values take turns."""

    is_mapping: bool
    expects_key: bool = True
    keys: dict[str, int] = field(default_factory=dict)


class YamlValidator:
    """Syntax errors, undefined aliases and duplicate keys."""

    name = "libyaml"
    languages = ("yaml",)

    def version(self) -> str:
        """That of libyaml, or of PyYAML where it was built without."""
        return yaml.__version__

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The first syntax error, after the other errors before it."""
        diagnostics: list[Diagnostic] = []
        try:
            _read(program.text, diagnostics)
        except yaml.YAMLError as error:
            if TEMPLATE.search(program.text):
                msg = "a template, not YAML"
                raise CannotJudge(msg) from error
            diagnostics.append(_syntax_error(program.text, error))
        return tuple(diagnostics)


def _read(text: str, diagnostics: list[Diagnostic]) -> None:
    stack: list[Frame] = []
    anchors: set[str] = set()
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, yaml.DocumentStartEvent):
            anchors.clear()
        elif isinstance(event, yaml.NodeEvent):
            _enter(text, event, stack, anchors, diagnostics)
        if isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
            _leave(stack)


def _enter(
    text: str, event: yaml.NodeEvent, stack: list[Frame], anchors: set[str], diagnostics: list[Diagnostic]
) -> None:
    frame = stack[-1] if stack else None
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in anchors:
            line, column = place_of(text, _offset(event.start_mark))
            message = f"undefined alias *{event.anchor}"
            found = Diagnostic(rule="undefined-alias", message=message, line=line, column=column, found=event.anchor)
            diagnostics.append(found)
    elif event.anchor is not None:
        anchors.add(event.anchor)
    if isinstance(event, yaml.ScalarEvent) and frame is not None and frame.is_mapping and frame.expects_key:
        _note_key(text, event, frame, diagnostics)
    if isinstance(event, yaml.CollectionStartEvent):
        stack.append(Frame(is_mapping=isinstance(event, yaml.MappingStartEvent)))
    else:
        _leave(stack)


def _leave(stack: list[Frame]) -> None:
    """A node of the innermost open collection is complete."""
    if stack:
        stack[-1].expects_key = not stack[-1].expects_key


def _note_key(text: str, event: yaml.ScalarEvent, frame: Frame, diagnostics: list[Diagnostic]) -> None:
    first = frame.keys.setdefault(event.value, _offset(event.start_mark))
    if first == _offset(event.start_mark) or event.value == MERGE:
        return
    line, column = place_of(text, _offset(event.start_mark))
    diagnostics.append(
        Diagnostic(
            rule="duplicate-key",
            message=f"the key {event.value!r} stands twice in one mapping",
            line=line,
            column=column,
            end_column=column + _offset(event.end_mark) - _offset(event.start_mark),
            found=event.value,
            related_line=place_of(text, first).line,
        )
    )


def _offset(mark: Any) -> int:
    """libyaml counts lines as YAML does, also at CR and U+2028, so only its index can be used."""
    return int(mark.index)


def _syntax_error(text: str, error: yaml.YAMLError) -> Diagnostic:
    if isinstance(error, yaml.MarkedYAMLError):
        place = place_of(text, _offset(error.problem_mark)) if error.problem_mark else Place(1, 1)
        related = place_of(text, _offset(error.context_mark)).line if error.context_mark else None
        message = ", ".join(part for part in (error.context, error.problem) if part)
        return Diagnostic(rule="syntax", message=message, line=place.line, column=place.column, related_line=related)
    offset = getattr(error, "position", 0)
    reason = getattr(error, "reason", None) or str(error)
    line, column = place_of(text, offset)
    return Diagnostic(rule="syntax", message=f"unacceptable character: {reason}", line=line, column=column)


YAML = YamlValidator()
