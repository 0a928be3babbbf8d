"""What is open where in HCL text that does not parse: brackets, strings, heredocs and interpolations."""

from __future__ import annotations

import re
from typing import NamedTuple

_CODE = re.compile(r'#[^\n]*|//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|<<-?([^\W\d][\w-]*)[ \t]*\r?\n|[{}()\[\]"\n]')
_QUOTED = re.compile(r'\\.|\$\$\{|%%\{|[$%]\{|"|\n')
_HEREDOC = re.compile(r"\$\$\{|%%\{|[$%]\{|\n")
_INDENT = re.compile(r"[ \t]*")
CLOSERS = {"{": "}", "[": "]", "(": ")", "${": "}", '"': '"'}


class Open(NamedTuple):
    """An opener: a bracket, a quote, "${", or "<<" for a heredoc, whose closing word is `marker`."""

    kind: str
    start: int
    marker: str = ""


class Missing(NamedTuple):
    """A place in front of which closers are missing by the look of the indentation; `openers` innermost first."""

    offset: int
    openers: tuple[Open, ...]


def scan(text: str) -> list[Open]:
    """What is open at the end of the text, outermost first."""
    scanner = _Scanner(text, heeds_indent=False)
    scanner.run()
    return scanner.stack


def find_missing(text: str) -> list[Missing]:
    """Where closers are missing if the indentation is right."""
    scanner = _Scanner(text, heeds_indent=True)
    scanner.run()
    return scanner.missing


def indent_of(text: str, offset: int) -> str:
    """The blanks at the beginning of the line of an offset."""
    match = _INDENT.match(text, text.rfind("\n", 0, offset) + 1)
    return match.group() if match else ""


def line_at(text: str, offset: int) -> str:
    """The rest of a line without its end."""
    end = text.find("\n", offset)
    return text[offset:] if end < 0 else text[offset:end]


class _Scanner:
    """One pass. A string ends with its line at the latest, as the parser reports it there."""

    def __init__(self, text: str, *, heeds_indent: bool) -> None:
        self.text = text
        self.heeds_indent = heeds_indent
        self.stack: list[Open] = []
        self.missing: list[Missing] = []
        self.position = 0

    def run(self) -> None:
        """Fills `stack` and `missing`."""
        while self.position < len(self.text):
            top = self.stack[-1].kind if self.stack else ""
            step = self._quoted if top == '"' else self._heredoc if top == "<<" else self._code
            step()

    def _code(self) -> None:
        match = _CODE.search(self.text, self.position)
        if match is None:
            self.position = len(self.text)
            return
        self.position = match.end()
        sign = match.group()
        if match[1]:
            self.stack.append(Open("<<", match.start(), match[1]))
        elif sign in {"{", "[", "(", '"'}:
            self.stack.append(Open(sign, match.start()))
        elif sign in {"}", "]", ")"}:
            self._close(sign)
        elif sign == "\n" and self.heeds_indent:
            self._look_at_line()

    def _close(self, sign: str) -> None:
        if self.stack and CLOSERS.get(self.stack[-1].kind) == sign:
            self.stack.pop()

    def _look_at_line(self) -> None:
        """Brackets of lines further in than the next line should have been closed before it; unless it closes one
        itself, those of lines as far in too."""
        line = line_at(self.text, self.position)
        body = line.lstrip(" \t")
        if not body.strip() or body[0] in "#/":
            return
        level = len(line) - len(body) + (body[0] in "}])")
        late = []
        while self.stack and self.stack[-1].kind in {"{", "[", "("}:
            if len(indent_of(self.text, self.stack[-1].start)) < level:
                break
            late.append(self.stack.pop())
        if late:
            self.missing.append(Missing(self.position, tuple(late)))

    def _quoted(self) -> None:
        match = _QUOTED.search(self.text, self.position)
        if match is None:
            self.position = len(self.text)
            return
        self.position = match.end()
        if match.group() in {'"', "\n"}:
            self.stack.pop()
        elif match.group() in {"${", "%{"}:
            self.stack.append(Open("${", match.start()))

    def _heredoc(self) -> None:
        marker = self.stack[-1].marker
        start = self.text.rfind("\n", 0, self.position) + 1
        if start == self.position and line_at(self.text, start).strip() == marker:
            self.stack.pop()
            self.position = start + len(line_at(self.text, start))
            return
        match = _HEREDOC.search(self.text, self.position)
        if match is None:
            self.position = len(self.text)
            return
        self.position = match.end()
        if match.group() in {"${", "%{"}:
            self.stack.append(Open("${", match.start()))
