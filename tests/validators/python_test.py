from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.python import PYTHON

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic


def check(text: str) -> tuple[Diagnostic, ...]:
    return PYTHON.check(Program(language="python", text=text))


def test_undefined_name_lists_the_nearest_names_of_the_file() -> None:
    found = check("def f(numbers):\n    total = 0\n    return totl + len(number)\n")
    assert [(entry.rule, entry.found, entry.column) for entry in found] == [
        ("F821", "totl", 12),
        ("F821", "number", 23),
    ]
    assert found[0].expected[0] == "total"
    assert found[1].expected[0] == "numbers"


def test_syntax_error_has_place_and_related_line() -> None:
    found = check("def f():\n    if True:\n    x = (1,\n")
    assert (found[0].line, found[0].related_line) == (3, 2)
    found = check("x = [1, 2\ny = 3\n")
    assert (found[0].line, found[0].column, found[0].message) == (1, 5, "'[' was never closed")


def test_byte_order_mark_is_no_error() -> None:
    assert check("\ufeffx = 1\n") == ()


def test_strange_characters_are_placed() -> None:
    assert (check("x = 1\ny = '\udc80'\n")[0].line, check("x = 1\ny = '\udc80'\n")[0].column) == (2, 6)
    assert check("x = 1\ny\0 = 2\n")[0].line == 2


@pytest.mark.parametrize("text", ["assert (1, 'x')\n", "break\n", "def f():\n    nonlocal x\n"])
def test_what_only_the_compiler_or_ruff_sees(text: str) -> None:
    assert check(text)


def test_nothing_is_executed() -> None:
    assert check("raise SystemExit(1)\n") == ()


@pytest.mark.parametrize("comment", ["# ruff: noqa", "# flake8: noqa", "# ruff: noqa: F821"])
def test_a_file_cannot_excuse_itself(comment: str) -> None:
    (found,) = PYTHON.check(Program(language="python", text=f"{comment}\nprint(nowhere)  # noqa\n"))
    assert found.rule == "F821"


@pytest.mark.parametrize(
    ("text", "dialect", "rule"),
    [
        ("match x:\n    case 1:\n        pass\n", "3.8", "python-version"),
        ("x = (y := 1)\n", "3.7", "python-version"),
        ("x = 1\nmatch x:\n    case 1:\n        pass\n", "3.10", None),
        ('x = 1\ny = f"{f"{x}"}"\n', None, None),
        ('x = 1\ny = f"{f"{x}"}"\n', "3.11", "syntax"),
        ("type Alias = int\n", None, None),
        ("type Alias = int\n", "python3.9", "syntax"),
        ("type Alias int\n", None, "syntax"),
    ],
)
def test_the_configured_version_decides_the_syntax(text: str, dialect: str | None, rule: str | None) -> None:
    program = Program(language="python", text=text, dialect=dialect)
    assert {d.rule for d in PYTHON.check(program) if d.rule != "F821"} == ({rule} if rule else set())


def test_a_dialect_that_is_no_version_is_not_judged() -> None:
    with pytest.raises(CannotJudge, match="no Python version"):
        PYTHON.check(Program(language="python", text="x = 1\n", dialect="micropython"))


def test_an_unknown_argument_names_the_parameters() -> None:
    text = "def f(timeout, é=1):\n    return timeout\n\n\nf('é', tiemout=1)\n"
    (diagnostic,) = PYTHON.check(Program(language="python", text=text))
    assert (diagnostic.rule, diagnostic.found, diagnostic.expected[0]) == ("unknown-argument", "tiemout", "timeout")
    assert (diagnostic.line, diagnostic.column) == (5, 8)
