"""Python: the interpreter's own compiler, then ruff for names that do not exist. Nothing of the program is executed."""

from __future__ import annotations

import ast
import builtins
import json
import platform
import re
import sys
import warnings
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.process import find_program, run
from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.text import bare_lines
from slmfix_bot.errors import CannotJudge, MissingToolError, ToolMissing
from slmfix_bot.validators.json import BOM
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.python_calls import check_calls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.program import Program

SECONDS = 10.0
MAX_LINE = 4096
OPTIONS = (
    *("check", "--isolated", "--no-cache", "--quiet", "--output-format", "json"),
    "--ignore-noqa",  # a change must not switch off its check; core/suppression.py reads one that names its rule
    *("--select", "E9,F63,F7,F821,F822,F823"),
    *("--ignore", "F722"),  # annotations in a notation of their own, such as array shapes
    *("--config", "builtins = ['_', 'ngettext', 'get_ipython', 'reveal_type', '__file__', '__path__']"),
)
NEWEST = (3, 14)  # that ruff knows
VERSION = re.compile(r"(?:py(?:thon)?)?3[. ]?(\d{1,2})")
# What looks like syntax that a Python older than NEWEST refuses: f-strings, type parameters, `type`, bare `except`.
MAY_BE_NEWER = re.compile(
    r"f-string|\b(?:def|class)\s+\w+\s*\[|^\s*type\s+\w+.*=|except\s+\w+\s*,|\bt['\"]", re.IGNORECASE
)
# Names of Python 2 in a file that asks which Python it runs on, and names that the file makes while it runs.
OLD_NAMES = frozenset(
    "unicode raw_input xrange basestring long unichr reduce file cmp execfile reload buffer apply intern".split()
)
ASKS_VERSION = re.compile(r"\bversion_info\b|\bPY[23]\b|\bNameError\b|\bsix\b|\bImportError\b|\bsys\.version\b")
MAKES_NAMES = re.compile(r"\bglobals\(\)\s*(?:\[|\.update|\)|,)|^\s*exec\(", re.MULTILINE)
RELATED = re.compile(r"\bon line (\d+)")
NAME = re.compile(r"`(\w+)`")


class PythonValidator:
    """The dialect is a version ("3.9"); without one, syntax of any version up to NEWEST is right."""

    name = "python + ruff"
    languages = ("python",)

    def version(self) -> str:
        """Those of Python and ruff. Raises MissingToolError."""
        try:
            done = run([find_program("ruff"), "--version"], cwd=".", timeout=SECONDS)
        except ToolMissing as error:
            raise MissingToolError(str(error)) from error
        return f"{platform.python_version()} + {done.text.split()[-1]}"

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The syntax error, else what ruff knows to fail when the line runs."""
        text = program.text.removeprefix(BOM)
        if "\0" in text:  # the compiler says so too, without a place
            line, column = place_of(text, text.index("\0"))
            return (Diagnostic(rule="syntax", message="a NUL character", line=line, column=column),)
        target = _target(program.dialect)
        try:
            tree = _compile(text)
        except SyntaxError as error:
            diagnostic = _syntax_error(text, error)
            if sys.version_info[:2] < target and _may_be_newer(text, diagnostic) and _parses(text, target):
                return ()
            return (diagnostic,)
        except UnicodeEncodeError as error:
            line, column = place_of(text, error.start)
            return (Diagnostic(rule="syntax", message="a byte that is not UTF-8", line=line, column=column),)
        found = [*_ruff(text, program.path, tree, target), *check_calls(tree, text)]
        return tuple(sorted(found, key=lambda diagnostic: diagnostic.line))


def _target(dialect: str | None) -> tuple[int, int]:
    """Raises CannotJudge for a dialect that is no version of Python 3."""
    if dialect is None:
        return NEWEST
    match = VERSION.fullmatch(dialect.strip().casefold())
    if match is None:
        msg = f"the dialect {dialect:.40} is no Python version such as 3.9"
        raise CannotJudge(msg)
    return min((3, max(7, int(match[1]))), NEWEST)


def _may_be_newer(text: str, diagnostic: Diagnostic) -> bool:
    line = (bare_lines(text) or [""])[diagnostic.line - 1]
    return len(line) < MAX_LINE and bool(MAY_BE_NEWER.search(diagnostic.message) or MAY_BE_NEWER.search(line))


def _parses(text: str, target: tuple[int, int]) -> bool:
    argv = [find_program("ruff"), *OPTIONS, "--target-version", f"py{target[0]}{target[1]}", "-"]
    return "invalid-syntax" not in run(argv, cwd=".", stdin=text, timeout=SECONDS, max_output=8 << 20).text


def _compile(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
        compile(text, "<program>", "exec", dont_inherit=True)  # also finds `return` outside a function
    return tree


def _syntax_error(text: str, error: SyntaxError) -> Diagnostic:
    lines = bare_lines(text) or [""]
    line = min(max(error.lineno or 1, 1), len(lines))
    column = error.offset if error.offset and error.offset > 0 else None
    end_line = error.end_lineno if error.end_lineno and error.end_lineno >= line else line
    end_column = error.end_offset if column and error.end_offset and error.end_offset > 0 else None
    found = None
    if column and end_column and end_line == line and end_column > column:
        found = lines[line - 1][column - 1 : end_column - 1] or None
    related = RELATED.search(error.msg)
    return Diagnostic(
        rule="syntax",
        message=error.msg,
        line=line,
        end_line=min(end_line, len(lines)),
        column=column,
        end_column=end_column,
        found=found,
        related_line=int(related[1]) if related else None,
    )


def _ruff(text: str, path: str, tree: ast.Module, target: tuple[int, int]) -> Iterator[Diagnostic]:
    suffix = ".pyi" if path.endswith(".pyi") else ".py"
    argv = [find_program("ruff"), *OPTIONS, "--stdin-filename", f"program{suffix}"]
    argv += ["--target-version", f"py{target[0]}{target[1]}", "-"]
    done = run(argv, cwd=".", stdin=text, timeout=SECONDS, max_output=8 << 20)
    if not done.stdout.startswith(b"["):
        return
    findings: list[dict[str, Any]] = json.loads(done.stdout)
    for finding in findings:
        named = NAME.search(finding["message"]) if finding["code"] in ("F821", "F822", "F823") else None
        if named and finding["code"] == "F821" and _may_exist(named[1], text):
            continue
        yield Diagnostic(
            rule=_rule(finding["code"]),
            message=finding["message"],
            line=finding["location"]["row"],
            column=finding["location"]["column"],
            end_line=finding["end_location"]["row"],
            end_column=finding["end_location"]["column"],
            found=named[1] if named else None,
            expected=nearest(named[1], _defined_names(tree, but=named[1])) if named else (),
        )


def _may_exist(name: str, text: str) -> bool:
    return bool(MAKES_NAMES.search(text) or (name in OLD_NAMES and ASKS_VERSION.search(text)))


def _rule(code: str | None) -> str:
    """What the compiler accepts is right for a newer Python than the configured one."""
    return "python-version" if code in (None, "invalid-syntax") else code


def _defined_names(tree: ast.Module, but: str) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) if name != but:
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.alias(name=name, asname=other) if name != "*":
                yield other or name.partition(".")[0]
    # A variable is no misspelt exception.
    yield from (name for name in dir(builtins) if name[0] != "_" and name[0].isupper() == but[0].isupper())


PYTHON = PythonValidator()
