"""A report with one of everything: a repaired, an open and a suppressed finding, evidence, skipped files."""

from __future__ import annotations

from slmfix_bot.core.change import FileChange, Hunk, Skipped, Status
from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.edit import Edit
from slmfix_bot.core.provenance import Attribution, Confidence, Evidence, EvidenceScope, Verdict
from slmfix_bot.core.report import Finding, ModelIdentity, Repair, RepairSource, RepairStatus, Report

BASH = '#!/bin/bash\nif [ -f "$1" ]; then\n  echo "found\nfi\n'
BASH_FIXED = '#!/bin/bash\nif [ -f "$1" ]; then\n  echo "found"\nfi\n'
SQL = "select 'é', nam\nfrom users"

CLAUDE = Attribution(
    verdict=Verdict.AI,
    confidence=Confidence.HIGH,
    tool="Claude Code",
    evidence=(
        Evidence(
            kind="trailer",
            scope=EvidenceScope.COMMIT,
            quote="Co-Authored-By: Claude <noreply@anthropic.com>",
            source="commit 1a2b3c4",
            verdict=Verdict.AI,
            confidence=Confidence.HIGH,
            tool="Claude Code",
        ),
    ),
)
REPAIR = Repair(
    status=RepairStatus.REPAIRED,
    source=RepairSource.SEARCH,
    edits=(Edit(3, 3, '  echo "found"\n'),),
    similarity=0.93,
    verified_by="bash -n + shellcheck 5.2 / 0.11",
    candidates=3,
    latency_ms=12.345,
)


def change(path: str, text: str, added: set[int]) -> FileChange:
    """An added file whose whole text is one hunk."""
    hunk = Hunk(1, text.count("\n") + 1, frozenset(added))
    return FileChange(path=path, old_path=None, status=Status.ADDED, base_text=None, head_text=text, hunks=(hunk,))


def finding(name: str, path: str, diagnostic: Diagnostic, **settings: object) -> Finding:
    """A new finding inside the diff, by a validator of the language of the path."""
    language = "sql" if path.endswith(".sql") else "bash"
    values: dict[str, object] = {"in_diff": True, "new": True, "validator": language, "validator_version": "1"}
    return Finding(id=name, path=path, language=language, diagnostic=diagnostic, **{**values, **settings})  # type: ignore[arg-type]


def sample_report() -> Report:
    """Three findings in two files, two skipped files."""
    quote = Diagnostic(rule="SC1073", message='Unclosed quote "', line=3, end_line=4, column=8)
    column = Diagnostic(
        rule="unknown-column", message="no column `nam`; did you mean name?", line=1, column=13, end_column=16
    )
    style = Diagnostic(rule="SC2086", message="Double quote", line=2, severity=Severity.WARNING)
    open_repair = Repair(status=RepairStatus.UNREPAIRED, candidates=40, latency_ms=900.0, reason="no proposal passed")
    return Report(
        tool_version="0.1.0",
        model=ModelIdentity(name="slmfix-mini", version="1.0.0", sha256="ab" * 32),
        base="a" * 40,
        head="b" * 40,
        findings=(
            finding("f" * 20, "deploy/run.sh", quote, provenance=CLAUDE, repair=REPAIR),
            finding("e" * 20, "db/query.sql", column, repair=open_repair),
            finding("d" * 20, "deploy/run.sh", style, suppressed="word splitting is wanted here"),
        ),
        skipped=(Skipped(path="logo.png", reason="binary"), Skipped(path="caf\udce9.sh", reason="not UTF-8")),
        changes=(change("deploy/run.sh", BASH, {1, 2, 3, 4}), change("db/query.sql", SQL, {1, 2})),
    )


def empty_report() -> Report:
    """Nothing examined, nothing found, no model."""
    return Report(tool_version="0.1.0", model=None, base="a" * 40, head="WORKTREE", findings=(), skipped=())
