"""Tier (b): replace an unknown name by the legal names nearest to it."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from slmfix_bot.core.closeness import RELATED, UNRELATED, closeness, is_slip, stems
from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.rules import is_about_signs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.diagnostic import Diagnostic


def propose_names(case: Case) -> Iterator[Candidate]:
    """Each expected name at the reported place, and everywhere the wrong name stands."""
    target = case.target
    if not target.found or not target.expected:
        return
    for rank, name in enumerate(dict.fromkeys(target.expected)):
        cost = 1.0 + 0.3 * rank + _distance(case, target, name)
        note = f"{target.found} -> {name}"
        if _is_command(case, target, name):
            continue
        here = _replace_here(case, target, name)
        if case.program.language == "ansible":
            everywhere = _replace_keys(case, target, name, here)
        else:
            everywhere = _replace_everywhere(case, target.found, name)
        if everywhere != case.text:
            yield Candidate(everywhere, RepairSource.SCHEMA, cost, note)
        if here is not None and here not in {case.text, everywhere}:
            yield Candidate(here, RepairSource.SCHEMA, cost + 0.1, note)


def _is_command(case: Case, target: Diagnostic, name: str) -> bool:
    """Whether a shell expects a keyword in front of a command: in its place the keyword would swallow the command."""
    if case.program.language not in {"bash", "sh"} or name not in {"do", "then", "in"}:
        return False
    return closeness(target.found or "", name) < RELATED


def _distance(case: Case, target: Diagnostic, name: str) -> float:
    """What a parser expects in place of a token needs no likeness; a name does."""
    if is_about_signs(target.rule):
        return 0.0
    return 0.0 if _is_near(case, target.found or "", name) else UNRELATED


def _is_near(case: Case, found: str, name: str) -> bool:
    """Names of a schema are chosen by habits; in a program a name that shares a word with another is another thing."""
    if case.program.language != "python":
        return closeness(found, name) >= RELATED
    return is_slip(found, name) or _is_cut(case.text, found, name) or _is_short_for(case.text, found, name)


def _is_cut(text: str, found: str, name: str) -> bool:
    """Whether the text stops in the middle of the name, closers that were added aside."""
    return len(found) > 2 and name.startswith(found) and bool(re.search(rf"\b{found}[\W_]*(?:pass\s*)?\Z", text))


def _is_short_for(text: str, found: str, name: str) -> bool:
    """Whether a variable goes by some of the words of one that is assigned: `largest` where `largest_prime` is."""
    if len(found) < 4 or not stems(found) < stems(name) or not re.fullmatch(r"\w+", found + name):
        return False
    is_variable = not re.search(rf"\b{found}\s*\(", text)
    return is_variable and bool(re.search(rf"^\s*{name}\s*=[^=]", text, re.M))


def guess_cost(case: Case, text: str) -> float:
    """What a free proposal for a wrong name costs extra: UNRELATED if nothing that it brings in resembles the name.

    A name that stays, under a qualifier or behind an import, was not replaced and needs no likeness.
    """
    target = case.target
    if is_about_signs(target.rule) or not target.found:
        return 0.0
    last = target.found.rpartition(".")[2].strip('"`[]').casefold()
    old, new = case.text.casefold(), text.casefold()
    if new.count(last) >= old.count(last):
        return 0.0
    come = Counter(re.findall(r"\w+", text)) - Counter(re.findall(r"\w+", case.text))
    named = [name for name in target.expected if new.count(name.casefold()) > old.count(name.casefold())]
    near = any(_is_near(case, target.found, name) for name in (*come, *named))
    return 0.0 if near else UNRELATED


def _replace_here(case: Case, target: Diagnostic, name: str) -> str | None:
    found = target.found or ""
    start = case.text.find(found, case.at)
    if start < 0 or start > case.at + len(found) + 2:
        start = case.text.find(found, case.offset(target.line, 1))
    return None if start < 0 else case.splice(start, start + len(found), name)


def _replace_keys(case: Case, target: Diagnostic, name: str, here: str | None) -> str:
    """The name of a module or a keyword wherever it is a key; prose and other modules' options may be equal words."""
    if target.rule not in {"unknown-module", "unknown-keyword"}:
        return here or case.text
    pattern = re.compile(rf"^([ \t]*(?:-[ \t]+)?){re.escape(target.found or '')}(?=[ \t]*:(?:\s|$))", re.MULTILINE)
    return pattern.sub(lambda match: match[1] + name, case.text)


def _replace_everywhere(case: Case, found: str, name: str) -> str:
    """Whole-word replacement outside strings and comments; a quoted name counts as a name where it equals `found`."""
    if not re.fullmatch(r"\w+", found):
        pattern = re.compile(rf"(?<!\w){re.escape(found)}(?!\w)")
        return pattern.sub(lambda _: name, case.text)
    flags = re.IGNORECASE if case.program.language == "sql" else 0
    parts = []
    for token in case.tokens:
        same = token.kind is Kind.WORD and re.fullmatch(re.escape(found), token.text, flags)
        parts.append(name if same else token.text)
    return "".join(parts)
