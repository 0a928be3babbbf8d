"""Prose around Verilog. Outside of modules the language has few statements, so what is none of them is easy to tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNIT = re.compile(
    r"^[ \t]*(module|macromodule|package|interface|program|class|primitive|config|checker|function|task)\b",
    re.MULTILINE,
)
_END = re.compile(r"\bend(?:module|package|interface|program|class|primitive|config|checker|function|task)\b")
_CODE = re.compile(
    r"\s*(?:[`(/*{}]|(?:import|export|typedef|parameter|localparam|bind|timeunit|timeprecision|virtual|extern|let|nettype"
    r"|struct|enum|union|const|logic|bit|wire|reg|integer|int|static|automatic|library|include|end\w*|input|output|assign"
    r"|always\w*|initial|default|begin|genvar|generate|if|else|for|case\w*|while|repeat|pure|covergroup|property|sequence|global|localparam)\b)"
)
_GAP = r"(?:[ \t]{1,8}|[ \t]{0,4}->[ \t]{0,4}|"
_WORDS = re.compile(rf"(?<!\w)\w{{1,40}}{_GAP}:[ \t]{{1,8}})\w{{1,40}}{_GAP}\[|[ \t]{{0,4}},|$)", re.MULTILINE)
_SIGNS_AT_END = (";", ",", "{", "(", ")", "\\")


def outside_of_units(text: str) -> Iterator[tuple[int, int]]:
    """Offsets of the lines that stand before, between and behind the units of the text and are no code: they begin with
    no keyword and with words in a row, and what stands before them is complete. Nothing, if there is no unit."""
    if not _UNIT.search(text) or not _END.search(text):
        return
    offset, inside, complete = 0, "", True
    for line in split_lines(text):
        stripped = line.strip()
        opened = _UNIT.match(line)
        if not inside and opened:
            inside = "endmodule" if opened[1] == "macromodule" else f"end{opened[1]}"
        elif not inside and stripped and complete and _is_prose(line):
            yield offset, offset + len(line)
        elif not inside and stripped:
            complete = not stripped.endswith(_SIGNS_AT_END[1:]) or stripped.startswith(("/", "`", "(*"))
        if inside and re.search(rf"\b{inside}\b", line):
            inside, complete = "", True
        offset += len(line)


def _is_prose(line: str) -> bool:
    return not _CODE.match(line) and bool(_WORDS.search(line)) and not line.rstrip().endswith(_SIGNS_AT_END)
