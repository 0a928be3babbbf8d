"""Verilog and SystemVerilog by slang: a file is parsed and elaborated, the other files of its commit being a library.

A design is seldom one file. What cannot be told without the rest is left out: what stands behind an include or a macro
that is not there, and units that may live elsewhere. A text without a path and without other files is all there is.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.propose.verilog_source import declared_again
from slmfix_bot.errors import CannotJudge, MissingToolError
from slmfix_bot.validators.verilog_companions import MAX_FILES
from slmfix_bot.validators.verilog_diagnostic import Describer
from slmfix_bot.validators.verilog_rules import (
    ALSO_ERRORS,
    CERTAIN,
    CLOSED,
    DISPUTED,
    ELSEWHERE,
    IGNORED,
    MODULES,
    UNIT,
)

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.verilog_slang import Problem, Reading

MAX_DIAGNOSTICS = 100
OLD = frozenset({".v", ".vh"})
TEMPLATE = re.compile(r"\{\{|\{%|<%|\$\{\w+\}|^[ \t]*(?:@\w+@|%%)", re.MULTILINE)
COQ_OR_V = re.compile(
    r"^(?:Require|Theorem|Lemma|Definition|Proof|Qed|Inductive|Fixpoint)\b[^\n]*\.[ \t\r]*$|^(?:pub[ \t]+)?fn[ \t]+\w",
    re.MULTILINE,
)
DIALECT = re.compile(r"^[ \t]*\$_\w+[ \t]+(?:#|\w+[ \t]*\()|^[ \t]*module[ \t]+\w+[ \t]*\(\.\.\.\)", re.MULTILINE)
FOREIGN = re.compile(r"\.|::|\s+[A-Za-z_]\w*\s*[,;=)\[]")
PROTECTED = re.compile(r"^[ \t]*`(?:pragma[ \t]+)?protect", re.MULTILINE)
ASSERTIONS = frozenset({"assert", "assume", "cover", "restrict", "logic"})
LIKE = 0.88
"""From this likeness on the name of an unknown module is a slip of a known one's."""


class VerilogValidator:
    """`files` of the program are compiled along as a library; nothing is read from the disk."""

    name = "slang"
    languages = ("verilog",)

    def version(self) -> str:
        """That of pyslang. Raises MissingToolError."""
        try:
            return version("pyslang")
        except PackageNotFoundError as error:
            msg = "pyslang is missing although slmfix-bot brings it along: install slmfix-bot again"
            raise MissingToolError(msg) from error

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The first error of syntax, or else everything that elaboration finds. Raises CannotJudge."""
        reading = _read(program)
        if not reading.problems:
            return ()
        _refuse_parts(program, reading)
        describer = Describer(program)
        syntax = [problem for problem in reading.problems if problem.is_syntax and problem.strict]
        if not _is_alone(program):
            syntax = [problem for problem in syntax if problem.code not in DISPUTED]
        if syntax:
            return (describer.describe(syntax[0], Severity.ERROR),)
        found = [(problem, _severity(problem, program, reading)) for problem in reading.problems]
        judged = [(problem, severity) for problem, severity in found if severity is not None]
        described = (describer.describe(problem, severity) for problem, severity in judged[:MAX_DIAGNOSTICS])
        return tuple(sorted(described, key=lambda found: (found.line, found.column or 0)))


def _read(program: Program) -> Reading:
    """What slang says; of an older file under the keywords of Verilog if those explain it: `bit` was a name then."""
    from slmfix_bot.validators.verilog_slang import read

    try:
        reading = read(program.text, program.files, program.path)
    except RuntimeError as error:  # slang's word for nesting beyond its limit
        msg = "slang cannot read it, as a rule because it is nested too deeply"
        raise CannotJudge(msg) from error
    if PurePosixPath(program.path).suffix.lower() in OLD and any(p.is_syntax for p in reading.problems):
        old = read(program.text, program.files, program.path, keywords="1364-2005")
        if not any(p.is_syntax and p.strict for p in old.problems):
            if any(set(p.names) & ASSERTIONS for p in old.problems):
                msg = "mixes keywords of SystemVerilog into Verilog"
                raise CannotJudge(msg)
            return old
    return reading


def _is_alone(program: Program) -> bool:
    return not program.path and not program.files


def _refuse_parts(program: Program, reading: Reading) -> None:
    """Raises CannotJudge for what is only a part of a program."""
    text = program.text
    syntax = any(problem.is_syntax for problem in reading.problems)
    foreign = [name for name in reading.macros if not re.search(rf"\d[ \t]*{re.escape(name)}", text)]
    reason = None
    if PROTECTED.search(text):
        reason = "encrypted"
    elif any(problem.code == "UnrecognizedKeywordVersion" for problem in reading.problems):
        reason = "another language: its keywords are those of no version of Verilog"
    elif COQ_OR_V.search(text) and not _is_alone(program):
        reason = "another language with the same suffix"
    elif DIALECT.search(text):
        reason = "the dialect of one tool"
    elif foreign and not _is_alone(program):
        reason = f"uses macros that are defined elsewhere: {', '.join(dict.fromkeys(foreign))[:100]}"
    elif syntax and reading.missing:
        reason = f"includes what is not at hand: {', '.join(reading.missing)[:100]}"
    elif syntax and TEMPLATE.search(text) and not _is_alone(program):
        reason = "a template, not Verilog"
    elif not UNIT.search(text) and not _is_alone(program):
        reason = "a fragment for inclusion"
    if reason:
        raise CannotJudge(reason)


def _severity(problem: Problem, program: Program, reading: Reading) -> Severity | None:
    """How much a semantic problem counts; None for one that only the rest of the design could settle."""
    if problem.code == "Redefinition":
        return Severity.ERROR if declared_again(program.text, problem.start) else None
    if not problem.strict and problem.code not in ALSO_ERRORS:
        return None
    if problem.code in ELSEWHERE:
        return _severity_of_unit(problem, program, reading)
    if problem.code in IGNORED or (reading.missing and problem.code not in CLOSED):
        return None
    if not _is_alone(program) and (problem.code not in CERTAIN or _is_path(problem, program.text)):
        return Severity.WARNING
    if reading.unsure & set(problem.names) or any(f"{name}::" in program.text for name in reading.unsure):
        return None
    return Severity.ERROR


def _is_path(problem: Problem, text: str) -> bool:
    """Whether a name begins a path through the hierarchy, is a type, or comes out of a macro: any other file may have
    it."""
    name = problem.names[0] if problem.names else ""
    if problem.code != "UndeclaredIdentifier":
        return False
    if not text.startswith(name, problem.start) or re.search(r"\bbind\s+$", text[: problem.start]):
        return True
    return bool(FOREIGN.match(text, problem.start + len(name)))


def _severity_of_unit(problem: Problem, program: Program, reading: Reading) -> Severity | None:
    """An unknown module is an error in a text that is all there is, and where the files of the commit have one that is
    spelt nearly so. Without such a likeness 4 of 321 published files would be alarms: designs generate modules, and
    take them from vendors and from other repositories."""
    if problem.code not in MODULES:
        return None
    if _is_alone(program) and not reading.missing:
        return Severity.ERROR
    complete = program.files and len(program.files) < MAX_FILES and not reading.missing
    name = problem.names[0] if problem.names else ""
    is_slip = name not in reading.units and get_close_matches(name, reading.units, 1, LIKE)
    return Severity.ERROR if complete and is_slip else Severity.WARNING


VERILOG = VerilogValidator()
