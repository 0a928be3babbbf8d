from __future__ import annotations

from dataclasses import replace

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.review import Annotation, Level
from slmfix_bot.reporters import REPORTERS, Style
from slmfix_bot.reporters.annotations import MAX_PER_LEVEL, choose
from tests.testing.sample_report import empty_report, finding, sample_report


def test_open_findings_become_commands_and_suppressed_ones_do_not() -> None:
    text = REPORTERS["github"](sample_report(), Style())
    assert text.startswith(
        '::error title=SC1073 (bash),file=deploy/run.sh,line=3,endLine=4::Unclosed quote "%0AA repair'
    )
    assert text.count("::error ") == 2
    assert "SC2086" not in text


def test_an_empty_report_prints_nothing_noop() -> None:
    assert REPORTERS["github"](empty_report(), Style()) == ""


def test_ten_of_each_level_and_the_rest_is_counted() -> None:
    many = [
        finding(f"{n:020x}", "a.sh", Diagnostic(rule="R", message="m", line=n + 1, severity=severity))
        for severity in (Severity.ERROR, Severity.WARNING)
        for n in range(13)
    ]
    text = REPORTERS["github"](replace(empty_report(), findings=tuple(many)), Style())
    assert text.count("::error ") == text.count("::warning ") == MAX_PER_LEVEL
    assert text.split("\n")[-2].startswith("6 more findings")


def test_findings_in_the_diff_come_first_and_reserved_places_count() -> None:
    diagnostic = Diagnostic(rule="R", message="m", line=1)
    outside = [finding(f"{n:020x}", "a.sh", diagnostic, in_diff=False) for n in range(10)]
    inside = [finding(f"{n + 20:020x}", "a.sh", diagnostic) for n in range(5)]
    chosen = choose([*outside, *inside], reserved=[Annotation(level=Level.ERROR, title="t", message="m")])
    assert len(chosen) == 9
    assert set(inside) <= set(chosen)
