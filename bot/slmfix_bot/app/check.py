"""Use case: a change set in, a report out. Nothing is printed and nothing outside is touched."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from slmfix_bot import __version__
from slmfix_bot.app.assign import assign
from slmfix_bot.app.findings import FileFindings, find
from slmfix_bot.core.change import Skipped
from slmfix_bot.core.globs import matches_any
from slmfix_bot.core.options import LanguageOptions
from slmfix_bot.core.program import Program
from slmfix_bot.core.report import Repair, RepairStatus, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from slmfix_bot.app.repair import Repairer
    from slmfix_bot.core.change import ChangeSet, FileChange
    from slmfix_bot.core.options import Options
    from slmfix_bot.core.ports import ProgramValidator
    from slmfix_bot.core.provenance import Attribution
    from slmfix_bot.core.report import Finding, ModelIdentity

    Progress = Callable[[str, int, int], None]


def run_check(
    *,
    changes: ChangeSet,
    attributions: Mapping[str, Mapping[int, Attribution]],
    options: Options,
    validator: ProgramValidator,
    detect: Callable[[str, str], str | None],
    repairer: Repairer | None = None,
    read_schema: Callable[[str], str | None] = lambda path: None,
    progress: Progress = lambda path, done, total: None,
    model: ModelIdentity | None = None,
) -> Report:
    """Finds what is new and fails, repairs what it can within `options.time_budget` seconds, accounts for the rest.

    `detect` names the language of a path and text; `read_schema` returns the text of a configured schema file from
    the commit that the configuration comes from; `progress` is told the path, and how many files are done of how many.
    """
    deadline = time.monotonic() + options.time_budget
    skipped = list(changes.skipped)
    files: list[FileFindings] = []
    for number, change in enumerate(changes.files):
        progress(change.path, number, len(changes.files))
        program, reason = program_of(change, options, detect, read_schema)
        if program is None:
            skipped += [Skipped(path=change.path, reason=reason)] if reason else []
            continue
        if not validator.supports(program.language):
            continue
        found = find(change, program, validator, attributions.get(change.path, {}), options.scope)
        if found.skipped is not None:
            skipped.append(Skipped(path=change.path, reason=found.skipped))
        files.append(found)
    findings = _repair_all(files, options, validator, repairer, deadline, progress)
    return Report(
        tool_version=__version__,
        model=model,
        base=changes.base,
        head=changes.head,
        findings=tuple(findings),
        skipped=tuple(skipped),
        changes=changes.files,
    )


def program_of(
    change: FileChange,
    options: Options,
    detect: Callable[[str, str], str | None],
    read_schema: Callable[[str], str | None],
) -> tuple[Program | None, str]:
    """The program to judge, or why the file is left out; an empty reason means that it is of no concern."""
    if options.exclude and matches_any(change.path, options.exclude):
        return None, "excluded by the configuration"
    language = _configured_language(change.path, options) or detect(change.path, change.head_text)
    if language is None:
        return None, ""
    settings = options.languages.get(language, LanguageOptions())
    if not settings.enabled:
        return None, f"{language} is switched off by the configuration"
    if settings.exclude and matches_any(change.path, settings.exclude):
        return None, "excluded by the configuration"
    schema = None
    if settings.schema:
        schema = read_schema(settings.schema)
        if schema is None:
            return None, f"the schema file {settings.schema} does not exist in the commit of the configuration"
    return Program(
        language=language, text=change.head_text, path=change.path, dialect=settings.dialect, schema=schema
    ), ""


def _configured_language(path: str, options: Options) -> str | None:
    return next(
        (
            name
            for name, settings in options.languages.items()
            if settings.include and matches_any(path, settings.include)
        ),
        None,
    )


def _repair_all(
    files: list[FileFindings],
    options: Options,
    validator: ProgramValidator,
    repairer: Repairer | None,
    deadline: float,
    progress: Progress,
) -> list[Finding]:
    findings: list[Finding] = []
    failing = [file for file in files if file.findings]
    left = options.max_repairs
    for number, file in enumerate(failing):
        progress(f"repairing {file.change.path}", number, len(failing))
        seconds = min(deadline - time.monotonic(), options.limits.seconds_per_file)
        wanted = any(finding.suppressed is None for finding in file.findings)
        if repairer is None or not wanted:
            findings += file.findings
        elif left <= 0 or seconds <= 0:
            reason = "the time budget was used up" if seconds <= 0 else f"more than {options.max_repairs} repairs"
            unrepaired = Repair(status=RepairStatus.UNREPAIRED, reason=reason)
            findings += [f if f.suppressed is not None else replace(f, repair=unrepaired) for f in file.findings]
        else:
            outcome = repairer.repair(file.program, allowed=file.allowed, baseline=file.baseline, seconds=seconds)
            repaired = assign(file, outcome, validator)
            left -= sum(1 for f in repaired if f.repair and f.repair.status is RepairStatus.REPAIRED)
            findings += repaired
    progress("", len(failing), len(failing))
    return findings
