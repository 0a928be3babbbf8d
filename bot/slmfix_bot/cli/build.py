"""The composition root: from settings to the objects that the use cases work with."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from slmfix_bot.adapters.config import FILE_NAME, MAX_BYTES, build_options, environment_settings, load_config
from slmfix_bot.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from slmfix_bot.adapters.onnx import OnnxRepairModel
    from slmfix_bot.app.repair import Repairer
    from slmfix_bot.app.repair_state import Tiers
    from slmfix_bot.core.options import Options
    from slmfix_bot.core.ports import ProgramValidator
    from slmfix_bot.reporters import Style
    from slmfix_bot.validators.pool import ValidatorPool

NO_MODEL = "none"
MAX_JOBS = 4  # more workers cost memory and seldom gain time


def read_config_file(folder: Path, chosen: Path | None) -> dict[str, Any]:
    """The settings of the chosen file, or of `.slmfix.yml` in the folder; none when that does not exist.

    Raises ConfigurationError.
    """
    from slmfix_bot.validators import VALIDATORS

    path = chosen or folder / FILE_NAME
    if chosen is None and not path.exists():
        return {}
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
        text = content.decode()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path} cannot be read: {error}"
        raise ConfigurationError(msg) from error
    return load_config(text, str(chosen or FILE_NAME), frozenset(VALIDATORS))


def local_options(folder: Path, chosen: Path | None, given: Mapping[str, Any]) -> Options:
    """Defaults, the file of the work tree, `SLMFIX_*`, and the options given on the command line."""
    return build_options(machine_settings(), read_config_file(folder, chosen), environment_settings(os.environ), given)


def machine_settings() -> dict[str, Any]:
    """The default of `jobs`: one for each processor that this process may use, up to MAX_JOBS."""
    return {"jobs": min(MAX_JOBS, len(os.sched_getaffinity(0)))}


@contextmanager
def open_validator(options: Options) -> Iterator[ValidatorPool]:
    """The isolated workers that run the validators; those of the user's must have been through cli/custom.py."""
    from slmfix_bot.validators.pool import ValidatorPool

    seconds = options.limits.seconds_per_file
    with ValidatorPool(timeout=seconds, jobs=options.jobs, custom=options.validators) as pool:
        yield pool


def open_model(options: Options) -> OnnxRepairModel | None:
    """The repair model of the options; None when they ask for none. Raises ModelError."""
    if options.model == NO_MODEL:
        return None
    from slmfix_bot.adapters.model_package import find_package, load_package
    from slmfix_bot.adapters.onnx import OnnxRepairModel

    package = load_package(find_package(options.model))
    return OnnxRepairModel(package, device=options.device, threads=max(1, options.jobs))


def open_repairer(options: Options, validator: ProgramValidator, tiers: Tiers | None = None) -> Repairer | None:
    """The repair engine with its model and parser; None when the options ask for no repair."""
    if not options.repair:
        return None
    from slmfix_bot.adapters.syntax import TreeSitterParser
    from slmfix_bot.app.repair import Repairer

    return Repairer(
        validator,
        open_model(options),
        TreeSitterParser(),
        aggressiveness=options.aggressiveness,
        tiers=tiers,
        slow={validator.language for validator in options.validators},
    )


def terminal_style() -> Style:
    """Colours and width of standard output; text for a pipe or a file is neither coloured nor wrapped."""
    from slmfix_bot.reporters import Style

    if not sys.stdout.isatty():
        return Style()
    return Style(color=not os.environ.get("NO_COLOR"), width=shutil.get_terminal_size((100, 40)).columns)
