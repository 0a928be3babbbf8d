"""Finds what a chat model left around or behind the code: fences, prose, simulated output, prompt fragments.

The same recogniser serves two masters: the residue proposals delete what it marks, and the do-no-harm filter lets
nothing else be deleted. It therefore has to be sure: in doubt a span is code.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from slmfix_bot.core import residue_sql
from slmfix_bot.core.family import family_of
from slmfix_bot.core.lexer import Kind, tokenize
from slmfix_bot.core.prose import CODE_OPENERS, CODE_SIGN, is_prose
from slmfix_bot.core.residue_verilog import outside_of_units
from slmfix_bot.core.text import split_lines
from slmfix_bot.core.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence


class Span(NamedTuple):
    """Offsets `start..end` of the text (code points, end exclusive) and what was recognised there."""

    start: int
    end: int
    kind: str


_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})[ \t]*[A-Za-z+#-]*[ \t]*(?:\r?\n|$)")
_CONFLICT = re.compile(r"(?:<{7} [^\n]*|={7}|>{7} [^\n]*)\r?\n?")
_TRAILING_FENCE = re.compile(r"`{3,}[^`]*\Z")
_CHAT_TOKEN = re.compile(
    r"<\|\w{0,24}\|?>?|(?<=\s)(?:USER|ASSISTANT|HUMAN):[ \t]*(?=\r?\n|$)|</?s>|\[/?INST\]|<br\s*/?>|&nbsp;"
)
_PROMPT_FRAGMENT = re.compile(r"/\*\s*(?:Answer the following|Given the following|Some example)[\s\S]*\Z", re.I)
_SIMULATED = re.compile(
    r"(?:\w+ )?(?:Database )?(?:Output|Reward|Result|Results|Answer|Observation|Explanation|Note|Thought|Question"
    r"|Response|Human|Assistant|User|Input|Solution|Description|Example|Query|Turn \d+|Try again)\s*\d*\s*:",
    re.I,
)
_TABLE_ROW = re.compile(
    r"\s*(?:\+[-=+]{3,}\+?|\|[^\n]*\||-{5,}|={5,}|\[\(.*\)\]|\(\d[^\n]*\)"
    r"|Query OK.*|Empty set.*|\d+ rows? in set.*)\s*\Z"
)
_NUMBERED = re.compile(r"\s*(?:\d+[.)]|[-*•])\s+\S")

_INSTRUCTION = re.compile(
    r"(?:add|arg|cmd|copy|entrypoint|env|expose|from|healthcheck|label|maintainer|onbuild|run|shell|stopsignal|user"
    r"|volume|workdir)\s",
    re.I,
)
_MARKDOWN_ESCAPE = re.compile(r"\\([_*\[\]<>#])")


def unescape_markdown(text: str) -> str:
    """The text without the backslashes that Markdown wants before `_`, `*` and the like.

    >>> unescape_markdown("SELECT first\\\\_name")
    'SELECT first_name'
    """
    return _MARKDOWN_ESCAPE.sub(r"\1", text)


def _is_residue_line(line: str) -> str | None:
    if _FENCE.fullmatch(line):
        return "fence"
    stripped = line.strip()
    if _SIMULATED.match(stripped):
        return "simulated output"
    if _TABLE_ROW.match(line) and len(stripped) > 2:
        return "simulated output"
    if _NUMBERED.match(line) and is_prose(re.sub(r"^\s*(?:\d+[.)]|[-*•])\s+", "", line)):
        return "prose"
    return "prose" if is_prose(line) else None


_WHOSE = r"(?:(?:SQL|MySQL|SQLite|PostgreSQL|Postgres|Bash|Shell|Database|Query|Expected|Sample|Final|Your|The) )"
_TAIL_START = re.compile(
    r"(?<=[\s;).\"'`])(?=[A-Z][a-z]+ [a-z]"
    rf"|(?:[-*] )?{_WHOSE}{{0,3}}(?:Output|Reward|Answer|Explanation|Note|Result)s?:)"
)
_SENTENCE = re.compile(r"(?:\S+\s+){3,14}?(?:\S*[.!?:](?=\s|$)|\S+$)|(?:\S+\s+){0,15}")


_MAX_TAILS, _MAX_TAIL = 100, 2000  # places in a line, and characters that are read from each


def _tail_in_line(line: str, offset: int, quoted: Sequence[tuple[int, int]]) -> int | None:
    """Offset at which code ends and prose begins inside one line, which begins at `offset` of the text."""
    for match in islice(_TAIL_START.finditer(line), _MAX_TAILS):
        if is_within(quoted, offset + match.start()):
            continue
        tail = line[match.start() : match.start() + _MAX_TAIL]
        # Prose at the end must not take with it the code in front of it: its first words have to read as prose, too.
        first = _SENTENCE.match(tail)
        opens = is_prose(first[0] if first else tail) and len(CODE_SIGN.findall(" ".join(tail.split(None, 6)[:6]))) < 2
        if _SIMULATED.match(tail.removeprefix("- ")) or (opens and is_prose(tail)):
            return match.start()
    return None


# Languages whose models go on to invent what the program prints; its lines look like nothing in particular.
_OPENS_OUTPUT = {"sql": ("simulated output", "prose"), "bash": ("simulated output",), "sh": ("simulated output",)}


def find_residue(language: str, text: str) -> list[Span]:
    """Spans that are surely not code of the language, in order and without overlap."""
    return list(_find(language, text))


@lru_cache(maxsize=4)  # the filter asks about the same original once per candidate
def _find(language: str, text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    fragment = _PROMPT_FRAGMENT.search(text) if language == "sql" else None
    limit = fragment.start() if fragment else len(text)
    quoted = _quoted(language, text)
    offset, in_output = 0, False
    for line in split_lines(text):
        if offset >= limit:
            break
        found = _residue_of_line(language, line, offset, quoted)
        first = line.split(None, 1)[0].casefold().strip("(;`") if line.strip() else ""
        if (
            in_output
            and not found
            and first
            and first not in (residue_sql.OPENERS if language == "sql" else CODE_OPENERS)
        ):
            found = [Span(offset, offset + len(line), "simulated output")]
        elif found or first:
            in_output = any(span.kind in _OPENS_OUTPUT.get(language, ()) for span in found)
        spans.extend(found)
        offset += len(line)
    if language == "verilog":
        further = [Span(start, end, "prose") for start, end in outside_of_units(text)]
        known = list(spans)
        spans += [span for span in further if not any(s.start < span.end and span.start < s.end for s in known)]
        spans.sort()
    if language == "sql":
        again = [Span(start, end, "repetition") for start, end in residue_sql.repeated_lines(text)]
        spans = sorted([*(span for span in spans if not is_within(again, span.start)), *again])
    spans = [
        span
        for span in spans
        if span.kind == "fence"
        or not is_within(quoted, span.start)
        or residue_sql.RULE.fullmatch(text[span.start : span.end])
    ]
    if family_of(language) == "yaml":
        spans = _around_the_block(text, spans)
    if fragment:
        spans = [span for span in spans if span.end <= limit]
        spans.append(Span(limit, len(text), "prompt fragment"))
    return tuple(spans)


def _around_the_block(text: str, spans: list[Span]) -> list[Span]:
    """With the prose before and behind one fenced block: in YAML it cannot be told from code without the fences."""
    fences = [span for span in spans if span.kind == "fence" and text.startswith("```", span.start)]
    if len(fences) != 2 or not text[fences[0].end : fences[1].start].strip():
        return spans
    around = [Span(0, fences[0].start, "prose"), Span(fences[1].end, len(text), "prose")]
    lines = [line for span in around for line in text[span.start : span.end].split("\n") if line.strip()]
    if any(re.match(r"\s*(?:- )?[\w-]+:(?:\s+\S+)?\s*$", line) for line in lines):
        return spans
    return sorted([*(span for span in around if span.end > span.start), *fences])


def _quoted(language: str, text: str) -> list[tuple[int, int]]:
    """Extents of strings and comments, in which prose is at home; in order."""
    extents = [
        (t.start + (t.kind is Kind.STRING), t.end)
        for t in tokenize(language, text)
        if t.kind in {Kind.STRING, Kind.COMMENT}
    ]
    if language == "python":
        openers = [match.start() for match in re.finditer(r'"""|\'\'\'', text) if not is_within(extents, match.start())]
        if openers:
            # From the beginning of its line on, because the first sentence often stands behind the quotes.
            start = text.rfind("\n", 0, openers[-1]) + 1
            extents = [extent for extent in extents if extent[1] <= start] + [(start, len(text))]
    return extents


