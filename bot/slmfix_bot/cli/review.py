"""`slmfix-bot review`: the entry of the GitHub Action. Settings come from `INPUT_*`, the event from `GITHUB_*`."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from os.path import normpath
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slmfix_bot.errors import EXIT_CLEAN, EXIT_FINDINGS, ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slmfix_bot.adapters.actions import Event, Runner
    from slmfix_bot.adapters.git import Git
    from slmfix_bot.adapters.github import GitHubPoster
    from slmfix_bot.app.deliver import Delivered
    from slmfix_bot.core.change import ChangeSet
    from slmfix_bot.core.options import Options

REPORT_NAME = "slmfix-report.json"
MAX_SCHEMA_BYTES = 4 << 20
NO_TOKEN = "No token was given (input github-token), so nothing could be posted."


@click.command(name="review")
def command() -> int:
    """Review a pull request inside GitHub Actions: suggestions, annotations, job summary, outputs.

    A token that may not write (a fork) turns nothing red: everything is in the annotations and the summary then.
    """
    from slmfix_bot.adapters.actions import Runner, read_event, read_inputs
    from slmfix_bot.adapters.git import Git
    from slmfix_bot.cli.outcome import is_failure

    inputs = read_inputs(os.environ)
    git = Git(Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()))
    event = read_event(os.environ)
    poster = _open_poster(event, inputs)
    event = _completed(event, poster, inputs)
    options = _read_options(git, event, inputs)
    delivered = _review(git, event, options, poster)
    _publish(Runner(os.environ, sys.stdout), git.root, delivered)
    return EXIT_FINDINGS if is_failure(delivered.report, options.fail_on) else EXIT_CLEAN


def _open_poster(event: Event, inputs: Mapping[str, str]) -> GitHubPoster | None:
    from slmfix_bot.adapters.github import GitHubPoster

    token = inputs.get("github-token") or os.environ.get("GITHUB_TOKEN")
    if event.number is None or not token:
        return None
    api_url = os.environ.get("GITHUB_API_URL", "https://api.github.com")
    return GitHubPoster(token=token, repository=event.repository, number=event.number, api_url=api_url)


def _completed(event: Event, poster: GitHubPoster | None, inputs: Mapping[str, str]) -> Event:
    """The event with what the inputs say instead, and with what a manual run has to ask GitHub for."""
    event = replace(event, base_sha=inputs.get("base") or event.base_sha, head_sha=inputs.get("head") or event.head_sha)
    if poster is None or event.base_sha is not None:
        return event
    pull = poster.pull_request()
    return replace(event, base_sha=pull.base_sha, head_sha=inputs.get("head") or pull.head_sha, facts=pull.facts)


def _read_options(git: Git, event: Event, inputs: Mapping[str, str]) -> Options:
    from slmfix_bot.adapters.config import FILE_NAME, build_options, environment_settings, load_config
    from slmfix_bot.cli.build import machine_settings
    from slmfix_bot.validators import VALIDATORS

    path = inputs.get("config") or FILE_NAME
    content = git.read_blob(_trusted_commit(event), path)
    if content is None and "config" in inputs:
        msg = f"the configuration {path} (input config) does not exist at {_trusted_commit(event)[:12]}"
        raise ConfigurationError(msg)
    try:
        text = (content or b"").decode()
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8 text"
        raise ConfigurationError(msg) from error
    settings = load_config(text, path, frozenset(VALIDATORS))
    environment, inputs_given = (environment_settings(os.environ, inputs=given) for given in (False, True))
    return build_options(machine_settings(), settings, environment, inputs_given)


def _trusted_commit(event: Event) -> str:
    """Where the configuration and the SQL schema come from: a change must not switch off its own check."""
    return event.base_sha or event.head_sha or "HEAD"


def _review(git: Git, event: Event, options: Options, poster: GitHubPoster | None) -> Delivered:
    from slmfix_bot.app.deliver import NO_PULL_REQUEST
    from slmfix_bot.app.provenance import attribute
    from slmfix_bot.app.review import run_review
    from slmfix_bot.cli.build import open_repairer, open_validator
    from slmfix_bot.cli.companions import open_companions
    from slmfix_bot.cli.custom import with_trusted_config
    from slmfix_bot.validators.detect import detect

    changes = _changes(git, event, options)
    trusted = _trusted_commit(event)
    options = with_trusted_config(git, options, trusted, changes.head)
    options, notes = _without_its_own_model(git, options, changes)

    def read_schema(path: str) -> str | None:
        content = git.read_blob(trusted, path)
        return content.decode(errors="replace") if content is not None and len(content) <= MAX_SCHEMA_BYTES else None

    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    with open_validator(options) as validator:
        repairer = open_repairer(options, validator) if changes.files else None
        return run_review(
            changes=changes,
            attributions=attribute(git, changes, event.facts, declare=options.declare, ignore=options.ignore),
            options=options,
            validator=validator,
            detect=detect,
            poster=poster,
            repairer=repairer,
            read_schema=read_schema,
            companions=open_companions(git),
            model=repairer.model.identity if repairer and repairer.model else None,
            why_not=NO_TOKEN if event.number is not None else NO_PULL_REQUEST,
            notes=notes,
            blob_url=f"{server}/{event.repository}/blob/{changes.head}",
        )


def _without_its_own_model(git: Git, options: Options, changes: ChangeSet) -> tuple[Options, tuple[str, ...]]:
    """A change may not bring the model that judges its repairs: a graph of a stranger is native code's input."""
    folder = Path(normpath(Path.cwd() / options.model)) if "/" in options.model else None
    if folder is None or not folder.is_relative_to(git.root):
        return options, ()
    prefix = folder.relative_to(git.root).as_posix()
    touched = [file.path for file in changes.files] + [skip.path for skip in changes.skipped]
    if not any(
        prefix == "." or f"{path}/".startswith(f"{prefix}/") or prefix.startswith(f"{path}/") for path in touched
    ):
        return options, ()
    note = f"The change touches the model package {options.model}, so no model took part."
    return replace(options, model="none"), (note,)


def _changes(git: Git, event: Event, options: Options) -> ChangeSet:
    return git.change_set(
        event.base_sha or git.default_base(),
        event.head_sha or "HEAD",
        exclude=options.exclude,
        file_kib=options.limits.file_kib,
    )


def _publish(runner: Runner, root: Path, delivered: Delivered) -> None:
    from slmfix_bot.adapters.worktree import write_new
    from slmfix_bot.core.review import Annotation, Level
    from slmfix_bot.reporters import REPORTERS, Style

    report = delivered.report
    runner.print_foreign(REPORTERS["rich"](report, Style()))
    runner.annotate(delivered.annotations)
    runner.append_summary(delivered.summary)
    outputs = delivered.outputs(REPORT_NAME)
    try:
        write_new(root / REPORT_NAME, REPORTERS["json"](report, Style()))
    except UsageError as error:
        # A change may bring a folder of that name: the review stands, only the file is missing.
        del outputs["report"]
        runner.annotate([Annotation(level=Level.NOTICE, title="slmfix", message=f"no report file: {error}")])
    for name, value in outputs.items():
        runner.set_output(name, value)
