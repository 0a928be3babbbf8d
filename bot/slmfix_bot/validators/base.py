"""What every validator offers, and the lazy registry that keeps a worker's start cheap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program


class Validator(Protocol):
    """Judges programs of its languages. It runs in the worker (worker.py), so it need not defend itself against
    endless loops or memory hunger, but it must read nothing except the program."""

    @property
    def name(self) -> str:
        """As reports show it, for example "bash -n + shellcheck"."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Keys of the registry."""

    def version(self) -> str:
        """The version of what does the work. Raises MissingToolError."""

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The diagnostics in the order of the text; none means that it will run. Raises CannotJudge."""


@runtime_checkable
class Explainer(Protocol):
    """A validator that can say more about its diagnostics, at a price that a search over candidates need not pay."""

    def explain(self, program: Program, diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
        """The same diagnostics with better positions, openers and fixes. Rules and messages stay as they are."""


class Registry(Mapping[str, Validator]):
    """Validators by language; "module:NAME" below this package is imported at first use. A third part makes NAME a
    function that returns the validator of a family: "module:NAME:member"."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)

    def __getitem__(self, language: str) -> Validator:
        module, name, *member = self._places[language].split(":")
        found = getattr(import_module(f"slmfix_bot.validators.{module}"), name)
        validator: Validator = found(*member) if member else found
        return validator

    def __contains__(self, language: object) -> bool:
        return language in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)
