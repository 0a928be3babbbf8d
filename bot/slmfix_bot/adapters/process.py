"""Runs external programs with bounded time, output, memory and surroundings. The only user of `subprocess`."""

from __future__ import annotations

import os
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

from slmfix_bot.adapters import isolation as launcher
from slmfix_bot.adapters.isolation import CANNOT_EXECUTE, Isolation, Limits
from slmfix_bot.errors import ToolMissing, ToolOutputTooLarge, ToolTimeout

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = [
    "Completed",
    "Isolation",
    "Limits",
    "Process",
    "find_program",
    "network_isolation_works",
    "run",
    "scrubbed_environment",
]

CHUNK = 1 << 16
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
DROP_PRIVILEGES = "SLMFIX_DROP_PRIVILEGES"


@dataclass(frozen=True, kw_only=True)
class Completed:
    """A finished program. A negative return code is the signal that ended it, as in `subprocess`."""

    returncode: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """Standard output as UTF-8 with replacement characters."""
        return self.stdout.decode(errors="replace")

    @property
    def error_text(self) -> str:
        """Standard error as UTF-8 with replacement characters."""
        return self.stderr.decode(errors="replace")


def scrubbed_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment without tokens, configuration or a home: PATH, a UTF-8 locale, and what `extra` adds."""
    base = {"PATH": _search_path(), "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    return {**base, **(extra or {})}


def _search_path() -> str:
    """The caller's PATH without folders relative to the current one, which may be a stranger's work tree."""
    folders = os.environ.get("PATH", DEFAULT_PATH).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if os.path.isabs(folder)) or DEFAULT_PATH  # noqa: PTH117


def find_program(name: str) -> str:
    """The path of a program, preferring those that were installed with this package. Raises ToolMissing."""
    places = [sysconfig.get_path("scripts"), sysconfig.get_path("scripts", "posix_user")]
    found = shutil.which(name, path=os.pathsep.join(places)) or shutil.which(name, path=_search_path())
    if found is None:
        msg = f"{name} is not installed"
        raise ToolMissing(msg)
    return found


def network_isolation_works() -> bool:
    """Whether validators run without a network on this system; for `doctor`."""
    argv = [sys.executable, "-I", "-S", launcher.__file__, launcher.PROBE]
    return run(argv, cwd="/", timeout=10).returncode == 0


def run(
    argv: Sequence[str],
    *,
    cwd: str | Path,
    env: Mapping[str, str] | None = None,
    stdin: str | bytes | None = None,
    timeout: float,
    max_output: int = 64 << 20,
    limits: Limits | None = None,
    isolation: Isolation | None = None,
) -> Completed:
    """Runs a program to its end; `timeout` in seconds, `max_output` in bytes over both streams.

    `env` replaces the scrubbed environment as a whole. `limits` and `isolation` cost some 20 ms, for the launcher.
    Raises ToolMissing, ToolTimeout or ToolOutputTooLarge; the whole process group is killed before the latter two.
    """
    payload = _encode(stdin) if isinstance(stdin, str) else stdin
    with (
        _input_file(payload or b"") as source,
        Process(argv, cwd=cwd, env=env, limits=limits, isolation=isolation, source=source) as process,
    ):
        _bound_cpu(process.pid, timeout)
        stdout, stderr = _collect(process, time.monotonic() + timeout, max_output)
        returncode = process.wait()
    if returncode == CANNOT_EXECUTE and (limits or isolation) and stderr.startswith(b"cannot execute "):
        raise ToolMissing(stderr.decode(errors="replace").strip())
    return Completed(returncode=returncode, stdout=stdout, stderr=stderr)


class Process:
    """A running program with pipes, leader of its own process group; leaving the context kills the group."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: str | Path,
        env: Mapping[str, str] | None = None,
        limits: Limits | None = None,
        isolation: Isolation | None = None,
        source: IO[bytes] | None = None,
    ) -> None:
        """Starts it, for a dialogue over pipes, or with a file as standard input and standard error kept.

        Raises ToolMissing.
        """
        environment = scrubbed_environment() if env is None else dict(env)
        program = shutil.which(argv[0], path=environment.get("PATH"))
        if program is None:
            msg = f"{argv[0]} is not installed"
            raise ToolMissing(msg)
        command = [program, *argv[1:]]
        if limits or isolation:
            wrapper = isolation or Isolation(no_network=False)
            command = [*replace(wrapper, limits=limits or wrapper.limits).command(), *command]
        try:
            self._popen = subprocess.Popen(
                command,
                cwd=cwd,
                env=environment,
                stdin=subprocess.PIPE if source is None else source,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if source is None else subprocess.PIPE,
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            msg = f"cannot run {argv[0]}: {error.strerror}"
            raise ToolMissing(msg) from error

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def stdin(self) -> IO[bytes]:
        """The unbuffered pipe to the program."""
        assert self._popen.stdin is not None
        return self._popen.stdin

    @property
    def stdout(self) -> IO[bytes]:
        """The unbuffered pipe from the program."""
        assert self._popen.stdout is not None
        return self._popen.stdout

    @property
    def stderr(self) -> IO[bytes] | None:
        """The pipe of the error stream, if it was asked for."""
        return self._popen.stderr

    @property
    def pid(self) -> int:
        """The program's process id, which is also that of its group."""
        return self._popen.pid

    def wait(self) -> int:
        """Waits for the end; the return code."""
        return self._popen.wait()

    def poll(self) -> int | None:
        """The return code, or None while it runs."""
        return self._popen.poll()

    def kill(self) -> None:
        """Ends the whole group, reaps the leader and closes the pipes; harmless when it has already ended."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait()
        for stream in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if stream is not None:
                with suppress(BrokenPipeError):
                    stream.close()


def _bound_cpu(pid: int, seconds: float) -> None:
    """A spinning program ends itself even when this process is killed before it can end the program's group."""
    ceiling = int(seconds) + 2
    with suppress(OSError, ValueError):  # it has ended, or it has a lower limit
        resource.prlimit(pid, resource.RLIMIT_CPU, (ceiling, ceiling))


def _encode(text: str) -> bytes:
    """UTF-8; escaped bytes become themselves again, other lone surrogates their three bytes."""
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return text.encode(errors="surrogatepass")


def _input_file(payload: bytes) -> IO[bytes]:
    """A seekable standard input: from a pipe, a shell reads its script one byte at a time."""
    source: IO[bytes]
    if hasattr(os, "memfd_create"):
        source = open(os.memfd_create("stdin"), "w+b", buffering=0)  # noqa: PTH123, SIM115
    else:
        source = TemporaryFile(buffering=0)  # noqa: SIM115
    rest = memoryview(payload)
    while rest:
        rest = rest[source.write(rest) :]
    source.seek(0)
    return source


def _collect(process: Process, deadline: float, max_output: int) -> tuple[bytes, bytes]:
    """Both outputs to their end. Raises ToolTimeout or ToolOutputTooLarge."""
    outputs = {stream.fileno(): bytearray() for stream in (process.stdout, process.stderr) if stream is not None}
    with selectors.DefaultSelector() as selector:
        for descriptor in outputs:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                msg = "the time limit was reached"
                raise ToolTimeout(msg)
            for key, _ in ready:
                if chunk := os.read(key.fd, CHUNK):
                    outputs[key.fd] += chunk
                else:
                    selector.unregister(key.fd)
            if sum(map(len, outputs.values())) > max_output:
                msg = f"more than {max_output} bytes of output"
                raise ToolOutputTooLarge(msg)
    stdout, stderr = outputs.values()
    return bytes(stdout), bytes(stderr)
