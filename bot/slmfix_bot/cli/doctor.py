"""`slmfix-bot doctor`: what is installed, what is missing, and what to do about it."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, replace
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slmfix_bot import __version__
from slmfix_bot.adapters.config import FILE_NAME
from slmfix_bot.cli.options import CONFIG
from slmfix_bot.errors import EXIT_CLEAN, EXIT_MISSING, ConfigurationError, FatalError, MissingToolError, ToolError

if TYPE_CHECKING:
    from collections.abc import Iterator

GPU_REMEDY = "pip install --force-reinstall --no-deps onnxruntime-gpu"


class State(StrEnum):
    """MISSING makes the exit code 4; a NOTE does not."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that was looked at."""

    topic: str
    state: State
    text: str


COLORS = {State.OK: "green", State.NOTE: "yellow", State.MISSING: "red"}


@click.command(name="doctor")
@click.option("--model", default="slmfix-mini", show_default=True, metavar="DIR|NAME", help="Model package to look at.")
@CONFIG
def command(model: str, config: Path | None) -> int:
    """Show the validators, the model, the runtime, git and the isolation; exit 4 when something needed is missing.

    Validators of your own are looked for, and run for their versions only if you name the file with --config.
    """
    missing = False
    for line in examine(model, config):
        click.echo(f"{click.style(f'{line.state:<8}', fg=COLORS[line.state])}{line.topic:<13} {line.text}")
        missing |= line.state is State.MISSING
    return EXIT_MISSING if missing else EXIT_CLEAN


def examine(model: str, config: Path | None = None) -> Iterator[Line]:
    """Everything that a run depends on, in the order of the output."""
    yield Line(topic="slmfix-bot", state=State.OK, text=f"{__version__}, Python {platform.python_version()}")
    yield _git()
    yield from _validators()
    yield from _custom_validators(config)
    yield from _isolation()
    yield _model(model)
    yield from _runtime()
    yield _token()


def _git() -> Line:
    from slmfix_bot.adapters.process import run

    try:
        text = run(["git", "--version"], cwd="/", timeout=10).text.strip()
    except ToolError as error:
        return Line(topic="git", state=State.MISSING, text=f"{error}; install git 2.30 or newer")
    return Line(topic="git", state=State.OK, text=text.removeprefix("git version "))


def _validators() -> Iterator[Line]:
    """One line a language; the members of a family, which stand or fall together, share one."""
    from slmfix_bot.core.family import GOVERNED
    from slmfix_bot.core.tree_languages import TREE_LANGUAGES
    from slmfix_bot.validators import VALIDATORS
    from slmfix_bot.validators.pool import ValidatorPool

    families = {"schemas": tuple(GOVERNED), "tree-sitter": tuple(language.name for language in TREE_LANGUAGES)}
    members = {member for names in families.values() for member in names}
    alone = {language: (language,) for language in VALIDATORS if language not in members}
    with ValidatorPool() as pool:
        for topic, names in {**alone, **families}.items():
            told = f" for {', '.join(names)}" if topic in families else ""
            try:
                yield Line(topic=topic, state=State.OK, text=f"{pool.version(names[0])}{told}")
            except MissingToolError as error:
                # What comes with an extra is the user's choice; its files are reported as skipped.
                state = State.NOTE if "slmfix-bot[" in str(error) else State.MISSING
                yield Line(topic=topic, state=state, text=f"{error}{told}")


