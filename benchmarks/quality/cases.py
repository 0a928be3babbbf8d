"""The programs to repair: JSON lines of real failures, held-out samples of the training, the repository's own cases."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from slmfix_bot.core.program import Program
from slmfix_bot.validators import VALIDATORS
from slmfix_training.samples.split import is_for_learning

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_T = TypeVar("_T")

OWN_CASES = Path(__file__).parents[2] / "tests" / "cases"
HELD_OUT = ".held.jsonl"
_LANGUAGES = {"ansible-yaml": "ansible", "sql-schema": "sql"}
_SCHEMA_GROUP = "sql-schema"


class Origin(StrEnum):
    """Where a program comes from. Only a synthetic one has a single right answer: the program that was broken."""

    REAL = "real"
    SYNTHETIC = "synthetic"
    REPOSITORY = "repository"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One program. `group` is the language as tables name it; SQL whose names are judged against a schema is a group of
    its own. `reference` is the original of a synthetic case, an independent solution of a real one. `categories` are
    the kinds of planted faults, `learned` says whether fault templates were learned from the half that it belongs to
    (None where that means nothing)."""

    id: str
    group: str
    origin: Origin
    program: Program
    reference: str | None = None
    categories: tuple[str, ...] = ()
    learned: bool | None = None


def read_data(path: Path) -> list[Case]:
    """The cases of a JSON-lines file, or of all those in a folder (`*.train.jsonl` aside).

    Raises ValueError for a line that is no object with `language` and `broken`, OSError.
    """
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return [case for file in files if not file.name.endswith(".train.jsonl") for case in _read_file(file)]


def _read_file(file: Path) -> Iterator[Case]:
    origin = Origin.SYNTHETIC if file.name.endswith(HELD_OUT) else Origin.REAL
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            case = _case(json.loads(line), f"{file.name.removesuffix('.jsonl')}#{number}", origin)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            msg = f"{file}:{number}: not a case (an object with `language` and `broken`): {error!r}"
            raise ValueError(msg) from error
        if case is not None:
            yield case


def _case(row: dict[str, Any], name: str, origin: Origin) -> Case | None:
    language = str(row["language"])
    schema = row.get("context") or row.get("schema")
    group = "ansible" if language == "ansible-yaml" else language
    if origin is Origin.SYNTHETIC:
        if row.get("kind", "repair") != "repair":
            return None  # exercises in copying are no failures
        if language == "sql" and row.get("rule", "syntax") != "syntax":
            group = _SCHEMA_GROUP
    reference = row.get("fixed") or row.get("clean")
    program = Program(
        language=_LANGUAGES.get(language, language),
        text=_text(row["broken"]),
        path=str(row.get("path") or ""),
        dialect=row.get("dialect"),
        schema=schema if language in {"sql", _SCHEMA_GROUP} else None,
    )
    identity = str(row.get("id") or name)
    return Case(
        id=identity,
        group=group,
        origin=origin,
        program=program,
        reference=_text(reference) if reference else None,
        categories=tuple(row.get("categories") or ()),
        learned=is_for_learning(identity) if origin is Origin.REAL and "id" in row else None,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        msg = f"{type(value).__name__} in place of text"
        raise TypeError(msg)
    return value


def read_own_cases(folder: Path = OWN_CASES) -> list[Case]:
    """The files that the tests say must fail, by language; they are few, small, and written for this project."""
    return [
        Case(
            id=f"{path.parts[-3]}/{path.name}",
            group=path.parts[-3],
            origin=Origin.REPOSITORY,
            program=Program(language=path.parts[-3], text=path.read_text(encoding="utf-8"), path=path.name),
        )
        for path in sorted(folder.glob("*/positive/*"))
        if path.is_file() and path.parts[-3] in VALIDATORS
    ]


def even(items: Sequence[_T], count: int | None) -> list[_T]:
    """At most `count` items, spread evenly: the same ones for the same items, every source in its share."""
    if count is None or count >= len(items):
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]


def choose(cases: Iterable[Case], limit: int | None, groups: Sequence[str] = ()) -> list[Case]:
    """At most `limit` cases of each origin and group; of the named groups only, if any are named."""
    found: dict[tuple[Origin, str], list[Case]] = {}
    for case in cases:
        if not groups or case.group in groups:
            found.setdefault((case.origin, case.group), []).append(case)
    return [case for key in sorted(found) for case in even(found[key], limit)]
