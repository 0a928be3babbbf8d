"""YAML errors of Ansible files: the parser's own word, and a fix where the cause is mechanical."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import Edit, apply_edits, replace_lines
from slmfix_bot.core.text import bare_lines
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.ansible_document import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.ansible_document import Document

# YAML's own word for each; a template that starts a value reads as a mapping inside a mapping.
_UNQUOTED = re.compile(r"^(?P<head>\s*(?:-\s+)*(?:[\w.\-]+\s*:\s+)?)(?P<value>\{\{.*?)(?P<tail>\s+#.*|\s*)$")
_PAIR = re.compile(r"^(?P<head>\s*(?:-\s+)*[\w.\-]+\s*:\s+)(?P<value>[^\s|>&*!{\[].*?)(?P<tail>\s+#.*|\s*)$")
_NO_SPACE = re.compile(r"^(?P<head>\s*(?:-\s+)*[A-Za-z_][\w.\-]*):(?P<value>[^\s:/\\].*)$")
_COMMA = re.compile(r"^(\s*(?:-\s+)*[\w.\-]+\s*:\s+(?P<quote>['\"])(?:(?!(?P=quote)).)*(?P=quote)),\s*$")
_DASH = re.compile(r"^(?P<head>\s*)-(?P<value>[A-Za-z_]\w*:(?:\s.*)?)$")
_ENTRY = re.compile(r"\s*(?:- |-$|[\w.\-\"']+\s*:(?:\s|$))")
_OPEN_ITEM = re.compile(r"^(?P<head>\s*-\s+)(?P<value>['\"].*?)(?P<tail>\s+#.*|\s*)$")
_ITEM = re.compile(r"^(?P<head>\s*)-(?P<value>[^\s-].*)$")

MAX_DEPTH = 500
# A mapping inside a mapping needs at least one more column, so that a short text cannot be deep without brackets.
_LONG = MAX_DEPTH * MAX_DEPTH // 2


def compose(document: Document) -> tuple[yaml.Node, ...] | None:
    """The nodes of the documents in the text; None after a syntax error, which is reported."""
    roots, error = parse(document.text)
    if error is not None:
        document.diagnostics.append(_diagnose(document, error))
        return None
    for root in roots:
        _check_keys(document, root)
    return roots


def parse(text: str) -> tuple[tuple[yaml.Node, ...], yaml.YAMLError | None]:
    """Nodes, or the first error. Raises CannotJudge for nesting too deep to follow."""
    if sum(map(text.count, ("[", "{", "- ", "? "))) > MAX_DEPTH or len(text) > _LONG:
        _check_depth(text)
    loader = yaml.CSafeLoader(text)
    roots: list[yaml.Node] = []
    try:
        while loader.check_node():
            node = loader.get_node()
            roots.extend([node] if node else [])
    except yaml.YAMLError as error:
        return (), error
    except RecursionError as error:
        msg = "the YAML is nested too deeply"
        raise CannotJudge(msg) from error
    finally:
        loader.dispose()
    return tuple(roots), None


def _check_depth(text: str) -> None:
    """Raises CannotJudge where the parser's recursion would overflow the C stack, which kills the process."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                msg = "the YAML is nested too deeply"
                raise CannotJudge(msg)
    except yaml.YAMLError:
        return  # the parser proper says it better, and stops at the same place


def _check_keys(document: Document, root: yaml.Node) -> None:
    for node in walk(root):
        seen: dict[str, yaml.Node] = {}
        for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
                    _report_duplicate(document, key, seen[key.value])
                seen[key.value] = key
            elif _starts_template(document, node):
                _report_unquoted(document, node)
            else:
                document.report("yaml", "a key must be a scalar; a mapping or list cannot be one", key)


def _report_duplicate(document: Document, key: yaml.ScalarNode, first: yaml.Node) -> None:
    message = f"the key {key.value!r} occurs twice; the last one wins"
    document.report("duplicate-key", message, key, severity=Severity.WARNING, found=key.value, related=first)


def _starts_template(document: Document, node: yaml.Node) -> bool:
    line, column = document.place(node.start_mark)
    return bare_lines(document.text)[line - 1].startswith("{{", column - 1)


def _report_unquoted(document: Document, node: yaml.Node) -> None:
    line, _ = document.place(node.start_mark)
    edits = tuple(
        edit for edit in _quote_template(bare_lines(document.text), line) if _improves(document.text, edit, 0)
    )
    document.report("unquoted-template", "a value that starts with a template must be quoted", node, fix=edits[:1])


def _diagnose(document: Document, error: yaml.YAMLError) -> Diagnostic:
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        position = getattr(error, "position", 0) or 0
        line, column = document.offset_place(min(position, len(document.text)))
        return Diagnostic(rule="yaml", message=f"YAML: {getattr(error, 'reason', error)}", line=line, column=column)
    lines = bare_lines(document.text)
    line, column = _clamp(document, error.problem_mark, lines)
    related = _clamp(document, error.context_mark, lines)[0] if error.context_mark else None
    message = ": ".join(part for part in (error.context, error.problem) if part)
    rule, fix = _mechanical(document.text, lines, line, related)
    return Diagnostic(
        rule=rule,
        message=f"YAML: {message}"
        if rule == "yaml"
        else f"a value that starts with a template must be quoted ({message})",
        line=line,
        column=column,
        end_column=column + 1,
        related_line=related,
        fix=fix,
    )


