"""Files of real failing programs: JSONL with `id, language, broken` and, where known, `dialect, context, fixed`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_LANGUAGES = {"ansible-yaml": "ansible", "sql-schema": "sql"}


@dataclass(frozen=True, kw_only=True)
class RealCase:
    """`fixed` is a reference solution, seldom the nearest edit; `source` names where the program was found."""

    id: str
    program: Program
    fixed: str | None = None
    source: str = ""
    licence: str = ""
    llm: str | None = None


def case_files(paths: Iterable[Path]) -> list[Path]:
    """The JSONL files among the paths and in the folders among them."""
    return [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]


def read_real_cases(file: Path) -> Iterator[RealCase]:
    """The cases of one file. The schema counts only where the fault is said to be one of schema."""
    for line in file.read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        row = json.loads(line)
        program = Program(
            language=_LANGUAGES.get(row["language"], row["language"]),
            text=row["broken"],
            dialect=row.get("dialect"),
            schema=row.get("context") if row["language"] == "sql-schema" else None,
        )
        yield RealCase(
            id=row["id"],
            program=program,
            fixed=row.get("fixed"),
            source="/".join(row.get("source", "").split("/")[:2]),
            licence=row.get("licence", ""),
            llm=row.get("llm"),
        )
