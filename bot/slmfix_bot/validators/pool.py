"""Validation from outside: long-lived, isolated workers that are killed and replaced when they misbehave.

A worker has an empty working directory, a scrubbed environment, limited memory, and no network where the kernel
allows that. Its start is paid once; after that a question costs well under a millisecond on top of the validator.
"""

from __future__ import annotations

import json
import os
import selectors
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slmfix_bot.adapters.isolation import NOBODY
from slmfix_bot.adapters.process import DROP_PRIVILEGES, Isolation, Process
from slmfix_bot.core.diagnostic import Validation
from slmfix_bot.errors import MissingToolError, ToolError, ToolMissing, ToolOutputTooLarge, ToolTimeout
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.wire import decode_validation, encode, encode_custom, encode_request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.options import CustomValidator
    from slmfix_bot.core.program import Program

COMMAND = (sys.executable, "-I", "-m", "slmfix_bot.validators.worker")
CHUNK = 1 << 18
MAX_ANSWER = 32 << 20
START_SECONDS = 20.0
DEFAULT_MEMORY = 1536 << 20


class Worker:
    """One worker process, started at the first question and again after it had to be killed."""

    def __init__(self, directory: str, isolation: Isolation, greeting: bytes = b"") -> None:
        """`greeting` is what every new process is told first, without an answer."""
        self._directory = directory
        self._isolation = isolation
        self._greeting = greeting
        self._process: Process | None = None
        self._before: Program | None = None

    def judge(self, program: Program, *, quick: bool, timeout: float) -> bytes:
        """The answer to a request to check a program. Raises ToolError; the worker is gone then."""
        before = self._before
        same = before is not None and (program.files, program.schema) == (before.files, before.schema)
        reply = self.ask(encode_request(program, quick=quick, timeout=timeout, same_surroundings=same), timeout)
        self._before = program
        return reply

    def ask(self, request: bytes, timeout: float) -> bytes:
        """The answer, without its LF. Raises ToolError; the worker is gone then."""
        fresh = self._process is None
        if self._process is None:
            self._process = Process(COMMAND, cwd=self._directory, isolation=self._isolation)
            os.set_blocking(self._process.stdin.fileno(), False)
            request = self._greeting + request
        try:
            return _exchange(self._process, request, time.monotonic() + timeout + START_SECONDS * fresh)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process = self._before = None


def _exchange(process: Process, request: bytes, deadline: float) -> bytes:
    """Writes the request and reads one line. Raises ToolTimeout, ToolOutputTooLarge or ToolMissing (it died)."""
    rest, received = memoryview(request), bytearray()
    reader, writer = process.stdout.fileno(), process.stdin.fileno()
    with selectors.DefaultSelector() as selector:
        selector.register(reader, selectors.EVENT_READ)
        selector.register(writer, selectors.EVENT_WRITE)
        while not received.endswith(b"\n"):
            ready = selector.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                msg = "the time limit was reached"
                raise ToolTimeout(msg)
            for key, _ in ready:
                if key.fd == writer:
                    with suppress(BrokenPipeError):
                        rest = rest[os.write(writer, rest[:CHUNK]) :]
                        if rest:
                            continue
                    selector.unregister(writer)
                elif chunk := os.read(reader, CHUNK):
                    received += chunk
                else:
                    msg = "the validator crashed or ran out of its limits"
                    raise ToolMissing(msg)
            if len(received) > MAX_ANSWER:
                msg = "the validator said too much"
                raise ToolOutputTooLarge(msg)
    return bytes(received[:-1])


def _with_memory_for(custom: Sequence[CustomValidator], isolation: Isolation) -> Isolation:
    """The isolation with as much memory as the hungriest of the user's validators may have."""
    most = max((validator.memory_mib << 20 for validator in custom), default=0)
    limits = isolation.limits
    if limits.address_space is None or most <= limits.address_space:
        return isolation
    return replace(isolation, limits=replace(limits, address_space=most))


