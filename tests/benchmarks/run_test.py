from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from benchmarks.quality import registry, run
from benchmarks.quality.__main__ import main, parse
from benchmarks.quality.cases import Case, Origin
from benchmarks.quality.methods import Attempt, Context, Nothing
from benchmarks.quality.nameless import Nameless
from benchmarks.quality.registry import names_of, open_methods
from benchmarks.quality.remembering import Remembering
from benchmarks.quality.result import load_result
from benchmarks.quality.run import AttemptTimeout, run_cases, time_limit

from slmfix_bot.adapters import process
from slmfix_bot.core.program import Program
from slmfix_bot.errors import ToolMissing

if TYPE_CHECKING:
    from benchmarks.quality.methods import Method

    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.validators.pool import ValidatorPool

ROOT = Path(__file__).parents[2]
UNCLOSED = "if true; then\n  echo marker\n"
IDS = (0, 1, 5, 8)  # the last two are never learned from


class Stubborn(Nothing):
    title = "stubborn"

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def repair(self, program: Program, before: Validation) -> Attempt:
        raise self.error


class Oracle(Nothing):
    title = "oracle"
    sample = None

    def repair(self, program: Program, before: Validation) -> Attempt:
        return Attempt(text=program.text + "fi\n")


def cases(*texts: str) -> list[Case]:
    return [
        Case(id=str(n), group="bash", origin=Origin.REAL, program=Program(language="bash", text=text))
        for n, text in enumerate(texts)
    ]


def use(monkeypatch: pytest.MonkeyPatch, **methods: Method) -> list[str]:
    """Puts methods in place of the registry's."""
    monkeypatch.setattr(registry, "METHODS", {name: lambda _, m=m: m for name, m in methods.items()})
    return list(methods)


def refuse(context: Context) -> NoReturn:
    msg = "the tool is not installed"
    raise ToolMissing(msg)


