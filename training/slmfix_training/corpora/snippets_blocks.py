"""Cuts Verilog, Terraform, Dockerfiles and GitHub workflows into snippets that stand for themselves."""

from __future__ import annotations

import re
from itertools import chain
from random import Random
from typing import TYPE_CHECKING

import yaml

from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 40  # lines (snippets.MAX_LINES)
MODULE = re.compile(r"^[ \t]*module\s+(\w+).*?^[ \t]*endmodule\b[^\n]*\n", re.MULTILINE | re.DOTALL)
INSTANCE = re.compile(r"^[ \t]*(\w+)\s+(?:#\s*\(.*?\)\s*)?\w+\s*\(", re.MULTILINE)
REFERENCE = re.compile(r"\b(var|local|data|module)\.(\w+)(?:\.(\w+))?|\b([a-z]\w*_\w+)\.([a-z_]\w*)")
STAGE = re.compile(r"(?i)FROM\s+\S")


def verilog_snippets(text: str) -> Iterator[str]:
    """Single modules with their time scale; comments are dropped from those that are too long otherwise."""
    scale = re.match(r"(?:\s*//[^\n]*\n)*\s*(`timescale [^\n]+\n)", text)
    named = {found[1]: _shortened(found[0]) for found in MODULE.finditer(text)}
    for name, module in named.items():
        used = [named[other] for other in INSTANCE.findall(module) if other in named and other != name]
        whole = "\n".join(dict.fromkeys([*used, module]))
        yield scale[1] + whole if scale and len(module) % 4 == 0 else whole


def _shortened(text: str) -> str:
    return text if text.count("\n") <= LARGEST else _without_comments(text)


def _without_comments(text: str) -> str:
    bare = re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.DOTALL)
    return "".join(line.rstrip() + "\n" for line in split_lines(bare) if line.strip())


def terraform_blocks(text: str) -> list[str]:
    """The top-level blocks with the comments above them; here documents and nested braces are not looked into."""
    blocks: list[list[str]] = [[]]
    is_open = False
    for line in split_lines(text):
        if is_open or line.strip():
            blocks[-1].append(line)
        if not is_open and re.match(r"[a-z]\w*(\s+\"?[\w-]+\"?)*\s*\{", line):
            is_open = not re.search(r"\}\s*$", line) or line.count("{") > line.count("}")
            if not is_open:
                blocks.append([])
        elif is_open and line.startswith("}"):
            is_open = False
            blocks.append([])
    return ["".join(block) for block in blocks if block]


def terraform_snippets(text: str) -> Iterator[str]:
    """Blocks with the variables, locals and data of the same file that they name, and runs of blocks."""
    blocks = terraform_blocks(text)
    names = {name: i for i, block in enumerate(blocks) for name in _declared(block)}
    rng = Random(f"{len(text)}{text[:40]}")
    at = 0
    while at < len(blocks):
        count = rng.choice((1, 2, 3, 5))
        yield "\n".join(blocks[at : at + count])
        at += count
    for i, block in enumerate(blocks):
        used = {names[name] for name in _used(block) if name in names}
        yield "\n".join(blocks[at] for at in sorted({i, *used}))


def _declared(block: str) -> Iterator[str]:
    head = re.search(r'^(\w+)(?:\s+"([\w-]+)")?(?:\s+"([\w-]+)")?\s*\{', block, re.MULTILINE)
    if not head:
        return
    if head[1] == "locals":
        yield from (f"local.{name}" for name in re.findall(r"^  (\w+)\s*=", block, re.MULTILINE))
    elif head[1] in ("variable", "module"):
        yield f"{'var' if head[1] == 'variable' else 'module'}.{head[2]}"
    elif head[1] in ("resource", "data"):
        yield ("data." if head[1] == "data" else "") + f"{head[2]}.{head[3]}"


def _used(block: str) -> Iterator[str]:
    for found in REFERENCE.finditer(block):
        if found[4]:
            yield f"{found[4]}.{found[5]}"
        else:
            yield f"{found[1]}.{found[2]}"
            yield f"{found[1]}.{found[2]}.{found[3]}"