class ValidatorPool:
    """Implements `core.ports.ProgramValidator`. `timeout` is in seconds per program and built-in validator; `jobs`
    bounds the workers; `custom` are the user's own validators, which judge beside the built-in ones."""

    def __init__(
        self,
        *,
        timeout: float = 20.0,
        jobs: int = 1,
        isolation: Isolation | None = None,
        custom: Sequence[CustomValidator] = (),
    ) -> None:
        drop = os.environ.get(DROP_PRIVILEGES) == "1"
        self._timeout = timeout
        self._custom = tuple(custom)
        self._directory = TemporaryDirectory(prefix="slmfix-")
        self._scratch = TemporaryDirectory(prefix="slmfix-")
        os.chmod(self._directory.name, 0o755)  # noqa: PTH101 - nobody must be able to enter it
        chosen = isolation or Isolation(drop_privileges=drop)
        greetings = [self._greeting(number, chosen) for number in range(max(1, jobs))]
        chosen = _with_memory_for(self._custom, chosen)
        self._workers = [Worker(self._directory.name, chosen, greeting) for greeting in greetings]

    def _greeting(self, number: int, isolation: Isolation) -> bytes:
        """What a worker is told about the user's validators; their files live in a folder of its own."""
        if not self._custom:
            return b""
        folder = os.path.join(self._scratch.name, str(number))  # noqa: PTH118
        os.mkdir(folder, 0o700)  # noqa: PTH102
        if isolation.drop_privileges and os.geteuid() == 0:
            os.chmod(self._scratch.name, 0o755)  # noqa: PTH101
            os.chown(folder, NOBODY, NOBODY)
        return encode_custom(self._custom, folder, isolation.limits.address_space or DEFAULT_MEMORY)

    def _seconds(self, language: str) -> float:
        """What judging one program may take: the user's validators have their own limits beside the built-in one's."""
        return self._timeout + sum(custom.timeout + 1 for custom in self._custom if custom.language == language)

    def __enter__(self) -> ValidatorPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the workers and removes their directory."""
        for worker in self._workers:
            worker.close()
        self._directory.cleanup()
        self._scratch.cleanup()

    def supports(self, language: str) -> bool:
        """Whether a validator is registered for the language."""
        return language in VALIDATORS or any(custom.language == language for custom in self._custom)

    def version(self, language: str, validator: str | None = None) -> str:
        """The version of a language's first validator, or of the one of that name. Raises MissingToolError."""
        seconds = self._seconds(language)
        request = encode({"version": language, "validator": validator, "timeout": seconds})
        try:
            reply = json.loads(self._workers[0].ask(request, seconds))
        except ToolError as error:
            raise MissingToolError(str(error)) from error
        if reply["missing"]:
            raise MissingToolError(reply["missing"])
        return str(reply["version"])

    def validate(self, program: Program, *, quick: bool = False) -> Validation:
        """Never raises for a bad program. `quick` gives the same rules and messages without costly explanations."""
        return self._ask(self._workers[0], program, quick=quick)

    def validate_many(self, programs: Sequence[Program], *, quick: bool = False) -> list[Validation]:
        """The validations in the order of the programs, by all workers."""
        if len(self._workers) == 1 or len(programs) < 2:
            return [self.validate(program, quick=quick) for program in programs]
        idle: SimpleQueue[Worker] = SimpleQueue()
        for worker in self._workers:
            idle.put(worker)

        def judge(program: Program) -> Validation:
            worker = idle.get()
            try:
                return self._ask(worker, program, quick=quick)
            finally:
                idle.put(worker)

        with ThreadPoolExecutor(len(self._workers)) as executor:
            return list(executor.map(judge, programs))

    def _ask(self, worker: Worker, program: Program, *, quick: bool) -> Validation:
        if not self.supports(program.language):
            return Validation(validator="", version="", skipped=f"no validator for {program.language}")
        try:
            return decode_validation(worker.judge(program, quick=quick, timeout=self._seconds(program.language)))
        except ToolError as error:
            return Validation(validator=program.language, version="", skipped=str(error))
