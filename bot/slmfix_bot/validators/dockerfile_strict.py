"""What hadolint calls an error although it builds: the dialect `hadolint`, and its default for text without a path."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.validators.dockerfile_parse import trigger_of
from slmfix_bot.validators.dockerfile_shell import commands_of, find_commands
from slmfix_bot.validators.dockerfile_stages import IMAGE, TEMPLATE
from slmfix_bot.validators.dockerfile_words import read_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.dockerfile_parse import Dockerfile, Instruction

ARCHIVE = re.compile(r"\.(?:tar|t?gz|Z|t?bz2?|tbz2|tlz|t?xz|lzma|txz|lz|zst|tzst)\Z")
REMOTE = re.compile(r"(?:https?|ftp)://|git@")
ABSOLUTE = re.compile(r"[/$]|[A-Za-z]:[\\/]|[A-Za-z]:\Z")
# Families of images that run as a user of their own, so that sudo is needed in them; "" where it varies.
USERS = {
    "circleci": "circleci",
    "cimg": "circleci",
    "gitpod": "gitpod",
    "jenkins": "jenkins",
    "jupyter": "jovyan",
    "selenium": "seluser",
    "bitnami": "",
    "codercom": "",
    "homebrew": "linuxbrew",
    "linuxbrew": "linuxbrew",
    "ocaml": "opam",
    "opam": "opam",
}
SUDO = re.compile(r"sudo(?:\s+-(?:[EHnkSP]+(?=\s)|[EHnkSP]*u\s*([\w.-]+)))*(?=\s)(?!\s+-)")
HARMLESS = frozenset({"cd", "set", "export", "echo", "printf", "true", ":", "umask"})
VARIABLE = re.compile(r"\$\{?(\w+)")


def check_strict(dockerfile: Dockerfile) -> Iterator[Diagnostic]:
    """hadolint's rules of level error that are no build errors; its code stands at the end of each message."""
    for line in dockerfile.blank_lines:
        message = "blanks on an otherwise empty line end the continuation for other parsers (DL1000)"
        yield Diagnostic(rule="blank-continuation", message=message, line=line, column=1)
    user = ""
    users: dict[str, str] = {}
    stage = ""
    counts = {"ENTRYPOINT": 0, "HEALTHCHECK": 0}
    stages: set[str] = set()
    defined: set[str] = set()
    for outer in dockerfile.instructions:
        instruction = trigger_of(outer) or outer
        keyword = instruction.keyword
        if keyword == "FROM":
            words = [word.text.lower() for word in instruction.words(dockerfile.escape)]
            user, counts = users.get(words[0] if words else "", ""), dict.fromkeys(counts, 0)
            user = user or _user_of(words[0] if words else "")
            stage = words[2] if len(words) == 3 else ""
            users[stage] = user
            yield from _image(dockerfile, instruction, stages)
        elif keyword == "USER":
            user = instruction.args.strip("\"'").partition(":")[0]
            user = users[stage] = "root" if user == "0" else user
        elif keyword == "RUN":
            yield from _sudo(dockerfile, instruction, user)
        elif keyword in counts:
            counts[keyword] += 1
            if counts[keyword] > 1:
                code = "DL4004" if keyword == "ENTRYPOINT" else "DL3012"
                message = f"a second {keyword} in one stage: only the last one counts ({code})"
                yield _head(dockerfile, instruction, f"second-{keyword.lower()}", message)
        elif keyword == "ENV":
            yield from _self_reference(dockerfile, instruction, defined)
        elif keyword in CHECKS and instruction is outer:
            yield from CHECKS[keyword](dockerfile, instruction)


def _user_of(image: str) -> str:
    """Who runs commands in a base image; root, unless the image is of a family with a user of its own."""
    parts = re.sub(r"^(?:docker\.io|quay\.io|ghcr\.io)/", "", image).split("/")
    return USERS.get(parts[0], "root") if len(parts) > 1 else "root"


def _head(dockerfile: Dockerfile, instruction: Instruction, rule: str, message: str) -> Diagnostic:
    """About the keyword of the instruction, which may stand behind ONBUILD."""
    end = instruction.at + len(instruction.keyword)
    return dockerfile.problem(instruction, rule, message, span=(instruction.at, end))


