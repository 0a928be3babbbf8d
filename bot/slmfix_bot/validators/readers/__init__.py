"""Output formats of custom validators: one module and one line each. A reader turns what a command printed into
diagnostics, or raises CannotJudge with what is wrong about the output."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.validators.readers import checkstyle, jsonl, problem_matcher, rdjson, regex, sarif
from slmfix_bot.validators.readers.base import Source

Read = Callable[[str, Source], list[Diagnostic]]


class Reader(NamedTuple):
    """`with_errors`: whether the error stream is read too, as compilers report there."""

    read: Read
    with_errors: bool = False


READERS: Mapping[str, Reader] = {
    "sarif": Reader(sarif.read),
    "rdjson": Reader(rdjson.read),
    "rdjsonl": Reader(rdjson.read_lines),
    "checkstyle": Reader(checkstyle.read),
    "jsonl": Reader(jsonl.read),
    "problem-matcher": Reader(problem_matcher.read, with_errors=True),
    "regex": Reader(regex.read, with_errors=True),
}
