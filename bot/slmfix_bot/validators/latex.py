r"""LaTeX documents: environments, braces and mathematics that do not match. Nothing is typeset.

TeX can redefine everything, so only documents are judged: files that structure text as documents do, with no
definition that leaves a bracket open on purpose. Verbatim text is passed over.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from slmfix_bot import __version__
from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.place import place_of

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

VERBATIM = frozenset(
    (
        *(
            "verbatim",
            "verbatim*",
            "Verbatim",
            "BVerbatim",
            "LVerbatim",
            "lstlisting",
            "minted",
            "comment",
            "filecontents",
        ),
        *(
            "filecontents*",
            "alltt",
            "code",
            "asy",
            "asydef",
            "luacode",
            "luacode*",
            "pycode",
            "sageblock",
            "sagesilent",
        ),
        *("Sinput", "Soutput", "Schunk", "spverbatim", "tcblisting", "dot2tex", "gnuplot", "coqdoccode", "listing"),
    )
)
TOKEN = re.compile(
    r"""(?P<comment>(?<!\\)%[^\n]*)
    |(?P<inline>\\(?:verb\*?|lstinline(?:\[[^\]\n]*\])?|mintinline(?:\[[^\]\n]*\])?\{\w+\}|path|url|href|nolinkurl)
        (?:\s*\{(?:[^{}\n]|\{[^{}\n]*\})*\}|(?P<mark>[^\s\w{*\\])[^\n]*?(?P=mark)))
    |(?P<begin>\\begin\s*\{(?P<opened>[^{}\\\n]*)\})
    |(?P<end>\\end\s*\{(?P<closed>[^{}\\\n]*)\})
    |(?P<word>\\(?:[A-Za-z@]+\*?|(?s:.)))
    |(?P<dollars>\$\$?)
    |(?P<brace>[{}])
    |(?P<paragraph>\n[ \t]*\n)""",
    re.X,
)
# What may hold half of a pair: a definition, a macro package, a change of what signs mean.
PROGRAMMED = re.compile(
    r"\\(?:catcode|newenvironment|renewenvironment|NewDocumentEnvironment|bgroup|egroup|csname|ExplSyntaxOn|halign"
    r"|MakeShortVerb|DefineShortVerb|lstMakeShortInline|obeylines|futurelet|lowercase|DefineVerbatimEnvironment"
    r"|newminted|lstnewenvironment|newtcblisting)\b"
    r"|\\(?:[egx]?def|let|newcommand|renewcommand|providecommand|DeclareRobustCommand)\b[^\n]*(?:\n[^\n]*){0,2}?"
    r"(?:\\(?:begin|end)\b|\$|\\[\[\]()])|<<[^\n]*>>=|\{%-?[ ]\w|<%|\\Sexpr"
)
DOCUMENT = re.compile(
    r"\\(?:documentclass|begin\s*\{|(?:sub)*section\b|chapter\b|label\b|item\b|textbf\b|emph\b|cite\b)"
)
CLOSERS = {"{": "}", "$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
OPENERS = {r"\)": r"\(", r"\]": r"\["}


class _Open(NamedTuple):
    sign: str  # as in CLOSERS, or "begin"
    name: str
    start: int


class LatexValidator:
    """Reports the first pair that does not match; what follows is its consequence."""

    name = "latex"
    languages = ("latex",)

    def version(self) -> str:
        """The checks are part of the bot."""
        return __version__

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The first error. Raises CannotJudge for what is programmed rather than written."""
        text = program.text
        found = _first_error(text)
        if found is None:
            return ()
        if PROGRAMMED.search(text) or not DOCUMENT.search(text):
            msg = "macros in the file may hold one half of a pair"
            raise CannotJudge(msg)
        return (found,)


def _first_error(text: str) -> Diagnostic | None:
    stack: list[_Open] = []
    position = 0
    while token := TOKEN.search(text, position):
        position = token.end()
        kind, sign, at = token.lastgroup, token.group(), token.start()
        top = stack[-1] if stack else None
        if kind == "paragraph":
            if top and top.sign in ("$", "$$", r"\(", r"\["):
                return _unclosed(text, top, at)
        elif kind in ("begin", "opened"):
            stack.append(_Open("begin", token["opened"], at))
            if token["opened"] in VERBATIM:
                position = text.find(f"\\end{{{token['opened']}}}", position)
                if position < 0:
                    return _unclosed(text, stack[-1], len(text))
        elif kind in ("end", "closed"):
            if top and top.sign == "begin" and top.name == token["closed"]:
                stack.pop()
                if top.name == "document":
                    return None  # nothing behind it is read
                continue
            return _mismatch(text, top, token["closed"], at)
        elif kind == "brace" and sign == "}":
            if top is None or top.sign != "{":
                return _unclosed(text, top, at) if top else _stray(text, at, sign)
            stack.pop()
        elif kind == "brace":
            stack.append(_Open("{", "", at))
        elif kind == "dollars":
            error = _dollars(text, stack, sign, at)
            if error:
                return error
        elif sign in OPENERS:
            if top is None or top.sign != OPENERS[sign]:
                return _unclosed(text, top, at) if top else _stray(text, at, sign)
            stack.pop()
        elif sign in CLOSERS:
            stack.append(_Open(sign, "", at))
    return _unclosed(text, stack[-1], len(text.rstrip())) if stack else None


def _dollars(text: str, stack: list[_Open], sign: str, at: int) -> Diagnostic | None:
    top = stack[-1].sign if stack else ""
    if top == sign:
        stack.pop()
    elif top == "$$":
        return _unclosed(text, stack[-1], at)
    elif (top, sign) != ("$", "$$"):  # else two formulas stand without a blank between them
        stack.append(_Open(sign, "", at))
    return None


def _mismatch(text: str, top: _Open | None, name: str, at: int) -> Diagnostic:
    line, column = place_of(text, at)
    if top is not None and rf"\begin{{{name}}}" in text[:at]:
        return _unclosed(text, top, at)
    is_open = rf"; \begin{{{top.name}}} is open" if top and top.name else ""
    return Diagnostic(
        rule="environment",
        message=rf"\end{{{name}}} without \begin{{{name}}}{is_open}",
        line=line,
        column=column,
        found=name,
        expected=(top.name,) if top and top.name else (),
        related_line=place_of(text, top.start).line if top else None,
    )


def _unclosed(text: str, top: _Open, at: int) -> Diagnostic:
    if top.sign == "{":  # groups seldom go on behind an empty line
        paragraph = re.search(r"\n[ \t]*\n", text[top.start : at])
        at = top.start + paragraph.start() if paragraph else at
    before = len(text[:at].rstrip())
    line, column = place_of(text, before)
    opener = place_of(text, top.start).line
    if top.sign == "begin":
        closer = rf"\end{{{top.name}}}"
        message = rf"{closer} is missing for \begin{{{top.name}}}"
    else:
        closer = CLOSERS[top.sign]
        message = f'"{closer}" is missing for "{top.sign}"'
    return Diagnostic(rule="syntax", message=message, line=line, column=column, expected=(closer,), related_line=opener)


def _stray(text: str, at: int, sign: str) -> Diagnostic:
    line, column = place_of(text, at)
    return Diagnostic(rule="syntax", message=f'unexpected "{sign}"', line=line, column=column, found=sign)


LATEX = LatexValidator()
