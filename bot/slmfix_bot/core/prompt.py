"""Prompt format `line-edit/1`: how a program, its diagnostics and a window become a model's input.

    <l:sql>rule: message<|5|><names> legal names<win><gap><|1|>line<|2|>line...<gap><out>

The line tokens after the message name the reported entries. The answer is an edit script (core/edit_script.py).
Training, export and inference all render through this module; a change here needs a new format name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.family import family_of
from slmfix_bot.core.window import MAX_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program
    from slmfix_bot.core.window import Window

PROMPT_FORMAT = "line-edit/1"
MAX_MESSAGE = 120
MAX_NAMES = 12
MAX_NAME = 48

PAD, NAMES, WINDOW, GAP, OUT = "<pad>", "<names>", "<win>", "<gap>", "<out>"
REPLACE, SUBSTITUTE, INSERT, DELETE, CUT, INDENT = "<rep>", "<sub>", "<ins>", "<del>", "<cut>", "<ind>"
TO, END = "<to>", "<end>"
OPERATIONS = (REPLACE, SUBSTITUTE, INSERT, DELETE, CUT, INDENT)
OPTIONAL_TOKENS = frozenset({INDENT})  # a tokenizer may lack them; then its model neither writes nor reads them
LANGUAGES = (
    *("bash", "sh", "sql", "sqlite", "postgres", "mysql", "ansible", "python", "yaml", "json", "toml"),
    *("verilog", "terraform", "dockerfile", "workflow", "other"),
)
LINE_TOKENS = tuple(f"<|{i}|>" for i in range(MAX_ENTRIES + 1))
SPECIAL_TOKENS = (
    *(PAD, END, NAMES, WINDOW, GAP, OUT),
    *(operation for operation in OPERATIONS if operation not in OPTIONAL_TOKENS),
    TO,
    *LINE_TOKENS,
    *(f"<l:{language}>" for language in LANGUAGES),
    *sorted(OPTIONAL_TOKENS),
)

# `<|name|>` in general, so that a text cannot forge the control tokens of a borrowed tokenizer either
_NAMES = "|".join(re.escape(token[1:-1]) for token in SPECIAL_TOKENS) + r"|\|\w{1,24}\|"
_FORGED = re.compile(rf"<(~*)({_NAMES})>")
_NEUTRALISED = re.compile(rf"<~(~*)({_NAMES})>")
_POSITION = re.compile(
    r"\(?\b(?:(?:at|on|in|from|near)\s+)?(?:lines?|columns?|col|position|pos)[\s:#=]{0,3}\d+\)?[:,.]?"
    r"|\(char \d+\)|:\d+:\d+\b:?",
    re.I,
)


def neutralise(text: str) -> str:
    """The text with every spelling of a control token broken; `restore` is the exact inverse.

    >>> neutralise("a <end> b <~end>")
    'a <~end> b <~~end>'
    """
    return _FORGED.sub(r"<~\1\2>", text)


def restore(text: str) -> str:
    """The inverse of `neutralise`."""
    return _NEUTRALISED.sub(r"<\1\2>", text)


def language_token(language: str, dialect: str | None = None) -> str:
    """The token of the language; a known SQL dialect has its own."""
    if language == "sql" and dialect in ("sqlite", "postgres", "mysql"):
        language = dialect
    known = language if language in LANGUAGES else family_of(language)
    return f"<l:{known}>" if known in LANGUAGES else "<l:other>"


def render_message(diagnostic: Diagnostic) -> str:
    """Rule and message on one line of at most 120 characters, without positions, which the line tokens carry."""
    message = " ".join(_POSITION.sub(" ", diagnostic.message).split())
    text = f"{diagnostic.rule}: {message}" if diagnostic.rule else message
    return text[:MAX_MESSAGE].rstrip()


def _render_names(diagnostics: Sequence[Diagnostic]) -> str:
    """Legal names, each after a blank, so that they are the same tokens as in a program."""
    names = dict.fromkeys(" ".join(name.split())[:MAX_NAME] for item in diagnostics for name in item.expected)
    return "".join(f" {name}" for name in [name for name in names if name][:MAX_NAMES])


def render_window(window: Window) -> str:
    """The entries with their line tokens, and a gap token wherever text is left out."""
    parts = [GAP] if 0 in window.gaps else []
    for address, entry in enumerate(window.entries, 1):
        parts += [LINE_TOKENS[address], neutralise(entry.text)]
        if address in window.gaps:
            parts.append(GAP)
    return "".join(parts)


def render_prompt(program: Program, diagnostics: Sequence[Diagnostic], window: Window) -> str:
    """The model's input; the first diagnostic is the one to repair, its legal names come first."""
    return "".join(
        (
            language_token(program.language, program.dialect),
            neutralise(render_message(diagnostics[0])),
            *(LINE_TOKENS[address] for address in window.reported),
            NAMES,
            neutralise(_render_names(diagnostics)),
            WINDOW,
            render_window(window),
            OUT,
        )
    )
