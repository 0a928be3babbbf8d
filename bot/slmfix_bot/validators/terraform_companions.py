"""Which other files of a repository the verdict on a Terraform file depends on: those of its module, which is its
folder. Paths only: nothing is opened here."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_FILES = 200
_WITNESSES = frozenset({".gitignore", "README.md", "LICENSE", "Makefile"})
MODULE_SUFFIXES = (".tf", ".tf.json")


def terraform_companions(path: str, tree: Sequence[str]) -> tuple[str, ...]:
    """The other configuration files of the folder, in the order in which Terraform reads them, then those of modules
    that it may call: of the folders below it and of folders named "modules". None for a file that is no configuration,
    and for a folder with more than 200, of which a part would mislead.

    >>> terraform_companions("net/main.tf", ["net/main.tf", "net/variables.tf", "net/sub/main.tf", "main.tf"])
    ('net/variables.tf', 'net/sub/main.tf')
    """
    if not path.endswith(".tf"):
        return ()
    folder = PurePosixPath(path).parent
    same = (p for p in tree if p != path and p.endswith(MODULE_SUFFIXES) and PurePosixPath(p).parent == folder)
    found = tuple(sorted(same))
    below = "" if str(folder) == "." else f"{folder}/"
    called = [p for p in tree if p.endswith(MODULE_SUFFIXES) and PurePosixPath(p).parent != folder]
    called = sorted(p for p in called if p.startswith(below) or "modules" in PurePosixPath(p).parts)
    if len(found) + len(called) <= MAX_FILES:
        found = (*found, *called)
    if not found:
        # Something to read is what tells the validator that the folder was looked at and holds nothing else.
        witness = (p for p in tree if p != path and (p.endswith(".tf") or PurePosixPath(p).name in _WITNESSES))
        found = tuple(sorted(witness, key=lambda p: (not p.endswith(".tf"), p)))[:1]
    return found if len(found) <= MAX_FILES else ()
