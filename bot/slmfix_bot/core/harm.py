"""The do-no-harm filter and the measure "harmless" (DESIGN section 6).

A valid program can still be damage: cutting everything behind the error passes most validators. A repair is harmless
if it invents no identifier, deletes no code except residue, is not trivial or empty, and keeps the program similar.
The same function filters candidates and computes the harmless pass rate, so the figure measures what the bot does.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.edit import opcodes
from slmfix_bot.core.family import family_of
from slmfix_bot.core.lexer import Kind, Token, code_tokens, words
from slmfix_bot.core.options import Aggressiveness
from slmfix_bot.core.residue import Span, find_residue, is_inside, is_within, unescape_markdown
from slmfix_bot.core.rules import SUPERFLUOUS_RULES
from slmfix_bot.core.text import split_lines
from slmfix_bot.core.verilog_gates import named_gates, without_names
from slmfix_bot.core.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """`lost_words` words may disappear without replacement; `kept` is the least share of the code that must stay;
    a candidate whose cost is above `max_cost` is a guess, and nothing is proposed rather than a guess."""

    lost_words: int
    kept: float
    max_cost: float


BOUNDS = {
    Aggressiveness.LOW: Bounds(lost_words=0, kept=0.9, max_cost=3.0),
    Aggressiveness.MEDIUM: Bounds(lost_words=1, kept=0.7, max_cost=6.0),
    Aggressiveness.HIGH: Bounds(lost_words=4, kept=0.5, max_cost=20.0),
}
_ATOM = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_ESCAPE = re.compile(r"\\[abfnrtv0]|\\u[0-9a-fA-F]{4}")
_WORDLESS = re.compile(r"'[^'\w\n]{0,9}'|\"[^\"\w\n]{0,9}\"")
_NULLS = dict.fromkeys(("none", "undefined", "nil"), "null")  # one value in the spellings of several languages
_BASED_NUMBER = re.compile(r"'[sS]?[bodhBODH]\s*\w+")  # the digits of 16'haee0 are no identifier
_ESCAPED_KEYWORD = re.compile(r"\\(?:if|then|elif|else|fi|for|while|until|do|done|case|esac)\b|(?<=[^\s\\])\\\n(?=\w)")
_SEPARATOR = re.compile(r"(?:,|\n[ \t]*-)[ \t]*[\"']?\Z")  # goes with what it separates
_SMALL = 12  # tokens; below, one replaced name is a large share of the program


@dataclass(frozen=True, kw_only=True)
class Harm:
    """What speaks against a repair; `reasons` is empty for a harmless one. `kept` is the share of code tokens kept."""

    reasons: tuple[str, ...]
    kept: float


def known_words(program: Program, diagnostics: Iterable[Diagnostic]) -> set[str]:
    """The words, case folded, that a repair may use: the program's, the language's and what the diagnostics say."""
    known = (
        words(program.text)
        | words(_ESCAPE.sub(" ", program.text))
        | words(program.text.replace("\\", ""))
        | set(vocabulary(program.language))
        | {word.casefold() for word in program.keywords}
    )
    for diagnostic in diagnostics:
        known |= words(diagnostic.message)
        for name in diagnostic.expected:
            known |= words(name)
        if diagnostic.embedded:
            known |= vocabulary(diagnostic.embedded.language)
    return known | words(program.schema or "")


def _invented(program: Program, new: str, diagnostics: Sequence[Diagnostic]) -> list[str]:
    known = known_words(program, diagnostics)
    if program.language == "verilog":
        new = _BASED_NUMBER.sub(" ", new)
    values: list[str] = []
    if not vocabulary(family_of(program.language)):
        # Nothing says which values of an own language are as good as others, so none comes that was not there.
        given = " ".join([program.text, *(name for one in diagnostics for name in one.expected)])
        values = sorted(set(_NUMBER.findall(new)) - set(_NUMBER.findall(given)))
    # The n of an added "\\n" is no identifier, and neither is a single letter.
    return values + sorted(word for word in words(_ESCAPE.sub(" ", new)) - known if len(word) > 1)


def _lost_words(old: str, before: list[Token], after: list[Token], residue: list[Span]) -> int:
    """Words that went without replacement, residue aside; what moved to another place is not lost."""
    lost: Counter[str] = Counter()
    gained: Counter[str] = Counter()
    net = 0
    for tag, i1, i2, j1, j2 in opcodes([t.text for t in before], [t.text for t in after]):
        gone, come = _atoms(before[i1:i2]), _atoms(after[j1:j2])
        if tag == "equal" or gone.total() <= come.total():
            gained += come - gone
        elif not is_inside(residue, before[i1].start, before[i2 - 1].end, old):
            gone = _atoms(token for token in before[i1:i2] if not is_within(residue, token.start))
            gone -= _excused(old, residue, before[i1].start, before[i2 - 1].end)
            lost += gone - come
            net += max(0, gone.total() - come.total())
    return min(net, (lost - gained).total())


def _excused(old: str, residue: list[Span], start: int, end: int) -> Counter[str]:
    """The words of what is superfluous inside a token, such as a command in quotes."""
    inside = (span for span in residue if span.kind == "superfluous" and start <= span.start and span.end <= end)
    return Counter(word.casefold() for span in inside for word in _ATOM.findall(old[span.start : span.end]))


def _atoms(tokens: Iterable[Token]) -> Counter[str]:
    """The words and numbers in the tokens, those strings included, so that quoting or unquoting loses nothing."""
    found: Counter[str] = Counter()
    for token in tokens:
        names = [name.casefold() for name in _ATOM.findall(_ESCAPE.sub(" ", token.text))]
        found.update([_NULLS.get(name, name) for name in names] or [""] * (token.kind is Kind.STRING))
        if names and token.kind is Kind.STRING:
            # While a docstring was not closed, these were strings, too.
            found[""] += len(_WORDLESS.findall(token.text))
    return found


def assess(program: Program, new: str, diagnostics: Sequence[Diagnostic], bounds: Bounds) -> Harm:
    """Compares a repaired text with the program; `diagnostics` are those of the program as it was."""
    # Where Markdown escapes were undone, compare with the text as it was meant: `a\\_b` is one name, not two.
    old = unescape_markdown(program.text) if unescape_markdown(new) == new else program.text
    if program.language == "verilog" and not any(named_gates(new)):
        old = without_names(old)  # names of a gate's connections, which gates do not have
    residue = find_residue(program.language, old)
    residue = sorted(
        {*residue, *(span for span in _superfluous(old, diagnostics) if not is_within(residue, span.start))}
    )
    before, after = code_tokens(program.language, old), code_tokens(program.language, new)
    code = [t for t in before if not is_within(residue, t.start)]
    reasons = []
    if not before or not after or (_atoms(before) and not _atoms(after)):
        return Harm(reasons=("nothing is left",), kept=0.0)
    invented = _invented(program, new, diagnostics)
    if invented:
        reasons.append(f"invents {', '.join(invented[:3])}")
    if program.language in {"bash", "sh"} and _ESCAPED_KEYWORD.subn("", new)[1] > _ESCAPED_KEYWORD.subn("", old)[1]:
        # `\fi` parses, and so does a line joined to the next in the middle of a word; neither is a command.
        reasons.append("makes a keyword part of a command")
    lost = _lost_words(old, before, after, residue)
    if lost > bounds.lost_words:
        reasons.append(f"deletes {lost} words of code")
    if program.language == "json" and (code or before)[0].text in {"{", "["} and after[0].text not in {"{", "["}:
        reasons.append("turns the document into a string")
    if program.language == "sql" and _widens(code or before, after):
        reasons.append("takes a condition from a statement that changes data")
    kept = _kept(code or before, after)
    if kept < bounds.kept and not (len(code) <= _SMALL and lost <= bounds.lost_words):
        reasons.append(f"keeps only {kept:.0%} of the code")
    return Harm(reasons=tuple(reasons), kept=kept)


def _superfluous(text: str, diagnostics: Iterable[Diagnostic]) -> Iterator[Span]:
    """What the validator itself calls superfluous, where it stands."""
    lines = split_lines(text)
    for diagnostic in diagnostics:
        if diagnostic.rule in SUPERFLUOUS_RULES and diagnostic.found and diagnostic.line <= len(lines):
            start = sum(map(len, lines[: diagnostic.line - 1])) + (diagnostic.column or 1) - 1
            if text.startswith(diagnostic.found, start):
                sign = _SEPARATOR.search(text, max(0, start - 40), start)
                yield Span(sign.start() if sign else start, start + len(diagnostic.found), "superfluous")


_COMPARISONS = frozenset({"=", "==", "<", ">", "<=", ">=", "<>", "!=", "in", "like", "between", "is"})


def _widens(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether an UPDATE or DELETE loses its WHERE or one of its comparisons and so would reach further rows."""
    return any(t.text.casefold() in {"update", "delete"} for t in before) and _conditions(after) < _conditions(before)


def _conditions(tokens: Sequence[Token]) -> int:
    """How many WHERE and comparisons there are; signs in a row count as one."""
    signs = [t.text.casefold() for t in tokens]
    compared = (s in _COMPARISONS and (i == 0 or signs[i - 1] not in _COMPARISONS) for i, s in enumerate(signs))
    return signs.count("where") + sum(compared)


def _kept(code: list[Token], after: list[Token]) -> float:
    """The share of the words and numbers of the code that the new text still has."""
    left = _atoms(code)
    return (left & _atoms(after)).total() / left.total() if left else 1.0
