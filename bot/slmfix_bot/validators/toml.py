"""TOML 1.0 by the standard library's parser."""

from __future__ import annotations

import platform
import re
import tomllib
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.json import BOM, TEMPLATE
from slmfix_bot.validators.place import Place, place_of

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class TomlValidator:
    """Reports the first error; the parser stops there."""

    name = "toml"
    languages = ("toml",)

    def version(self) -> str:
        """That of Python."""
        return platform.python_version()

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The first error."""
        text = program.text.removeprefix(BOM)
        try:
            tomllib.loads(text, parse_float=len)
        except tomllib.TOMLDecodeError as error:
            if TEMPLATE.search(text):
                msg = "a template, not TOML"
                raise CannotJudge(msg) from error
            message = str(error)
            found = POSITION.search(message)
            place = Place(int(found[1]), int(found[2])) if found and found[1] else place_of(text, len(text))
            plain = POSITION.sub("", message)
            return (Diagnostic(rule="syntax", message=plain, line=place.line, column=place.column),)
        return ()


TOML = TomlValidator()
