from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.pool import ValidatorPool


def errors(pool: ValidatorPool, text: str) -> tuple[Diagnostic, ...]:
    validation = pool.validate(Program(language="make", text=text, path="Makefile"))
    assert validation.skipped is None
    return validation.errors


def test_spaces_in_a_recipe_are_fixed(pool: ValidatorPool) -> None:
    text = "all:\n\ttrue\n        echo é\n    $(CC) -c a.c\n"
    found = errors(pool, text)
    assert [error.line for error in found] == [3, 4]
    fixed = apply_edits(text, [edit for error in found for edit in error.fix])
    assert fixed == "all:\n\ttrue\n\techo é\n\t$(CC) -c a.c\n"
    assert errors(pool, fixed) == ()


def test_what_is_open_points_to_its_opener(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "A = 1\nifdef A\nB = 1\n")
    assert (error.line, error.related_line, error.expected) == (3, 2, ("endif",))
    (error,) = errors(pool, "define A\nx\n\nall:\n\ttrue\n")
    assert (error.line, error.related_line, error.expected) == (2, 1, ("endef",))


def test_an_unclosed_reference_is_reported_at_the_end_of_its_line(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "A = a \\\n  ${B\n")
    assert (error.line, error.column, error.expected) == (2, 6, ("}",))


@pytest.mark.parametrize(
    "text", [".if defined(A)\n.endif\n", "!include <win32.mak>\n", "A = @prefix@\nfi x\n", "all:\n  {{ run }} x\n"]
)
def test_other_makes_and_templates_are_not_judged(pool: ValidatorPool, text: str) -> None:
    assert pool.validate(Program(language="make", text=text, path="Makefile")).skipped


@pytest.mark.parametrize("text", ["", "\n# only\n", "a:\n\t$$(echo a\n", "a: b\\\n  c\n", "a b c = d\n", "$(x) $(y)\n"])
def test_what_make_reads_noop(pool: ValidatorPool, text: str) -> None:
    assert [error for error in errors(pool, text) if error.embedded is None] == []
