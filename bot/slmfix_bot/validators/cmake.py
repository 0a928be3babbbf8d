"""CMake: the syntax, blocks that match, and commands and sub-commands that do not exist. Nothing is executed.

Any file may define commands, so an unknown command is only reported where it is nearly one of CMake's own and the file
does not define it.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from slmfix_bot import __version__
from slmfix_bot.core.brackets import indent_of
from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.cmake_names import BLOCKS, COMMANDS, SUBCOMMANDS
from slmfix_bot.validators.cmake_parser import CMakeError, Command, parse
from slmfix_bot.validators.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.program import Program

TEMPLATE = re.compile(r"@[A-Za-z_]\w*@|\{\{|<%")
COMMAND_LINE = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*\(", re.M)
BRANCHES = ("elseif", "else")
CLOSE_COMMAND, CLOSE_WORD = 0.9, 0.75
NEEDS_ARGUMENTS = frozenset({"if", "while", "foreach", "function", "macro", "set", "unset", "include"})


class CMakeValidator:
    """Reports the first error of syntax, else every other error."""

    name = "cmake"
    languages = ("cmake",)

    def version(self) -> str:
        """The checks are part of the bot."""
        return __version__

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The errors in the order of the text. Raises CannotJudge for templates."""
        text = program.text
        try:
            commands = parse(text)
        except CMakeError as error:
            if TEMPLATE.search(text) or program.path.endswith((".in", ".h.cmake")) or not _is_cmake(text):
                msg = "a template, or not CMake"
                raise CannotJudge(msg) from error
            line, column = place_of(text, error.at)
            opener = place_of(text, error.opener).line if error.opener is not None else None
            expected = (error.closer,) if error.closer else ()
            return (
                Diagnostic(
                    rule="syntax", message=str(error), line=line, column=column, expected=expected, related_line=opener
                ),
            )
        blocks = tuple(_blocks(text, commands))
        return blocks or tuple(_names(text, commands))


def _blocks(text: str, commands: list[Command]) -> Iterator[Diagnostic]:
    """The first block that does not match; what follows is its consequence."""
    stack: list[tuple[str, Command]] = []
    openers = {closer: opener for opener, closer in BLOCKS.items()}
    for index, command in enumerate(commands):
        name = command.name.lower()
        top = stack[-1] if stack else None
        if name in BLOCKS:
            stack.append((name, command))
        elif name in BRANCHES:
            if top is None or top[0] not in ("if", "elseif"):
                yield from _unopened(text, command, "if", top, commands[:index])
                return
            stack[-1] = ("else" if name == "else" else "elseif", top[1])
        elif name in openers:
            kind = "if" if top and top[0] in BRANCHES else top[0] if top else ""
            if kind != openers[name]:
                yield from _unopened(text, command, openers[name], top, commands[:index])
                return
            stack.pop()
    if stack:
        yield _unclosed(text, stack[-1][1], commands)


def _unopened(
    text: str, command: Command, opener: str, top: tuple[str, Command] | None, before: list[Command]
) -> Iterator[Diagnostic]:
    if top and top[1].name.lower() != opener:
        yield _unclosed(text, top[1], before)
        return
    line, column = place_of(text, command.start)
    message = f"{command.name} has no {opener}" if top is None else f"{command.name} stands behind else"
    yield Diagnostic(rule="syntax", message=message, line=line, column=column, found=command.name)


def _unclosed(text: str, opener: Command, commands: list[Command]) -> Diagnostic:
    """Where the indentation falls back to that of the opener, the closer is missing."""
    closer = BLOCKS[opener.name.lower()]
    closer = f"{closer.upper() if opener.name.isupper() else closer}()"
    inside = [command for command in commands if command.start > opener.start]
    depth = len(indent_of(text, opener.start).expandtabs(8))
    last = opener
    for command in inside:
        is_branch = command.name.lower() in BRANCHES
        if len(indent_of(text, command.start).expandtabs(8)) <= depth and not is_branch:
            break
        last = command
    line, column = place_of(text, last.end)
    return Diagnostic(
        rule="syntax",
        message=f"{closer} is missing for {opener.name}",
        line=line,
        column=column,
        expected=(closer,),
        related_line=place_of(text, opener.start).line,
    )


def _names(text: str, commands: list[Command]) -> Iterator[Diagnostic]:
    defined = {
        command.arguments[0].text.lower()
        for command in commands
        if command.name.lower() in ("function", "macro") and command.arguments
    }
    for command in commands:
        name = command.name.lower()
        line, column = place_of(text, command.start)
        if name in NEEDS_ARGUMENTS and not command.arguments:
            message = f"{command.name} needs arguments"
            yield Diagnostic(rule="missing-argument", message=message, line=line, column=column)
        if name not in COMMANDS and name not in defined:
            near = [known for known in get_close_matches(name, COMMANDS, 5, CLOSE_COMMAND) if _is_typo(name, known)]
            if near:
                yield _unknown("unknown-command", "command", command.name, line, column, near)
        elif name in SUBCOMMANDS and name not in defined and command.arguments:
            kind, word, start = command.arguments[0]
            near = get_close_matches(word, SUBCOMMANDS[name], 5, CLOSE_WORD)
            if kind == "word" and word not in SUBCOMMANDS[name] and near:
                place = place_of(text, start)
                yield _unknown("unknown-keyword", f"sub-command of {name}", word, place.line, place.column, near)


def _is_cmake(text: str) -> bool:
    return any(found[1].lower() in COMMANDS for found in COMMAND_LINE.finditer(text))


def _is_typo(name: str, known: str) -> bool:
    """Whether no word and no number is more or less: projects name their own commands after those of CMake."""
    return name.count("_") == known.count("_") and re.findall(r"\d+", name) == re.findall(r"\d+", known)


def _unknown(rule: str, what: str, name: str, line: int, column: int, near: list[str]) -> Diagnostic:
    return Diagnostic(
        rule=rule,
        message=f"{name} is no {what}",
        line=line,
        column=column,
        end_column=column + len(name),
        found=name,
        expected=tuple(near),
    )


CMAKE = CMakeValidator()
