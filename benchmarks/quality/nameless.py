"""Validators that say no legal names, for measuring what those are worth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.diagnostic import Diagnostic, Validation
    from slmfix_bot.core.ports import ProgramValidator
    from slmfix_bot.core.program import Program


class Nameless:
    """The same validators without legal names. The engine gets its programs without their schema, too, and only the
    validators know it."""

    def __init__(self, validator: ProgramValidator) -> None:
        self._validator = validator
        self._schema: str | None = None

    def hide_schema(self, program: Program) -> Program:
        """What the engine may see of the program that is repaired next."""
        self._schema = program.schema
        return replace(program, schema=None)

    def validate(self, program: Program, *, quick: bool = False) -> Validation:
        """The validation with the schema, without names in its diagnostics."""
        validation = self._validator.validate(replace(program, schema=self._schema), quick=quick)
        return replace(validation, diagnostics=tuple(map(without_names, validation.diagnostics)))

    def validate_many(self, programs: Sequence[Program], *, quick: bool = False) -> list[Validation]:
        """The validations in order."""
        return [self.validate(program, quick=quick) for program in programs]

    def supports(self, language: str) -> bool:
        """Whether a validator is registered for the language."""
        return self._validator.supports(language)


def without_names(diagnostic: Diagnostic) -> Diagnostic:
    """The diagnostic without its legal names, in the message too, and without a fix made from them."""
    message = diagnostic.message
    for name in sorted(diagnostic.expected, key=len, reverse=True):
        message = message.replace(name, "?")
    return replace(diagnostic, message=message, expected=(), fix=())
