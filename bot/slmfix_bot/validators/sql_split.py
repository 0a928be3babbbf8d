"""Where SQL statements begin and end: a lexer for quotes and comments of every dialect, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

BACKSLASH_DIALECTS = frozenset({"mysql", "bigquery", "spark", "databricks", "hive", "clickhouse", "snowflake", "doris"})
# Space and comments before a statement; possessive, so that unclosed comments cost no backtracking.
LEADING = r"(?:\s++|--[^\n]*+\n|/\*(?:[^*]|\*(?!/))*+\*/)*+"
TRIGGER = re.compile(r"\s*CREATE\s+(TEMP(ORARY)?\s+)?TRIGGER\b", re.IGNORECASE)
TRIGGER_END = re.compile(r"(?<!\w)END$", re.IGNORECASE)
SHELL_COMMAND = re.compile(r"^\.[a-z]\w*(?:[ \t][^\n]*)?$", re.MULTILINE)
PSQL_COMMAND = re.compile(r"^[ \t]*\\[a-zA-Z!?.][^\n]*", re.MULTILINE)
COPY_DATA = re.compile(
    r"(^COPY\b[^;]*\bFROM\s+stdin\b[^;]*;)([^\n]*\n.*?^\\\.$)", re.MULTILINE | re.DOTALL | re.IGNORECASE
)


@dataclass(frozen=True)
class Token:
    """A stretch that a search for `;` or brackets must know; `kind` is quoted, comment, open, dollar or mark."""

    kind: str
    start: int
    end: int


@cache
def _lexer(dialect: str) -> re.Pattern[str]:
    escape = r"|\\." if dialect in BACKSLASH_DIALECTS else ""
    plain = r"\\" if escape else ""
    quoted = [rf"{quote}(?:[^{quote}{plain}]|{quote}{quote}{escape})*+{quote}" for quote in "'\"`"]
    if dialect == "postgres":
        quoted = [r"\b[eE]'(?:[^'\\]|''|\\.)*+'", *quoted[:2], r"\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?\$(?P=tag)\$"]
    if dialect in ("sqlite", "tsql"):
        quoted.append(r"\[[^\]\n]{1,300}\]")
    comments = [r"--[^\n]*", r"/\*.*?\*/"]
    if dialect in ("mysql", "bigquery"):
        comments.append(r"#[^\n]*")
    return re.compile(
        rf"(?P<quoted>{'|'.join(quoted)})|(?P<comment>{'|'.join(comments)})|(?P<open>['\"`]|/\*)|(?P<mark>[;()])",
        re.DOTALL,
    )


def tokens(text: str, dialect: str, start: int = 0) -> Iterator[Token]:
    """Quotes, comments, brackets and semicolons in order. After an `open` token (no end in sight) nothing follows."""
    for found in _lexer(dialect).finditer(text, start):
        kind = found.lastgroup if found.lastgroup != "tag" else "quoted"
        yield Token(kind or "quoted", found.start(), found.end())
        if kind == "open":
            return


def statements(text: str, dialect: str) -> list[tuple[int, int]]:
    """Start and end of each statement that has content, the semicolon included."""
    spans: list[tuple[int, int]] = []
    start, has_content, last = 0, False, 0
    for token in tokens(text, dialect):
        has_content = has_content or bool(text[last : token.start].strip()) or token.kind not in ("comment", "mark")
        last = token.end
        if token.kind != "mark":
            continue
        if text[token.start] != ";":
            has_content = True
        elif not _inside_trigger(text[start : token.start]):
            if has_content:
                spans.append((start, token.end))
            start, has_content = token.end, False
    if has_content or text[last:].strip():
        spans.append((start, len(text)))
    return spans


def _inside_trigger(statement: str) -> bool:
    return bool(TRIGGER.match(statement)) and not TRIGGER_END.search(statement.rstrip()[-4:])


def unclosed_bracket(text: str, dialect: str, start: int, end: int) -> int | None:
    """The offset of the innermost "(" that is still open at the end of a statement."""
    opened: list[int] = []
    for token in tokens(text[:end], dialect, start):
        if token.kind == "mark" and text[token.start] == "(":
            opened.append(token.start)
        elif token.kind == "mark" and text[token.start] == ")" and opened:
            opened.pop()
    return opened[-1] if opened else None


def blank_client_commands(text: str) -> str:
    """psql's own lines and the rows after COPY ... FROM stdin, replaced by spaces so that offsets stay; so are the
    lines of SQLite's shell."""

    def blank(part: str) -> str:
        return re.sub(r"[^\n]", " ", part)

    if text.startswith(".") or "\n." in text:
        text = SHELL_COMMAND.sub(lambda found: blank(found[0]), text)
    if "\\" not in text:
        return text
    text = COPY_DATA.sub(lambda found: found[1] + blank(found[2]), text)
    return PSQL_COMMAND.sub(lambda found: blank(found[0]), text)
