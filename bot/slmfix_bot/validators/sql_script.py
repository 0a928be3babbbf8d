"""Applies whole SQL files to a schema: what a client separates, and the half of a migration that goes forward."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from slmfix_bot.validators.sql_ddl import apply_statement
from slmfix_bot.validators.sql_split import blank_client_commands, statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.sql_ddl import Outputs
    from slmfix_bot.validators.sql_tables import SchemaBuilder

BACKWARD = re.compile(
    r"^[ \t]*--[ \t]*(?:\+goose[ \t]+down|migrate:down|\+migrate[ \t]+down|@down|@undo|down\b[ \t]*:?[ \t]*$).*",
    re.IGNORECASE | re.MULTILINE,
)
FORWARD = re.compile(r"^[ \t]*--[ \t]*(?:\+goose[ \t]+up|migrate:up|\+migrate[ \t]+up)\b", re.IGNORECASE | re.MULTILINE)
BATCH = re.compile(r"^[ \t]*(?:GO|/)[ \t]*$", re.IGNORECASE | re.MULTILINE)
# Scripts for T-SQL and notebooks leave the semicolons out.
NEXT = re.compile(r"^(?=(?:CREATE|ALTER|DROP)[ \t]+(?:TABLE|VIEW)\b)", re.IGNORECASE | re.MULTILINE)
INCLUDE = re.compile(r"^[ \t]*(?:\\ir?[ \t]|\\include|source[ \t]+\S|\.read[ \t]|@@?\w[\w/.]*\.sql)", re.MULTILINE)
TEMPLATED = re.compile(r"\{\{|\{%|\$\{\w|<%|\bPREPARE\s+\w+\s+FROM\b")
MAX_SECTIONS = 200
DOLLARS = re.compile(r"\$\w*\$")


def lexer_dialect(text: str, dialect: str) -> str:
    """The dialect whose quotes a definition uses; where it is not known, as its quotes look."""
    if dialect:
        return dialect
    if DOLLARS.search(text):
        return "postgres"
    return "mysql" if "`" in text else "sqlite"


def forward_half(text: str) -> str:
    """The text with the sections that undo it blanked; offsets stay."""
    for found in reversed(list(islice(BACKWARD.finditer(text), MAX_SECTIONS))):
        again = FORWARD.search(text, found.end())
        end = again.start() if again else len(text)
        text = text[: found.start()] + re.sub(r"[^\n]", " ", text[found.start() : end]) + text[end:]
    return text


def definitions_of(text: str, dialect: str = "") -> Iterator[str]:
    """The statements of a script, also those that no semicolon ends."""
    text = blank_client_commands(forward_half(text))
    for start, end in statements(text, lexer_dialect(text, dialect)):
        for batch in BATCH.split(text[start:end]):
            pieces = NEXT.split(batch)
            whole = sum(piece.count("(") - piece.count(")") for piece in pieces[:-1]) != 0 or "$" in batch
            yield from [batch] if whole else pieces


def apply_script(text: str, builder: SchemaBuilder, outputs: Outputs, dialect: str = "") -> None:
    """Changes the schema as running the file would; a template or an include leaves it incomplete."""
    if INCLUDE.search(text) or TEMPLATED.search(text):
        builder.doubt_all()
    for statement in definitions_of(text, dialect):
        apply_statement(statement, builder, outputs)
