"""Pass rate and harmless pass rate of the repair engine and of everything that could stand in its place.

    make benchmark DATA=path/to/cases [HELD=path/to/samples] [ARGS="--language bash --limit 100"]
    python -m benchmarks.quality [DATA] [--held PATH] [--report FILE.md] [--output FILE.json]

DATA is a JSON-lines file or a folder of them, one failing program a line:

    {"id": "...", "language": "bash", "broken": "...", "fixed": "...", "dialect": "...", "context": "..."}

`language` is a key of the validators, or `sql-schema` for SQL that is judged against the DDL in `context`; `id`,
`fixed` (an independent solution), `dialect` (SQL), `context` and `path` are optional. The development data on which the
figures of docs/evaluation.md were measured is not in the repository: its programs belong to others. Files named
`*.held.jsonl` are held-out samples of `slmfix-train samples`, whose `clean` is the one right answer. Without DATA and
HELD the files below tests/cases are used, which are few and were written for this project.

Only programs that the bot's own validators refuse are counted. Every method gets the same ones in the same run and is
judged after the fact from the text it returns. Optional baselines that are not installed are named as such;
benchmarks/README.md says how to install them and what the JSON result holds.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.quality.cases import Case, choose, read_data, read_own_cases
from benchmarks.quality.methods import Context
from benchmarks.quality.registry import METHODS, SETS, names_of
from benchmarks.quality.report import render
from benchmarks.quality.result import describe, load_result, save_result, take_over
from benchmarks.quality.run import Result, run_cases, run_parallel

from slmfix_bot.app.repair_state import Effort
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.quality.measures import Record


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options; ends the process with 2 for impossible ones."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quality",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("data", nargs="?", type=Path, help="failing programs, see above")
    add("--held", type=Path, help="held-out synthetic samples: a file or a folder")
    add("--limit", type=int, default=300, help="cases of each language, evenly spread; default %(default)s")
    add("--sample", type=int, default=40, help="cases of each language for prompted models; default %(default)s")
    add("--language", action="append", default=[], help="only this one, for example sql-schema; repeatable")
    known = ", ".join([*SETS, *METHODS])
    add("--methods", action="append", default=[], metavar="NAME", help=f"default all; repeatable: {known}")
    add("--model", default="slmfix-mini", help="model package, a name or a folder; default %(default)s")
    add("--seconds", type=float, default=Effort().seconds, help="for one repair of the engine; more on a busy machine")
    add("--without-names", action="store_true", help="hide the legal names from the engine")
    add("--jobs", type=int, default=1, help="processes, each with a language at a time; default %(default)s")
    faster = "take times on so many cases of each language only; on the others methods share the validators' answers"
    add("--times", type=int, metavar="N", help=f"{faster}; default all")
    add("--output", type=Path, help="the whole result as JSON")
    add("--earlier", type=Path, help="take over from this JSON result what is not measured now, for the same cases")
    add("--report", type=Path, help="the Markdown report in place of standard output")
    add("--render", type=Path, help="render this JSON result again and measure nothing")
    options = parser.parse_args(arguments)
    try:
        options.methods = names_of(options.methods or ["all"])
    except ValueError as error:
        parser.error(str(error))
    return options


def read_cases(options: argparse.Namespace) -> list[Case]:
    """The cases that the options ask for. Raises ValueError or OSError."""
    given = [path for path in (options.data, options.held) if path is not None]
    cases = [case for path in given for case in read_data(path)] if given else read_own_cases()
    return choose(cases, options.limit, options.language)


def measure(cases: Sequence[Case], options: argparse.Namespace) -> Result:
    """Runs all methods on all cases, in as many processes as the options say."""
    settings = {name: getattr(options, name) for name in ("model", "without_names", "sample", "seconds", "times")}

    def tell(line: str, result: Result) -> None:
        print(line, file=sys.stderr, flush=True)
        finish(result, cases, options)  # what is there should the run be ended

    if options.jobs > 1:
        return run_parallel(cases, options.methods, settings, options.jobs, tell)
    with ValidatorPool() as pool:
        return run_cases(cases, options.methods, Context(validator=pool, **settings), tell)


def finish(result: Result, cases: Sequence[Case], options: argparse.Namespace) -> tuple[dict[str, Any], list[Record]]:
    """The content and the records, with what is taken over; written to the output, if one was asked for."""
    content, records = describe(result, options, cases), result.records
    if options.earlier:
        content, records = take_over(content, records, *load_result(options.earlier))
    if options.output:
        save_result(options.output, content, records)
    return content, records


def main(arguments: list[str] | None = None) -> None:
    """Measures, writes the result, prints or writes the report."""
    options = parse(arguments)
    if options.render:
        content, records = load_result(options.render)
    else:
        try:
            cases = read_cases(options)
        except (ValueError, OSError) as error:
            sys.exit(str(error))
        content, records = finish(measure(cases, options), cases, options)
    text = render(content, records)
    if options.report:
        options.report.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
