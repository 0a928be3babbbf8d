"""Rules for GitHub workflows: expressions, keys out of place, ids, and keys that every one of their kind needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.propose.workflow_expression import propose_expression
from slmfix_bot.core.propose.workflow_script import propose_script
from slmfix_bot.core.propose.workflow_text import block_end, entry_rows, indent_of
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SHELLS = {
    "powershell": ("pwsh",),
    "sh": ("bash",),
    "dash": ("sh",),
    "zsh": ("bash",),
    "fish": ("bash",),
    "ksh": ("bash",),
    "cmd": ("pwsh",),
    "python3": ("python",),
}
_KEYS = "name|on|jobs|steps|uses|run|with|env|if|needs|runs-on|strategy|matrix|shell|id|permissions|branches|types"
_NAME = r"[\"']?[\w.-]+[\"']?"


def propose_workflow(case: Case) -> Iterator[Candidate]:
    """What the rule of the target suggests."""
    for rule in _RULES.get(case.target.rule, ()):
        yield from rule(case)


def _rule(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def _with_row(case: Case, row: int, *new: str) -> str:
    """The text with one line (0-based) replaced by others, given without terminators."""
    ending = case.lines[row][len(case.lines[row].rstrip("\r\n")) :]
    return case.splice(case.starts[row], case.starts[row + 1], "\n".join(new) + ending)


def _content(case: Case, row: int) -> str:
    return case.lines[row].rstrip("\r\n")


def _split_step(case: Case) -> Iterator[Candidate]:
    """A step with both `uses` and `run` is two steps; `with` beside `run` was meant as `env`."""
    row = case.target.line - 1
    rows = entry_rows(case.lines, row)
    first = case.lines[rows.start]
    dash = re.match(r"(\s*)- ", first)
    indent = indent_of(case.lines[row])
    if dash and indent == dash.end():
        keys = {
            found[1]: number
            for number in rows
            if indent_of(case.lines[number]) == indent
            and (found := re.match(rf"[\s-]*({_NAME})\s*:", case.lines[number]))
        }
        if "uses" in keys and "run" in keys:
            later = max(keys["uses"], keys["run"])
            content = case.lines[later]
            text = case.splice(case.starts[later], case.starts[later + 1], dash[0] + content[indent:])
            yield _rule(text, 0.9, "two steps")
    content = _content(case, row)
    if case.target.found == "with" and "run shell command" in case.target.message:
        yield _rule(_with_row(case, row, re.sub(r"\bwith\b", "env", content, count=1)), 1.3, "with -> env")
    if case.target.found in {"working-directory", "shell"} and "execute action" in case.target.message:
        end = block_end(case.lines, row)
        if not re.match(r"\s*- ", case.lines[row]):
            yield _rule(case.splice(case.starts[row], case.starts[end], ""), 2.0, "key of a run removed")


def _indentation(case: Case) -> Iterator[Candidate]:
    """A key that belongs to the mapping inside or outside, with everything below it."""
    row = case.target.line - 1
    content = case.lines[row]
    indent = len(content) - len(content.lstrip(" "))
    if content.lstrip().startswith("-"):
        return
    end = block_end(case.lines, row)
    levels = {indent_of(line) for line in case.lines[max(0, row - 12) : row + 12] if line.strip()} - {indent}
    for level in sorted(levels, key=lambda level: abs(level - indent))[:4]:
        by = level - indent
        lines = [(" " * by + line if by > 0 else line[-by:]) if line.strip() else line for line in case.lines[row:end]]
        text = case.splice(case.starts[row], case.starts[end], "".join(lines))
        yield _rule(text, 1.8 + 0.05 * abs(by), "re-indented")


def _ids(case: Case) -> Iterator[Candidate]:
    """An id in the letters that GitHub takes, everywhere in the text."""
    name = case.target.found or ""
    fit = re.sub(r"[^A-Za-z0-9_-]+", "-" if case.target.rule == "invalid-id" else "_", name)
    fit = fit.strip("-") if fit.strip("-") else fit
    if not re.match(r"[A-Za-z_]", fit):
        fit = f"{'step' if 'step ID' in case.target.message else 'job'}-{fit}"
    if name and fit != name and "{" not in name:
        everywhere = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", fit, case.text)
        yield _rule(everywhere, 1.0, f"{name} -> {fit}")


def _missing(case: Case) -> Iterator[Candidate]:
    """Keys whose value is beyond doubt, or stands in the other jobs."""
    row = case.target.line - 1
    content = _content(case, row)
    named = re.match(r'"([\w-]+)" (?:section )?is (?:missing|required)', case.target.message)
    key = named[1] if named else ""
    inner = next((line for line in case.lines[row + 1 :] if line.strip()), "")
    depth = len(inner) - len(inner.lstrip())
    if depth <= len(content) - len(content.lstrip()):
        depth = len(content) - len(content.lstrip()) + 2
    if key == "runs-on" and content.rstrip().endswith(":"):
        other = re.search(r"^\s*runs-on:[ \t]*([\w.-]+)[ \t]*$", case.text, re.M)
        value = other[1] if other else "ubuntu-latest"
        cost = 1.0 if other else 1.8
        yield _rule(_with_row(case, row, content, f"{' ' * depth}runs-on: {value}"), cost, "runs-on added")
    if key == "type":
        body = "".join(case.lines[row + 1 : block_end(case.lines, row)])
        default = re.search(r"\bdefault:[ \t]*(\S+)", body)
        kind = "string" if not default else _kind(default[1])
        if content.rstrip().endswith(":"):
            yield _rule(_with_row(case, row, content, f"{' ' * depth}type: {kind}"), 1.2, "type added")
        flow = re.match(r"(.*:\s*\{)(.*)$", content)
        if flow:
            yield _rule(_with_row(case, row, f"{flow[1]}type: {kind}, {flow[2]}"), 1.2, "type added")
    if case.target.rule == "missing-shell":
        rows = entry_rows(case.lines, row)
        run = next((r for r in rows if re.match(r"\s*(?:- )?run\s*:", case.lines[r])), None)
        if run is not None:
            end = block_end(case.lines, run)
            text = f"{' ' * indent_of(case.lines[run])}shell: bash\n"
            before = "" if case.text[: case.starts[end]].endswith("\n") else "\n"
            yield _rule(case.splice(case.starts[end], case.starts[end], before + text), 0.8, "shell added")


def _kind(value: str) -> str:
    if value in {"true", "false"}:
        return "boolean"
    return "number" if re.fullmatch(r"-?\d+(\.\d+)?", value) else "string"


def _literal(case: Case) -> Iterator[Candidate]:
    """A number or truth value without its quotes; other words for yes and no."""
    row = case.target.line - 1
    content = _content(case, row)
    bare = re.sub(r":(\s+)([\"'])(true|false|\d+(?:\.\d+)?)\2(\s*(?:#.*)?)$", r":\1\3\4", content, flags=re.I)
    yield _rule(_with_row(case, row, bare), 0.8, "without quotes")
    for words, value in (("yes|on|enabled|True|TRUE", "true"), ("no|off|disabled|False|FALSE", "false")):
        spelt = re.sub(rf":(\s+)([\"']?)(?:{words})\2(\s*(?:#.*)?)$", rf":\g<1>{value}\3", content)
        yield _rule(_with_row(case, row, spelt), 1.0, "true or false")
    unit = re.sub(r":(\s+)([\"']?)(\d+)\s*(?:m|min|minutes?)\2\s*$", r":\1\3", content)
    yield _rule(_with_row(case, row, unit), 1.2, "minutes without a unit")


def _cron(case: Case) -> Iterator[Candidate]:
    """Five fields."""
    row = case.target.line - 1
    content = _content(case, row)
    found = re.search(r"cron:\s*([\"']?)([^\"'\n#]*[^\"'\s#])\1", content)
    if not found:
        return
    fields = found[2].split()
    start, end = found.span(2)
    if len(fields) == 4:
        yield _rule(_with_row(case, row, f"{content[:end]} *{content[end:]}"), 1.2, "fifth field")
    if len(fields) == 6:
        yield _rule(_with_row(case, row, content[:start] + " ".join(fields[1:]) + content[end:]), 1.5, "no seconds")


def _inline_env(case: Case) -> Iterator[Candidate]:
    """Where `env` is not available yet, the value that the text gives the variable."""
    row = case.target.line - 1
    content = _content(case, row)
    for found in re.finditer(r"\$\{\{\s*env\.(\w+)\s*\}\}", content):
        value = re.search(rf"^\s+{found[1]}:[ \t]+([\"']?)([^\"'\n#{{]+?)\1[ \t]*(?:#.*)?$", case.text, re.M)
        if value:
            yield _rule(_with_row(case, row, content.replace(found[0], value[2])), 1.0, "value of the variable")
    inner = re.sub(r"\benv\.(\w+)", lambda name: _quoted_value(case, name[1]) or name[0], content)
    yield _rule(_with_row(case, row, inner), 1.3, "value of the variable")


def _quoted_value(case: Case, name: str) -> str | None:
    value = re.search(rf"^\s+{name}:[ \t]+([\"']?)([^\"'\n#{{]+?)\1[ \t]*(?:#.*)?$", case.text, re.M)
    return f"'{value[2]}'" if value else None


def _duplicate(case: Case) -> Iterator[Candidate]:
    """Without the second of two equal values, or of two equal keys with equal values."""
    target = case.target
    start = case.at
    found = target.found or ""
    if case.text.startswith(found, start) and found:
        end = start + len(found)
        for pattern in (re.compile(r",\s*[\"']?\Z"), re.compile(r"\n\s*-\s*[\"']?\Z")):
            before = pattern.search(case.text[:start])
            if before:
                closing = re.match(r"[\"']?", case.text[end:])
                yield _rule(
                    case.splice(before.start(), end + (closing.end() if closing else 0), ""), 0.8, "doubled value"
                )


def _condition(case: Case) -> Iterator[Candidate]:
    """An `if` is an expression as a whole."""
    row = case.target.line - 1
    content = _content(case, row)
    found = re.match(r"(\s*(?:- )?if:\s+)([\"']?)(.*)\2\s*$", content)
    if found and "${{" in found[3]:
        inner = re.sub(r"\$\{\{\s*(.*?)\s*\}\}", r"\1", found[3])
        quoted = re.sub(r"^!", "'", inner) if inner.startswith("'") else inner
        yield _rule(_with_row(case, row, f"{found[1]}${{{{ {quoted} }}}}"), 0.7, "one expression")


def _shell(case: Case) -> Iterator[Candidate]:
    """The shell of the same kind that the runner has."""
    name = case.target.found or ""
    for own in _SHELLS.get(name, ()):
        at = case.at
        if case.text.startswith(name, at) and f'"{own}"' in case.target.message:
            yield _rule(case.splice(at, at + len(name), own), 0.9, f"{name} -> {own}")


def _optional(case: Case) -> Iterator[Candidate]:
    """An input with a default value is not required."""
    if "it is also required" not in case.target.message:
        return
    row = case.target.line - 1
    for number in entry_rows(case.lines, row):
        content = _content(case, number)
        if re.match(r"\s*required:\s*true\s*$", content):
            yield _rule(_with_row(case, number, content.replace("true", "false")), 1.0, "not required")


def _plain(case: Case) -> Iterator[Candidate]:
    """What YAML reads otherwise than it was meant: a key without its colon, a step without its dash."""
    for row in dict.fromkeys((case.target.line - 1, case.target.line - 2)):
        if not 0 <= row < len(case.lines):
            continue
        content = _content(case, row)
        colon = re.sub(rf"^(\s*(?:- )?)({_KEYS})\s+(?=[^\s:#])", r"\1\2: ", content)
        yield _rule(_with_row(case, row, colon), 0.8, "colon added")
        doubled = re.sub(rf"^(\s*(?:- )?)({_KEYS})\s*[:=]{{1,2}}\s*(?=\S)", r"\1\2: ", content)
        yield _rule(_with_row(case, row, doubled), 0.9, "one colon and a blank")
        dashed = re.sub(r"^(\s*)  (?=(?:name|uses|run|id|if):)", r"\1- ", content)
        yield _rule(_with_row(case, row, dashed), 0.9, "dash of a step")


_RULES: Mapping[str, tuple[Callable[[Case], Iterator[Candidate]], ...]] = {
    "syntax": (propose_expression, _plain),
    "duplicate-key": (_plain,),
    "expression": (propose_expression,),
    "unknown-key": (_split_step, _indentation),
    "misplaced-key": (_split_step, _indentation),
    "missing-key": (_missing,),
    "missing-shell": (_missing,),
    "invalid-id": (_ids,),
    "invalid-env-name": (_ids,),
    "wrong-type": (_literal, propose_expression, _plain),
    "invalid-cron": (_cron,),
    "not-allowed-here": (_inline_env,),
    "duplicate-value": (_duplicate,),
    "if-cond": (_condition,),
    "unknown-shell": (_shell,),
    "events": (_optional,),
    "untrusted-input": (propose_script,),
    "deprecated-command": (propose_script,),
}
