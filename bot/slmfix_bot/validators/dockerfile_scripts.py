"""The shell scripts of RUN instructions, where their lines are the file's lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.embedded import Embedded
from slmfix_bot.core.text import split_lines
from slmfix_bot.validators.dockerfile_parse import parse, trigger_of
from slmfix_bot.validators.dockerfile_stages import TEMPLATE
from slmfix_bot.validators.dockerfile_words import read_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.dockerfile_parse import Dockerfile, Heredoc, Instruction

SHELLS = re.compile(r"(?:^|/)(?:ba|da|a)?sh$")
WINDOWS = re.compile(r"windows|nanoserver|servercore", re.I)
INTERPRETER = re.compile(r"(?:/\S*/)?(?:env\s+)?(bash|sh|dash|ash|python3?(?:\.\d+)?)\s*(?:-\s*)?(?=<<|$)")


def find_scripts(program: Program) -> list[Embedded]:
    """Scripts that a shell reads as they stand. Those with comments between their lines are left out: the build takes
    the comments away first. /bin/sh of an image is often bash, so bash judges: it accepts what either of them runs."""
    if TEMPLATE.search(program.text):
        return []
    dockerfile = parse(program.text)
    found: list[Embedded] = []
    is_shell = True
    for outer in dockerfile.instructions:
        instruction = trigger_of(outer) or outer
        if instruction.keyword == "FROM":
            is_shell = dockerfile.escape == "\\" and not WINDOWS.search(instruction.args)
        elif instruction.keyword == "SHELL":
            array = read_array(instruction.args)
            is_shell = bool(array) and SHELLS.search((array or [""])[0]) is not None
        elif instruction.keyword == "RUN" and is_shell and read_array(instruction.args) is None:
            found += _scripts(dockerfile, instruction, outer)
    return found


def _scripts(dockerfile: Dockerfile, instruction: Instruction, outer: Instruction) -> Iterator[Embedded]:
    if len(outer.heredocs) == 1 and instruction.args.startswith("<<"):
        yield from _body(dockerfile, outer.heredocs[0], "bash")
        return
    if outer.heredocs:
        reader = INTERPRETER.match(instruction.args)
        is_quoted = re.search(r"<<-?\s*['\"]", instruction.args) is not None
        if reader and len(outer.heredocs) == 1 and (is_quoted or not reader[1].startswith("python")):
            yield from _body(dockerfile, outer.heredocs[0], "python" if reader[1].startswith("python") else "bash")
        return
    if not instruction.args:
        return
    first, column = dockerfile.place(instruction.offset(instruction.args_at))
    last = dockerfile.place(instruction.offset(len(instruction.text) - 1)).line
    read = {dockerfile.place(source).line for _, source in instruction.pieces}
    lines = split_lines(dockerfile.text)[first - 1 : last]
    # A shell does not take blanks behind the backslash; the build does.
    if read.issuperset(range(first, last + 1)) and not any(re.search(r"\\[ \t]+\r?\n?\Z", line) for line in lines):
        yield Embedded(language="bash", first_line=first, last_line=last, head=column - 1)


def _body(dockerfile: Dockerfile, heredoc: Heredoc, language: str) -> Iterator[Embedded]:
    body = dockerfile.text[heredoc.start : heredoc.end]
    first_line = body.lstrip().split("\n", 1)[0]
    if first_line.startswith("#!"):
        language = "python" if "python" in first_line else "bash" if SHELLS.search(first_line.strip()) else ""
    if body.strip() and language and not re.search(r"^\t", body, re.M):
        first = dockerfile.place(heredoc.start).line
        yield Embedded(language=language, first_line=first, last_line=first + body.count("\n") - 1)
