"""Use case: a change set in, a report out. Nothing is printed and nothing outside is touched."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from slmfix_bot import __version__
from slmfix_bot.app.assign import assign
from slmfix_bot.app.findings import FileFindings, find
from slmfix_bot.core.change import Skipped
from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.globs import matches_any
from slmfix_bot.core.options import LanguageOptions
from slmfix_bot.core.program import Program
from slmfix_bot.core.report import Repair, RepairStatus, Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from slmfix_bot.app.companions import Companions
    from slmfix_bot.app.repair import Repairer
    from slmfix_bot.core.change import ChangeSet, FileChange
    from slmfix_bot.core.diagnostic import Validation
    from slmfix_bot.core.options import Options
    from slmfix_bot.core.ports import ProgramValidator
    from slmfix_bot.core.provenance import Attribution
    from slmfix_bot.core.report import Finding, ModelIdentity

    Progress = Callable[[str, int, int], None]

_DOUBTS = 5  # unknown names that are listed for a file
_PER_JOB = 4  # files that each worker gets at once; the fewer, the finer the progress


def run_check(
    *,
    changes: ChangeSet,
    attributions: Mapping[str, Mapping[int, Attribution]],
    options: Options,
    validator: ProgramValidator,
    detect: Callable[[str, str, str | None], str | None],
    repairer: Repairer | None = None,
    read_schema: Callable[[str], str | None] = lambda path: None,
    companions: Companions | None = None,
    progress: Progress = lambda path, done, total: None,
    model: ModelIdentity | None = None,
) -> Report:
    """Finds what is new and fails, repairs what it can within `options.time_budget` seconds, accounts for the rest.

    `detect` names the language of a path, a text and a declared language; `read_schema` returns the text of a
    configured schema file from the commit that the configuration comes from; `companions` gives programs the files
    they depend on, from the head and from the base version; `progress` is told the path, and how many files are done
    of how many.
    """
    skipped = list(changes.skipped)
    wanted: list[tuple[FileChange, Program]] = []
    for change in changes.files:
        program, reason = program_of(change, options, detect, read_schema)
        if program is None:
            skipped += [Skipped(path=change.path, reason=reason)] if reason else []
        elif not validator.supports(program.language):
            skipped.append(Skipped(path=change.path, reason=f"no validator for {program.language}"))
        else:
            wanted.append((change, companions.attach(program, changes.head) if companions else program))

    def at_base(program: Program) -> Program:
        return companions.attach(program, changes.base) if companions else program

    files: list[FileFindings] = []
    for change, program, head, base in _judged(wanted, at_base, validator, options.jobs, progress):
        found = find(change, program, head, base, attributions.get(change.path, {}), options.scope)
        if found.skipped is not None:
            skipped.append(Skipped(path=change.path, reason=found.skipped))
        skipped += [Skipped(path=change.path, reason=reason) for reason in head.silent]
        skipped += unknown_names(change, head)
        files.append(found)
    findings = _repair_all(files, options, validator, repairer, progress)
    return Report(
        tool_version=__version__,
        model=model,
        base=changes.base,
        head=changes.head,
        findings=tuple(findings),
        skipped=tuple(skipped),
        changes=changes.files,
    )


def unknown_names(change: FileChange, head: Validation) -> list[Skipped]:
    """Added names that the validator neither knows nor calls wrong, such as modules that may live elsewhere."""
    doubts = [
        diagnostic
        for diagnostic in head.diagnostics
        if diagnostic.severity is Severity.WARNING
        and diagnostic.rule.startswith("unknown-")
        and diagnostic.line in change.added_lines
    ]
    told = [Skipped(path=change.path, reason=f"line {d.line}, not judged: {d.message:.200}") for d in doubts[:_DOUBTS]]
    if len(doubts) > _DOUBTS:
        told.append(Skipped(path=change.path, reason=f"{len(doubts) - _DOUBTS} more unknown names, not judged"))
    return told


def _judged(
    wanted: Sequence[tuple[FileChange, Program]],
    at_base: Callable[[Program], Program],
    validator: ProgramValidator,
    jobs: int,
    progress: Progress,
) -> Iterator[tuple[FileChange, Program, Validation, Validation | None]]:
    """Each file with the validation of its head version and, where that fails, of its base version."""
    size = jobs if jobs == 1 else _PER_JOB * jobs
    for start in range(0, len(wanted), size):
        batch = wanted[start : start + size]
        progress(batch[0][0].path, start, len(wanted))
        heads = validator.validate_many([program for _, program in batch])
        failing = [
            (index, at_base(program).with_text(change.base_text))
            for index, ((change, program), head) in enumerate(zip(batch, heads, strict=True))
            if head.errors and change.base_text is not None
        ]
        judged = validator.validate_many([program for _, program in failing])
        bases = dict(zip((index for index, _ in failing), judged, strict=True))
        for index, ((change, program), head) in enumerate(zip(batch, heads, strict=True)):
            yield change, program, head, bases.get(index)


def program_of(
    change: FileChange,
    options: Options,
    detect: Callable[[str, str, str | None], str | None],
    read_schema: Callable[[str], str | None],
) -> tuple[Program | None, str]:
    """The program to judge, or why the file is left out; an empty reason means that it is of no concern."""
    if options.exclude and matches_any(change.path, options.exclude):
        return None, "excluded by the configuration"
    language = _configured_language(change.path, options)
    language = language or detect(change.path, change.head_text, change.declared_language)
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
        language=language,
        text=change.head_text,
        path=change.path,
        dialect=settings.dialect,
        schema=schema,
        keywords=options.keywords(language),
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
    progress: Progress,
) -> list[Finding]:
    findings: list[Finding] = []
    failing = [file for file in files if file.findings]
    deadline = time.monotonic() + options.time_budget
    left = options.max_repairs
    for number, file in enumerate(failing):
        progress(f"repairing {file.change.path}", number, len(failing))
        seconds = min(deadline - time.monotonic(), options.limits.seconds_per_file)
        wanted = sum(finding.suppressed is None for finding in file.findings)
        if repairer is None or not wanted:
            findings += file.findings
        elif left <= 0:
            findings += _given_up(file, f"repairs were already looked for {options.max_repairs} findings (max_repairs)")
        elif seconds <= 0:
            findings += _given_up(file, "the time budget was used up")
        else:
            findings += _repair_file(file, validator, repairer, seconds)
            left -= wanted
    progress("", len(failing), len(failing))
    return findings


def _repair_file(
    file: FileFindings, validator: ProgramValidator, repairer: Repairer, seconds: float
) -> tuple[Finding, ...]:
    try:
        outcome = repairer.repair(file.program, allowed=file.allowed, baseline=file.baseline, seconds=seconds)
        return assign(file, outcome, validator)
    except Exception as error:
        # What was found must reach its reader, even if the engine cannot stand this one program.
        return _given_up(file, f"internal error: {type(error).__name__}: {error}")


def _given_up(file: FileFindings, reason: str) -> tuple[Finding, ...]:
    unrepaired = Repair(status=RepairStatus.UNREPAIRED, reason=reason)
    return tuple(f if f.suppressed is not None else replace(f, repair=unrepaired) for f in file.findings)
