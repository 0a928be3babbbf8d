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

from slmfix_bot.core.diagnostic import Severity, Validation
from slmfix_bot.errors import CannotJudge, MissingToolError, ToolError
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.base import Explainer
from slmfix_bot.validators.embedded import check_embedded
from slmfix_bot.validators.wire import decode_program, encode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_bot.core.program import Program

GRACE = 1.0
_versions: dict[str, str] = {}
_files: tuple[tuple[str, str], ...] = ()


def version_of(language: str) -> str:
    """The version of a language's validator, looked up once. Raises MissingToolError."""
    if language not in _versions:
        _versions[language] = VALIDATORS[language].version()
    return _versions[language]


def judge(program: Program, *, quick: bool) -> Validation:
    """The validator's word, or the reason why there is none."""
    validator = VALIDATORS[program.language]
    version = ""
    try:
        version = version_of(program.language)
        diagnostics = validator.check(program)
        if diagnostics and not quick and isinstance(validator, Explainer):
            diagnostics = validator.explain(program, diagnostics)
        if not any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics):
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
    return Validation(validator=validator.name, version=version, skipped=skipped[:500])


def answer(message: Mapping[str, Any]) -> bytes:
    """The line that answers one request."""
    global _files  # what the request before this one brought
    if "version" not in message:
        program = decode_program(message["program"], _files)
        _files = program.files
        return encode(asdict(judge(program, quick=message["quick"])))
    try:
        return encode({"version": version_of(message["version"]), "missing": None})
    except MissingToolError as error:
        return encode({"version": None, "missing": str(error)})


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answers until the requests end."""
    for line in requests:
        message = json.loads(line)
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
