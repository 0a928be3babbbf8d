"""Pairs of Bash: command lines without their semicolons, and placeholders."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_cut import Pair

M = re.MULTILINE
_CONTINUED = ("do", "then", "else", "{", "|", "&&", "||", ";", "(", "&", "in")
_PLACES = ("file", "filename", "directory", "path", "pid", "user", "host", "url", "string", "http://www.example.com")


def one_line(text: str) -> str | None:
    """A short script as a command line, as models write it; None where joining lines would change it."""
    if re.search(r"<<|\\\n|\bcase\b|^\s*\w+\(\)", text, M) or not 1 < text.count("\n") <= 12:
        return None
    parts: list[str] = []
    for raw in text.split("\n"):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if re.search(r"\s#", line):
            return None
        if parts:
            parts.append(" " if parts[-1].endswith(_CONTINUED) else "; ")
        parts.append(line)
    joined = "".join(parts)
    return joined + "\n" if len(joined) < 400 else None


def lost_semicolons(text: str, rng: Random) -> Pair | None:
    """A block on one line without some or all of the semicolons that it then needs."""
    clean = one_line(text) if text.count("\n") > 1 else text
    if clean is None:
        return None
    closing = r"; *(?=(?:done|fi|else|elif)\b)"
    pattern = rng.choices((closing, r"; *(?=(?:done|fi|else|elif|then|do)\b)", r"; *(?=\w)"), (55, 20, 25))[0]
    places = list(re.finditer(pattern, clean))
    if not places:
        return None
    if rng.random() < 0.6 and pattern == closing:
        broken = re.sub(pattern, " ", clean)
    else:
        place = rng.choice(places)
        broken = clean[: place.start()] + " " + clean[place.end() :]
    return broken, (clean,)


def placeholder_word(text: str, rng: Random) -> Pair | None:
    """`<file>` in place of a name, which is a redirection to the shell; quoted it is what was meant."""
    found = list(re.finditer(r"(?<=[ =])[\w./~-]*\w\.?\w+(?=\s*(?:$|[|;]))", text, M))
    if not found:
        return None
    match = rng.choice(found)
    name = rng.choice(_PLACES)
    before, after = text[: match.start()], text[match.end() :]
    return f"{before}<{name}>{after}", (f"{before}'<{name}>'{after}",)


def async_separator(text: str, rng: Random) -> Pair | None:
    """A semicolon behind an ampersand, which separates already."""
    places = list(re.finditer(r";(?= *(?:done|fi)\b)", text))
    if not places:
        return None
    place = rng.choice(places)
    return text[: place.start()] + " &;" + text[place.end() :], (text[: place.start()] + " &" + text[place.end() :],)


def command_line(text: str, rng: Random) -> str | None:
    """A short script on one line, or one line of a longer one."""
    joined = one_line(text)
    if joined and rng.random() < 0.7:
        return joined
    lines = [line.strip() for line in text.split("\n") if 20 < len(line.strip()) < 200]
    whole = [line for line in lines if not line.startswith("#") and not line.endswith(("\\", *_CONTINUED))]
    return rng.choice(whole) + "\n" if whole else None


def all_arguments(text: str, rng: Random) -> Pair | None:
    """`"... $@"` in a string, where the arguments become several words (SC2145)."""
    found = list(re.finditer(r'"[^"\n]*?[\w:/] ?\$(?:\{?\w+\}?)(?=[^"\n]*")', text))
    if not found:
        return None
    match = rng.choice(found)
    at = text.rindex("$", match.start(), match.end())
    sides = text[:at], text[match.end() :]
    form = rng.choice(("$@", "${@}", "$@", "${files[@]}"))
    return f"{sides[0]}{form}{sides[1]}", (f"{sides[0]}{form.replace('@', '*')}{sides[1]}",)


def unended_exec(text: str, rng: Random) -> Pair | None:
    """`find -exec` without its end, or with one that the shell takes (SC2067, SC2156)."""
    place = rng.choice((".", "/workspace", "/system/folder1", "/testbed", "/var/log", "$HOME", "/tmp"))
    test = rng.choice(("-type f", "-name '*.txt'", '-name "*.log"', "-mtime +5", "-type d -empty", "-size +10M"))
    command = rng.choice(("rm {}", "grep -l x {}", "ls -l {}", "mv {} /tmp", "chmod 644 {}", "wc -l {}", "du -sh {}"))
    tail = rng.choice(("", "", " | sort", " | wc -l", " | awk '{print $1}'", " 2> /dev/null", " > out.txt"))
    line = f"find {place} {test} -exec {command}"
    end = rng.choice((" \\;", " \\;", " +"))
    wrong = rng.choice(("", "", " ;", " \\", r" \; \|")) if end != " +" else ""
    rest = "\n" if rng.random() < 0.7 else "\n" + text if text.count("\n") < 12 else "\n"
    return f"{line}{wrong}{tail}{rest}", (f"{line}{end}{tail}{rest}",)


def late_shebang(text: str, rng: Random) -> Pair | None:
    """The interpreter is named behind an empty line, a blank or a comment (SC1128, SC1114)."""
    line = rng.choice(("#!/bin/bash", "#!/bin/sh", "#!/usr/bin/env bash"))
    body = re.sub(r"\A#![^\n]*\n", "", text)
    before = rng.choice(("\n", "\n\n", " ", "  "))
    return f"{before}{line}\n{body}", (f"{line}\n{body}",)
