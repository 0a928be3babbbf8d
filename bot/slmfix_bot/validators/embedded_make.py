"""The commands of Makefile recipes. Make runs each logical line of a recipe with a shell of its own.

Make's expansions are holes; `$$` is the shell's dollar sign. Nothing is expanded, and make is not run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.embedded import Embedded
from slmfix_bot.core.text import bare_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.program import Program

RULE = re.compile(r"^(?!\t)[^#=]*?::?(?![:=])")
ASSIGNMENT = re.compile(r"^(?:export\s+|override\s+)*[\w.@%-]+\s*(?::{0,3}|[+?!])=")
OTHER_SHELL = re.compile(r"^\s*(?:export\s+)?(?:SHELL\s*[:?]*=\s*(?!\S*/?(?:ba)?sh\b)|\.ONESHELL|\.RECIPEPREFIX)", re.M)
_NESTED = r"\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\)"
EXPANSION = re.compile(rf"\$\$|\$(?:{_NESTED}|\{{[^{{}}\n]*\}}|[^\s(){{}}$])|\$")
# Silencers stand before a command, with or without a blank.
PREFIX = re.compile(
    r"\t[ \t]*[-@+]*[ \t]*(?:\$\((?:Q|V|E|AT|AM_V_?\w*|V_\w+|\w*QUIET\w*|\w*SILENT\w*|\w+_Q)\)[ \t]*(?=[a-z@({[]))*"
)
# A variable in the place of a command may hold any part of one, keywords included; so may a call of a macro.
COMMAND_PLACE = re.compile(
    r"(?:^|[;&|({!`]|\b(?:then|do|else|elif|if|while|until)\s|\bin\s\s*\w*\s|\w+=\S*\s)\s*slmfix\d+x|slmfix\d+x\s*[})]",
    re.M,
)
MACRO = re.compile(r"\$[({](?:call|eval|foreach|if|or|and|value|file)\s")
# Only these can be unbalanced; everything else always parses, and each program costs a shell.
BALANCED = re.compile(r"['\"`({\[]|\b(?:if|for|while|until|case|do|done|then|fi|esac|else|function)\b")
MAX_COMMANDS = 200


def find_scripts(program: Program) -> list[Embedded]:
    """One program for each logical line; none where the file chooses another shell or recipe syntax."""
    if OTHER_SHELL.search(program.text):
        return []
    lines = bare_lines(program.text)
    found = (_embedded(lines, first, last) for first, last in _commands(lines))
    return [place for place in found if place is not None][:MAX_COMMANDS]


def _commands(lines: list[str]) -> Iterator[tuple[int, int]]:
    """First and last index of each logical recipe line."""
    in_recipe, in_define, index = False, False, 0
    while index < len(lines):
        line, last = lines[index], index
        while lines[last].endswith("\\") and last + 1 < len(lines):
            last += 1
        if re.match(r"\s*define\b", line):
            in_define = True
        elif re.match(r"\s*endef\b", line):
            in_define = False
        elif line.startswith("\t") and in_recipe and not in_define:
            yield index, last
        elif line.strip() and not line.lstrip().startswith(("#", "ifeq", "ifneq", "ifdef", "ifndef", "else", "endif")):
            in_recipe = bool(RULE.match(line)) and not ASSIGNMENT.match(line)
        index = last + 1


def _embedded(lines: list[str], first: int, last: int) -> Embedded | None:
    prefix = PREFIX.match(lines[first])
    if prefix is None or lines[last].endswith("\\"):
        return None
    if any(not line.startswith("\t") for line in lines[first + 1 : last + 1]):
        return None
    text = "\n".join(lines[first : last + 1])
    parts = EXPANSION.findall(text[prefix.end() :])
    holes = {part for part in parts if part != "$$"}
    if "$" in holes or MACRO.search(text) or not BALANCED.search(text):
        return None
    names = {part: f"slmfix{number}x" for number, part in enumerate(sorted(holes, key=len, reverse=True))}
    stand_ins = tuple((name, part) for part, name in names.items())
    if _replaced(text, stand_ins) != EXPANSION.sub(lambda match: names.get(match[0], match[0]), text):
        return None  # the same characters are an expansion in one place and the shell's in another
    if COMMAND_PLACE.search(_replaced(text[prefix.end() :], stand_ins)):
        return None
    return Embedded(
        language="bash",
        first_line=first + 1,
        last_line=last + 1,
        head=prefix.end(),
        indent="\t",
        holes=stand_ins,
        escapes=(("$$", "$"),),
    )


def _replaced(text: str, stand_ins: tuple[tuple[str, str], ...]) -> str:
    for stand_in, hole in stand_ins:
        text = text.replace(hole, stand_in)
    return text
