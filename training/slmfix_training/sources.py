"""The public packages that clean programs are taken from, with their licences.

Nothing else may enter the corpus; evaluation sets stay out (corpus.py refuses texts whose hash is on a list).
"""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 400_000
MAX_FILES = 12_000
SHELLS = ("sh", "bash", "dash")


@dataclass(frozen=True, kw_only=True)
class Source:
    """`name` is the package; `root` the name of a folder or wheel below the given roots, may end in `*`."""

    name: str
    root: str
    licence: str
    languages: tuple[str, ...]


SOURCES = (
    Source(name="git (Debian source)", root="x-git_*", licence="GPL-2.0-only", languages=("bash",)),
    Source(name="automake (Debian source)", root="x-automake*", licence="GPL-2.0-or-later", languages=("bash",)),
    Source(name="dracut (Debian source)", root="x-dracut*", licence="GPL-2.0-or-later", languages=("bash",)),
    Source(name="lvm2 (Debian source)", root="x-lvm2*", licence="GPL-2.0-only", languages=("bash",)),
    Source(name="kubernetes (Debian source)", root="x-kubernetes*", licence="Apache-2.0", languages=("bash",)),
    Source(name="Debian packages' scripts, installed", root="usr-scripts*", licence="per package", languages=("bash",)),
    Source(name="postgresql-15 (Debian source)", root="x-postgresql*", licence="PostgreSQL", languages=("sql",)),
    Source(
        name="ansible 12.3.0 (PyPI wheel)",
        root="ansible-12*.whl",
        licence="GPL-3.0-or-later, partly Apache-2.0 and MIT",
        languages=("ansible", "yaml", "python"),
    ),
    Source(name="kolla-ansible (PyPI wheel)", root="kolla*.whl", licence="Apache-2.0", languages=("ansible", "yaml")),
    Source(name="CPython 3.11 standard library", root="python3.11", licence="PSF-2.0", languages=("python",)),
    Source(
        name="installed PyPI packages",
        root="site-packages",
        licence="per package, permissive (MIT, BSD, Apache-2.0)",
        languages=("python", "json", "yaml", "toml"),
    ),
    Source(name="Debian and npm packages' data", root="usr-data*", licence="per package", languages=("json", "yaml")),
)
SUFFIXES = {
    "bash": (".sh", ".bash"),
    "sql": (".sql",),
    "python": (".py",),
    "ansible": (".yml", ".yaml"),
    "yaml": (".yml", ".yaml"),
    "json": (".json",),
    "toml": (".toml",),
}


def find_root(source: Source, roots: tuple[Path, ...]) -> Path | None:
    """The folder or wheel of a source; None when it is not there."""
    return next((path for root in roots for path in sorted(root.glob(source.root))), None)


def read_files(root: Path, language: str) -> Iterator[tuple[str, str]]:
    """(name, text) of the files of one language, in the order of their names."""
    if root.is_dir():
        yield from _read_folder(root, language)
        return
    with zipfile.ZipFile(root) as archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.filename.endswith(_suffixes(language)) and info.file_size < MAX_BYTES:
                yield info.filename, archive.read(info).decode(errors="replace")


def _suffixes(language: str) -> tuple[str, ...]:
    return (*SUFFIXES[language], ".py") if language == "ansible" else SUFFIXES[language]


def _read_folder(root: Path, language: str) -> Iterator[tuple[str, str]]:
    count = 0
    for path in sorted(root.rglob("*")):
        if count >= MAX_FILES:
            return
        if not path.is_file() or path.stat().st_size > MAX_BYTES or "site-packages" in path.relative_to(root).parts:
            continue
        text = None
        if path.name.endswith(_suffixes(language)):
            text = path.read_bytes().decode(errors="replace")
        elif language == "bash" and "." not in path.name:
            text = _shell_script(path)
        if text is not None and "\ufffd" not in text:
            count += 1
            yield str(path.relative_to(root)), text


def _shell_script(path: Path) -> str | None:
    with path.open("rb") as file:
        if file.read(2) != b"#!":
            return None
    text = path.read_bytes().decode(errors="replace")
    first = split_lines(text)[0]
    return text if any(first.strip().endswith(f"/{shell}") or f" {shell}" in first for shell in SHELLS) else None
