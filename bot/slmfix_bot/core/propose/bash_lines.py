"""Commands of a shell script that stand on one line and belong on several: options that count from the next line on,
and a second command behind the file that the first one writes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPTION = "shopt -s extglob"
_ON_LINE = re.compile(r"\bshopt -s extglob[ \t]*(?:;|&&)[ \t]*(?=\S)")
_PATTERN = re.compile(r"(?<![\w$])(?:[\w./-]*)[!?*+@]\((?!\()[^()\n]*\)")
_BEHIND_FILE = re.compile(r"(>>?[ \t]*[\w./~-]+)[ \t]+(?=[a-z][\w.-]*[ \t])")
_ARRAY = re.compile(r"\$\{!?\w+\[@\]\}|\$@")
_REDIRECTIONS = frozenset({"SC2259", "SC2260", "SC2261"})


def propose_bash_lines(case: Case) -> Iterator[Candidate]:
    """Extended patterns with their option in force, and redirections followed by another command."""
    text = case.text
    if _OPTION in text:
        yield Candidate(_ON_LINE.sub(f"{_OPTION}\n", text), RepairSource.SEARCH, 0.4, "option on a line of its own")
    elif case.program.language == "bash" and "`('" in case.target.message and _PATTERN.search(text):
        start = text.find("\n") + 1 if text.startswith("#!") else 0
        added = f"{text[:start]}{_OPTION}\n{text[start:]}"
        yield Candidate(added, RepairSource.SEARCH, 0.9, "extended patterns switched on")
    if case.target.rule in _REDIRECTIONS:
        line = case.offset(case.target.line, 1)
        end = case.offset(case.target.line, 10**9)
        parted = text[:line] + _BEHIND_FILE.sub(r"\1; ", text[line:end]) + text[end:]
        yield Candidate(parted, RepairSource.SEARCH, 1.0, "commands separated")


def joined_arrays(text: str) -> str:
    """`[*]` and `$*` for arrays inside a longer word; one that is a word of its own stays as many words as it has.

    >>> joined_arrays('echo "n: ${a[@]}"; for x in "${a[@]}"')
    'echo "n: ${a[*]}"; for x in "${a[@]}"'
    """
    return "".join(map(_joined_in_line, split_lines(text)))


def _joined_in_line(line: str) -> str:
    for match in reversed(list(_ARRAY.finditer(line))):
        before, behind = line[match.start() - 1 : match.start()], line[match.end() : match.end() + 1]
        if line.count('"', 0, match.start()) % 2:
            alone = before == behind == '"'
        else:
            alone = before.strip("(;") in {"", " ", "\t"} and behind.strip(");\r\n") in {"", " ", "\t"}
        if not alone:
            line = line[: match.start()] + match[0].replace("@", "*") + line[match.end() :]
    return line
