"""Cuts files into snippets of 1-40 lines that stand for themselves, one function per language.

A snippet may still be refused by the validator (a heredoc cut in two, say); samples.py checks every one.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
from itertools import chain
from random import Random
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.core.text import split_lines
from slmfix_training.corpora.snippets_blocks import (
    dockerfile_snippets,
    terraform_snippets,
    verilog_snippets,
    workflow_snippets,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_LINES, MAX_CHARS = 40, 1800
IN_TCL = re.compile(r"(?:\bexecsql|\bdb eval|do_execsql_test(?: -db \w+)? [\w.-]+) \{\n([^{}]+)\n\s*\}")
COMMAND_LINE = re.compile(r"\| \w|\$\(|; do |find |awk |sed ")
BUILT_IN = {*dir(builtins), "__file__"}
SEEDS = 7  # texts are cut at places that depend on the text only


def fits(text: str, least: int = 1) -> bool:
    """Whether a snippet has a usable size."""
    lines = text.count("\n")
    return least <= lines <= MAX_LINES and 12 < len(text) <= MAX_CHARS and max(map(len, text.split("\n"))) < 400


def _paragraphs(text: str) -> list[list[str]]:
    """Runs of lines that begin at the left margin after an empty line."""
    runs: list[list[str]] = [[]]
    lines = split_lines(text)
    for i, line in enumerate(lines):
        after_blank = i > 0 and not lines[i - 1].strip()
        if after_blank and line[:1] not in " \t\n}" and runs[-1]:
            runs.append([])
        runs[-1].append(line)
    return runs


def bash_snippets(text: str) -> Iterator[str]:
    """Groups of paragraphs, and single command lines with a pipe, a loop or a substitution."""
    rng = Random(f"{SEEDS}{len(text)}{text[:40]}")
    group: list[str] = []
    limit = rng.randint(4, 30)
    for run in _paragraphs(text):
        if group and len(group) + len(run) > limit:
            yield "".join(group).strip("\n") + "\n"
            group, limit = [], rng.randint(3, 30)
        group += run
    yield "".join(group).strip("\n") + "\n"
    for line in split_lines(text):
        bare = line.strip()
        is_whole = not bare.startswith("#") and not bare.endswith(("\\", "|", "&&", "{", "(", "then", "do"))
        if is_whole and 25 < len(bare) < 200 and COMMAND_LINE.search(bare) and rng.random() < 0.5:
            yield bare + "\n"


def sql_snippets(text: str) -> Iterator[str]:
    """Single statements of SQL scripts, or of SQLite's tests; psql's meta commands and COPY data are left out."""
    if IN_TCL.search(text):
        text = ";\n".join(found.strip().removesuffix(";") for found in IN_TCL.findall(text) if "$" not in found) + ";\n"
    text = re.sub(r"^\\.*$", "", text, flags=re.MULTILINE)
    for statement in re.split(r";[ \t]*(?:--[^\n]*)?\n", text):
        kept = [line for line in split_lines(statement.strip() + "\n") if not line.lstrip().startswith("--")]
        bare = "".join(kept).strip()
        if re.match(r"(?i)(select|insert|update|delete|with|create (table|view|index)|alter table)\b", bare):
            yield bare + ";\n"


def python_snippets(text: str) -> Iterator[str]:
    """Functions and classes with the imports and simple assignments of the module that they use."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    lines = split_lines(text)
    providers = _providers(module)
    for node in chain(module.body, *(n.body for n in module.body if isinstance(n, ast.ClassDef))):
        if not isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef) or node.end_lineno is None:
            continue
        start = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
        body = lines[start : node.end_lineno]
        indent = len(body[0]) - len(body[0].lstrip())
        if any(line[:indent].strip() for line in body):
            continue
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if names - providers.keys() - _defined(node) - BUILT_IN:
            continue  # the validator would say the same, for 8 ms
        heads = sorted({providers[name] for name in names if name in providers})
        head = "".join(chain.from_iterable(lines[a - 1 : b] for a, b in heads))
        yield (
            head
            + ("\n\n" if len(heads) > 1 else "")
            + "".join(line[indent:] if line.strip() else line for line in body)
        )


