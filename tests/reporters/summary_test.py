from __future__ import annotations

import re
from dataclasses import replace

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.report import Delivery
from slmfix_bot.reporters import REPORTERS, Style
from slmfix_bot.reporters.summary import render_summary
from tests.testing.sample_report import empty_report, finding, sample_report


def test_everything_in_the_report_is_in_the_summary() -> None:
    text = REPORTERS["markdown"](sample_report(), Style())
    for words in ("SC1073", "unknown-column", "SC2086", "suppressed: word splitting", "logo.png", "caf?.sh"):
        assert words in text
    assert '+  echo "found"' in text


def test_repairs_that_became_suggestions_are_not_shown_twice() -> None:
    report = sample_report()
    first, *rest = report.findings
    shown = render_summary(replace(report, findings=(replace(first, delivery=Delivery.SUGGESTION), *rest)))
    assert "+  echo" not in shown
    assert "| suggestion |" in shown


def test_rows_have_as_many_cells_as_the_head_whatever_a_message_holds() -> None:
    hostile = finding("c" * 20, "a|b.sh", Diagnostic(rule="R|", message="a \\| b | `c\n| d <!-- x", line=1))
    text = render_summary(replace(empty_report(), findings=(hostile,)), blob_url="https://e.org/o/r/blob/abc")
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert len(rows) == 3
    assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) == 1
    assert "https://e.org/o/r/blob/abc/a%7Cb.sh#L1" in text


def test_notes_are_quoted_as_plain_words() -> None:
    assert "> Nothing was posted: &lt;b&gt; \\*x\\*" in render_summary(
        empty_report(), notes=["Nothing was posted: <b> *x*"]
    )


def test_an_empty_report_has_no_table_noop() -> None:
    text = render_summary(empty_report())
    assert "No finding" in text
    assert "|" not in text
