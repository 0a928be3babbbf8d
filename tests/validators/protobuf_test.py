from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.validators.pool import ValidatorPool

HEAD = 'syntax = "proto3";\n'


def errors(pool: ValidatorPool, text: str) -> tuple[Diagnostic, ...]:
    validation = pool.validate(Program(language="protobuf", text=text, path="a.proto"))
    assert validation.skipped is None
    return validation.errors


def test_a_missing_sign_is_reported_behind_the_line_that_lacks_it(pool: ValidatorPool) -> None:
    (error,) = errors(pool, HEAD + "message A {\n  string é = 1\n  int32 b = 2;\n}\n".replace("é", "e"))
    assert (error.line, error.column, error.expected, error.related_line) == (3, 15, (";",), 2)


def test_an_unknown_type_has_legal_names_of_the_file_and_of_the_language(pool: ValidatorPool) -> None:
    text = HEAD + "package p;\nmessage A {\n  integer a = 1;\n  Lin b = 2;\n  message Line {}\n}\n"
    first, second = errors(pool, text)
    assert (first.found, first.expected[0]) == ("integer", "int32")
    assert (second.found, second.expected[0], second.line, second.column) == ("Lin", "A.Line", 5, 3)


def test_a_missing_import_is_fixed(pool: ValidatorPool) -> None:
    text = HEAD + "\nmessage A {\n  google.protobuf.Duration a = 1;\n}\n"
    (error,) = errors(pool, text)
    fixed = apply_edits(text, error.fix)
    assert fixed.startswith('syntax = "proto3";\n\nimport "google/protobuf/duration.proto";\n\nmessage')
    assert errors(pool, fixed) == ()


def test_repeated_numbers_point_to_the_first(pool: ValidatorPool) -> None:
    (error,) = errors(pool, HEAD + "message A {\n  int32 a = 1;\n  oneof x { int32 b = 1; }\n}\n")
    assert (error.rule, error.line, error.related_line) == ("duplicate-number", 4, 3)


@pytest.mark.parametrize(
    "text",
    [
        'import "other.proto";\nmessage A {\n  Elsewhere a = 1;\n}\n',
        "message A {\n  B a = 1;\n  message B {}\n}\nmessage C {\n  A.B b = 1;\n  .A c = 2;\n}\n",
        "extend A { int32 a = 100; }\nmessage A {}\nextend A { int32 b = 100; }\n",
    ],
)
def test_names_that_resolve_or_cannot_be_known_noop(pool: ValidatorPool, text: str) -> None:
    assert errors(pool, HEAD + text) == ()


@pytest.mark.parametrize("text", ["/* open", 'syntax = "proto3', "message A {", "option a = { b: [1 }", "message" * 9])
def test_a_cut_off_file_is_one_error(pool: ValidatorPool, text: str) -> None:
    (error,) = errors(pool, text)
    assert error.rule == "syntax"


def test_deep_nesting_is_refused(pool: ValidatorPool) -> None:
    (error,) = errors(pool, HEAD + "message A {" * 5000)
    assert error.message == "nested too deeply"


def test_a_template_is_not_judged(pool: ValidatorPool) -> None:
    assert pool.validate(Program(language="protobuf", text=HEAD + "message {{ name }} {}\n")).skipped