def _custom_validators(config: Path | None) -> Iterator[Line]:
    """The user's own. What they are is data of the work tree; only a file that was named is trusted to be run."""
    from slmfix_bot.adapters.config import build_options
    from slmfix_bot.cli.build import read_config_file

    folder = _repository() or Path()
    try:
        options = build_options(read_config_file(folder, config))
    except ConfigurationError as error:
        yield Line(topic="config", state=State.MISSING, text=str(error))
        return
    if not options.validators:
        return
    from slmfix_bot.cli.custom import with_named_config
    from slmfix_bot.validators.pool import ValidatorPool

    chosen = with_named_config(options, config or folder / FILE_NAME).validators
    trusted = tuple(replace(one, version_command=one.version_command if config else ()) for one in chosen)
    with ValidatorPool(custom=trusted) as pool:
        for one in trusted:
            topic, told = one.name, f"for {one.language}: {' '.join(one.command)}"
            try:
                number = pool.version(one.language, one.name)
            except MissingToolError as error:
                yield Line(topic=topic, state=State.MISSING, text=f"{told}; {error}")
                continue
            state = State.MISSING if one.refused else State.OK
            yield Line(topic=topic, state=state, text="; ".join(filter(None, (told, one.refused, number))))


def _repository() -> Path | None:
    """The top of the repository around the current folder."""
    from slmfix_bot.adapters.git import Git

    try:
        return Git(Path.cwd()).root
    except FatalError:
        return None


def _isolation() -> Iterator[Line]:
    from slmfix_bot.adapters.process import DROP_PRIVILEGES, network_isolation_works

    if network_isolation_works():
        yield Line(topic="isolation", state=State.OK, text="validators run without a network and within limits")
    else:
        text = "validators run within limits, but this system does not let them be cut off from the network"
        yield Line(topic="isolation", state=State.NOTE, text=text)
    if os.geteuid() == 0:
        dropped = os.environ.get(DROP_PRIVILEGES) == "1"
        state, text = (
            (State.OK, "validators run as nobody")
            if dropped
            else (State.NOTE, f"validators run as root; {DROP_PRIVILEGES}=1 runs them as nobody")
        )
        yield Line(topic="user", state=state, text=text)


def _model(model: str) -> Line:
    from slmfix_bot.adapters.model_package import find_package, load_package

    try:
        identity = load_package(find_package(model)).identity
    except FatalError as error:
        return Line(topic="model", state=State.MISSING, text=str(error))
    text = f"{identity.name} {identity.version}, every file has its hash (model.onnx {identity.sha256[:12]})"
    return Line(topic="model", state=State.OK, text=text)


def _installed(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def runtime_lines(cpu: str | None, gpu: str | None, devices: list[str]) -> Iterator[Line]:
    """What the versions of onnxruntime and onnxruntime-gpu and the usable devices mean together.

    Both own the package folder `onnxruntime`; the one that was installed last wins
    (docs/decisions/0001-onnxruntime-gpu.md).
    """
    found = ", ".join(f"{name} {number}" for name, number in (("onnxruntime", cpu), ("onnxruntime-gpu", gpu)) if number)
    if not devices:
        yield Line(topic="runtime", state=State.MISSING, text=f"{found or 'no onnxruntime'}; pip install onnxruntime")
        return
    yield Line(topic="runtime", state=State.OK, text=f"{found or 'onnxruntime'}; devices: {', '.join(devices)}")
    if gpu and "cuda" not in devices:
        text = f"onnxruntime-gpu is installed, but the CPU build was installed over it: {GPU_REMEDY}"
        yield Line(topic="runtime", state=State.NOTE, text=text)


def _runtime() -> Iterator[Line]:
    from slmfix_bot.adapters.onnx import available_devices

    try:
        devices = available_devices()
    except (ImportError, AttributeError):
        # AttributeError: after one of the two distributions was removed, an empty package folder is left.
        devices = []
    yield from runtime_lines(_installed("onnxruntime"), _installed("onnxruntime-gpu"), devices)


def _token() -> Line:
    names = [name for name in ("INPUT_GITHUB-TOKEN", "GITHUB_TOKEN") if os.environ.get(name)]
    if names:
        return Line(topic="token", state=State.OK, text=f"{names[0]} is set (`review` needs pull-requests: write)")
    return Line(topic="token", state=State.NOTE, text="no GITHUB_TOKEN; only `review` needs one")
