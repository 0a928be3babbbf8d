from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool


def program(text: str) -> Program:
    return Program(language="graphql", text=text, path="a.graphql")


def test_an_unknown_type_has_its_place_and_legal_names(pool: ValidatorPool) -> None:
    (error,) = pool.validate(program("type Query {\n  a(é: Int): [Custmer]\n}\n".replace("é", "e"))).diagnostics
    assert (error.rule, error.severity, error.found) == ("unknown-type", Severity.WARNING, "Custmer")
    text = "# é\ntype Query {\n  a: [Custmer!]\n}\ntype Customer { a: Int }\n"
    (error,) = pool.validate(program(text)).errors
    assert (error.line, error.column, error.expected[0]) == (3, 7, "Customer")


def test_a_type_of_another_file_noop(pool: ValidatorPool) -> None:
    assert pool.validate(program("type Order {\n  customer: Customer\n}\n")).diagnostics == ()
    assert pool.validate(program("extend type Query {\n  a: Ordr\n}\ntype Order { a: Int }\n")).diagnostics == ()


def test_a_syntax_error_names_what_was_expected(pool: ValidatorPool) -> None:
    (error,) = pool.validate(program("query Q($a: [Int {\n  b\n}\n")).errors
    assert (error.line, error.column, error.expected) == (1, 18, ("]",))


def test_the_first_definition_is_related(pool: ValidatorPool) -> None:
    (error,) = pool.validate(program("type A {\n  b: Int\n  c: Int\n  b: Int\n}\n")).errors
    assert (error.line, error.related_line) == (4, 2)


def test_a_template_is_not_judged(pool: ValidatorPool) -> None:
    assert pool.validate(program("query {\n  ${FIELDS}\n}\n")).skipped