def _clamp(document: Document, mark: Any, lines: list[str]) -> tuple[int, int]:
    line, column = document.place(mark)
    if line > len(lines):
        return max(1, len(lines)), len(lines[-1]) + 1 if lines else 1
    return line, column


def _mechanical(text: str, lines: list[str], line: int, related: int | None) -> tuple[str, tuple[Edit, ...]]:
    """The rule, and the one edit whose kind is the first that lets the parser get past the error."""
    places = [n for n in dict.fromkeys((line, line - 1, related or line)) if 1 <= n <= len(lines)]
    for number in places:
        match = _UNQUOTED.match(lines[number - 1])
        if match and "}}" in match["value"]:
            good = [edit for edit in _quote_template(lines, number) if _improves(text, edit, line)]
            return "unquoted-template", tuple(good[:1])
    for propose in (_untab, _space_after_colon, _space_after_dash, _drop_comma, _close_quote, _quote_pair, _indent):
        for number in places:
            good = [edit for edit in propose(lines, number) if _improves(text, edit, line)]
            if len(good) == 1 or (good and propose is not _indent):
                return "yaml", tuple(good[:1])
    return "yaml", ()


def _improves(text: str, edit: Edit, line: int) -> bool:
    """Whether the edited text parses, or at least fails well after the old place."""
    _, error = parse(apply_edits(text, [edit]))
    if error is None:
        return True
    mark = getattr(error, "problem_mark", None)
    return bool(line and mark is not None and mark.line > line + 1 and isinstance(error, yaml.MarkedYAMLError))


def _quoted(value: str) -> str:
    if '"' not in value and "\\" not in value:
        return f'"{value}"'
    return "'" + value.replace("'", "''") + "'"


def _quote_template(lines: list[str], number: int) -> Iterator[Edit]:
    if match := _UNQUOTED.match(lines[number - 1]):
        last = match["value"][-1]
        if last in "\"'" and match["value"].count(last) % 2:
            yield replace_lines(number, number, [match["head"] + last + match["value"] + match["tail"].rstrip()])
        yield replace_lines(number, number, [match["head"] + _quoted(match["value"]) + match["tail"].rstrip()])


def _untab(lines: list[str], number: int) -> Iterator[Edit]:
    first = last = number
    while first > 1 and lines[first - 2][: _indentation(lines[first - 2])].count("\t"):
        first -= 1
    while last < len(lines) and lines[last][: _indentation(lines[last])].count("\t"):
        last += 1
    for width in (2, 4, 8):
        changed = [_expand(line, width) for line in lines[first - 1 : last]]
        if changed != lines[first - 1 : last]:
            yield replace_lines(first, last, changed)


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))


def _expand(line: str, width: int) -> str:
    depth = _indentation(line)
    return line[:depth].replace("\t", " " * width) + line[depth:]


def _space_after_colon(lines: list[str], number: int) -> Iterator[Edit]:
    if match := _NO_SPACE.match(lines[number - 1]):
        yield replace_lines(number, number, [f"{match['head']}: {match['value']}"])


def _space_after_dash(lines: list[str], number: int) -> Iterator[Edit]:
    match = _DASH.match(lines[number - 1])
    item = _ITEM.match(lines[number - 1])
    if item and any(line.startswith(f"{item['head']}- ") for line in lines[max(0, number - 2) : number + 1]):
        match = item
    if match:
        yield replace_lines(number, number, [f"{match['head']}- {match['value']}"])


def _close_quote(lines: list[str], number: int) -> Iterator[Edit]:
    """A value that opens a quote and never closes it."""
    match = _PAIR.match(lines[number - 1]) or _OPEN_ITEM.match(lines[number - 1])
    if match and match["value"][0] in "\"'" and match["value"].count(match["value"][0]) == 1:
        yield replace_lines(
            number, number, [match["head"] + match["value"] + match["value"][0] + match["tail"].rstrip()]
        )


def _drop_comma(lines: list[str], number: int) -> Iterator[Edit]:
    """A quoted value with the comma of another notation behind it."""
    if match := _COMMA.match(lines[number - 1]):
        yield replace_lines(number, number, [match[1]])


def _quote_pair(lines: list[str], number: int) -> Iterator[Edit]:
    match = _PAIR.match(lines[number - 1])
    if match and (": " in match["value"] or match["value"][0] in "\"'%@`"):
        value = match["value"]
        if "\\" in value and value[0] == value[-1] == '"':
            value = value[1:-1]
            yield replace_lines(number, number, [match["head"] + "'" + value.replace("'", "''") + "'" + match["tail"]])
        else:
            yield replace_lines(number, number, [match["head"] + _quoted(value) + match["tail"].rstrip()])


def _indent(lines: list[str], number: int) -> Iterator[Edit]:
    line = lines[number - 1]
    if not _ENTRY.match(line):
        return  # what is no entry would become text of the line above
    end = number
    while end < len(lines) and lines[end].strip() and _indentation(lines[end]) > _indentation(line):
        end += 1  # what hangs below the line moves with it
    for shift in (-1, 1):
        if _indentation(line) + shift >= 0:
            block = [f" {below}" if shift > 0 else below[1:] for below in lines[number - 1 : end]]
            yield replace_lines(number, end, block)