def is_within(extents: Sequence[tuple[int, int] | Span], position: int) -> bool:
    """Whether one of the extents, which are in order and apart, holds the position."""
    index = bisect_right(extents, position, key=lambda extent: extent[0]) - 1
    return index >= 0 and position < extents[index][1]


def _residue_of_line(language: str, line: str, offset: int, quoted: Sequence[tuple[int, int]]) -> list[Span]:
    if not line.strip():
        return []
    if _CONFLICT.fullmatch(line):
        return [Span(offset, offset + len(line), "fence")]
    comment = {"sql": "--", "verilog": "//", "json": "//"}.get(language, "#")
    if line.lstrip().startswith(comment) and not _FENCE.fullmatch(line):
        return []
    if family_of(language) in {"markdown", "yaml"} and not _FENCE.fullmatch(line):
        # Prose is legal YAML (a plain scalar); only fences are safe to take away there.
        return []
    if not vocabulary(language) and line[0].isspace() and not _FENCE.fullmatch(line):
        return []  # of a language that nothing is known about: what is indented is a line of a block
    if language == "dockerfile" and (line[0].isspace() or _INSTRUCTION.match(line)) and not _FENCE.fullmatch(line):
        return []
    if language == "verilog" and line.split(None, 1)[0] in vocabulary(language):
        return []  # `input we, by,` is no sentence
    if language == "sql":
        said = [Span(offset + start, offset + end, "simulated output") for start, end in residue_sql.asides(line)]
        if said:
            return said
    kind = _is_residue_line(_masked(line, offset, quoted))
    if kind:
        return [Span(offset, offset + len(line), kind)]
    spans = [Span(offset + m.start(), offset + m.end(), "chat token") for m in _CHAT_TOKEN.finditer(line)]
    tail = _tail_in_line(line, offset, quoted)
    if tail is not None:
        end = len(line.rstrip("\r\n"))
        return [span for span in spans if span.start < offset + tail] + [Span(offset + tail, offset + end, "prose")]
    fence = _TRAILING_FENCE.search(line) if line.count("```") == 1 else None
    if fence:
        start = len(line[: fence.start()].rstrip())
        spans.append(Span(offset + start, offset + len(line.rstrip("\r\n")), "fence"))
    return spans


def _masked(line: str, offset: int, quoted: Sequence[tuple[int, int]]) -> str:
    """The line with blanks for its comments and for the strings that are a value in code: what they say is no prose
    around code. Quotes elsewhere, as in a sentence with apostrophes, hide nothing."""
    for index in range(bisect_right(quoted, offset, key=lambda extent: extent[0]), len(quoted)):
        start, end = quoted[index][0] - offset, min(quoted[index][1] - offset, len(line))
        if start >= len(line):
            break
        is_value = line[start - 1] in "\"'`" and line[: start - 1].rstrip()[-1:] in set("=:,([{+")
        if is_value or line[start] in "#-/":
            line = line[:start] + " " * (end - start) + line[end:]
    return line


def is_inside(spans: list[Span], start: int, end: int, text: str) -> bool:
    """Whether everything in `start..end` except blanks and quote or bracket litter is residue."""
    position = start
    for span in spans:
        if span.end <= position or span.start >= end:
            continue
        if text[position : span.start].strip(" \t\r\n\"'`;)"):
            return False
        position = max(position, span.end)
    return not text[position:end].strip(" \t\r\n\"'`;)")