def _defined(node: ast.AST) -> set[str]:
    """The names that a function or class makes itself, in whatever scope."""
    found: set[str] = set()
    for inner in ast.walk(node):
        match inner:
            case ast.Name(ctx=ast.Store() | ast.Del()):
                found.add(inner.id)
            case ast.arg():
                found.add(inner.arg)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found.add(inner.name)
            case ast.alias():
                found.add((inner.asname or inner.name).partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                found.add(name)
    return found


def _providers(module: ast.Module) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for node in module.body:
        end = node.end_lineno or node.lineno
        if end - node.lineno > 3:
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.update({(a.asname or a.name).split(".")[0]: (node.lineno, end) for a in node.names})
        elif isinstance(node, ast.Assign):
            found.update({t.id: (node.lineno, end) for t in node.targets if isinstance(t, ast.Name)})
    return found


def ansible_snippets(text: str) -> Iterator[str]:
    """One to four consecutive list items of an EXAMPLES block or a task file, some of them as a play."""
    examples = re.search(r"^EXAMPLES\s*=\s*r?(\"\"\"|''')\n?(.*?)\1", text, re.MULTILINE | re.DOTALL)
    if "DOCUMENTATION" in text[:20000] and not examples:
        return
    rng = Random(f"{SEEDS}{len(text)}{text[:40]}")
    body = examples[2] if examples else text
    items: list[list[str]] = []
    for line in split_lines(body):
        if line.startswith("- "):
            items.append([])
        if items and line.strip() not in ("---", "..."):
            items[-1].append(line)
    at = 0
    while at < len(items):
        count = rng.choice((1, 1, 2, 3, 4))
        snippet = "".join(chain.from_iterable(items[at : at + count])).rstrip() + "\n"
        at += count
        if rng.random() < 0.3 and not re.search(r"\bhosts:|import_playbook:", snippet):
            tasks = "".join("    " + line if line.strip() else line for line in split_lines(snippet))
            hosts = rng.choice(("all", "web", "localhost", "rhel8", "servers", "db"))
            become = rng.choice(("", "  become: true\n", "  become: yes\n", "  gather_facts: false\n"))
            snippet = f"---\n- name: Play\n  hosts: {hosts}\n{become}\n  tasks:\n{tasks}"
        yield snippet


def yaml_snippets(text: str) -> Iterator[str]:
    """Whole small files, and runs of top-level entries of larger ones."""
    if "{%" in text or text.startswith(("#!", "%")):
        return
    if fits(text, 3):
        yield text
    group: list[str] = []
    for run in _paragraphs(text):
        if group and len(group) + len(run) > MAX_LINES // 2:
            yield "".join(group).strip("\n") + "\n"
            group = []
        group += run


def json_values(text: str) -> Iterator[Any]:
    """The value of a JSON text and of its inner objects and arrays."""
    try:
        stack = [json.loads(text)]
    except (ValueError, RecursionError):
        return
    seen = 0
    while stack and seen < 60:
        value = stack.pop()
        seen += 1
        if isinstance(value, dict | list) and value:
            yield value
            stack.extend(v for v in (value.values() if isinstance(value, dict) else value[:10]))


def json_snippets(text: str) -> Iterator[str]:
    """Inner values in the common layouts."""
    for value in json_values(text):
        rng = Random(f"{SEEDS}{str(value)[:60]}")
        indent = rng.choice((2, 2, 4, None, None))
        yield json.dumps(value, indent=indent, ensure_ascii=False) + "\n"


def yaml_from_json(text: str) -> Iterator[str]:
    """The same values as YAML."""
    for value in json_values(text):
        if len(str(value)) < MAX_CHARS:
            yield yaml.safe_dump(value, sort_keys=False, default_flow_style=False, width=100)


def toml_snippets(text: str) -> Iterator[str]:
    """Runs of tables of a TOML file."""
    group: list[str] = []
    for run in _paragraphs(text):
        if group and (len(group) + len(run) > MAX_LINES // 2):
            yield "".join(group).strip("\n") + "\n"
            group = []
        group += run
    yield "".join(group).strip("\n") + "\n"


def own_snippets(text: str) -> Iterator[str]:
    """Runs of paragraphs of any language: the first n of them, as long as they are a program (the validator's word)."""
    runs = ["".join(run) for run in _paragraphs(text)]
    for count in range(1, len(runs)):
        part = "".join(runs[:count]).strip("\n") + "\n"
        if fits(part, 2):
            yield part


CUTTERS: dict[str, Callable[[str], Iterator[str]]] = {
    "bash": bash_snippets,
    "sql": sql_snippets,
    "python": python_snippets,
    "ansible": ansible_snippets,
    "yaml": yaml_snippets,
    "json": json_snippets,
    "toml": toml_snippets,
    "verilog": verilog_snippets,
    "terraform": terraform_snippets,
    "dockerfile": dockerfile_snippets,
    "workflow": workflow_snippets,
}


def cut(language: str, text: str) -> Iterator[str]:
    """The snippets of a file that have a usable size and say something besides comments."""
    for snippet in CUTTERS[language](text):
        if fits(snippet) and any(line.strip() and not line.lstrip().startswith("#") for line in snippet.split("\n")):
            yield snippet
