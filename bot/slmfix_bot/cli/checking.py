"""What `check` does between its options and its output: the use cases on each change set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slmfix_bot.adapters.worktree import read_text
from slmfix_bot.app.check import program_of, run_check
from slmfix_bot.app.fix import fixes
from slmfix_bot.app.provenance import attribute
from slmfix_bot.cli.build import open_repairer, open_validator
from slmfix_bot.cli.companions import open_companions
from slmfix_bot.cli.progress import progress_bar
from slmfix_bot.core.diagnostic import Validation
from slmfix_bot.validators.detect import detect

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slmfix_bot.adapters.git import Git
    from slmfix_bot.app.fix import Fix, Judge
    from slmfix_bot.core.change import ChangeSet, FileChange
    from slmfix_bot.core.options import Options
    from slmfix_bot.core.report import Report

MAX_SCHEMA_BYTES = 4 << 20


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One change set's outcome; `fixed` collects the ids of the findings whose repairs were written."""

    name: str
    report: Report
    fixes: tuple[Fix, ...]
    fixed: set[str] = field(default_factory=set)


def check_changes(git: Git, change_sets: Sequence[tuple[str, ChangeSet]], options: Options) -> Iterator[Checked]:
    """Runs the check on each change set with one set of workers and one model."""

    def read_schema(path: str) -> str | None:
        return read_text(git.root, path, MAX_SCHEMA_BYTES)

    with open_validator(options) as validator, progress_bar() as progress:
        repairer = open_repairer(options, validator) if any(changes.files for _, changes in change_sets) else None

        companions = open_companions(git)

        def judge_at(version: str) -> Judge:
            def judge(change: FileChange, text: str) -> Validation:
                program, reason = program_of(change, options, detect, read_schema)
                if program is None:
                    return Validation(validator="", version="", skipped=reason)
                return validator.validate(companions.attach(program, version).with_text(text))

            return judge

        for name, changes in change_sets:
            report = run_check(
                changes=changes,
                attributions=attribute(git, changes, declare=options.declare, ignore=options.ignore),
                options=options,
                validator=validator,
                detect=detect,
                repairer=repairer,
                read_schema=read_schema,
                companions=companions,
                progress=progress,
                model=repairer.model.identity if repairer and repairer.model else None,
            )
            yield Checked(name=name, report=report, fixes=fixes(report, judge_at(changes.head)))
