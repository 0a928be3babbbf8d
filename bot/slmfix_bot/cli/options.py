"""Options that several verbs share, and what they say to the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from slmfix_bot.core.options import Aggressiveness, FailOn, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

# Every option that is a setting has the setting's name, so a command passes its keyword arguments on as one layer.
ENGINE = (
    click.option(
        "--aggressiveness",
        type=click.Choice([str(word) for word in Aggressiveness]),
        help="How much a repair may change.",
    ),
    click.option("--model", metavar="DIR|NAME", help="Model package: a name, a folder (./x), or none."),
    click.option("--device", type=click.Choice(["auto", "cpu", "cuda"]), help="Where the model runs; default auto."),
    click.option(
        "--jobs",
        type=click.IntRange(1),
        metavar="N",
        help="Validators that run at the same time; by default one for each processor, up to 4.",
    ),
)
RUN = (
    click.option(
        "--scope", type=click.Choice([str(word) for word in Scope]), help="Which added lines count; default likely."
    ),
    click.option(
        "--fail-on",
        type=click.Choice([str(word) for word in FailOn]),
        help="What makes the exit code 1; default error.",
    ),
    click.option("--max-repairs", type=click.IntRange(0), metavar="N", help="Findings to look for a repair for."),
    click.option(
        "--time-budget", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="For all repairs together."
    ),
    click.option("--no-repair", "repair", flag_value=False, default=None, type=bool, help="Only find, do not repair."),
)
CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Configuration file; default .slmfix.yml at the top of the repository.",
)


def with_options(*groups: Callable[[F], F]) -> Callable[[F], F]:
    """Applies several option decorators; the help lists them in this order."""

    def decorate(function: F) -> F:
        for option in reversed(groups):
            function = option(function)
        return function

    return decorate
