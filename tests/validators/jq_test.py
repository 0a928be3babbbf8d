from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.pool import ValidatorPool


def errors(pool: ValidatorPool, text: str) -> tuple[Diagnostic, ...]:
    validation = pool.validate(Program(language="jq", text=text))
    assert validation.skipped is None
    return validation.errors


def test_a_misspelt_function_has_legal_names_of_the_program_too(pool: ValidatorPool) -> None:
    (error,) = errors(pool, 'def totals: 1;\n."é" | total\n')
    assert (error.rule, error.found, error.line, error.column) == ("unknown-function", "total", 2, 8)
    assert error.expected[0] == "totals"


def test_expected_signs_are_named(pool: ValidatorPool) -> None:
    (error,) = errors(pool, ".a | map(.b\n")
    assert set(error.expected) == {";", ")"}
    assert error.line == 1


def test_wrong_arity_says_what_is_taken(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "map(.a; .b)")
    assert error.message == "map/2 is not defined; map takes 1 arguments"
    assert error.expected == ()


@pytest.mark.parametrize("text", ["$a + $b", "", "# only a comment\n", "def f: .;\n", ".a | toarray"])
def test_what_the_command_line_or_another_release_gives_noop(pool: ValidatorPool, text: str) -> None:
    assert errors(pool, text) == ()


@pytest.mark.parametrize("text", ['import "a" as a; .', 'include "/etc/x" {search: "/"}; .', "\0"])
def test_modules_are_not_read(pool: ValidatorPool, text: str) -> None:
    assert pool.validate(Program(language="jq", text=text)).skipped
