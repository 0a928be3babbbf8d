"""The batch format of `repair --batch`: one JSON object a line in, one a line out, in the same order.

A line that cannot be used becomes `skipped` with its reason and never stops the batch.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

from slmfix_bot.core.program import Program
from slmfix_bot.core.report import RepairStatus
from slmfix_bot.validators import VALIDATORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_bot.app.repair import Repairer
    from slmfix_bot.app.repair_state import Outcome
    from slmfix_bot.cli.progress import Advance
    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.options import Options

# Names of the published data sets; the schema is what `context` holds.
LANGUAGES = {"sql-schema": "sql", "ansible-yaml": "ansible"}
MAX_LINE = 8 << 20


class UnusableLineError(Exception):
    """Why a line of the input cannot be repaired."""


@dataclass(frozen=True)
class Own:
    """The languages of the user's validators with their keywords."""

    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, options: Options) -> Own:
        """Those of a configuration."""
        return cls({one.language: options.keywords(one.language) for one in options.validators})


def run_batch(
    lines: IO[bytes], output: IO[bytes], repairer: Repairer, progress: Advance, own: Own | None = None
) -> Counter[str]:
    """Streams the repairs; returns how often each status came out."""
    counts: Counter[str] = Counter()
    total = _line_count(lines)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        result = repair_line(line, number, repairer, own or Own())
        # A lone surrogate, which JSON can escape but UTF-8 cannot hold, stays the escape that it was.
        output.write(json.dumps(result, ensure_ascii=False).encode(errors="backslashreplace") + b"\n")
        output.flush()
        counts[result["status"]] += 1
        progress("repairing", number, max(total, number))
    return counts


def _line_count(lines: IO[bytes]) -> int:
    if not lines.seekable():
        return 0
    count = sum(1 for _ in lines)
    lines.seek(0)
    return count


def repair_line(line: bytes, number: int, repairer: Repairer, own: Own) -> dict[str, Any]:
    """The result for one line; never raises for what the line holds."""
    row: dict[str, Any] = {}
    try:
        row = _parse(line)
        program = _program(row, own)
        outcome = repairer.repair(program)
    except UnusableLineError as error:
        reason = f"line {number}: {error}"
    except Exception as error:
        # One program that the engine cannot stand must not cost the results of the others.
        reason = f"line {number}: internal error: {type(error).__name__}: {error}"
    else:
        return _result(row.get("id"), outcome)
    code = row.get("code")
    return {
        "id": row.get("id"),
        "status": str(RepairStatus.SKIPPED),
        "code": code if isinstance(code, str) else "",
        "diagnostics_before": [],
        "diagnostics_after": [],
        "edits": [],
        "similarity": None,
        "source": None,
        "candidates": 0,
        "latency_ms": 0.0,
        "reason": reason,
    }


def _parse(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        msg = f"longer than {MAX_LINE >> 20} MiB"
        raise UnusableLineError(msg)
    try:
        row = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        msg = f"not JSON: {error}"
        raise UnusableLineError(msg) from None
    if not isinstance(row, dict):
        msg = "not a JSON object"
        raise UnusableLineError(msg)
    return row


def _refuse_constant(name: str) -> None:
    """Python would read NaN and write it again, which no other reader of JSON takes."""
    msg = f"{name} is not a JSON value"
    raise ValueError(msg)


def _program(row: dict[str, Any], own: Own) -> Program:
    for key in ("language", "code", "path", "dialect", "context"):
        value = row.get(key)
        if not isinstance(value, str) and (value is not None or key in {"language", "code"}):
            msg = f"{key!r} is missing or not text"
            raise UnusableLineError(msg)
    language = LANGUAGES.get(row["language"], row["language"])
    if language not in VALIDATORS and language not in own.keywords:
        msg = f"no validator for {row['language']!r}; there is one for {', '.join([*VALIDATORS, *own.keywords])}"
        raise UnusableLineError(msg)
    return Program(
        language=language,
        text=row["code"],
        path=row.get("path") or "",
        dialect=row.get("dialect"),
        schema=row.get("context") if language == "sql" else None,
        keywords=own.keywords.get(language, ()),
    )


def _result(name: Any, outcome: Outcome) -> dict[str, Any]:
    return {
        "id": name,
        "status": str(outcome.status),
        "code": outcome.text,
        "diagnostics_before": _diagnostics(outcome.before),
        "diagnostics_after": _diagnostics(outcome.after),
        "edits": [
            {"start_line": e.start_line, "end_line": e.end_line, "replacement": e.replacement} for e in outcome.edits
        ],
        "similarity": outcome.similarity,
        "source": outcome.source and str(outcome.source),
        "candidates": outcome.candidates,
        "latency_ms": round(outcome.latency_ms, 1),
        **({"reason": outcome.reason} if outcome.reason else {}),
    }


def _diagnostics(validation: Validation) -> list[dict[str, Any]]:
    return [
        {
            "rule": diagnostic.rule,
            "severity": str(diagnostic.severity),
            "message": diagnostic.message,
            "line": diagnostic.line,
            "column": diagnostic.column,
        }
        for diagnostic in validation.diagnostics
    ]
