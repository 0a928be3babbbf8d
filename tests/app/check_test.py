from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.app.check import run_check
from slmfix_bot.app.repair import Repairer
from slmfix_bot.core.change import Skipped
from slmfix_bot.core.edit import apply_edits
from slmfix_bot.core.options import LanguageOptions, Options, Scope
from slmfix_bot.core.provenance import Attribution, Confidence, Verdict
from slmfix_bot.core.report import RepairStatus, Report
from slmfix_bot.validators.detect import detect
from tests.testing.changes import change_set, file_change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.change import FileChange
    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.pool import ValidatorPool

HUMAN = Attribution(verdict=Verdict.HUMAN_ATTESTED, confidence=Confidence.HIGH)
SCRIPT = file_change("run.sh", "#!/bin/bash\nfor f in *; do\n  echo $f\n")
MODULE = file_change("src/a.py", "def f()\n    return 1\n")
DATA = file_change("a.json", '{"a": 1,}\n')
HOPELESS = file_change("b.py", "print(zqx_unknown)\n")
VALID = file_change("c.py", "x = 1\n")
PICTURE = file_change("picture.svgz", "?\n")


def check(pool: ValidatorPool, *files: FileChange, repairs: bool = True, **settings: Any) -> Report:
    arguments = {key: settings.pop(key) for key in ("attributions", "read_schema", "progress") if key in settings}
    return run_check(
        changes=change_set(*files),
        attributions=arguments.pop("attributions", {}),
        options=Options(**settings),
        validator=pool,
        detect=detect,
        repairer=Repairer(pool) if repairs else None,
        **arguments,
    )


def statuses(report: Report) -> dict[str, RepairStatus | None]:
    return {finding.path: finding.repair.status if finding.repair else None for finding in report.findings}


def test_every_failing_file_is_found_and_repaired_where_possible(pool: ValidatorPool) -> None:
    report = check(pool, SCRIPT, MODULE, DATA, HOPELESS, VALID, PICTURE)
    assert statuses(report) == {
        "run.sh": RepairStatus.REPAIRED,
        "src/a.py": RepairStatus.REPAIRED,
        "a.json": RepairStatus.REPAIRED,
        "b.py": RepairStatus.UNREPAIRED,
    }
    assert report.skipped == ()
    assert len(report.changes) == 6
    texts = {change.path: change.head_text for change in report.changes}
    for finding in report.findings:
        assert finding.repair is not None
        if finding.repair.status is RepairStatus.REPAIRED:
            text = apply_edits(texts[finding.path], finding.repair.edits)
            again = check(pool, file_change(finding.path, text))
            assert again.findings == ()


def test_without_a_repairer_findings_stay_plain(pool: ValidatorPool) -> None:
    assert statuses(check(pool, SCRIPT, VALID, repairs=False)) == {"run.sh": None}


def test_a_time_budget_of_zero_reports_without_repairing(pool: ValidatorPool) -> None:
    report = check(pool, SCRIPT, MODULE, time_budget=0.0)
    assert statuses(report) == {"run.sh": RepairStatus.UNREPAIRED, "src/a.py": RepairStatus.UNREPAIRED}
    assert all(f.repair and "time budget" in (f.repair.reason or "") for f in report.findings)


def test_max_repairs_bounds_and_says_so(pool: ValidatorPool) -> None:
    report = check(pool, SCRIPT, MODULE, DATA, max_repairs=1)
    assert list(statuses(report).values()).count(RepairStatus.REPAIRED) == 1
    refused = [f.repair for f in report.findings if f.repair and f.repair.status is RepairStatus.UNREPAIRED]
    assert len(refused) == 2
    assert all("max_repairs" in (repair.reason or "") for repair in refused)


def test_only_what_is_new_against_the_base_is_found_and_touched(pool: ValidatorPool) -> None:
    base = "print(old_mistake)\nx = 1\n"
    head = "print(old_mistake)\nx = 1\nprint(json.dumps(x))\n"
    report = check(pool, file_change("a.py", head, base))
    (finding,) = report.findings
    assert finding.diagnostic.found == "json"
    assert finding.repair is not None
    if finding.repair.edits:
        assert all(edit.start_line >= 3 for edit in finding.repair.edits)


def test_attested_human_lines_are_left_alone_in_scope_ai(pool: ValidatorPool) -> None:
    attributions = {"src/a.py": {1: HUMAN, 2: HUMAN}}
    assert check(pool, MODULE, attributions=attributions, scope=Scope.AI).findings == ()
    assert check(pool, MODULE, attributions=attributions, scope=Scope.LIKELY).findings == ()
    assert len(check(pool, MODULE, attributions=attributions, scope=Scope.ALL).findings) == 1


def test_a_suppressed_finding_is_reported_but_not_open(pool: ValidatorPool) -> None:
    text = "print(wrong)  # slmfix: ignore[*] set by the runner\n"
    report = check(pool, file_change("a.py", text))
    assert [finding.suppressed for finding in report.findings] == ["set by the runner"]
    assert report.open_findings == ()
    bare = check(pool, file_change("a.py", "print(wrong)  # slmfix: ignore[*]\n"))
    assert len(bare.open_findings) == 1


