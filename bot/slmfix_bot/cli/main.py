"""The command `slmfix-bot`: one verb per module, imported when it is used, and the one catch-all.

Exit codes are in errors.py. A user's mistake gets a message; a traceback only with SLMFIX_DEBUG=1.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
from importlib import import_module
from typing import TYPE_CHECKING

import click

from slmfix_bot import __version__
from slmfix_bot.errors import EXIT_CLEAN, EXIT_INTERNAL, EXIT_USAGE, FatalError

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141
DEBUG = "SLMFIX_DEBUG"

# The verbs in the order of the help; the module of each has a `command`.
COMMANDS = ("check", "review", "repair", "provenance", "demo", "init", "doctor", "model")


class LazyGroup(click.Group):
    """Imports a verb's module when it is asked for, so that `--version` and errors are quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb's command; None for an unknown one."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"slmfix_bot.cli.{cmd_name}").command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="slmfix-bot", message="%(prog)s %(version)s")
def cli() -> None:
    """Finds what will not run in the lines a change adds, says which of them AI wrote, and repairs what it can.

    \b
    Exit codes: 0 nothing left to report, 1 findings at or above --fail-on, 2 usage or
    configuration, 3 internal error, 4 a required validator or model is missing.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line and returns the exit code; never raises for what a user can cause."""
    for stream in (sys.stdout, sys.stderr):
        # Paths that are not UTF-8 arrive with surrogates; showing one must not end the run.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        result = cli.main(args=None if argv is None else list(argv), prog_name="slmfix-bot", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return EXIT_INTERRUPTED
    except FatalError as error:
        click.echo(f"slmfix-bot: {error}", err=True)
        _show_traceback()
        return error.return_code
    except BrokenPipeError:
        # The reader (`head`, a pager) went away. Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_BROKEN_PIPE
    except Exception as error:
        click.echo(
            f"slmfix-bot: internal error: {type(error).__name__}: {error}\n"
            f"This is a bug in slmfix-bot {__version__}. Please report it with the output of the same command "
            f"under {DEBUG}=1, which adds a traceback.",
            err=True,
        )
        _show_traceback()
        return EXIT_INTERNAL
    return result if isinstance(result, int) else EXIT_CLEAN


def _show_traceback() -> None:
    if os.environ.get(DEBUG) == "1":
        click.echo(traceback.format_exc(), err=True)
