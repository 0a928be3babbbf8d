"""Reads the trailers of a commit message, wherever a squash has left them; everything in it is written by strangers."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_MESSAGE = 1 << 16
MAX_TRAILERS = 200
TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,63}):[ \t]+(\S.*)")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
SQUASH_RULE = "---------"


@dataclass(frozen=True, kw_only=True)
class Trailer:
    """`text` is the line as written, `key` is in lower case. `carried`: it stood in an inner commit of a squash, or
    above the end of the message, so that it speaks about some part of the commit only."""

    text: str
    key: str
    value: str
    carried: bool

    @property
    def email(self) -> str | None:
        """The address of an identity value, `Name <address>`."""
        match = re.search(r"<([^<>]*)>\s*$", self.value)
        return match[1].strip() if match else None


def parse_trailers(message: str) -> tuple[Trailer, ...]:
    """All trailers at the start of a line: not quoted, not indented, not inside a code fence.

    Git itself looks only at the last paragraph; here every paragraph of trailers at the end counts as final, because
    some agents write theirs in a paragraph of its own. GitHub ends a squash message with a rule of nine dashes: below
    it stands the union over the inner commits, so those count as carried too.
    """
    lines = message[:MAX_MESSAGE].replace("\r\n", "\n").rstrip().split("\n")
    is_squash = SQUASH_RULE in lines
    final_from = _start_of_final_trailers(lines)
    trailers: list[Trailer] = []
    fence = ""
    for number, line in enumerate(lines):
        if match := FENCE.match(line):
            fence = "" if fence and match[1].startswith(fence) else fence or match[1]
        elif not fence and number > 0 and (match := TRAILER.fullmatch(line.rstrip())):
            carried = is_squash or number < final_from
            trailers.append(Trailer(text=match[0], key=match[1].lower(), value=match[2], carried=carried))
            if len(trailers) == MAX_TRAILERS:
                break
    return tuple(trailers)


def is_revert(message: str) -> bool:
    """Whether the commit restores older lines, which its own marks then say nothing about."""
    return re.search(r"^This reverts commit [0-9a-f]{7,64}\b", message[:MAX_MESSAGE], flags=re.M) is not None


def _start_of_final_trailers(lines: list[str]) -> int:
    start = len(lines)
    while start > 1:
        line = lines[start - 1]
        is_continuation = line[:1] in (" ", "\t") and line.strip() and TRAILER.fullmatch(lines[start - 2].rstrip())
        if line.strip() and not TRAILER.fullmatch(line.rstrip()) and not is_continuation:
            break
        start -= 1
    return start
