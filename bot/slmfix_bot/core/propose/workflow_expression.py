"""Rules for the expressions of a workflow: spellings of other languages, and braces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXPRESSION = re.compile(r"\$\{\{(?P<body>(?:[^'}]|'[^'\n]*'|\}(?!\}))*)\}\}")
_UNCLOSED, _SURPLUS = r"(\$\{\{[^{}\n]*?)\s*\}(?!\})", r"(?<=\w) ?\}\}\}+"
_SAFE = frozenset({_UNCLOSED, _SURPLUS})  # what they match is no shell and no other template
_WORDS = (("===", "=="), ("!==", "!="), (" and ", " && "), (" or ", " || "), (" AND ", " && "), (" OR ", " || "))


def propose_expression(case: Case) -> Iterator[Candidate]:
    """Spellings of other languages inside `${{ }}` and in `if:`; and the braces themselves."""
    changed = _EXPRESSION.sub(lambda found: "${{" + _spelt(found["body"]) + "}}", case.text)
    changed = re.sub(
        r"^(\s*(?:- )?if:[ \t]+)([^\n'|>]*\"[^\n]*|[^\n|>]*[^=!<>\n]=[^=\n][^\n]*|[^\n]*(?:\band\b|\bor\b|===)[^\n]*)$",
        lambda found: found[1] + _spelt(found[2]) if "${{" not in found[2] else found[0],
        changed,
        flags=re.M,
    )
    yield _candidate(changed, 0.6, "spelling of expressions")
    row = case.target.line - 1
    content = case.lines[row].rstrip("\r\n")
    for pattern, new, cost in (
        (r"(?<!\$)\{\{(?=[^{}]*\}\})", "${{", 0.8),
        (r"\$\s+\{\{", "${{", 0.7),
        (r"\$\{\s*(?!\{)([\w.-]+)\s*\}", r"${{ \1 }}", 1.4),
        (_UNCLOSED, r"\1 }}", 0.8),
        (r"(\$\{\{[^{}\n\"']*[^{}\n\"'\s])\s*(?=[\"']?\s*$)", r"\1 }}", 0.9),
        (_SURPLUS, " }}", 0.8),
        (r"\$\{\{\{+", "${{", 0.8),
        (r"(&&|\|\|)\s*(?=\}\}|$)", "", 1.5),
    ):
        yield _candidate(_on_row(case, row, re.sub(pattern, new, content)), cost, "braces of an expression")
        if pattern in _SAFE:  # a script's expression may stand some lines below the key that is reported
            yield _candidate(re.sub(pattern, new, case.text), cost + 0.05, "braces of expressions")


def _spelt(body: str) -> str:
    """Single quotes, two equal signs, signs for `and` and `or`."""
    body = re.sub(r'"([^"\n]*)"', lambda found: "'" + found[1].replace("'", "''") + "'", body)
    for foreign, own in _WORDS:
        body = body.replace(foreign, own)
    body = re.sub(r"(?<![=!<>&|])=(?![=])", "==", body)
    return re.sub(r"(?<!&)&(?!&)", "&&", re.sub(r"\bnot\s+(?=[\w(])", "!", body))


def _candidate(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def _on_row(case: Case, row: int, new: str) -> str:
    content = case.lines[row].rstrip("\r\n")
    return case.splice(case.starts[row], case.starts[row] + len(content), new)
