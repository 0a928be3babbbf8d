"""Faults of Dockerfiles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import drop, every, fence, misspell, prose_head, prose_tail, swap, truncate

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault

M = re.MULTILINE
WORDS = "FROM RUN COPY ADD ENV ARG WORKDIR EXPOSE CMD ENTRYPOINT LABEL USER VOLUME HEALTHCHECK ONBUILD STOPSIGNAL SHELL"
INSTRUCTION = re.compile(rf"^({'|'.join(WORDS.split())})\b", M)
SLIPS = {
    "RUN": ("RUNS", "EXEC", "EXECUTE", "SHELL", "RUN:"),
    "COPY": ("COPYY", "CP", "COPIES", "COPY:"),
    "ENV": ("ENVIRONMENT", "EXPORT", "SET", "ENVS"),
    "WORKDIR": ("WORK_DIR", "WORKINGDIR", "WORKDIRECTORY", "CD", "WORKDIR:"),
    "EXPOSE": ("EXPOSES", "PORT", "PORTS"),
    "CMD": ("COMMAND", "CMDS", "CMD:"),
    "ENTRYPOINT": ("ENTRY_POINT", "ENTRYPOINTS", "ENTRY"),
    "FROM": ("FORM", "IMAGE", "BASE", "FROM:"),
    "LABEL": ("LABELS", "METADATA"),
    "USER": ("USERS", "SUDO"),
    "VOLUME": ("VOLUMES", "MOUNT"),
    "ARG": ("ARGS", "ARGUMENT"),
}
FLAG = re.compile(r"(?<= )--(from|chown|chmod|platform|mount|interval|timeout|retries|start-period)=")


def wrong_instruction(text: str, rng: Random) -> str | None:
    """An instruction that Docker does not have."""
    found = list(INSTRUCTION.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    new = rng.choice((*SLIPS.get(match[1], ()), misspell(match[1], rng).upper()))
    return text[: match.start()] + new + text[match.end() :]


def missing_instruction(text: str, rng: Random) -> str | None:
    """A line of words without an instruction in front of them."""
    found = list(re.finditer(r"^(RUN|COPY|ENV|CMD|LABEL|EXPOSE|WORKDIR) +", text, M))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start()] + text[match.end() :]


def missing_continuation(text: str, rng: Random) -> str | None:
    """A line of a long command does not say that it goes on."""
    return swap(r"[ \t]*\\[ \t]*\n", "\n")(text, rng)


def joined_instructions(text: str, rng: Random) -> str | None:
    """A command goes on into the next instruction."""
    return swap(r"(?<=[^\\\s])\n(?=\n*(?:RUN|COPY|CMD|ENV|WORKDIR|EXPOSE)\b)", r" \\\n", r" && \\\n")(text, rng)


def wrong_flag(text: str, rng: Random) -> str | None:
    """An option of an instruction under another name, with one dash or without its sign."""
    found = list(FLAG.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    name = match[1]
    forms = (f"-{name}=", f"--{misspell(name, rng)}=", f"--{name}s=", f"--{name} ", f"—{name}=")
    return text[: match.start()] + rng.choice(forms) + text[match.end() :]


def heredoc_text(text: str, rng: Random) -> str | None:
    """The lines of a script written below RUN as if it were a file."""
    found = list(re.finditer(r"^RUN +([^\n\\&]+)((?: && [^\n\\&]+)+)$", text, M))
    if not found:
        return None
    match = rng.choice(found)
    commands = [match[1].strip(), *(part.strip() for part in match[2].split("&&") if part.strip())]
    return text[: match.start()] + "RUN " + "\n    ".join(commands) + text[match.end() :]


SYNTAX: tuple[Fault, ...] = (
    (16, "keyword", swap(r'^LABEL maintainer="?([^"\n]*)"?$', r"MAINTAINER \1", r'MAINTAINER "\1"', flags=M)),
    (14, "keyword", swap(r"^COPY (?!--from)(?=\S)", "ADD ", flags=M)),
    (4, "keyword", every(r"^COPY (?!--from|\[)(?=[\w.])", "ADD ", flags=M)),
    (
        12,
        "other",
        swap(r"(?:(?<=RUN )|(?<=&& ))(?=(?:apt|apt-get|pip|npm|chmod|chown|rm|mkdir|apk|yum|ln|cp|mv|sed) )", "sudo "),
    ),
    (4, "keyword", every(r"(?:(?<=RUN )|(?<=&& ))(?=(?:apt|apt-get|pip|npm|chmod|chown|yum) )", "sudo ")),
    (4, "option-value", swap(r"^WORKDIR /(?=\w)", "WORKDIR ", "WORKDIR ./", "WORKDIR ~/", flags=M)),
    (2, "keyword", wrong_instruction),
    (1.2, "keyword", missing_instruction),
    (2, "separator", missing_continuation),
    (1, "separator", joined_instructions),
    (1.4, "separator", swap(r" && ", " &&\n", "\n", "\n    && ")),
    (1.4, "option-name", wrong_flag),
    (1, "several-statements", heredoc_text),
    (1.8, "missing-argument", swap(r"^(COPY|ADD) +(\S+) +\S+$", r"\1 \2", flags=M)),
    (0.7, "missing-argument", swap(r"^(ENV|ARG|LABEL|WORKDIR|USER|EXPOSE)\b[^\n]*$", r"\1", flags=M)),
    (0.7, "missing-argument", swap(r"^ENV (\w+)[= ][^\n\\]*$", r"ENV \1", r"ENV \1 = ", flags=M)),
    (
        2,
        "option-value",
        swap(r"^EXPOSE (\d+)", r"EXPOSE \1:\1", r"EXPOSE port \1", r'EXPOSE "\1"', r"EXPOSE \1;", flags=M),
    ),
    (
        3,
        "option-value",
        swap(r"^FROM (\S+)(?= |$)", r"FROM \1:", r'FROM "\1"', r"FROM \1 latest", r"FROM \1:latest:", flags=M),
    ),
    (0.35, "option-value", swap(r"^FROM (\S+) (?:AS|as) ", r"FROM \1 ", r"FROM \1 TO ", r"FROM \1 = ", flags=M)),
    (1, "unknown-name", swap(r"--from=([a-z]\w*)", r"--from=\1s", r"--from=\1-stage", r"--from=stage-\1")),
    (1.4, "quotes", drop(r'"')),
    (0.7, "quotes", swap(r'"(?=\s*$)', '""', flags=M)),
    (1.4, "quotes", swap(r"^((?:CMD|ENTRYPOINT) )(\[.*\])$", r"\1\2 # start", r"\1\2,", r"\1\2;", flags=M)),
    (1.8, "quotes", swap(r"^((?:CMD|ENTRYPOINT) \[)\"([^\n\"]*)\"", r"\1'\2'", r"\1“\2”", r"\1\2", flags=M)),
    (1, "separator", swap(r'^((?:CMD|ENTRYPOINT) \[.*"), *(".*)$', r"\1 \2", r"\1; \2", r"\1, \2, ", flags=M)),
    (1, "unclosed", drop(r"[\[\]](?=[ \t]*$)", flags=M)),
    (0.7, "unclosed", drop(r"[(){}]")),
    (0.7, "dialect", swap(r"^ENV (\w+)=(\S+)$", r"export \1=\2", r"\1=\2", r"ENV \1: \2", flags=M)),
    (0.35, "dialect", swap(r"^(RUN|COPY|CMD) ", r"\1: ", r"- \1 ", r"$ \1 ", flags=M)),
    (0.35, "dialect", swap(r"^#(?= )", "//", "--", flags=M)),
    (0.35, "dialect", swap(r"^WORKDIR (\S+)$", r"cd \1", flags=M)),
    (0.7, "clause-order", swap(r"\A(FROM [^\n]*\n)(?:\n*)((?:RUN|ENV|WORKDIR|LABEL|COPY)[^\n\\]*\n)", r"\2\1")),
    (0.7, "truncation", truncate),
    (1, "residue", fence("dockerfile")),
    (0.7, "residue", prose_tail("dockerfile")),
    (0.7, "residue", prose_head("dockerfile")),
)
