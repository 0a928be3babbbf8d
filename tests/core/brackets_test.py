from __future__ import annotations

import pytest

from slmfix_bot.core.brackets import Gap, Sign, find_gaps, indent_of
from slmfix_bot.core.lexer import code_tokens


def gaps(text: str) -> list[tuple[str, int]]:
    """Closers and the lines that they belong on; a stray one has a minus sign."""
    return [_described(text, gap) for gap in find_gaps(text, [Sign(t.text, t.start) for t in code_tokens("c", text)])]


def _described(text: str, gap: Gap) -> tuple[str, int]:
    return f"-{gap.stray.text}" if gap.stray else gap.closer, text.count("\n", 0, gap.place) + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(a, b;\ng();\n", [(")", 2)]),
        ("f(a[1);\n", [("]", 1)]),
        ("if (a) {\n  b();\n", [("}", 2)]),
        ("void f() {\n  if (a) {\n    b();\n  c();\n}\nvoid g() {\n}\n", [("}", 3)]),
        ("void f() {\n  if (a) {\n    b();\n  }\nvoid g() {\n}\n", [("}", 4)]),
        ("f());\n", [("-)", 1)]),
        ("a = {\n  b: [1, 2,\n  c: 3\n}\n", [("]", 3)]),
    ],
)
def test_gaps(text: str, expected: list[tuple[str, int]]) -> None:
    assert gaps(text) == expected


@pytest.mark.parametrize("text", ["", "f(a[1]);\n", "if (a) {\nb();\n}\n", "a = '(';\n", "a(\n  b\n)\n"])
def test_matching_brackets_noop(text: str) -> None:
    assert gaps(text) == []


def test_indent_of() -> None:
    assert indent_of("a\n\t  b c\n", 6) == "\t  "
    assert indent_of("  a", 2) == "  "
