"""A language of the user's: its validator and its files, from the `validators:` of a `.slmfix.yml`.

Training happens on one's own machine with one's own configuration, so the files that the validator needs are read
beside it, and the validator runs without the bot's worker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.adapters.config import build_options, load_config
from slmfix_bot.adapters.custom_config import with_contents
from slmfix_bot.errors import ConfigurationError, MissingToolError
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.custom import CommandValidator

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.base import Validator


@dataclass(frozen=True, kw_only=True)
class OwnLanguage:
    """`patterns` say which files are of the language; `validators` has one entry, for the language."""

    language: str
    patterns: tuple[str, ...]
    validators: Mapping[str, Validator]


class Together:
    """Several validators of one language; implements `Validator`."""

    def __init__(self, language: str, parts: tuple[Validator, ...]) -> None:
        self.languages = (language,)
        self._parts = parts

    @property
    def name(self) -> str:
        """All names."""
        return " and ".join(part.name for part in self._parts)

    def version(self) -> str:
        """All versions. Raises MissingToolError."""
        return " and ".join(part.version() or "?" for part in self._parts)

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """All diagnostics in the order of the text. Raises CannotJudge."""
        found = [one for part in self._parts for one in part.check(program)]
        return tuple(sorted(found, key=lambda one: one.line))


def read_own_language(config: Path, language: str | None) -> OwnLanguage:
    """The language of that name, or the first that the file declares. Raises ConfigurationError, MissingToolError."""
    options = build_options(load_config(config.read_text(encoding="utf-8"), str(config), frozenset(VALIDATORS)))
    if not options.validators:
        msg = f"{config} has no validators"
        raise ConfigurationError(msg)
    name = language or options.validators[0].language
    chosen = [validator for validator in options.validators if validator.language == name]
    if not chosen:
        known = ", ".join(sorted({validator.language for validator in options.validators}))
        msg = f"{config} has no validator for {name}; it has some for {known}"
        raise ConfigurationError(msg)

    def read(path: str) -> bytes | None:
        file = config.parent / path
        return file.read_bytes() if file.is_file() else None

    complete = [with_contents(validator, read, f"beside {config}") for validator in chosen]
    if refused := next((validator.refused for validator in complete if validator.refused), ""):
        raise ConfigurationError(refused)
    built_in = (VALIDATORS[name],) if name in VALIDATORS else ()
    parts: tuple[Validator, ...] = (*built_in, *(CommandValidator(validator) for validator in complete))
    judge = parts[0] if len(parts) == 1 else Together(name, parts)
    _look(judge)
    settings = options.languages.get(name)
    return OwnLanguage(language=name, patterns=settings.include if settings else (), validators={name: judge})


def _look(judge: Validator) -> None:
    """A missing program would otherwise show as a corpus of which nothing passes."""
    try:
        judge.version()
    except MissingToolError as error:
        msg = f"{error}; install it or correct the command"
        raise MissingToolError(msg) from None