def _maintainer(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    yield _head(dockerfile, instruction, "maintainer", "MAINTAINER is deprecated: LABEL maintainer=... (DL4000)")


def _add(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    array = read_array(instruction.args)
    sources = array[:-1] if array else [word.bare for word in instruction.words(dockerfile.escape)[:-1]]
    if any(not ARCHIVE.search(source) and not REMOTE.match(source) and "<<" not in source for source in sources):
        message = "ADD for files and folders: COPY does it without surprises (DL3020)"
        yield _head(dockerfile, instruction, "add-for-copy", message)


def _workdir(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    place = instruction.args.strip("\"'")
    if place and not ABSOLUTE.match(place):
        message = f"WORKDIR {place!r} is not absolute, so it depends on the base image (DL3000)"
        yield dockerfile.problem(instruction, "relative-workdir", message, span=(instruction.args_at, None))


def _sudo(dockerfile: Dockerfile, instruction: Instruction, user: str) -> Iterator[Diagnostic]:
    """One report a command. It is superfluous where the command runs as root anyway; where all commands of the RUN are
    under sudo for one user, USER can take its place, and `related_line` is the last line of the RUN."""
    commands = list(find_commands(instruction))
    others = {word.text for word in commands} - {"sudo"} - HARMLESS
    found = [(word, SUDO.match(instruction.text, word.start)) for word in commands if word.text == "sudo"]
    users = {(match[1] or "root") if match else "" for _, match in found}
    for word, match in found:
        target = (match[1] or "root") if match else ""
        place = (word.start, match.end() if match else word.end)
        if target == user and target:
            message = f"sudo in front of a command that runs as {user} anyway (DL3004)"
            yield dockerfile.problem(instruction, "superfluous-sudo", message, span=place)
        elif target and user and not others and len(users) == 1:
            message = f"sudo in a build that runs as {user!r}: USER {target} can take its place (DL3004)"
            diagnostic = dockerfile.problem(instruction, "sudo-for-user", message, span=place)
            yield replace(diagnostic, related_line=instruction.end_line)
        else:
            message = f"sudo in a build that runs as {user or 'the user of the base image'!r} (DL3004)"
            yield dockerfile.problem(instruction, "sudo", message, span=place)
    for heredoc in instruction.heredocs:
        for word in commands_of(dockerfile.text[heredoc.start : heredoc.end], heredoc.start):
            if word.text == "sudo" and instruction.args.startswith("<<"):
                line, column = dockerfile.place(word.start)
                message = "sudo in a build (DL3004)"
                yield Diagnostic(rule="sudo", message=message, line=line, column=column, found="sudo")


def _expose(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    for word in instruction.words(dockerfile.escape):
        host = re.match(r"[\w.]*:(?=\d)", word.text)
        place = (word.start, word.end)
        if host:
            message = f"EXPOSE {word.text} names a port of the host, which nothing reads (DL1000)"
            yield dockerfile.problem(instruction, "superfluous-host-port", message, span=place)
        elif word.text[0] in "\"'" or re.search(r"\$\{\w+[^\w}]", word.text):
            message = f"EXPOSE {word.text}: not a plain port or variable (DL1000)"
            yield dockerfile.problem(instruction, "quoted-port", message, span=place)


def _image(dockerfile: Dockerfile, instruction: Instruction, stages: set[str]) -> Iterator[Diagnostic]:
    words = instruction.words(dockerfile.escape)
    name = words[2].text if len(words) == 3 else ""
    if words and (TEMPLATE.search(words[0].text) or (_odd_host(words[0].text))):
        message = f"{words[0].text!r} is no reference of an image (DL1000)"
        yield dockerfile.problem(instruction, "invalid-image", message, span=(words[0].start, words[0].end))
    if name and name.lower() in stages:
        message = f"a second stage named {name!r} (DL3024)"
        yield dockerfile.problem(instruction, "duplicate-stage", message, span=(words[2].start, words[2].end))
    stages.add(name.lower())


def _odd_host(image: str) -> bool:
    """A registry with a port but without a dot, which BuildKit takes and hadolint does not."""
    return bool(IMAGE.match(image)) and re.match(r"[\w-]+:\d+/[^:@]+:", image) is not None


def _self_reference(dockerfile: Dockerfile, instruction: Instruction, defined: set[str]) -> Iterator[Diagnostic]:
    words = instruction.words(dockerfile.escape)
    pairs = [(word, *word.text.partition("=")[::2]) for word in words if "=" in word.text]
    if not words or "=" not in words[0].text:
        defined.add(words[0].text if words else "")
        return
    times = Counter(name for _, name, _ in pairs)
    for word, own, value in pairs:
        for used in VARIABLE.findall(value):
            if times[used] > (used == own) and used not in defined:
                message = f"${used} is set by this same ENV, so its new value is not seen here (DL3044)"
                yield dockerfile.problem(instruction, "env-self-reference", message, span=(word.start, word.end))
                break
    defined.update(name for _, name, _ in pairs)


def _copy(dockerfile: Dockerfile, instruction: Instruction) -> Iterator[Diagnostic]:
    """Whether a variable ends with / is decided when the image is built; hadolint wants to see it."""
    words = instruction.words(dockerfile.escape)
    if read_array(instruction.args) is None and len(words) > 2 and re.search(r"\$[\w{}]+\Z", words[-1].text):
        last = words[-1]
        message = f"with several sources the destination {last.text!r} must be a folder and end with / (DL3021)"
        yield dockerfile.problem(instruction, "folder-needed", message, span=(last.start, last.end))


CHECKS = {"MAINTAINER": _maintainer, "ADD": _add, "COPY": _copy, "WORKDIR": _workdir, "EXPOSE": _expose}
