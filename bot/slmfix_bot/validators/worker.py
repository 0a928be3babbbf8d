"""The process in which validators read untrusted programs: `python -m slmfix_bot.validators.worker`.

Requests come as lines on standard input, answers leave as lines on standard output (wire.py). A request that takes
too long ends the process by SIGALRM, which also stops a loop inside C code and works when the pool is gone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

from slmfix_bot.adapters.isolation import keep_memory
from slmfix_bot.core.diagnostic import Severity, Validation
from slmfix_bot.errors import CannotJudge, MissingToolError, ToolError
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.base import Explainer
from slmfix_bot.validators.custom import CommandValidator
from slmfix_bot.validators.embedded import check_embedded
from slmfix_bot.validators.merge import merge
from slmfix_bot.validators.wire import decode_custom, decode_program, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.base import Validator

GRACE = 1.0
_versions: dict[str, str] = {}
_before: Program | None = None
_custom: tuple[CommandValidator, ...] = ()


def configure(settings: Mapping[str, Any]) -> None:
    """Takes the user's validators; each gets a folder below `scratch`. `memory` in bytes is what this process keeps
    for itself when the validators may have more."""
    global _custom  # one configuration a process, before its first question
    keep_memory(settings["memory"])
    chosen = []
    for index, fields in enumerate(settings["validators"]):
        folder = os.path.join(settings["scratch"], str(index))  # noqa: PTH118 - a worker's start is to be cheap
        os.makedirs(folder, exist_ok=True)  # noqa: PTH103
        chosen.append(CommandValidator(decode_custom(fields), folder))
    _custom = tuple(chosen)


def validators_of(language: str) -> tuple[Validator, ...]:
    """The built-in validator of a language, if there is one, and the user's own in the order of the configuration."""
    built_in = (VALIDATORS[language],) if language in VALIDATORS else ()
    return (*built_in, *(validator for validator in _custom if language in validator.languages))


def version_of(validator: Validator, language: str) -> str:
    """The version of a validator of a language, looked up once. Raises MissingToolError."""
    key = f"{language}\0{validator.name}"
    if key not in _versions:
        _versions[key] = validator.version()
    return _versions[key]


def judge(program: Program, *, quick: bool) -> Validation:
    """The word of all validators of the program's language, or the reasons why there is none."""
    return merge([_judge(program, validator, quick=quick) for validator in validators_of(program.language)])


def _judge(program: Program, validator: Validator, *, quick: bool) -> Validation:
    version, is_custom = "", isinstance(validator, CommandValidator)
    try:
        version = version_of(validator, program.language)
        diagnostics = validator.check(program)
        if diagnostics and not quick and isinstance(validator, Explainer):
            diagnostics = validator.explain(program, diagnostics)
        if not is_custom and not any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics):
            diagnostics += check_embedded(program, VALIDATORS, quick=quick)
    except (CannotJudge, MissingToolError, ToolError) as reason:
        skipped = str(reason)
    except RecursionError:
        skipped = "too deeply nested to judge"
    except MemoryError:
        skipped = "too large to judge"
    except Exception as error:  # the edge of this process: the reason is reported, and the next request works
        skipped = f"the validator failed: {type(error).__name__}: {error}"
    else:
        return Validation(validator=validator.name, version=version, diagnostics=diagnostics)
    if is_custom and not skipped.startswith(f"{validator.name}: "):
        skipped = f"{validator.name}: {skipped}"
    return Validation(validator=validator.name, version=version, skipped=skipped[:500])


def answer(message: Mapping[str, Any]) -> bytes:
    """The line that answers one request."""
    global _before  # what the request before this one brought
    if "version" not in message:
        program = decode_program(message["program"], _before)
        _before = program
        return encode(asdict(judge(program, quick=message["quick"])))
    wanted = message["validator"]
    try:
        chosen = next(v for v in validators_of(message["version"]) if wanted in {None, v.name})
        return encode({"version": version_of(chosen, message["version"]), "missing": None})
    except MissingToolError as error:
        return encode({"version": None, "missing": str(error)})


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers until the requests end."""
    for line in requests:
        message = json.loads(line)
        if "configure" in message:
            configure(message["configure"])
            continue
        signal.setitimer(signal.ITIMER_REAL, message["timeout"] + GRACE)
        reply = answer(message)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(reply)
        answers.flush()


def main() -> None:
    """Serves standard input and output; what a library prints must not get between the answers."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