def test_a_missing_schema_file_is_skipped_and_said(pool: ValidatorPool) -> None:
    languages = {"sql": LanguageOptions(dialect="sqlite", schema="db/schema.sql")}
    query = file_change("q.sql", "SELECT nmae FROM users;\n")
    (skipped,) = check(pool, query, languages=languages).skipped
    assert skipped.path == "q.sql"
    assert "db/schema.sql" in skipped.reason
    with_schema = check(
        pool, query, languages=languages, read_schema={"db/schema.sql": "CREATE TABLE users (name TEXT);"}.get
    )
    (finding,) = with_schema.findings
    assert finding.repair is not None
    assert apply_edits(query.head_text, finding.repair.edits) == "SELECT name FROM users;\n"


def test_configuration_excludes_includes_and_switches_off(pool: ValidatorPool) -> None:
    excluded = check(pool, SCRIPT, MODULE, exclude=("src/**",))
    assert set(statuses(excluded)) == {"run.sh"}
    assert [skipped.path for skipped in excluded.skipped] == ["src/a.py"]
    off = check(pool, SCRIPT, MODULE, languages={"python": LanguageOptions(enabled=False)})
    assert [skipped.path for skipped in off.skipped] == ["src/a.py"]
    included = check(
        pool, file_change("x.tmpl", '{"a": 1,}\n'), languages={"json": LanguageOptions(include=("*.tmpl",))}
    )
    assert set(statuses(included)) == {"x.tmpl"}


def test_skipped_files_of_the_change_set_stay_in_the_report(pool: ValidatorPool) -> None:
    changes = change_set(VALID)
    skipped = Skipped(path="logo.png", reason="binary")
    report = run_check(
        changes=type(changes)(base=changes.base, head=changes.head, files=changes.files, skipped=(skipped,)),
        attributions={},
        options=Options(),
        validator=pool,
        detect=detect,
    )
    assert report.skipped == (skipped,)


def test_an_engine_that_fails_loses_no_finding(pool: ValidatorPool, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Repairer, program: Program, **_: Any) -> None:
        raise RuntimeError(program.path)

    monkeypatch.setattr(Repairer, "repair", fail)
    report = check(pool, SCRIPT, MODULE)
    assert statuses(report) == {"run.sh": RepairStatus.UNREPAIRED, "src/a.py": RepairStatus.UNREPAIRED}
    assert all(f.repair and "internal error" in (f.repair.reason or "") for f in report.findings)


def test_progress_reaches_its_end(pool: ValidatorPool) -> None:
    told: list[tuple[str, int, int]] = []
    check(pool, SCRIPT, VALID, progress=lambda *args: told.append(args))
    assert told[0] == ("run.sh", 0, 2)
    assert told[-1] == ("", 1, 1)


class Recorder:
    """A validator that remembers what it said first about each path, because a time limit may fall either way."""

    def __init__(self, pool: ValidatorPool) -> None:
        self.pool = pool
        self.first: dict[str, Validation] = {}

    def supports(self, language: str) -> bool:
        return self.pool.supports(language)

    def validate(self, program: Program, *, quick: bool = False) -> Validation:
        return self.first.setdefault(program.path, self.pool.validate(program, quick=quick))

    def validate_many(self, programs: Sequence[Program], *, quick: bool = False) -> list[Validation]:
        return [self.validate(program, quick=quick) for program in programs]


@pytest.mark.parametrize("path", ["a.sql", "a.sh", "a.py", "a.json", "a.yml", "a.toml"])
def test_hostile_files_are_accounted_for_in_time(path: str, hasty: ValidatorPool) -> None:
    units = ("(a ", "'", "= x ", "{{ ", "Aa ", " ")
    texts = ["a = 1\n" + unit * (10_000 // len(unit)) + "x\n" for unit in units]
    recorder = Recorder(hasty)
    started = time.process_time()
    report = run_check(
        changes=change_set(*(file_change(f"{number}/{path}", text) for number, text in enumerate(texts))),
        attributions={},
        options=Options(time_budget=0.3),
        validator=recorder,
        detect=detect,
        repairer=Repairer(hasty),
    )
    assert time.process_time() - started < 8.0
    assert len(recorder.first) == len(units)
    failing = {path for path, validation in recorder.first.items() if not validation.is_valid}
    assert failing == {finding.path for finding in report.findings} | {skipped.path for skipped in report.skipped}


def test_an_unknown_module_is_listed_as_not_judged(pool: ValidatorPool) -> None:
    tasks = "- name: Own\n  our_own_thing:\n    a: 1\n"
    report = check(pool, file_change("roles/a/tasks/main.yml", tasks))
    assert report.findings == ()
    (skipped,) = report.skipped
    assert "line 2, not judged" in skipped.reason
    assert "our_own_thing" in skipped.reason
    old = check(pool, file_change("roles/a/tasks/main.yml", tasks + "- name: New\n  ansible.builtin.ping:\n", tasks))
    assert old.skipped == ()
