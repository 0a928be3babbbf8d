from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.pool import ValidatorPool


def errors(pool: ValidatorPool, text: str) -> tuple[Diagnostic, ...]:
    validation = pool.validate(Program(language="latex", text=text, path="a.tex"))
    assert validation.skipped is None
    return validation.errors


def test_an_open_environment_names_its_end(pool: ValidatorPool) -> None:
    text = "\\section{é}\n\\begin{itemize}\n\\item a\n\\begin{quote}\nb\n\\end{itemize}\n"
    (error,) = errors(pool, text)
    assert (error.line, error.related_line, error.expected) == (5, 4, (r"\end{quote}",))


def test_a_misspelt_end_has_the_open_name(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "\\begin{tabular}{l}\na\n\\end{tabluar}\n")
    assert (error.rule, error.found, error.expected, error.related_line) == ("environment", "tabluar", ("tabular",), 1)


def test_an_open_formula_ends_with_its_paragraph(pool: ValidatorPool) -> None:
    (error,) = errors(pool, "\\section{a}\nThe $x\n\nand $y$\n")
    assert (error.line, error.column, error.related_line, error.expected) == (2, 7, 2, ("$",))


@pytest.mark.parametrize(
    "text",
    [
        "\\newenvironment{a}{\\begin{b}}{\\end{b}}\n\\section{x\n",
        "\\catcode`\\{=12 {\n\\section{a}\n",
        "\\newcommand{\\be}{\\begin{equation}}\n\\be x\n\\section{a\n",
        "only { text\n",
        "\\section{a} {% if x %} {\n",
    ],
)
def test_what_macros_may_complete_is_not_judged(pool: ValidatorPool, text: str) -> None:
    assert pool.validate(Program(language="latex", text=text, path="a.tex")).skipped


def test_a_hostile_file_takes_no_time(pool: ValidatorPool) -> None:
    for text in ("\\begin{verbatim}" * 10_000, "\\verb|" * 20_000, "{" * 100_000, "\\url{{" * 20_000):
        validation = pool.validate(Program(language="latex", text="\\section{a}\n" + text, path="a.tex"))
        assert "limit" not in (validation.skipped or "")
