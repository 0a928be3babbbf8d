"""Makefiles: what GNU make refuses while it reads. Make itself is never run, because reading already runs `$(shell)`.

Only what is certain is reported: lines that are neither recipe, rule, assignment nor directive, conditionals and
definitions that do not match, and references that do not end. The commands of recipes are judged as shell
(embedded_make.py).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slmfix_bot import __version__
from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.edit import Edit
from slmfix_bot.core.text import bare_lines
from slmfix_bot.errors import CannotJudge

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

# BSD make and nmake have directives of their own, and `@X@` is filled in by configure.
FOREIGN = re.compile(
    r"^\.(?:if|ifdef|ifndef|elif|else|endif|for|endfor|include|sinclude|undef|error|warning|info|export|dinclude)\b"
    r"|^!\s*(?:if|include|else|endif|ifdef|message|error)|@[A-Z]\w*@|\{\{|\{%|<%",
    re.M | re.I,
)
DIRECTIVES = re.compile(
    r"(?:-?include|sinclude|export|unexport|override|private|undefine|vpath|load|-load|define|endef|ifeq|ifneq|ifdef"
    r"|ifndef|else|endif)(?=[\s(]|$)"
)
CONDITIONALS = ("ifeq", "ifneq", "ifdef", "ifndef")
CONDITION = re.compile(r"(ifeq|ifneq)\s*(\(.*,.*\)|[\"'].*[\"']\s*[\"'].*[\"'])\s*(?:#.*)?$")
LOOKS_LIKE_RECIPE = re.compile(r"^ {2,8}(?=\S)")
DEFINE = re.compile(r"(?:(?:override|export|private)\s+)*define(?:\s+(\S+))?")


@dataclass
class _Reader:
    """The state of make's reading: open conditionals and definition, and whether a recipe may go on."""

    conditionals: list[tuple[str, int]] = field(default_factory=list)
    definitions: list[int] = field(default_factory=list)
    in_recipe: bool = False
    found: list[Diagnostic] = field(default_factory=list)


