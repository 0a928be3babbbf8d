"""Rules for the scripts of workflow steps: values from outside go through `env`, old commands become files."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.propose.workflow_text import block_end, entry_rows, indent_of
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_FILES = {"set-output": "GITHUB_OUTPUT", "save-state": "GITHUB_STATE", "set-env": "GITHUB_ENV"}
_COMMAND = re.compile(
    r"echo\s+(?:-e\s+)?(?P<q>[\"']?)::(?P<command>set-output|save-state|set-env)\s+name=(?P<name>[^:\"'\n]+)::"
    r"(?P<value>[^\n]*?)(?P=q)(?=\s*(?:$|;|&&|\|\|))",
    re.M,
)
_SINGLE = re.compile(r"'([^'\n]*\$\{\{[^'\n]*)'")
_PATH = re.compile(r"echo\s+([\"']?)::add-path::([^\n]*?)\1(?=\s*$)", re.M)


def propose_script(case: Case) -> Iterator[Candidate]:
    """By the rule of the target."""
    if case.target.rule == "deprecated-command":
        text = _PATH.sub(r'echo "\2" >> "$GITHUB_PATH"', _COMMAND.sub(_file, case.text))
        yield Candidate(text, RepairSource.SEARCH, 0.5, "command written to its file")
    else:
        yield from _through_env(case)


def _file(found: re.Match[str]) -> str:
    quote = found["q"] or '"'
    return f'echo {quote}{found["name"]}={found["value"]}{quote} >> "${_FILES[found["command"]]}"'


def _through_env(case: Case) -> Iterator[Candidate]:
    """The expression moves to the step's `env`, the script reads the variable: GitHub's own advice."""
    row = case.target.line - 1
    run = next((r for r in range(row, -1, -1) if re.match(r"\s*(?:- )?run\s*:", case.lines[r])), None)
    if run is None or row >= block_end(case.lines, run):
        return
    end = block_end(case.lines, run)
    names: dict[str, str] = {}
    script = _SINGLE.sub(_double, "".join(case.lines[run:end]))
    changed = re.sub(r"\$\{\{\s*(github\.[\w.*-]+)\s*\}\}", lambda found: _variable(found, names), script)
    if not names or any(_is_single(found) for found in _SINGLE.finditer(script)):
        return  # in single quotes no variable is read
    indent = " " * indent_of(case.lines[run])
    rows = entry_rows(case.lines, run)
    old = next(
        (
            r
            for r in rows
            if indent_of(case.lines[r]) == len(indent) and re.match(r"\s*(?:- )?env\s*:\s*$", case.lines[r])
        ),
        None,
    )
    pairs = "".join(f"{indent}  {name}: ${{{{ {value} }}}}\n" for name, value in names.items())
    if old is None:
        changed += ("" if changed.endswith("\n") else "\n") + f"{indent}env:\n{pairs}"
        yield Candidate(
            case.splice(case.starts[run], case.starts[end], changed), RepairSource.SEARCH, 0.9, "through env"
        )
    else:
        text = case.splice(case.starts[run], case.starts[end], changed)
        grown = len(changed) - (case.starts[end] - case.starts[run])
        at = case.starts[old + 1] + (grown if old >= run else 0)
        yield Candidate(text[:at] + pairs + text[at:], RepairSource.SEARCH, 0.9, "through env")


def _is_single(found: re.Match[str]) -> bool:
    """Whether the quotes are the shell's own and not a part of a string in double quotes."""
    line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
    return line.count('"') % 2 == 0


def _double(found: re.Match[str]) -> str:
    """The same string in double quotes, where nothing in it changes its meaning by that."""
    if not _is_single(found) or re.search(r"[\"`\\]|\$(?!\{\{)", found[1]):
        return found[0]
    return f'"{found[1]}"'


def _variable(found: re.Match[str], names: dict[str, str]) -> str:
    parts = [part for part in found[1].split(".") if part != "*"]
    name = re.sub(r"\W", "_", parts[-1]).upper()
    if names.get(name, found[1]) != found[1]:
        name = re.sub(r"\W", "_", "_".join(parts[-2:])).upper()
    names[name] = found[1]
    return f"${name}" if not re.match(r"\w", found.string[found.end() : found.end() + 1]) else f"${{{name}}}"
