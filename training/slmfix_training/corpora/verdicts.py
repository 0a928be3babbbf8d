"""The validators' verdicts on snippets, kept beside the corpus so that an interrupted build does not ask again."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from slmfix_bot.validators import VALIDATORS
from slmfix_training.samples.samples import is_clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.base import Validator


class Verdicts:
    """One line a verdict; the first line names the validator, and a file of another one is not used."""

    def __init__(self, path: Path, language: str, validators: Mapping[str, Validator] = VALIDATORS) -> None:
        self._validators = validators
        validator = validators[language]
        head = f"{language} {validator.name} {validator.version()}"
        lines = path.read_text().split("\n") if path.exists() else []
        is_same = bool(lines) and lines[0] == head
        self._known = {line[:-2]: line[-1] == "1" for line in lines[1:-1]} if is_same else {}
        self.asked = 0
        if is_same:  # a line that was not written to its end is asked again
            path.write_text("".join(line + "\n" for line in lines[:-1]))
        self._file = path.open("a" if is_same else "w", buffering=1)
        if not is_same:
            self._file.write(head + "\n")

    def __enter__(self) -> Verdicts:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._file.close()

    def is_clean(self, program: Program) -> bool:
        """Whether the validator accepts the program."""
        key = hashlib.md5(
            "\0".join((program.text, program.dialect or "", program.schema or "")).encode(errors="replace"),
            usedforsecurity=False,
        ).hexdigest()
        if key not in self._known:
            self.asked += 1
            self._known[key] = is_clean(program, self._validators)
            self._file.write(f"{key} {int(self._known[key])}\n")
        return self._known[key]
