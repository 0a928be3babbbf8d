"""A command of the user's as a `Validator`: it runs beside an empty folder, and a reader takes its output.

The command comes from the configuration, which is trusted; the program that it reads is not. So it gets an
environment without secrets, limits and no network (those of the worker that runs this), and a working directory that
does not hold the program: a program called `json.py` must not be importable by a validator written in Python.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slmfix_bot.adapters.process import Limits, find_program, run, scrubbed_environment
from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.errors import CannotJudge, MissingToolError, ToolMissing, ToolOutputTooLarge, ToolTimeout
from slmfix_bot.validators.readers import READERS
from slmfix_bot.validators.readers.base import MAX_DIAGNOSTICS, Source, clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.adapters.process import Completed
    from slmfix_bot.core.options import CustomValidator
    from slmfix_bot.core.program import Program

MAX_OUTPUT = 8 << 20
REMEMBERED = 32  # programs; a search for a repair asks for the same one again and again
DEFAULT_MEMORY_MIB = 1536  # what the worker has (adapters/isolation.py)
ENVIRONMENT = {"NO_COLOR": "1", "TERM": "dumb", "PYTHONDONTWRITEBYTECODE": "1"}


class CommandValidator:
    """Implements `Validator` for one entry of `validators:`. `scratch` is an existing folder of its own for the files
    of its runs; without one every run makes and removes one."""

    def __init__(self, settings: CustomValidator, scratch: str | None = None) -> None:
        self.settings = settings
        self._scratch = scratch
        self._judged: dict[tuple[str, str], tuple[Diagnostic, ...]] = {}

    @property
    def name(self) -> str:
        """The entry's name."""
        return self.settings.name

    @property
    def languages(self) -> tuple[str, ...]:
        """The entry's language."""
        return (self.settings.language,)

    def version(self) -> str:
        """The first line that `version_command` prints; without one nothing is known. Raises MissingToolError."""
        settings = self.settings
        if settings.refused:
            return ""
        with self._folder() as folder:
            program = self._program(settings.command[0], folder)
            if not settings.version_command:
                return ""
            argv = self._argv(settings.version_command, folder, {})
            try:
                done = self._run(argv, folder, None)
            except (ToolTimeout, ToolOutputTooLarge, CannotJudge):
                return ""
        lines = [clean(line, 60) for line in (done.text + "\n" + done.error_text).split("\n")]
        return next(filter(None, lines), "") if program else ""

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """What the command reports about this file, in the order of the text. Raises CannotJudge, MissingToolError."""
        settings = self.settings
        if settings.refused:
            raise CannotJudge(settings.refused)
        key = program.path, program.text
        if key not in self._judged:
            found = self._check(program)
            if len(self._judged) >= REMEMBERED:
                self._judged.pop(next(iter(self._judged)))
            self._judged[key] = found
        return self._judged[key]

    def _check(self, program: Program) -> tuple[Diagnostic, ...]:
        settings = self.settings
        content = _encode(program.text)
        with self._folder() as folder:
            name = self._file_name(program.path)
            file = folder / "input" / name
            file.parent.mkdir(exist_ok=True)
            reads_file = any("{file}" in part for part in settings.command)
            if reads_file:
                file.write_bytes(content)
            values = {"{file}": str(file), "{path}": _as_argument(program.path or name)}
            try:
                done = self._run(self._argv(settings.command, folder, values), folder, None if reads_file else content)
            except ToolTimeout:
                msg = f"it took longer than {settings.timeout:g} s (timeout)"
                raise CannotJudge(msg) from None
            except ToolOutputTooLarge as error:
                msg = f"it printed {error}"
                raise CannotJudge(msg) from None
            finally:
                file.unlink(missing_ok=True)
        return self._read(done, program)

    def _read(self, done: Completed, program: Program) -> tuple[Diagnostic, ...]:
        reader = READERS[self.settings.output]
        if done.returncode < 0:
            msg = f"it was ended by signal {-done.returncode}{_first_error(done)}"
            raise CannotJudge(msg)
        output = f"{done.text}\n{done.error_text}" if reader.with_errors else done.text
        try:
            found = reader.read(output, self._source(program))
        except CannotJudge as reason:
            msg = f"{reason} (exit code {done.returncode}{_first_error(done)})"
            raise CannotJudge(msg) from None
        if not found and done.returncode not in self.settings.success_codes:
            msg = f"exit code {done.returncode} without a finding that could be read{_first_error(done)}"
            raise CannotJudge(msg)
        ordered = sorted(found, key=lambda one: (one.line, one.column or 0, one.severity is not Severity.ERROR))
        return tuple(dict.fromkeys(ordered))[:MAX_DIAGNOSTICS]

    def _source(self, program: Program) -> Source:
        settings = self.settings
        return Source(
            text=program.text,
            path=self._file_name(program.path),
            rule=re.sub(r"\W+", "-", settings.name).strip("-").lower(),
            severity=Severity(settings.severity),
            pattern=settings.pattern,
            expected=self._expected,
            syntax_rules=frozenset(settings.syntax_rules),
        )

    @cached_property
    def _expected(self) -> re.Pattern[str] | None:
        return re.compile(self.settings.expected_pattern) if self.settings.expected_pattern else None

    def _file_name(self, path: str) -> str:
        """The program's base name, which tools go by; for a program without a path one that fits the patterns."""
        if name := PurePosixPath(path).name:
            return name
        suffixes = (re.fullmatch(r"(?:.*/)?\*(\.[\w.-]+)", pattern) for pattern in self.settings.files)
        return "program" + next((match[1] for match in suffixes if match), "")

    def _argv(self, command: tuple[str, ...], folder: Path, values: dict[str, str]) -> list[str]:
        argv = [self._program(command[0], folder), *command[1:]]
        for placeholder, value in values.items():
            argv = [argv[0], *(part.replace(placeholder, value) for part in argv[1:])]
        return argv

    def _program(self, name: str, folder: Path) -> str:
        """The path of the command's program. Raises MissingToolError."""
        if "/" in name and not name.startswith("/"):
            return str(folder / "tool" / name)
        try:
            return find_program(name)
        except ToolMissing as error:
            msg = f"{self.name}: {error}"
            raise MissingToolError(msg) from None

    def _run(self, argv: list[str], folder: Path, stdin: bytes | None) -> Completed:
        settings = self.settings
        # The launcher costs 20 ms, and a command that asks for no more memory inherits the worker's limits.
        memory = settings.memory_mib << 20 if settings.memory_mib != DEFAULT_MEMORY_MIB else None
        try:
            return run(
                argv,
                cwd=folder / "tool",
                env=scrubbed_environment({**ENVIRONMENT, "TMPDIR": str(folder)}),
                stdin=stdin,
                timeout=settings.timeout,
                max_output=MAX_OUTPUT,
                limits=Limits(address_space=memory) if memory else None,
            )
        except ToolMissing as error:
            msg = f"{self.name}: {error}"
            raise MissingToolError(msg) from None

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        """A folder with `tool/`, the working directory: the files from the base commit and nothing else."""
        if self._scratch is not None:
            folder = Path(self._scratch)
            if not (folder / "tool").exists():
                self._unpack(folder)
            yield folder
            return
        with TemporaryDirectory(prefix="slmfix-") as name:
            self._unpack(Path(name))
            yield Path(name)

    def _unpack(self, folder: Path) -> None:
        (folder / "tool").mkdir()
        for path, text in self.settings.contents:
            target = folder / "tool" / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text.encode(errors="surrogateescape"))
            target.chmod(0o755)


def _encode(text: str) -> bytes:
    """UTF-8; a lone surrogate, which no file can hold, becomes a question mark."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode(errors="replace")


def _as_argument(path: str) -> str:
    """A path that no command takes for an option: a stranger may call a file `--load=x`."""
    return f"./{path}" if path.startswith("-") else path


def _first_error(done: Completed) -> str:
    """The first line of the error stream, for a reason."""
    first = next(filter(None, (clean(line, 200) for line in done.error_text.split("\n"))), "")
    return f": {first}" if first else ""
