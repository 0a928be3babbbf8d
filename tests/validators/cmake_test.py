from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.pool import ValidatorPool


def errors(pool: ValidatorPool, text: str, path: str = "CMakeLists.txt") -> tuple[Diagnostic, ...]:
    validation = pool.validate(Program(language="cmake", text=text, path=path))
    assert validation.skipped is None
    return validation.errors


def test_a_missing_parenthesis_belongs_before_the_next_command(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "set(é\n  b\n  c\n\nset(d e)\n")
    assert (error.line, error.column, error.related_line, error.expected) == (3, 4, 1, (")",))


def test_a_missing_end_belongs_where_the_indentation_ends(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "FUNCTION(f)\n  if(a)\n    set(b c)\n  set(d e)\nENDFUNCTION()\n")
    assert (error.line, error.related_line, error.expected) == (3, 2, ("endif()",))


def test_a_stray_end(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "set(a b)\nendif()\n")
    assert (error.message, error.line) == ("endif has no if", 2)


def test_names_are_nearest_first(pool: ValidatorPool) -> None:
    first, second = errors(pool, "find_pakage(A)\nstring(TOUPER a b)\n")
    assert (first.found, first.expected[0]) == ("find_pakage", "find_package")
    assert (second.found, second.expected[0], second.column) == ("TOUPER", "TOUPPER", 8)


@pytest.mark.parametrize("text", ["my_add_library(a)\n", "qt5_wrap_ui(a)\n", "string(${op} a)\n", "file(NEWTHING a)\n"])
def test_names_of_others_noop(pool: ValidatorPool, text: str) -> None:
    assert errors(pool, text) == ()


@pytest.mark.parametrize(
    ("text", "path"),
    [("@PACKAGE_INIT@\nset(a @B@\n", "a.cmake"), ("/* #undef A */\n", "config.h.cmake"), ("---\nA: b\n", "x.cmake")],
)
def test_what_is_no_cmake_is_not_judged(pool: ValidatorPool, text: str, path: str) -> None:
    assert pool.validate(Program(language="cmake", text=text, path=path)).skipped


def test_a_hostile_file_takes_no_time(pool: ValidatorPool) -> None:
    for text in ("set(" * 40_000, 'set(a "' + "\\\n" * 40_000, "#[[" * 40_000 + "\nset(\n", "[=" * 40_000 + "set()\n"):
        validation = pool.validate(Program(language="cmake", text=text, path="a.cmake"))
        assert validation.errors or validation.skipped
        assert "time" not in (validation.skipped or "")
