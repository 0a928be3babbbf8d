"""Bash and sh: the shell's own parser decides the syntax (`-n` reads and runs nothing), then shellcheck what a shell
only notices when it runs. A shell stops at its first syntax error, so there is at most one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from slmfix_bot.adapters.process import find_program, run
from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.text import bare_lines
from slmfix_bot.errors import MissingToolError, ToolMissing
from slmfix_bot.validators import shellcheck

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

SECONDS = 5.0
EXTGLOB = re.compile(r"^[^#\n]*\bshopt\s+-s\s[^#\n;]*\bextglob\b", re.MULTILINE)
MESSAGE = re.compile(r"^[^\s:]*bash: (?:[^:]*: )?line (\d+): (?!warning: setlocale)(.*)$", re.MULTILINE)
DASH_MESSAGE = re.compile(r"^[^\s:]*dash: (\d+): (Syntax error: .*)$", re.MULTILINE)
HEREDOC = re.compile(r"here-document at line (\d+) delimited by end-of-file \(wanted `(.*)'\)")
UNEXPECTED = re.compile(
    r"near unexpected token `(.*)'$|^Syntax error: \"(.*?)\" unexpected|^Syntax error: (?=\S+ unexp)"
)
UNCLOSED = re.compile(r"unexpected EOF while looking for matching `(.)'")
DASH_EXPECTING = re.compile(r"\(expecting \"(.*)\"\)")
FENCE = re.compile(r"\s*(```+|~~~+)[\w+-]*[ \t]*(?:\n|\Z)")
MAX_PROBES = 12
COMMON_CODES = frozenset({"SC2145"})


@dataclass(frozen=True)
class ShellValidator:
    """`language` is "bash" or "sh"; sh is judged by dash where there is one, else by bash in POSIX mode."""

    language: str

    @property
    def languages(self) -> tuple[str, ...]:
        """One registry line each."""
        return (self.language,)

    @cached_property
    def _shell(self) -> tuple[str, ...]:
        if self.language == "sh":
            try:
                return (find_program("dash"),)
            except ToolMissing:
                return (find_program("bash"), "--posix")
        return (find_program("bash"),)

    @cached_property
    def name(self) -> str:
        """The shell, and shellcheck where it is installed."""
        shell = "bash -n" if self.language == "bash" else "sh -n"
        return f"{shell} + shellcheck" if shellcheck.is_installed() else shell

    def version(self) -> str:
        """The versions of bash and shellcheck. Raises MissingToolError."""
        try:
            shell = find_program("bash" if self.language == "bash" else self._shell[0])
        except ToolMissing as error:
            raise MissingToolError(str(error)) from error
        found = re.search(r"version (\S+)", run([shell, "--version"], cwd="/", timeout=SECONDS).text)
        parts = [found[1] if found else "", shellcheck.version() if shellcheck.is_installed() else ""]
        return " + ".join(part for part in parts if part)

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The first syntax error, else what shellcheck knows to fail at run time."""
        if FENCE.match(program.text):  # to a shell, the backticks of a fence are command substitutions
            return (_fence(program.text),)
        syntax = self._parse(program.text)
        if syntax or not shellcheck.is_installed():
            return syntax
        found = shellcheck.check(program.text, self.language)
        return tuple(_weighed(diagnostic) for diagnostic in found) if program.path else found

    def explain(self, program: Program, diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        """Finds the column of an unexpected token and the opener of an unclosed construct."""
        if diagnostics[0].rule != "syntax":
            return diagnostics
        located = self._locate(program.text, diagnostics[0])
        if shellcheck.is_installed():
            located = shellcheck.find_opener(program.text, self.language, located)
        return (located, *diagnostics[1:])

    def _parse(self, text: str) -> tuple[Diagnostic, ...]:
        found = self._first_error(text)
        enabled = EXTGLOB.search(text) if found and "bash" in self._shell[0] else None
        # A shell reads a whole line before it runs `shopt`, so the option only counts from the next line on.
        if enabled and text.count("\n", 0, enabled.end()) + 1 < found[0].line:
            return self._first_error(text, "-O", "extglob")
        return found

    def _first_error(self, text: str, *options: str) -> tuple[Diagnostic, ...]:
        argv = [*self._shell, "-n", *options]
        errors = run(argv, cwd=".", stdin=text, timeout=SECONDS, max_output=1 << 20).error_text
        last_line = max(1, len(bare_lines(text)))
        for pattern in (MESSAGE, DASH_MESSAGE):
            for found in pattern.finditer(errors):
                return (_diagnostic(text, min(int(found[1]), last_line), found[2]),)
        return ()

    def _locate(self, text: str, diagnostic: Diagnostic) -> Diagnostic:
        """The first place where the program, cut off after the token, already has this error."""
        token = diagnostic.found
        if not token or "unexpected" not in diagnostic.message or UNCLOSED.search(diagnostic.message):
            return diagnostic
        lines = bare_lines(text)
        line, start = lines[diagnostic.line - 1], -1
        for _ in range(MAX_PROBES):
            start = line.find(token, start + 1)
            if start < 0:
                break
            cut = "\n".join([*lines[: diagnostic.line - 1], line[: start + len(token)]])
            again = self._parse(cut + "\n")
            if again and again[0].message == diagnostic.message and again[0].line == diagnostic.line:
                return replace(diagnostic, column=start + 1, end_column=start + 1 + len(token))
        return diagnostic


def _weighed(diagnostic: Diagnostic) -> Diagnostic:
    """In a repository's file what 1 % of published scripts do is no error: docs/decisions/0002-blocking-codes.md."""
    is_common = diagnostic.rule in COMMON_CODES
    return replace(diagnostic, severity=Severity.WARNING) if is_common else diagnostic


def _fence(text: str) -> Diagnostic:
    line = next(number for number, line in enumerate(bare_lines(text), 1) if line.strip())
    fence = bare_lines(text)[line - 1].strip()
    return Diagnostic(rule="fence", message="a Markdown fence, not a command", line=line, column=1, found=fence)


def _diagnostic(text: str, line: int, message: str) -> Diagnostic:
    heredoc = HEREDOC.search(message)
    if heredoc:
        opener = int(heredoc[1])
        plain = f"here-document delimited by end-of-file (wanted `{heredoc[2]}')"
        return Diagnostic(rule="syntax", message=plain, line=opener, expected=(heredoc[2],), related_line=opener)
    unclosed = UNCLOSED.search(message)
    if unclosed:
        column = bare_lines(text)[line - 1].rfind(unclosed[1])
        place = column + 1 if column >= 0 else None
        return Diagnostic(rule="syntax", message=message, line=line, column=place, found=unclosed[1], related_line=line)
    unexpected = UNEXPECTED.search(message)
    found = (unexpected[1] or unexpected[2]) if unexpected else None
    if found in (None, "newline", "end of file"):
        found = None
    column = bare_lines(text)[line - 1].find(found) if found and text else -1
    expecting = DASH_EXPECTING.search(message)
    return Diagnostic(
        rule="syntax",
        message=message,
        line=line,
        column=column + 1 if column >= 0 else None,
        end_column=column + 1 + len(found) if found and column >= 0 else None,
        found=found,
        expected=(expecting[1],) if expecting else (),
    )


BASH = ShellValidator("bash")
SH = ShellValidator("sh")
