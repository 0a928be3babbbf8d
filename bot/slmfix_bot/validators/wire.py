"""How programs and diagnostics travel between the pool and its worker: one JSON object a line, ASCII only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.diagnostic import Diagnostic, Severity, Validation
from slmfix_bot.core.edit import Edit
from slmfix_bot.core.embedded import Embedded
from slmfix_bot.core.options import CustomValidator
from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def encode(message: Mapping[str, Any]) -> bytes:
    """One line. ASCII escapes carry lone surrogates, which UTF-8 cannot."""
    return json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"


def encode_request(program: Program, *, quick: bool, timeout: float, same_surroundings: bool = False) -> bytes:
    """A request to check a program; the worker ends itself after `timeout` seconds.

    With `same_surroundings` the program's schema and other files are those of the request before: many candidates
    share them.
    """
    fields = {**vars(program), "files": None, "schema": None} if same_surroundings else vars(program)
    return encode({"program": fields, "quick": quick, "timeout": timeout})


def decode_program(fields: Mapping[str, Any], before: Program | None = None) -> Program:
    """The program of a request; `before` is that of the request before. JSON has no tuples."""
    own = {**fields, "keywords": tuple(fields["keywords"])}
    if fields["files"] is None and before is not None:
        return Program(**{**own, "files": before.files, "schema": before.schema})
    return Program(**{**own, "files": tuple((path, text) for path, text in fields["files"])})


def decode_validation(line: bytes) -> Validation:
    """The content of an answer."""
    fields = json.loads(line)
    diagnostics = tuple(_diagnostic(entry) for entry in fields.pop("diagnostics"))
    return Validation(diagnostics=diagnostics, silent=tuple(fields.pop("silent")), **fields)


def encode_custom(validators: Sequence[CustomValidator], scratch: str, memory: int) -> bytes:
    """The first line to a worker, which has no answer; see `worker.configure`."""
    rows = [vars(validator) for validator in validators]
    return encode({"configure": {"validators": rows, "scratch": scratch, "memory": memory}})


def decode_custom(fields: Mapping[str, Any]) -> CustomValidator:
    """The settings of one validator of the user's; JSON has no tuples."""
    plain: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}
    contents = tuple((path, text) for path, text in fields["contents"])
    return CustomValidator(**{**plain, "contents": contents})


def _diagnostic(fields: dict[str, Any]) -> Diagnostic:
    special: dict[str, Any] = {
        "severity": Severity(fields.pop("severity")),
        "expected": tuple(fields.pop("expected")),
        "fix": tuple(Edit(**edit) for edit in fields.pop("fix")),
        "embedded": _embedded(fields.pop("embedded")),
    }
    return Diagnostic(**special, **fields)


def _embedded(fields: dict[str, Any] | None) -> Embedded | None:
    if fields is None:
        return None
    pairs = {key: tuple((one, two) for one, two in fields[key]) for key in ("holes", "escapes")}
    return Embedded(**{**fields, **pairs})