@pytest.mark.parametrize("error", [RuntimeError("no"), SystemExit(3), RecursionError(), BaseException("panic")])
def test_method_that_raises_is_counted_as_failed_and_the_run_goes_on(
    pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    names = use(monkeypatch, bad=Stubborn(error), good=Oracle())
    result = run_cases(cases(UNCLOSED, UNCLOSED + "  ls\n"), names, Context(validator=pool))
    by_method = {name: [r for r in result.records if r.method == name] for name in names}
    assert [record.harmless for record in by_method["good"]] == [True, True]
    assert [record.passed for record in by_method["bad"]] == [False, False]
    assert all(type(error).__name__ in str(record.raised) for record in by_method["bad"])
    assert result.unmeasured == []


def test_interruption_by_the_user_ends_the_run(pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch) -> None:
    names = use(monkeypatch, bad=Stubborn(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        run_cases(cases(UNCLOSED), names, Context(validator=pool))


def test_method_that_hangs_is_stopped(pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(Nothing):
        def repair(self, program: Program, before: Validation) -> Attempt:
            time.sleep(60)
            return Attempt(text="")

    made, ms, raised = run.attempt(Slow(), cases(UNCLOSED)[0], pool.validate(cases(UNCLOSED)[0].program), 0.2)
    assert made is None
    assert ms < 30_000
    assert raised is not None
    assert raised.startswith("AttemptTimeout")


def test_time_limit_leaves_no_alarm_behind() -> None:
    with time_limit(0.05):
        pass
    time.sleep(0.1)
    with pytest.raises(AttemptTimeout), time_limit(0.05):
        time.sleep(5)


def test_only_failing_programs_are_counted(pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch) -> None:
    names = use(monkeypatch, good=Oracle())
    odd = Case(id="odd", group="bash", origin=Origin.REAL, program=Program(language="klingon", text="x"))
    result = run_cases([*cases("ls\n", UNCLOSED), odd], names, Context(validator=pool))
    counts = result.counts[Origin.REAL, "bash"]
    assert (counts["untouched"], counts["failing"], counts["skipped"]) == (1, 1, 1)
    assert [record.case for record in result.records] == ["1"]


def test_slow_methods_get_an_even_sample(pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Oracle()
    slow.sample = 2  # type: ignore[assignment]
    names = use(monkeypatch, slow=slow, quick=Nothing())
    result = run_cases(cases(*(UNCLOSED + "ls\n" * n for n in range(4))), names, Context(validator=pool))
    assert [r.case for r in result.records if r.method == "slow"] == ["0", "2"]
    assert [r.case for r in result.records if r.method == "quick"] == ["0", "1", "2", "3"]


def test_missing_tool_is_reported_and_the_others_work(pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "METHODS", {"gone": refuse, "nothing": lambda _: Nothing()})
    methods, missing = open_methods(["gone", "nothing"], Context(validator=pool))
    assert list(methods) == ["nothing"]
    assert missing == {"gone": "the tool is not installed"}


def test_names_and_sets_of_methods() -> None:
    assert names_of(["engine", "nothing"]) == ["nothing", "engine"]
    assert set(names_of(["tiers"])) | set(names_of(["baselines"])) == set(names_of(["all"]))
    with pytest.raises(ValueError, match="no method nosuch"):
        names_of(["nosuch"])


def test_remembered_answers_are_the_same(pool: ValidatorPool) -> None:
    seen = Remembering(pool)
    program = Program(language="bash", text=UNCLOSED)
    assert seen.validate(program) is seen.validate(program)
    assert seen.validate_many([program]) == pool.validate_many([program])
    assert seen.supports("bash")
    seen.shares = False
    assert seen.validate(program) is not seen.validate(program)


def test_times_are_taken_where_nothing_is_shared(pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch) -> None:
    names = use(monkeypatch, good=Oracle())
    result = run_cases(cases(UNCLOSED, UNCLOSED + "ls\n"), names, Context(validator=pool, times=1))
    assert [record.ms is None for record in result.records] == [False, True]


def test_nameless_validators_say_no_names(pool: ValidatorPool) -> None:
    program = Program(
        language="sql", text="SELECT nmae FROM people", dialect="sqlite", schema="CREATE TABLE people (name TEXT);"
    )
    named, nameless = pool.validate(program), Nameless(pool)
    assert "name" in named.errors[0].expected
    (error,) = nameless.validate(nameless.hide_schema(program)).errors
    assert (error.expected, error.fix) == ((), ())


def test_whole_run_writes_figures_and_no_program(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": f"r{n}", "language": "bash", "broken": UNCLOSED + f"  echo {n}\n"} for n in IDS]
    (tmp_path / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    held = {"language": "bash", "broken": UNCLOSED, "clean": UNCLOSED + "fi\n", "categories": ["unclosed"]}
    (tmp_path / "b.held.jsonl").write_text(json.dumps(held) + "\n")
    output, report = tmp_path / "out.json", tmp_path / "out.md"
    arguments = [str(tmp_path / "data.jsonl"), "--held", str(tmp_path / "b.held.jsonl"), "--output", str(output)]
    main([*arguments, "--methods", "nothing", "--methods", "deterministic", "--report", str(report)])
    assert "real bash: 4 failing of 4" in capsys.readouterr().err
    content, records = load_result(output)
    assert content["schema"] == "slmfix.quality/1"
    rows_of = {(r["origin"], r["half"], r["method"]): r for r in content["tables"]}
    assert rows_of["real", "all", "nothing"]["harmless"]["count"] == 0
    assert rows_of["real", "all", "deterministic"]["harmless"]["count"] == 4
    assert rows_of["real", "not learned from", "deterministic"]["n"] == 2
    assert rows_of["synthetic", "all", "deterministic"]["exact"]["share"] == 1
    assert {r.method for r in records} == {"nothing", "deterministic"}
    text = report.read_text()
    assert "| bash | 4 | 0.0 % | 100.0 % |" in text
    assert "marker" not in text + output.read_text()

    main([*arguments, "--methods", "enumeration", "--times", "0", "--earlier", str(output), "--report", str(report)])
    merged = report.read_text()
    assert all(title in merged for title in ("enumeration, validator as oracle", "deterministic tiers", "nothing"))
    assert "taken over from the run of" in merged
    main(["--render", str(output)])
    assert capsys.readouterr().out == merged + "\n"


def test_earlier_result_of_other_cases_is_not_mixed_in(tmp_path: Path) -> None:
    data, output, report = tmp_path / "data.jsonl", tmp_path / "out.json", tmp_path / "out.md"
    for suffix, method in (("", "nothing"), ("\n", "enumeration")):
        data.write_text(json.dumps({"language": "json", "broken": '{"a": 1,}' + suffix}) + "\n")
        earlier = ["--earlier", str(output)] if output.exists() else []
        main([str(data), "--methods", method, "--output", str(output), "--report", str(report), *earlier])
    assert {record.method for record in load_result(output)[1]} == {"enumeration"}


def test_help_says_what_the_data_looks_like(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ('"broken"', "not in the repository", "--earlier", "smollm2"))


def test_unknown_method_is_an_error_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(["--methods", "nosuch"])
    assert ended.value.code == 2
    assert "no method nosuch" in capsys.readouterr().err


@pytest.mark.slow
def test_several_processes_measure_the_same(pool: ValidatorPool) -> None:
    given = cases(*(UNCLOSED + "  ls\n" * n for n in range(3)), "ls\n")
    given.append(Case(id="j", group="json", origin=Origin.REAL, program=Program(language="json", text="{")))
    settings = {"model": "slmfix-mini", "without_names": False, "sample": 2, "seconds": 60.0, "times": 0}
    names = ["nothing", "deterministic"]
    alone = run_cases(given, names, Context(validator=pool, times=0, seconds=60.0))
    told: list[str] = []
    together = run.run_parallel(given, names, settings, 2, lambda line, _: told.append(line))
    assert sorted(line.split(":")[0] for line in told) == ["real bash", "real json"]
    assert sorted(map(repr, together.records)) == sorted(map(repr, alone.records))
    assert together.counts == alone.counts
    assert together.titles == alone.titles


def test_make_takes_data_and_samples() -> None:
    make = shutil.which("make")
    if make is None:
        pytest.skip("make is not installed")
    command = [make, "-n", "benchmark"]
    speed = process.run(command, cwd=ROOT, timeout=60).text
    assert "benchmarks/speed.py" in speed
    assert "-m benchmarks.quality --methods nothing" in speed
    quality = process.run([*command, "DATA=cases", "HELD=held", "ARGS=--limit 5"], cwd=ROOT, timeout=60).text
    assert "-m benchmarks.quality cases --held held --limit 5" in quality
    assert "speed.py" not in quality
