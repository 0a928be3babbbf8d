"""Splits a CMake file into its commands, as CMake's own lexer does."""

from __future__ import annotations

import re
from typing import NamedTuple

_UNQUOTED = r'(?:[^ \0\t\r\n()#"\[=\\]|\\[^\0\n])'
_VARIABLE = r"\$\([A-Za-z0-9_]*\)"
_LEGACY = rf'(?:{_VARIABLE}|{_UNQUOTED}|"(?:{_VARIABLE}|{_UNQUOTED}|[ \t\[=])*")'
TOKEN = re.compile(
    rf"""(?P<skip>[ \t\r\ufeff]+|\#\[(?P<c>=*)\[(?s:.*?)\](?P=c)\]|\#[^\n]*)
    |(?P<newline>\n)
    |(?P<bracket>\[(?P<b>=*)\[(?s:.*?)\](?P=b)\])
    |(?P<quoted>"(?:[^\\"]|\\(?s:.))*")
    |(?P<open>\()|(?P<close>\))
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*(?![^\s()\#"]))
    |(?P<argument>(?:{_UNQUOTED}|=|\[=*{_UNQUOTED})(?:{_LEGACY}|[\[=])*|\[=*)
    |(?P<bad>.)""",
    re.X,
)
COMMAND = re.compile(r"[ \t]*([A-Za-z_]\w*)[ \t]*\(")


# Without a closing bracket, the search for one would begin anew at each that opens.
PLAIN_TOKEN = re.compile(TOKEN.pattern.replace("(?s:.*?)", "(?!)"), re.X)


class Argument(NamedTuple):
    """`kind` is a group of TOKEN; nested parentheses are arguments too."""

    kind: str
    text: str
    start: int


class Command(NamedTuple):
    """One command; the name is written as in the file."""

    name: str
    start: int
    end: int
    arguments: tuple[Argument, ...]


class CMakeError(Exception):
    """`at` is an offset, `opener` that of what is not closed, `closer` what is missing there."""

    def __init__(self, message: str, at: int, closer: str = "", opener: int | None = None) -> None:
        super().__init__(message)
        self.at = at
        self.closer = closer
        self.opener = opener


def parse(text: str) -> list[Command]:
    """The commands. Raises CMakeError for the first error."""
    commands: list[Command] = []
    pattern = TOKEN if re.search(r"\]=*\]", text) else PLAIN_TOKEN
    tokens = [m for m in pattern.finditer(text) if m.lastgroup not in ("skip", "c")]
    index, line_is_free = 0, True
    while index < len(tokens):
        token = tokens[index]
        if token.lastgroup == "newline":
            index, line_is_free = index + 1, True
            continue
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        if token.lastgroup != "word":
            msg = f'expected a command, found "{_shown(token)}"'
            raise CMakeError(msg, token.start())
        if following is None or following.lastgroup != "open":
            msg = f'expected "(" behind {token.group()}'
            raise CMakeError(msg, token.end(), "(")
        if not line_is_free:
            msg = f"expected a new line before {token.group()}"
            raise CMakeError(msg, token.start(), "\n")
        index, arguments = _arguments(text, tokens, index + 1)
        end = tokens[index - 1].end()
        commands.append(Command(token.group(), token.start(), end, tuple(arguments)))
        line_is_free = False
    return commands


def _arguments(text: str, tokens: list[re.Match[str]], index: int) -> tuple[int, list[Argument]]:
    openers: list[re.Match[str]] = []
    found: list[Argument] = []
    while index < len(tokens):
        token = tokens[index]
        kind = token.lastgroup or "bad"
        kind = "bracket" if kind == "b" else kind
        index += 1
        if kind == "open":
            openers.append(token)
        elif kind == "close":
            openers.pop()
            if not openers:
                return index, found
        elif kind == "bad":
            name = "a quoted argument that does not end" if token.group() == '"' else f'unexpected "{_shown(token)}"'
            closer = '"' if token.group() == '"' else ""
            raise CMakeError(name, token.start(), closer, token.start() if closer else None)
        elif kind != "newline":
            found.append(Argument(kind, token.group(), token.start()))
    msg = '")" is missing'
    raise CMakeError(msg, _end_of_arguments(text, openers[-1].start()), ")", openers[-1].start())


def _end_of_arguments(text: str, opener: int) -> int:
    """Where the arguments end that have no ")": before the next line that looks like a command and is not indented
    more than the one that opened them."""
    start = text.rfind("\n", 0, opener) + 1
    indent = len(text[start:]) - len(text[start:].lstrip(" \t"))
    position = text.find("\n", opener)
    while position >= 0:
        line = text[position + 1 : (text.find("\n", position + 1) + 1 or len(text) + 1) - 1]
        if COMMAND.match(line) and len(line) - len(line.lstrip(" \t")) <= indent:
            return len(text[:position].rstrip())
        position = text.find("\n", position + 1)
    return len(text.rstrip())


def _shown(token: re.Match[str]) -> str:
    return token.group().partition("\n")[0][:30]
