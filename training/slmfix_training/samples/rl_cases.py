"""The programs that reinforcement learning repairs: rows of the sample files with the bot's own view of them."""

from __future__ import annotations

import hashlib
import json
from random import Random
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.edit_script import encode
from slmfix_bot.core.program import Program
from slmfix_bot.core.prompt import render_prompt
from slmfix_bot.core.window import build_window
from slmfix_bot.errors import UsageError
from slmfix_bot.validators import VALIDATORS
from slmfix_training.ppo.reward import Case
from slmfix_training.samples.samples import diagnose

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from slmfix_bot.validators.base import Validator

PATTERNS = ("*.rl.jsonl", "*.held.jsonl")  # the first that matches anything is meant


def make_case(program: Program, clean: str | None, validators: Mapping[str, Validator] = VALIDATORS) -> Case | None:
    """The case as the bot would see it now; None when the validator accepts the program or cannot judge it.

    Prompt and window are made together here rather than read from the sample file: a script refers to the window that
    the prompt shows, and a policy is to be trained on what it will be asked.
    """
    errors = diagnose(program, explain=True, validators=validators)
    if not errors:
        return None
    window = build_window(program.text, errors, language=program.language)
    if not window.entries:
        return None
    script = encode(window, program.text, clean) if clean is not None else None
    return Case(
        program=program,
        errors=errors,
        window=window,
        prompt=render_prompt(program, errors, window),
        clean=clean,
        script=script,
    )


def read_rows(
    folder: Path, *, learning: bool | None = None, patterns: Sequence[str] = PATTERNS
) -> list[dict[str, Any]]:
    """Rows with `broken` and `clean`: of the `*.rl.jsonl` files, else of one half of the `*.held.jsonl` files, by the
    hash of the clean text: `learning` chooses the half, None takes both. Raises UsageError when there are none."""
    for pattern in patterns:
        rows = [
            row
            for file in sorted(folder.glob(pattern))
            for row in map(json.loads, filter(None, file.read_text().split("\n")))
            if row.get("broken")
        ]
        if rows:
            halved = pattern == PATTERNS[-1] and learning is not None
            return [row for row in rows if not halved or is_learning_half(row["clean"]) == learning]
    msg = f"{folder} holds neither {' nor '.join(patterns)}: write some with slmfix-train samples"
    raise UsageError(msg)


def is_learning_half(clean: str) -> bool:
    """Whether a held-out program belongs to the half that may be learnt from; all its broken forms do or none."""
    return hashlib.sha256(clean.encode()).digest()[0] % 2 == 0


def program_of(row: Mapping[str, Any]) -> Program:
    """The broken program of a row."""
    return Program(language=row["language"], text=row["broken"], dialect=row.get("dialect"), schema=row.get("schema"))


def group_of(row: Mapping[str, Any]) -> str:
    """The language, with `sql-schema` for SQL whose fault is about the schema."""
    return "sql-schema" if row["language"] == "sql" and row.get("rule", "syntax") != "syntax" else str(row["language"])


class CaseFeed:
    """Cases without end, languages in equal parts, so that the largest sample file does not decide what is learnt."""

    def __init__(
        self, rows: Sequence[dict[str, Any]], seed: int, validators: Mapping[str, Validator] = VALIDATORS
    ) -> None:
        self.validators = validators
        self.rng = Random(seed)
        self.groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            self.groups.setdefault(group_of(row), []).append(row)

    def __iter__(self) -> Iterator[Case]:
        """Raises UsageError when a whole pass finds nothing that the validators refuse."""
        while True:
            found = 0
            orders = [self.rng.sample(rows, len(rows)) for _, rows in sorted(self.groups.items())]
            for at in range(min(map(len, orders), default=0)):
                for order in orders:
                    case = make_case(program_of(order[at]), order[at].get("clean"), self.validators)
                    if case is not None:
                        found += 1
                        yield case
            if not found:
                msg = "no sample is a program that its validator refuses"
                raise UsageError(msg)
