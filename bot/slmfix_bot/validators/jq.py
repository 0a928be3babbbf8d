"""jq: the compiler of jq itself, which runs nothing. It knows its built-in functions, so wrong names are found too."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, NamedTuple

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.text import bare_lines
from slmfix_bot.errors import CannotJudge, MissingToolError

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

ERROR = re.compile(r"jq: error: (.*?)(?: at <top-level>, line (\d+), column (\d+):| \(Unix shell.*line (\d+))")
MODULE = re.compile(r"^\s*(?:import|include)\s*\"", re.MULTILINE)
UNDEFINED = re.compile(r"(\$?)([\w:]+)(?:/(\d+))? is not defined$")
EXPECTING = re.compile(r"'(.)'")
# Built-in functions of releases other than the one that judges, and of its forks.
OF_OTHER_RELEASES = frozenset(
    "abs add ascii debug error getpath have_decnum have_literal_numbers input_line_number limit ltrimstr pick scan "
    "skip splits strflocaltime toarray todate trim trimstr ltrim rtrim nth repeat leaf_paths recurse_down".split()
)
MAX_VARIABLES = 64


class _Message(NamedTuple):
    text: str
    line: int
    column: int


class JqValidator:
    """Reports what does not compile. Variables that nothing binds come from the command line, as `--arg` gives them."""

    name = "jq"
    languages = ("jq",)

    def version(self) -> str:
        """That of the binding. Raises MissingToolError."""
        try:
            return version("jq")
        except PackageNotFoundError as error:
            msg = "jq is not installed: pip install jq"
            raise MissingToolError(msg) from error

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The errors of syntax, else the functions that do not exist. Raises CannotJudge."""
        text = program.text
        if MODULE.search(text):  # a module's search path reaches out of the program
            msg = "the program imports modules, which are not read"
            raise CannotJudge(msg)
        if "\0" in text:
            msg = "not a text"
            raise CannotJudge(msg)
        if not any(line.strip() and not line.lstrip().startswith("#") for line in bare_lines(text)):
            return ()
        # A file of definitions alone is a module; as a program it needs a filter behind them.
        messages = _compile(text, frozenset())
        if messages and not _compile(f"{text}\n.", frozenset()):
            messages = ()
        bound: set[str] = set()
        while len(bound) < MAX_VARIABLES:
            names = {m[2] for message in messages if (m := UNDEFINED.search(message.text)) and m[1]}
            if not names - bound:
                break
            bound |= names
            messages = _compile(text, frozenset(bound))
            if messages and not _compile(f"{text}\n.", frozenset(bound)):
                messages = ()
        found = [made for message in messages if (made := _diagnostic(text, message))]
        syntax = [diagnostic for diagnostic in found if diagnostic.rule == "syntax"][:1]
        return tuple(syntax or found)


def _compile(text: str, variables: frozenset[str]) -> tuple[_Message, ...]:
    import jq  # a native library

    try:
        jq.compile(text, args=dict.fromkeys(variables))
    except ValueError as error:
        return tuple(
            _Message(found[1], int(found[2]), int(found[3])) for found in ERROR.finditer(str(error)) if found[2]
        ) or (_Message(str(error).partition("\n")[0], 1, 1),)
    return ()


@cache
def _builtins() -> tuple[tuple[str, int], ...]:
    import jq

    names: list[str] = jq.compile("builtins").input_value(None).first()
    return tuple((name.partition("/")[0], int(name.partition("/")[2])) for name in names)


def _diagnostic(text: str, message: _Message) -> Diagnostic | None:
    if "unterminated" in message.text:  # said beside the error at the end of the file
        return None
    line, column = _place(text, message.line, message.column)
    undefined = UNDEFINED.search(message.text)
    if undefined is None:
        expected = tuple(EXPECTING.findall(message.text.partition("expecting")[2]))
        return Diagnostic(rule="syntax", message=message.text, line=line, column=column, expected=expected)
    name, arity = undefined[2], int(undefined[3] or 0)
    known = [builtin for builtin, _ in _builtins()]
    if name in OF_OTHER_RELEASES or "::" in name:
        return None
    start = bare_lines(text)[line - 1].find(name)
    arities = sorted({count for builtin, count in _builtins() if builtin == name})
    defined = re.findall(r"\bdef\s+(\w+)", text)
    expected = () if arities or name in defined else tuple(get_close_matches(name, [*defined, *known], 5, 0.6))
    takes = f"; {name} takes {' or '.join(map(str, arities))} arguments" if arities else ""
    return Diagnostic(
        rule="wrong-arity" if arities or name in defined else "unknown-function",
        message=f"{name}/{arity} is not defined{takes}",
        line=line,
        column=start + 1 if start >= 0 else column,
        end_column=start + 1 + len(name) if start >= 0 else None,
        found=name,
        expected=expected,
    )


def _place(text: str, line: int, column: int) -> tuple[int, int]:
    """Code points for the bytes that jq counts; a place behind the text is its end."""
    lines = bare_lines(text)
    while line > 1 and (line > len(lines) or not lines[line - 1].strip()):
        line -= 1
        column = len(lines[line - 1].encode()) + 1 if line <= len(lines) else 1
    content = lines[line - 1].encode(errors="replace")
    return line, len(content[: max(0, column - 1)].decode(errors="replace")) + 1


JQ = JqValidator()
