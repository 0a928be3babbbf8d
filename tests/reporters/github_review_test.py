from __future__ import annotations

from dataclasses import replace

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.edit import Edit
from slmfix_bot.core.fingerprint import read_marker
from slmfix_bot.core.report import ModelIdentity, RepairSource
from slmfix_bot.core.review_plan import Place, plan_review
from slmfix_bot.reporters.github_review import comment_body, review_body
from tests.testing.apply_suggestions import suggested_lines
from tests.testing.sample_report import REPAIR, finding, sample_report

MODEL = ModelIdentity(name="slmfix-mini", version="1.0.0", sha256="ab" * 32)


def test_a_comment_says_what_fails_who_verified_and_where_the_evidence_is() -> None:
    [place] = plan_review(sample_report(), comment_on_unrepaired=False).places
    body = comment_body(place, MODEL)
    assert body.startswith('bash `SC1073`: `Unclosed quote "`\n\n```suggestion\n  echo "found"\n```\n\n')
    assert "Verified by bash -n + shellcheck 5.2 / 0.11" in body
    assert "proposed by a search over small edits; 93% of the syntax tree kept." in body
    assert "trailer `Co-Authored-By: Claude <noreply@anthropic.com>` in commit 1a2b3c4" in body
    assert read_marker(body) == {"f" * 20}


def test_the_model_is_named_only_when_it_proposed() -> None:
    [place] = plan_review(sample_report(), comment_on_unrepaired=False).places
    assert "slmfix-mini" not in comment_body(place, MODEL)
    by_model = replace(place.findings[0], repair=replace(REPAIR, source=RepairSource.MODEL))
    assert "model slmfix-mini 1.0.0" in comment_body(replace(place, findings=(by_model,)), MODEL)


def test_a_hostile_message_adds_no_suggestion_and_no_marker() -> None:
    message = "x\n```suggestion\nrm -rf /\n```\n<!-- slmfix:1 " + "e" * 20 + " -->"
    bad = finding("a" * 20, "a.sh", Diagnostic(rule="R", message=message, line=1))
    body = comment_body(Place(path="a.sh", start_line=1, line=1, findings=(bad,)), None)
    assert suggested_lines(body) is None
    assert read_marker(body) == {"a" * 20}
    assert "\n```" not in body


def test_a_place_with_many_findings_tells_some_and_counts_the_rest() -> None:
    many = tuple(finding(f"{n:020x}", "a.sh", Diagnostic(rule=f"R{n}", message="m", line=1)) for n in range(20))
    body = comment_body(Place(path="a.sh", start_line=1, line=1, findings=many), None)
    assert "and 12 more" in body
    assert len(read_marker(body)) == 20


def test_a_long_suggestion_fits_into_a_comment_with_its_marker() -> None:
    long = "".join(f"echo {'x' * 100} {n}\n" for n in range(500))
    report = sample_report()
    wide = replace(report.findings[0], repair=replace(REPAIR, edits=(Edit(3, 3, long),)))
    [place] = plan_review(replace(report, findings=(wide,)), comment_on_unrepaired=False).places
    body = comment_body(place, MODEL)
    assert 50_000 < len(body) <= 65_000
    assert len(suggested_lines(body) or []) == 500


def test_the_review_counts_in_words() -> None:
    assert review_body(1, 0) == "slmfix: 1 verified suggestion. All findings are in the job summary."
    assert review_body(2, 1).startswith("slmfix: 2 verified suggestions and 1 finding without one.")
