"""Names in SQL that need quotes, and which ones they need."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, Token
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def sql_candidate(text: str, cost: float, note: str) -> Candidate:
    """A candidate of the rules for SQL syntax."""
    return Candidate(text, RepairSource.SEARCH, cost, note)


def quote_names(case: Case) -> Iterator[Candidate]:
    """Names that need quotes: reserved words, names of several words, with signs, or starting with a digit."""
    quote = "`" if case.program.dialect in {"mysql", None} else '"'
    near = sorted(case.code, key=lambda t: abs(t.start - case.at))[:4]
    for rank, token in enumerate(near):
        if token.kind is Kind.WORD and token.text.casefold() not in _NEVER:
            quoted = f"{quote}{token.text}{quote}"
            yield sql_candidate(case.splice(token.start, token.end, quoted), 1.9 + 0.3 * rank, f"{token.text} quoted")
            everywhere = re.sub(rf"(?<![\w`\"'.]){token.text}(?![\w`\"'(])", quoted, case.text)
            yield sql_candidate(everywhere, 2.3 + 0.3 * rank, f"{token.text} quoted everywhere")
    odd = [list(_spaced(case)), *(list(_odd(case.text, pattern)) for pattern in _ODD_NAMES)]
    together = sorted({span for spans in odd for span in spans})
    for spans, cost in [*((spans, 1.7) for spans in odd), (together, 2.0)]:
        text, limit = case.text, len(case.text)
        for start, end in sorted(spans, reverse=True):
            if end <= limit:
                text, limit = f"{text[:start]}{quote}{text[start:end]}{quote}{text[end:]}", start
        yield sql_candidate(text, cost, "names with blanks or signs quoted")
    whole = _HALF_QUOTED.sub(rf"{quote}\1 (\2){quote}", case.text)
    yield sql_candidate(whole, 1.4, "the whole name quoted")


_ODD_NAMES = (
    # Enrollment (Ages 5-17) and Enrollment(K-12) are no calls.
    re.compile(r"(?<![\w`\"'])([A-Za-z]\w{0,40} ?\((?:[A-Za-z]{1,12} ?)?\w{1,4}-\d{1,4}\))"),
    re.compile(r"(?<![\w`\"'])([A-Za-z]\w{0,40}(?:[ -][A-Za-z0-9]{1,40}){0,5} \([^()`'\"]{0,80}\))(?!\s*\()"),
    re.compile(r"(?<![\w`\"'.])([A-Za-z]\w{0,40}(?:-[A-Za-z]\w{0,40}){1,5})(?![\w`\"'])"),
    re.compile(r"(?<![\w`\"'.])(\d+[A-Za-z_]\w*)"),
)
# Words that stand between names; a function's name may well be part of one.
_STRUCTURE = frozenset(
    """select from where and or not in is null like between exists case when then else end as on using join inner left
    right full outer cross natural group by having order asc desc limit offset union all intersect except distinct set
    values with over partition filter interval collate escape""".split()
)
# No table has a column of such a name; `order`, `group` and `desc` there are.
_NEVER = frozenset("select from where and or not null between exists case when then else join on by having".split())
_HALF_QUOTED = re.compile(r"(?<![\w`\"'])(\w{1,40}) [`\"]\(([^()`\"\n]{1,80})\)[`\"]")
_BEHIND = frozenset("= < > <= >= <> != , ) is in like between from as desc asc ;".split())


def _odd(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text):
        if not any(word.casefold() in _STRUCTURE for word in re.findall(r"\w+", match[1])):
            yield match.span(1)


def _spaced(case: Case) -> Iterator[tuple[int, int]]:
    """Extents of words side by side, none of them SQL: one name of several words, if they are capitalised and an
    operator follows, or if they stand behind a dot or AS."""
    code = case.code
    for first, last in _runs(code):
        words = code[first : last + 1]
        before = code[first - 1].text.casefold() if first else ""
        behind = code[last + 1].text.casefold() if last + 1 < len(code) else ";"
        names = all(token.text[0].isupper() for token in words)
        is_alias = len(words) == 2 and words[1].text.islower()  # a lone small word behind a column
        if not is_alias if before == "." else names and (behind in _BEHIND or before in {"as", "by"}):
            yield words[0].start, words[-1].end


def _runs(code: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """First and last index of every two and more words with one blank between them that are not about structure."""
    first = None
    for index, token in enumerate(code):
        is_name = token.kind is Kind.WORD and token.text.casefold() not in _STRUCTURE
        if is_name and first is not None and token.start == code[index - 1].end + 1:
            continue
        if first is not None and index - first > 1:
            yield first, index - 1
        first = index if is_name else None
    if first is not None and len(code) - first > 1:
        yield first, len(code) - 1
