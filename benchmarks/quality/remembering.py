"""Validators whose answers are shared between methods, for machines where time is short."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.ports import ProgramValidator
    from slmfix_bot.core.program import Program

_MOST = 3000  # answers: those about one case, by all methods


class Remembering:
    """The same answers, but while `shares` is set a text that a method has asked about costs the next one nothing:
    figures stay as they are, times mean nothing."""

    def __init__(self, validator: ProgramValidator) -> None:
        self.shares = True
        self._validator = validator
        self._known: OrderedDict[tuple[Program, bool], Validation] = OrderedDict()

    def validate(self, program: Program, *, quick: bool = False) -> Validation:
        """The answer, asked for once while answers are shared."""
        if not self.shares:
            return self._validator.validate(program, quick=quick)
        key = program, quick
        if key not in self._known:
            self._known[key] = self._validator.validate(program, quick=quick)
            if len(self._known) > _MOST:
                self._known.popitem(last=False)
        return self._known[key]

    def validate_many(self, programs: Sequence[Program], *, quick: bool = False) -> list[Validation]:
        """The answers in order."""
        return [self.validate(program, quick=quick) for program in programs]

    def supports(self, language: str) -> bool:
        """Whether a validator is registered for the language."""
        return self._validator.supports(language)
