from __future__ import annotations

import pytest

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.fingerprint import fingerprint, fingerprints, marker, read_marker

TEXT = "one\nif [ x\nthree\n"
LINES = TEXT.split("\n")


def diagnostic(line: int = 2, rule: str = "SC1073", message: str = "missing ], opened on line 2") -> Diagnostic:
    return Diagnostic(rule=rule, message=message, line=line)


def test_moved_lines_keep_their_name() -> None:
    moved = diagnostic(line=4, message="missing ], opened on line 4")
    assert fingerprint("a.sh", diagnostic(), LINES) == fingerprint("a.sh", moved, ["new", "new", *LINES])


def test_indentation_does_not_count() -> None:
    assert fingerprint("a.sh", diagnostic(), LINES) == fingerprint("a.sh", diagnostic(), ["one", "    if  [ x\r", ""])


@pytest.mark.parametrize(
    ("path", "other", "text"),
    [
        ("b.sh", diagnostic(), TEXT),
        ("a.sh", diagnostic(rule="SC1009"), TEXT),
        ("a.sh", diagnostic(message="missing )"), TEXT),
        ("a.sh", diagnostic(), "one\nif [ y\nthree\n"),
    ],
)
def test_path_rule_message_and_line_text_count(path: str, other: Diagnostic, text: str) -> None:
    assert fingerprint("a.sh", diagnostic(), LINES) != fingerprint(path, other, text.split("\n"))


def test_equal_findings_are_told_apart_by_their_order() -> None:
    text = "x\nx\nx\n"
    three = [Diagnostic(rule="R", message="m", line=n) for n in (1, 2, 3)]
    names = fingerprints("a.sh", three, text)
    assert len(set(names)) == 3
    assert names[:2] == fingerprints("a.sh", three[:2], text)


def test_marker_is_read_back_only_from_the_last_line() -> None:
    names = [fingerprint("a.sh", diagnostic(), LINES), fingerprint("b.sh", diagnostic(), LINES)]
    assert read_marker(f"text\n\n{marker(names)}\n") == set(names)
    assert read_marker(f"> {marker(names)}\n\nI quote the bot.") == frozenset()
    assert read_marker("<!-- slmfix:1 -->") == frozenset()
    assert read_marker("<!-- slmfix:1 zz -->") == frozenset()
