"""The terminal shows every finding with evidence and a diff, and nothing that a pull request could smuggle in."""

from __future__ import annotations

from dataclasses import replace

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.provenance import UNKNOWN
from slmfix_bot.reporters import Style
from slmfix_bot.reporters.terminal import render
from slmfix_bot.reporters.wording import origin
from tests.testing.sample_report import CLAUDE, change, empty_report, finding, sample_report


def test_everything_is_shown() -> None:
    text = render(sample_report(), Style(width=140))
    assert "deploy/run.sh:3:8  error SC1073" in text
    assert 'trailer "Co-Authored-By: Claude <noreply@anthropic.com>" in commit 1a2b3c4' in text
    assert '    -  echo "found\n' in text
    assert '    +  echo "found"\n' in text
    assert "verified by bash -n + shellcheck 5.2 / 0.11, source: search, similarity 0.93, 3 candidates, 12 ms" in text
    assert "no verified repair: no proposal passed (40 candidates, 900 ms)" in text
    assert "ignored word splitting is wanted here" in text
    assert "skipped logo.png: binary" in text
    assert "2 findings in 2 changed files, 1 with a verified repair; 1 suppressed; 2 skipped" in text
    assert "model: slmfix-mini 1.0.0" in text


def test_diff_is_red_and_green_only_when_asked() -> None:
    plain, coloured = (render(sample_report(), Style(color=color)) for color in (False, True))
    assert "\x1b" not in plain
    assert '\x1b[31m    -  echo "found\x1b[0m' in coloured
    assert '\x1b[32m    +  echo "found"\x1b[0m' in coloured


def test_empty_report_says_so() -> None:
    assert "No finding in 0 changed files" in render(empty_report(), Style())


def test_shared_repair_is_drawn_once() -> None:
    first = sample_report().findings[0]
    second = replace(first, id="c" * 20, diagnostic=replace(first.diagnostic, line=4))
    text = render(replace(sample_report(), findings=(first, second)), Style())
    assert text.count('+  echo "found"') == 1
    assert "the repair is the one shown at line 3" in text


def test_markup_and_escape_sequences_are_shown_not_obeyed() -> None:
    nasty = Diagnostic(rule="x\x1b]0;t\x07", message="[red]\x1b[2J\u202ehidden[/red]", line=1)
    path = "a\x1b[31m[bold].sh"
    report = replace(
        sample_report(), findings=(finding("f" * 20, path, nasty),), changes=(change(path, "x\n", {1}),), skipped=()
    )
    text = render(report, Style(color=False, width=200))
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[red]" in text
    assert "[bold].sh" in text


def test_origin_without_evidence_is_unknown_not_human() -> None:
    assert origin(UNKNOWN) == "origin unknown: no evidence either way"
    assert origin(CLAUDE).startswith("written by AI (Claude Code), high confidence: trailer")
