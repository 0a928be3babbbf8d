"""The Markdown of a result: figures and counts only, never a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks.quality.summary import ALL, by, worth

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from benchmarks.quality.measures import Record

Row = dict[str, Any]

FIXERS = ("ruff", "shellcheck", "sqlfluff", "sqlglot", "json-repair", "ansible-lint")
LEAST = 3  # cases of a category; fewer say nothing
_ORIGINS = {
    "real": "Real failures",
    "synthetic": "Synthetic faults, held out from training",
    "repository": "The repository's own cases",
}
_COLUMNS = {
    "nothing": "nothing",
    "fixer": "own fixer",
    "enumeration": "enumeration",
    "smollm2": "SmolLM2 prompted",
    "proposer-1": "model alone, 1 script",
    "proposer-8": "model alone, 8 scripts",
    "deterministic": "deterministic",
    "ranker": "+ model ranks",
    "engine-1": "engine, 1 script",
    "engine-8": "engine, 8 scripts",
    "engine": "**engine as shipped**",
}
_PAIRS = (
    ("deterministic", "ranker", "the model as ranker, over the deterministic tiers"),
    ("deterministic", "engine", "the model as ranker and proposer, over the deterministic tiers"),
    ("ranker", "engine", "the model as proposer, over the model as ranker"),
    ("enumeration", "engine", "the engine, over enumeration"),
)
_FIGURES = (
    *("method", "n", "passes", "harmless (95 %)", "no word lost", "exact", "similarity to input"),
    *("to reference before → after", "abstains", "mis-repairs", "new errors", "needless lines", "far lines"),
    *("tried", "ms p50 / p95", "raised"),
)
_LEGEND = """\
Shares are of the n failing programs. *Passes*: the bot's validator finds no error. *Harmless*: and the do-no-harm
filter (`core/harm.py`, medium) has nothing against it; *no word lost*: and not a single word of code went. *Exact*: the
program as it was before it was broken (synthetic only). *Similarity*: Dice coefficient over the nodes of tree-sitter
trees, to the input where it passes, to the reference over all cases. *Abstains*: gives the program back as it is. Of
the changed programs: *mis-repairs* bring new errors, are refused by the filter or (synthetic) change lines that needed
no change; *new errors* are those that the program did not have and that no syntax error had hidden; *needless lines*
are changed lines that the original has as they were; *far lines* stand more than three lines from every report, a hint
and no proof. *Tried*: texts given to the validator, on average. Times are wall time on the machine named above, with
whatever else ran on it."""


def render(content: Mapping[str, Any], records: Sequence[Record]) -> str:
    """The whole report; `content` is the JSON result, its records aside."""
    parts = ["# How good the repairs are", _about(content), "## What was counted", _counts(content), _LEGEND]
    for origin, rows in by(content["tables"], lambda row: row["origin"]).items():
        whole = [row for row in rows if row["half"] == ALL]
        parts += [f"## {_ORIGINS.get(origin, origin)}", "### Harmless passes", _overview(whole)]
        parts += [_worth([record for record in records if record.origin == origin])]
        if half := [row for row in rows if row["half"] != ALL]:
            parts += ["### Harmless passes in the half from which no fault template was learned", _overview(half)]
        for group, members in by(whole, lambda row: row["group"]).items():
            parts += [f"### {origin}: {group}", _methods(members)]
        parts += ["### By kind of fault", _categories(content["categories"], origin)]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    head = list(header)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _about(content: Mapping[str, Any]) -> str:
    facts = [f"- {name}: {value}" for name, value in content["about"].items()]
    missing = [f"- Not measured: {name} ({reason})" for name, reason in content["missing"].items()]
    broken = content["unmeasured"]
    lost = [f"- {len(broken)} measurements failed and are left out: {', '.join(broken[:5])}"] if broken else []
    return "\n".join(["Written by `make benchmark`.", "", *facts, *missing, *lost])


def _counts(content: Mapping[str, Any]) -> str:
    rows = [
        [row["origin"], row["group"], *(str(row[key]) for key in ("cases", "failing", "untouched", "skipped"))]
        for row in content["counts"]
    ]
    return table(("", "language", "cases", "failing", "pass untouched", "not judged"), rows)


def percent(proportion: Mapping[str, Any] | None, *, interval: bool = False) -> str:
    """A share for a table; a dash where it does not apply."""
    if proportion is None or proportion["share"] is None:
        return "–"
    text = f"{100 * proportion['share']:.1f} %"
    return f"{text} ({100 * proportion['low']:.0f}–{100 * proportion['high']:.0f})" if interval else text


def _overview(rows: Sequence[Row]) -> str:
    groups = by(rows, lambda row: row["group"])
    present = {row["method"] for row in rows} | ({"fixer"} if any(row["method"] in FIXERS for row in rows) else set())
    columns = {name: title for name, title in _COLUMNS.items() if name in present}
    lines = []
    for group, members in groups.items():
        cells = {row["method"]: row for row in members}
        fixers = [row for row in members if row["method"] in FIXERS]
        if fixers:
            cells["fixer"] = max(fixers, key=lambda row: row["harmless"]["share"] or 0)
        most = max(row["n"] for row in members)
        lines.append([group, str(most), *(_cell(name, cells.get(name), most) for name in columns)])
    return table(("language", "n", *columns.values()), lines)


def _cell(name: str, row: Row | None, most: int) -> str:
    if row is None:
        return "–"
    text = percent(row["harmless"], interval=name == "engine")
    text += f" of {row['n']}" if row["n"] != most else ""
    return f"{text} ({row['method']})" if name == "fixer" else text


def _worth(records: Sequence[Record]) -> str:
    lines = []
    for one, two, title in _PAIRS:
        count, gained, lost = worth(records, one, two)
        if count:
            points = f"{100 * (gained - lost) / count:+.1f}"
            lines.append([title, str(count), points, str(gained), str(lost)])
    return table(("what it is worth", "n", "points", "cases gained", "cases lost"), lines) if lines else ""


def _methods(rows: Sequence[Row]) -> str:
    return table(_FIGURES, (_line(row) for row in rows))


def _line(row: Row) -> list[str]:
    return [
        row["title"],
        str(row["n"]),
        percent(row["passed"]),
        percent(row["harmless"], interval=True),
        percent(row["without_loss"]),
        percent(row["exact"]),
        _number(row["similarity_to_input"]),
        f"{_number(row['similarity_to_reference_before'])} → {_number(row['similarity_to_reference_after'])}",
        percent(row["abstained"]),
        percent(row["misrepaired"]),
        percent(row["with_new_errors"]),
        percent(row["with_needless_lines"]),
        percent(row["with_far_lines"]),
        _number(row["candidates"], 0),
        f"{_number(row['ms_p50'], 0)} / {_number(row['ms_p95'], 0)}",
        str(row["raised"]),
    ]


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _categories(rows: Sequence[Row], origin: str) -> str:
    found = by((row for row in rows if row["origin"] == origin), lambda row: (row["group"], row["category"]))
    present = {row["method"] for row in rows}
    columns = {name: title for name, title in _COLUMNS.items() if name in present and name != "nothing"}
    lines = []
    for (group, category), members in sorted(found.items(), key=lambda pair: (pair[0][0], -_most(pair[1]))):
        if _most(members) < LEAST:
            continue
        cells = {row["method"]: f"{row['harmless']} of {row['n']}" for row in members}
        lines.append([group, category, *(cells.get(name, "–") for name in columns)])
    return table(("language", "kind", *columns.values()), lines)


def _most(rows: Iterable[Row]) -> int:
    return max(int(row["n"]) for row in rows)
