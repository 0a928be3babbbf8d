"""What makes a build fail, instruction by instruction: the refusals of BuildKit's front end that text alone decides."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from slmfix_bot.validators.dockerfile_parse import trigger_of
from slmfix_bot.validators.dockerfile_words import Word, is_meant_as_array, read_array, read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.dockerfile_parse import Dockerfile, Instruction

    Check = Callable[[Dockerfile, Instruction], Iterator[Diagnostic]]

INSTRUCTIONS = tuple(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME "
    "WORKDIR".split()
)
FLAGS: Mapping[str, tuple[str, ...]] = {
    "ADD": ("keep-git-dir", "checksum", "chmod", "chown", "link", "exclude", "unpack"),
    "COPY": ("from", "chown", "chmod", "link", "parents", "exclude"),
    "FROM": ("platform",),
    "RUN": ("mount", "network", "security", "device"),
    "HEALTHCHECK": ("interval", "timeout", "start-period", "start-interval", "retries"),
}
MOUNTS = ("bind", "cache", "tmpfs", "secret", "ssh")
DURATION = re.compile(r"(?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+\Z|0\Z")
PORT = re.compile(r"(?:[\w.\[\]-]*:){0,2}(\d+)(?:-(\d+))?(?:/(\w+))?\Z")
PROTOCOLS = ("tcp", "udp", "sctp")
NEAR = 0.7


def near(name: str, legal: tuple[str, ...]) -> tuple[str, ...]:
    """The legal names a slip of the finger away from the written one; its own letters in another order first."""
    turned = [other for other in legal if sorted(other) == sorted(name)]
    return tuple(dict.fromkeys([*turned, *get_close_matches(name, legal, n=3, cutoff=NEAR)]))


def check_instruction(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    """All that is wrong with one instruction by itself; the keyword is known."""
    if not instruction.args and not instruction.heredocs:
        message = f"{instruction.keyword} needs an argument"
        yield dockerfile.problem(instruction, "missing-argument", message)
        return
    yield from _flags(dockerfile, instruction)
    for check in CHECKS.get(instruction.keyword, ()):
        found = next(check(dockerfile, instruction), None)
        if found is not None:
            yield found
            return


def _flags(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    legal = FLAGS.get(instruction.keyword, ())
    for flag in instruction.flags:
        name, _, value = flag.text[2:].partition("=")
        if name not in legal:
            place = (flag.start + 2, flag.start + 2 + len(name))
            message = f"{instruction.keyword} has no flag --{name}"
            expected = near(name, legal) or legal
            yield dockerfile.problem(instruction, "unknown-flag", message, span=place, expected=expected)
        elif name == "mount" and (kind := re.search(r"(?:^|,)type=([^,$]*)", value)) and kind[1] not in MOUNTS:
            start = flag.start + len("--mount=") + kind.start(1)
            message = f"{kind[1]!r} is no type of mount"
            expected = near(kind[1], MOUNTS) or MOUNTS
            yield dockerfile.problem(
                instruction, "unknown-mount", message, span=(start, start + len(kind[1])), expected=expected
            )
        elif name in {"interval", "timeout", "start-period", "start-interval"} and not DURATION.match(value):
            expected = (f"{value}s",) if value.isdecimal() else ()
            start = flag.start + 3 + len(name)
            message = f"{value!r} is no duration: a number with its unit, such as 30s"
            yield dockerfile.problem(
                instruction, "invalid-duration", message, span=(start, flag.end), expected=expected
            )


def _comment(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    """A `#` behind an instruction is an argument."""
    for word in instruction.words(dockerfile.escape):
        if word.text.startswith("#") and word.start > instruction.args_at:
            message = "a comment needs a line of its own; here it becomes part of the instruction"
            yield dockerfile.problem(instruction, "trailing-comment", message, span=(word.start, None))


def _array(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    """The JSON form, where it is meant."""
    at, args = instruction.args_at, instruction.args
    if instruction.keyword == "HEALTHCHECK":
        kind = re.match(r"\S+\s*", args)
        at, args = (at + kind.end(), args[kind.end() :]) if kind else (at, args)
    value = read_json(args)
    if value is not None and read_array(args) is None:
        message = "the elements of the array must be strings"
        yield dockerfile.problem(instruction, "syntax", message, span=(at, None), found="")
    if value is None and (behind := re.match(r"(\[.*\])\s+(?=#)", args)) and read_array(behind[1]) is not None:
        message = "a comment needs a line of its own; here it makes the array a shell command"
        yield dockerfile.problem(instruction, "trailing-comment", message, span=(at + behind.end(), None))
    elif is_meant_as_array(args):
        message = "not a JSON array of strings in double quotes, so it is taken as a shell command or as words"
        yield dockerfile.problem(instruction, "json-array", message, span=(at, None))


def _from(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    words = instruction.words(dockerfile.escape)
    yield from _comment(dockerfile, instruction)
    if len(words) != 1 and not (len(words) == 3 and words[1].text.upper() == "AS"):
        message = "FROM takes an image, or an image, AS and a name"
        yield dockerfile.problem(instruction, "syntax", message, span=(words[1].start, None), found=words[1].text)
    elif len(words) == 3 and not re.fullmatch(r"[a-z][a-z0-9_.-]*", words[2].text, re.I) and "$" not in words[2].text:
        message = f"{words[2].text!r} cannot name a stage: letters, digits, - _ and ., beginning with a letter"
        yield _at(dockerfile, instruction, "stage-name", message, words[2])


def _pairs(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    """ENV and LABEL: name=value pairs, or one name and its value."""
    words = instruction.words(dockerfile.escape)
    if "=" not in words[0].text:
        if len(words) < 2:
            message = f"{instruction.keyword} needs a name and a value"
            yield _at(dockerfile, instruction, "missing-argument", message, words[0])
        elif not words[0].is_closed or words[0].text[0] in "\"'":
            yield _at(dockerfile, instruction, "syntax", "a name without a value", words[0])
        return
    yield from _comment(dockerfile, instruction)
    for word in words:
        if not word.is_closed and "\\'" not in word.text:
            yield _at(dockerfile, instruction, "syntax", "the quote is never closed", word, found=_quote(word))
        elif "=" not in word.text:
            message = f"{word.text!r} is no name=value; a value with blanks needs quotes"
            yield _at(dockerfile, instruction, "syntax", message, word)
        elif word.text.startswith("="):
            yield _at(dockerfile, instruction, "syntax", "a value without a name", word)


def _quote(word: Word) -> str:
    return next(sign for sign in reversed(word.text) if sign in "\"'")


def _arg(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    for word in instruction.words(dockerfile.escape):
        if word.text.startswith("="):
            yield _at(dockerfile, instruction, "syntax", "a value without a name", word)
        elif not word.is_closed:
            yield _at(dockerfile, instruction, "syntax", "the quote is never closed", word, found=_quote(word))


def _files(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    """COPY and ADD."""
    yield from _array(dockerfile, instruction)
    words = instruction.words(dockerfile.escape)
    array = read_array(instruction.args)
    count = len(words) if array is None else len(array)
    if array is None:
        yield from _comment(dockerfile, instruction)
    if count < 2:
        message = f"{instruction.keyword} needs a source and a destination"
        yield dockerfile.problem(instruction, "missing-argument", message, span=(instruction.args_at, None))
        return
    last = words[-1].bare if array is None else array[-1]
    if count > 2 and not re.search(r"[/\\]\"?\Z|^\.{1,2}\Z", last) and "$" not in last:
        message = f"with several sources the destination {last!r} must be a folder and end with /"
        yield _at(dockerfile, instruction, "folder-needed", message, words[-1], found=last)


def _ports(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    yield from _comment(dockerfile, instruction)
    for word in instruction.words(dockerfile.escape):
        port = word.bare
        if "$" in port:
            continue
        found = PORT.match(port)
        if found is None:
            yield _at(dockerfile, instruction, "invalid-port", f"{port!r} is no port", word)
        elif found[3] and found[3].lower() not in PROTOCOLS:
            start = word.start + word.text.index("/") + 1
            message = f"{found[3]!r} is no protocol"
            yield dockerfile.problem(
                instruction, "unknown-protocol", message, span=(start, start + len(found[3])),
                expected=near(found[3].lower(), PROTOCOLS) or PROTOCOLS,
            )  # fmt: skip
        elif max(int(number) for number in found.groups()[:2] if number) > 65535:
            yield _at(dockerfile, instruction, "invalid-port", f"{port!r}: ports end at 65535", word)


def _health(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    words = instruction.words(dockerfile.escape)
    kind = words[0].text.upper()
    if kind not in {"NONE", "CMD"}:
        message = f"HEALTHCHECK takes CMD or NONE, not {words[0].text!r}"
        expected = near(kind, ("CMD", "NONE")) or ("CMD",)
        yield _at(dockerfile, instruction, "unknown-healthcheck", message, words[0], expected=expected)
    elif (kind == "CMD") != (len(words) > 1):
        message = "HEALTHCHECK CMD needs a command" if kind == "CMD" else "HEALTHCHECK NONE takes no arguments"
        yield dockerfile.problem(instruction, "missing-argument", message)
    elif kind == "CMD":
        yield from _array(dockerfile, instruction)


def _shell(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    if read_array(instruction.args) is None:
        message = "SHELL takes a JSON array of strings"
        yield dockerfile.problem(instruction, "json-array", message, span=(instruction.args_at, None))


def _onbuild(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    inner = trigger_of(instruction)
    if inner is None or inner.keyword not in INSTRUCTIONS:
        message = "ONBUILD needs an instruction"
        yield dockerfile.problem(instruction, "syntax", message, span=(instruction.args_at, None))
    elif inner.keyword in {"ONBUILD", "FROM", "MAINTAINER"}:
        message = f"{inner.keyword} is not allowed behind ONBUILD"
        yield dockerfile.problem(instruction, "onbuild", message, span=(instruction.args_at, None))
    else:
        yield from check_instruction(dockerfile, inner)


def _at(
    dockerfile: Dockerfile,
    instruction: Instruction,
    rule: str,
    message: str,
    word: Word,
    *,
    expected: tuple[str, ...] = (),
    found: str | None = None,
) -> Diagnostic:
    return dockerfile.problem(instruction, rule, message, span=(word.start, word.end), expected=expected, found=found)


CHECKS: Mapping[str, tuple[Check, ...]] = {
    "ADD": (_files,),
    "ARG": (_arg,),
    "CMD": (_array,),
    "COPY": (_files,),
    "ENTRYPOINT": (_array,),
    "ENV": (_pairs,),
    "EXPOSE": (_ports,),
    "FROM": (_from,),
    "HEALTHCHECK": (_health,),
    "LABEL": (_pairs,),
    "ONBUILD": (_onbuild,),
    "RUN": (_array,),
    "SHELL": (_shell,),
    "USER": (_comment,),
    "VOLUME": (_array,),
}
