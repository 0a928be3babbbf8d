"""`slmfix-bot repair`: one program from a file or a pipe, or many from JSON lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from slmfix_bot.adapters.config import build_options, environment_settings, nearest
from slmfix_bot.cli.build import open_repairer, open_validator, read_config_file
from slmfix_bot.cli.options import ENGINE, with_options
from slmfix_bot.core.report import RepairStatus
from slmfix_bot.errors import EXIT_CLEAN, EXIT_FINDINGS, UsageError
from slmfix_bot.validators import VALIDATORS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from slmfix_bot.app.repair_state import Tiers
    from slmfix_bot.core.options import Options

TIERS = ("deterministic", "rank", "full")


@click.command(name="repair")
@click.argument("source", metavar="FILE|-", required=False)
@click.option("--language", metavar="NAME", help="Language of the program; slmfix-bot doctor lists them.")
@click.option("--path", default="", help="Repository path that the program stands for; it is not opened.")
@click.option("--dialect", help="SQL dialect.")
@click.option(
    "--schema",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="SQL file with the CREATE TABLE statements that names are checked against.",
)
@click.option(
    "--batch",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    metavar="IN.jsonl",
    help="Repair every line {id, language, code, path?, dialect?, context?}.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Where the result goes; default standard output.",
)
@click.option("--no-model", is_flag=True, help="Without the language model; same as --model none.")
@click.option(
    "--tiers",
    type=click.Choice(TIERS),
    default="full",
    show_default=True,
    help="deterministic: no model; rank: the model only ranks; full: it proposes too.",
)
@with_options(*ENGINE)
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Configuration file, for validators of your own; without it none is read.",
)
@click.pass_context
def command(context: click.Context, /, **given: Any) -> int:
    """Print the repaired program, or the program as it was (exit 1) when no repair was verified.

    Reads FILE or, for -, standard input. With --batch it repairs JSON lines instead.
    """
    single = given["source"] is not None
    if single == (given["batch"] is not None):
        msg = "give either a FILE (or - for standard input) or --batch IN.jsonl"
        raise click.UsageError(msg, context)
    if single and given["language"] is None:
        msg = "a single program needs --language"
        raise click.UsageError(msg, context)
    settings = {key: given[key] for key in ("aggressiveness", "model", "device", "jobs")}
    if given["no_model"] or given["tiers"] == "deterministic":
        settings["model"] = "none"
    # The environment may choose a model or a device; that nothing is to be repaired makes no sense here.
    options = _options(given["config"], settings)
    if single and given["language"] not in (known := known_languages(options)):
        msg = f"{given['language']!r} is not one of the languages{nearest(given['language'], known)}"
        raise click.BadParameter(msg, context, param_hint="--language")
    return _repair_one(options, given) if single else _repair_batch(options, given)


def _options(config: Path | None, settings: dict[str, Any]) -> Options:
    """The file counts only when it is named: an editor's pipe may run in a stranger's work tree."""
    file = read_config_file(Path(), config) if config else {}
    options = build_options(file, environment_settings(_environ()), settings, {"repair": True})
    if config is None:
        return options
    from slmfix_bot.cli.custom import with_named_config

    return with_named_config(options, config)


def known_languages(options: Options) -> tuple[str, ...]:
    """The built-in languages and those of the user's validators."""
    return tuple(dict.fromkeys((*VALIDATORS, *(validator.language for validator in options.validators))))


def _environ() -> dict[str, str]:
    import os

    return {name: value for name, value in os.environ.items() if name != "SLMFIX_REPAIR"}


def _tiers(name: str) -> Tiers:
    from slmfix_bot.app.repair_state import Tiers

    return Tiers(model_ranks=name != "deterministic", model_proposes=name == "full")


def _repair_one(options: Options, given: dict[str, Any]) -> int:
    from slmfix_bot.core.program import Program

    source = given["source"]
    text = _read(source)
    path = given["path"] or ("" if source == "-" else Path(source).name)
    schema = _read(str(given["schema"])) if given["schema"] else None
    language = given["language"]
    program = Program(
        language=language,
        text=text,
        path=path,
        dialect=given["dialect"],
        schema=schema,
        keywords=options.keywords(language),
    )
    with open_validator(options) as validator:
        repairer = open_repairer(options, validator, _tiers(given["tiers"]))
        assert repairer is not None  # options.repair is set
        outcome = repairer.repair(program)
    ok = outcome.status in {RepairStatus.VALID, RepairStatus.REPAIRED}
    _write(given["output"], outcome.text if ok else text)
    if outcome.status is RepairStatus.REPAIRED:
        after = outcome.after
        click.echo(f"repaired ({outcome.source}), verified by {after.validator} {after.version}", err=True)
    elif not ok:
        reason = outcome.reason or "only some of the errors could be removed"
        click.echo(f"{outcome.status}: {reason}; the program is printed as it was", err=True)
    return EXIT_CLEAN if ok else EXIT_FINDINGS


def _read(source: str) -> str:
    try:
        content = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return content.decode()
    except OSError as error:
        msg = f"{source} cannot be read: {error.strerror}"
        raise UsageError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{source} is not UTF-8 text (byte {error.start})"
        raise UsageError(msg) from error


def _write(output: Path | None, text: str) -> None:
    # As bytes: text streams would translate line endings.
    if output is None or str(output) == "-":
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(text.encode())
    except OSError as error:
        raise _cannot_write(output, error) from error


def _cannot_write(output: Path, error: OSError) -> UsageError:
    return UsageError(f"the result cannot be written to {output}: {error.strerror}")


def _refuse_same_file(batch: Path, output: Path | None) -> None:
    """Opening the output would empty the input before it is read."""
    if output is not None and "-" not in {str(batch), str(output)} and output.exists() and output.samefile(batch):
        msg = f"--output {output} is the input of --batch; results go to another file"
        raise UsageError(msg)


def _open_output(output: Path | None) -> AbstractContextManager[IO[bytes]]:
    try:
        return click.open_file(output or "-", "wb")
    except OSError as error:
        raise _cannot_write(output or Path("-"), error) from error


def _repair_batch(options: Options, given: dict[str, Any]) -> int:
    from slmfix_bot.cli.batch import Own, run_batch
    from slmfix_bot.cli.progress import progress_bar

    _refuse_same_file(given["batch"], given["output"])
    with (
        click.open_file(given["batch"], "rb") as lines,
        _open_output(given["output"]) as output,
        open_validator(options) as validator,
        progress_bar() as progress,
    ):
        repairer = open_repairer(options, validator, _tiers(given["tiers"]))
        assert repairer is not None  # options.repair is set
        counts = run_batch(lines, output, repairer, progress, Own.of(options))
    summary = ", ".join(f"{count} {status}" for status, count in counts.most_common())
    click.echo(f"{counts.total()} programs: {summary or 'none'}", err=True)
    return EXIT_CLEAN
