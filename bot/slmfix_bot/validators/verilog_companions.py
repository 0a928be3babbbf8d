"""Which other files of a commit the verdict on a Verilog file needs. Light: it is imported without slang."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SUFFIXES = frozenset({".v", ".sv", ".vh", ".svh"})
MAX_FILES = 200


def verilog_companions(path: str, tree: Iterable[str]) -> tuple[str, ...]:
    """The Verilog files among the paths of a commit's `tree`, those nearest to `path` first, at most MAX_FILES; with so
    many the design may have more, and units that are not found count as unknown."""
    home = PurePosixPath(path).parent.parts
    found = [name for name in tree if name != path and PurePosixPath(name).suffix.lower() in SUFFIXES]
    return tuple(sorted(found, key=lambda name: (_distance(home, PurePosixPath(name).parent.parts), name))[:MAX_FILES])


def _distance(one: tuple[str, ...], two: tuple[str, ...]) -> int:
    """Steps from folder to folder."""
    shared = next((i for i, (left, right) in enumerate(zip(one, two, strict=False)) if left != right), None)
    common = min(len(one), len(two)) if shared is None else shared
    return len(one) + len(two) - 2 * common
