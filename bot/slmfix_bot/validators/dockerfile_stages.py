"""What makes a build fail across instructions: no stage, stages that do not exist, images that no name can be."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING

from slmfix_bot.validators.dockerfile_build import INSTRUCTIONS, check_instruction, near
from slmfix_bot.validators.names import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.dockerfile_parse import Dockerfile, Instruction

# Signs of a template engine, and the capitals that a build script replaces, as an image or in place of an instruction.
TEMPLATE = re.compile(
    r"\{\{|<%|\{%|@\w+@|%%\w+%%|^\s*FROM[ \t]+(?:--\S+[ \t]+)*[A-Z][A-Z0-9_]+[ \t]*$|^[A-Z]+_[A-Z0-9_]+(?=\s)", re.M
)
PATH = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
DOMAIN = r"(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w-]+(?=:\d)|\[[0-9a-fA-F:]+\])(?::\d+)?"
IMAGE = re.compile(rf"(?:{DOMAIN}/)?{PATH}(?:/{PATH})*(?::\w[\w.-]{{0,127}})?(?:@[a-z0-9+._-]+:[0-9a-fA-F]+)?\Z")
SLIP = 0.8
"""From this likeness of letters on, an unknown source of COPY was meant to be the stage and is no image."""
IMAGES = frozenset(
    "alpine busybox caddy composer consul debian docker fedora golang gradle haproxy httpd maven memcached mongo mysql "
    "nginx node openjdk perl php postgres python redis ruby rust swift traefik ubuntu vault".split()
)


@dataclass
class Stages:
    """The stages so far; `names` holds "" for one without a name."""

    names: list[str] = field(default_factory=list)


def check_stages(dockerfile: Dockerfile) -> Iterator[Diagnostic]:
    """Walks over all instructions and yields everything that makes the build fail, in order."""
    stages = Stages()
    reported_stage = False
    previous: Instruction | None = None
    for instruction in dockerfile.instructions:
        if instruction.keyword not in INSTRUCTIONS:
            if previous is None or previous.keyword in INSTRUCTIONS:
                yield _unknown(dockerfile, instruction, previous)
            previous = instruction
            continue
        previous = instruction
        if instruction.keyword == "FROM":
            yield from check_instruction(dockerfile, instruction)
            yield from _enter(dockerfile, instruction, stages)
            continue
        if not stages.names and instruction.keyword != "ARG" and not reported_stage:
            reported_stage = True
            message = f"{instruction.keyword} before the first FROM: there is no build stage yet"
            end = instruction.at + len(instruction.keyword)
            yield dockerfile.problem(instruction, "no-stage", message, span=(instruction.at, end))
        yield from check_instruction(dockerfile, instruction)
        if instruction.keyword == "COPY":
            yield from _source(dockerfile, instruction, stages)


def _unknown(dockerfile: Dockerfile, instruction: Instruction, previous: Instruction | None) -> Diagnostic:
    """One report for a run of lines that are no instructions: they belong together."""
    word = instruction.written
    expected = near(instruction.keyword, INSTRUCTIONS)
    if word.islower():
        expected = tuple(name.lower() for name in expected)
    rule = "unknown-instruction" if expected and instruction.args else "syntax"
    message = f"unknown instruction {word!r}"
    if previous is not None and rule == "syntax":
        message += "; does the line before it lack its continuation?"
    return dockerfile.problem(instruction, rule, message, span=(0, len(word)), expected=expected)


def _enter(dockerfile: Dockerfile, instruction: Instruction, stages: Stages) -> Iterator[Diagnostic]:
    words = instruction.words(dockerfile.escape)
    name = words[2].text.lower() if len(words) == 3 else ""
    if words and "$" not in words[0].text and words[0].text.lower() not in stages.names:
        image = words[0].bare
        if image != "scratch" and not IMAGE.match(image) and not TEMPLATE.search(image):
            small = image.lower()
            expected = (small,) if IMAGE.match(small) else (small.rstrip(":"),) if IMAGE.match(small[:-1]) else ()
            message = f"{image!r} is no reference of an image"
            place = (words[0].start, words[0].end)
            yield dockerfile.problem(instruction, "invalid-image", message, span=place, expected=expected, found=image)
    stages.names.append(name)


def _source(dockerfile: Dockerfile, instruction: Instruction, stages: Stages) -> Iterator[Diagnostic]:
    """`--from` names a stage, its number, or an image; only the first two can be judged."""
    for flag in instruction.flags:
        name, _, value = flag.text[2:].partition("=")
        if name != "from" or "$" in value or value.lower() in stages.names[:-1]:
            continue
        start = flag.start + len("--from=")
        place = (start, flag.end)
        named = [stage for stage in stages.names[:-1] if stage]
        if value.isdecimal():
            if int(value) >= max(0, len(stages.names) - 1):
                message = f"there is no stage {value} before this one"
                yield dockerfile.problem(instruction, "unknown-stage", message, span=place, expected=named[::-1])
        elif stages.names and value.lower() == stages.names[-1]:
            message = f"a stage cannot copy from itself: {value!r}"
            yield dockerfile.problem(instruction, "copy-from-itself", message, span=place, expected=named[::-1])
        elif _is_stage(value, named):
            message = f"there is no stage {value!r} before this one"
            yield dockerfile.problem(
                instruction, "unknown-stage", message, span=place, expected=nearest(value.lower(), named)
            )


def _is_stage(value: str, named: list[str]) -> bool:
    """Whether the name is nearer to a stage of this file than to any image."""
    if value.lower() in IMAGES or re.search(r"[/:.@]", value):
        return False
    name = value.lower()
    return bool(get_close_matches(name, named, cutoff=SLIP)) or any(sorted(name) == sorted(stage) for stage in named)
