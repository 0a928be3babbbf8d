"""The progress bar on standard error, for people only."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Advance = Callable[[str, int, int], None]

MAX_STAGE = 50


@contextmanager
def progress_bar() -> Iterator[Advance]:
    """A function `(path, done, total)` that moves the bar; it does nothing unless standard error is a terminal."""
    if not sys.stderr.isatty():
        yield _silent
        return
    # rich takes 60 ms to import.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)

        def advance(stage: str, done: int, total: int) -> None:
            bar.update(task, description=printable(stage)[-MAX_STAGE:], completed=done, total=total)

        yield advance


def _silent(stage: str, done: int, total: int) -> None:
    """Nobody watches."""


def printable(text: str) -> str:
    """A path of a stranger's without what a terminal would obey."""
    return "".join(char if char.isprintable() else "?" for char in text)