class MakeValidator:
    """Reports in the order of the text, at most one error a kind of place."""

    name = "make"
    languages = ("make",)

    def version(self) -> str:
        """The checks are part of the bot."""
        return __version__

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The errors. Raises CannotJudge for templates and for Makefiles of other makes."""
        text = program.text
        if FOREIGN.search(text) or ".RECIPEPREFIX" in text or re.search(r"\$[({]eval\b[^\n]*define", text):
            msg = "a template, or not for GNU make"
            raise CannotJudge(msg)
        lines = bare_lines(text)
        reader = _Reader()
        index = 0
        while index < len(lines):
            last = index
            while last + 1 < len(lines) and _continues(lines[last]):
                last += 1
            _read(reader, lines, index, last)
            index = last + 1
        _end(reader, lines)
        return tuple(sorted(reader.found, key=lambda diagnostic: diagnostic.line)[:20])


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


def _read(reader: _Reader, lines: list[str], first: int, last: int) -> None:
    """One logical line."""
    line = lines[first]
    logical = " ".join(part.removesuffix("\\") for part in lines[first:last]) + " " * (last > first) + lines[last]
    bare = logical.strip()
    if reader.definitions:
        if DEFINE.match(bare):
            reader.definitions.append(first)
        elif re.match(r"endef\b", bare):
            reader.definitions.pop()
        return
    if line.startswith("\t") and reader.in_recipe:
        _check_references(reader, lines, last, bare)
        return
    if not bare or bare.startswith("#"):
        return
    word = DIRECTIVES.match(bare)
    if word and not re.match(rf"{re.escape(word[0])}\s*(?:[:?+!]?=|:(?!=))", bare):
        if word[0] in ("define", "endef", "else", "endif") or not _check_references(reader, lines, last, bare):
            _directive(reader, first, bare, word[0])
        return
    if line.startswith("\t"):
        # Before the first rule a tab is only a blank; make asks whether the rest makes sense.
        if not _is_statement(bare):
            _report(reader, first, "recipe-without-rule", "recipe commences before first target")
        return
    if _check_references(reader, lines, last, bare):
        return
    if not _is_statement(bare) or (reader.in_recipe and LOOKS_LIKE_RECIPE.match(line) and _is_command(bare)):
        _separator(reader, lines, first)
    else:
        reader.in_recipe = _is_rule(bare)


def _check_references(reader: _Reader, lines: list[str], last: int, bare: str) -> bool:
    """Make notices when it expands the line, which for an assignment may be late, but there is no way around it."""
    unclosed = _plain(bare).partition("\0")[2]
    if unclosed:
        message = f'unterminated variable reference: "{unclosed}" is missing'
        _report(reader, last, "syntax", message, expected=(unclosed,), column=len(lines[last].rstrip()) + 1)
    return bool(unclosed)


def _directive(reader: _Reader, index: int, bare: str, word: str) -> None:
    if word in CONDITIONALS:
        if word in ("ifeq", "ifneq") and not CONDITION.match(bare):
            expected = (")",) if re.match(r"\w+\s*\([^#]*,[^#]*[^)#\s]$", bare) else ()
            _report(reader, index, "syntax", "invalid syntax in conditional", expected=expected, column=len(bare) + 1)
        elif not bare[len(word) :].strip():
            _report(reader, index, "syntax", "invalid syntax in conditional")
        reader.conditionals.append((word, index))
    elif word == "else":
        if not reader.conditionals:
            _report(reader, index, "syntax", "extraneous else")
        elif reader.conditionals[-1][0] == "else":
            _report(reader, index, "syntax", "only one else per conditional", related=reader.conditionals[-1][1])
        elif not re.match(r"else\s+if", bare):
            reader.conditionals[-1] = ("else", reader.conditionals[-1][1])
    elif word == "endif":
        if not reader.conditionals:
            _report(reader, index, "syntax", "extraneous endif")
        else:
            reader.conditionals.pop()
    elif word == "endef":
        _report(reader, index, "syntax", "extraneous endef")
    elif DEFINE.match(bare):
        name = DEFINE.match(bare)
        if name and not name[1]:
            _report(reader, index, "syntax", "empty variable name")
        reader.definitions.append(index)
        reader.in_recipe = False
    elif word in ("include", "-include", "sinclude", "vpath"):
        reader.in_recipe = False


def _end(reader: _Reader, lines: list[str]) -> None:
    last = len(lines)
    while last > 1 and not lines[last - 1].strip():
        last -= 1
    for start in reader.definitions[-1:]:
        place = _end_of_definition(lines, start)
        _report(reader, place, "syntax", "missing endef, unterminated define", expected=("endef",), related=start)
    if reader.conditionals and not reader.definitions:
        start = reader.conditionals[-1][1]
        _report(reader, max(0, last - 1), "syntax", "missing endif", expected=("endif",), related=start)


def _end_of_definition(lines: list[str], start: int) -> int:
    """The last line of the paragraph that the definition begins."""
    index = start
    while index + 1 < len(lines) and lines[index + 1].strip():
        index += 1
    return index


def _separator(reader: _Reader, lines: list[str], index: int) -> None:
    line = lines[index]
    blanks = LOOKS_LIKE_RECIPE.match(line)
    if not (blanks and reader.in_recipe):
        _report(reader, index, "missing-separator", "missing separator")
        return
    message = f"missing separator: a recipe begins with a tab, not with {len(blanks[0])} spaces"
    fix = (Edit(index + 1, index + 1, f"\t{line[len(blanks[0]) :]}\n"),)
    _report(reader, index, "missing-separator", message, fix=fix)


def _report(
    reader: _Reader,
    index: int,
    rule: str,
    message: str,
    *,
    related: int | None = None,
    expected: tuple[str, ...] = (),
    column: int = 1,
    fix: tuple[Edit, ...] = (),
) -> None:
    reader.found.append(
        Diagnostic(
            rule=rule,
            message=message,
            line=index + 1,
            column=column,
            related_line=None if related is None else related + 1,
            expected=expected,
            fix=fix,
        )
    )


def _plain(bare: str) -> str:
    """The line with every reference replaced by a letter, and without its comment."""
    out, depth = [], 0
    closers: list[str] = []
    index = 0
    while index < len(bare):
        sign = bare[index]
        if sign == "$" and index + 1 < len(bare):
            following = bare[index + 1]
            if following in "({":
                closers.append(")" if following == "(" else "}")
                depth += 1
            elif not depth:
                out.append("v")
            index += 2
            continue
        if depth:
            if sign == ("(" if closers[0] == ")" else "{") and len(closers) < 200 and closers[-1] == closers[0]:
                closers.append(closers[0])
            elif sign == closers[-1]:
                closers.pop()
                depth = len(closers)
                if not closers:
                    out.append("v")
        elif sign == "#" and (not index or bare[index - 1] != "\\"):
            break
        else:
            out.append(sign)
        index += 1
    return "".join(out) + ("\0" + closers[-1] if closers else "")


def _is_rule(bare: str) -> bool:
    plain = _plain(bare).partition("\0")[0]
    colon = re.search(r":(?!:?:?=)", plain)
    equals = re.search(r"=", plain)
    return colon is not None and (equals is None or colon.start() < equals.start())


def _is_statement(bare: str) -> bool:
    """A rule, an assignment, or nothing but references, which may expand to anything."""
    plain = _plain(bare)
    return ":" in plain or "=" in plain or "$" in bare


def _is_command(bare: str) -> bool:
    """Whether words stand beside the references, and nothing makes them a rule or an assignment."""
    plain = _plain(bare)
    return not re.search(r"[:=]", plain) and re.sub(r"\bv\b", "", plain).strip() != ""


MAKE = MakeValidator()