def dockerfile_snippets(text: str) -> Iterator[str]:
    """Whole files, single stages, and heads of long stages that end behind an instruction."""
    lines = split_lines(text)
    if len(lines) <= LARGEST:
        yield text
    starts = [i for i, line in enumerate(lines) if STAGE.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=False):
        instructions = _instructions(lines[start:end])
        if len(starts) > 1 or len(lines) > LARGEST:
            yield "".join(chain.from_iterable(instructions)).rstrip() + "\n"
        if end - start > LARGEST // 2:
            for count in range(4, len(instructions), 7):
                head = "".join(chain.from_iterable(instructions[:count])).rstrip() + "\n"
                if head.count("\n") <= LARGEST:
                    yield head
            bare = [block for block in instructions if not block[0].startswith("#")]
            yield from ("".join(chain(bare[0], *bare[at : at + 8])) for at in range(8, len(bare), 8))


def _instructions(lines: list[str]) -> list[list[str]]:
    """Instructions with their continuation lines; comments and empty lines count for themselves."""
    found: list[list[str]] = []
    goes_on = False
    for line in lines:
        if goes_on:
            found[-1].append(line)
        else:
            found.append([line])
        is_comment = line.lstrip().startswith("#")
        goes_on = line.rstrip().endswith("\\") if not is_comment else goes_on
    return [block for block in found if "".join(block).strip()]


def workflow_snippets(text: str) -> Iterator[str]:
    """Whole files, and the head of a workflow with one of its jobs, as far as it fits."""
    lines = split_lines(text)
    if len(lines) <= LARGEST:
        yield text
    sections = _sections(lines, 0)
    jobs = next((section for section in sections if section[0].startswith("jobs:")), None)
    if jobs is None:
        return
    head = "".join(
        chain.from_iterable(s for s in sections if re.match(r"(name|on|'on'|\"on\"|env|permissions):", s[0]))
    )
    indent = next((len(line) - len(line.lstrip()) for line in jobs[1:] if line.strip() and line.strip()[0] != "#"), 2)
    for job in _sections(jobs[1:], indent):
        body = _without_needs(job, indent)
        for size in (len(body), 24, 14):
            part = body[:size]
            while size < len(body) and part and not _starts_step(body, len(part)):
                part.pop()
            snippet = head + "jobs:\n" + "".join(part)
            if part and snippet.count("\n") <= LARGEST and "steps:" in snippet and _is_mapping(snippet):
                yield snippet.rstrip() + "\n"
                break


def _starts_step(body: list[str], at: int) -> bool:
    steps = next((i for i, line in enumerate(body) if line.strip() == "steps:"), None)
    if steps is None or at < steps + 2:
        return at <= 0
    dash = body[steps + 1]
    return body[at].startswith(dash[: len(dash) - len(dash.lstrip())] + "- ")


def _without_needs(job: list[str], indent: int) -> list[str]:
    """The job without the jobs it waits for, which are not in the snippet."""
    kept: list[str] = []
    inside = False
    for line in job:
        width = len(line) - len(line.lstrip())
        if re.match(r"\s*needs\s*:", line) and width <= indent + 4:
            inside, depth = True, width
            continue
        if inside and (width > depth or line.strip().startswith("- ")) and line.strip():
            continue
        inside = False
        kept.append(line)
    return kept


def _sections(lines: list[str], indent: int) -> list[list[str]]:
    """Runs that begin with a key at this indentation; what stands before the first is left out."""
    found: list[list[str]] = []
    for line in lines:
        if re.match(rf" {{{indent}}}[\w'\"-]", line):
            found.append([])
        if found and (line.strip() or indent):
            found[-1].append(line)
    return found


def _is_mapping(text: str) -> bool:
    try:
        return isinstance(yaml.safe_load(text), dict)
    except (yaml.YAMLError, ValueError):
        return False
