"""The public packages that clean programs are taken from, by name, version and licence: sources.json.

Nothing else may enter the corpus; evaluation sets stay out (corpus.py refuses texts whose hash is on a list).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_BYTES = 400_000
MAX_FILES = 60_000
SHELLS = ("sh", "bash", "dash")
TABLE = Path(__file__).with_name("sources.json")
DIALECTS = {
    "mysql": re.compile(r"(?i)mysql|mariadb"),
    "sqlite": re.compile(r"(?i)sqlite"),
    "postgres": re.compile(r"(?i)postgres|pgsql|psql"),
}
REGISTRIES = {
    "pypi": "PyPI wheel",
    "pypi-sdist": "PyPI sdist",
    "debian": "Debian source",
    "debian-binary": "Debian package",
}


@dataclass(frozen=True, kw_only=True)
class Source:
    """One version of one package; `licence` is an SPDX expression for the files that say nothing themselves."""

    registry: str
    package: str
    version: str
    licence: str
    languages: tuple[str, ...]
    dialect: str | None = None  # of SQL that no folder or file name tells
    sha256: Mapping[str, str] = field(default_factory=dict)  # of the files that the registry hands out

    def dialect_of(self, file: str) -> str | None:
        """The dialect of an SQL file; None when nothing tells it."""
        return next((name for name, words in DIALECTS.items() if words.search(file)), self.dialect)

    @property
    def name(self) -> str:
        """As it stands in the manifest and in every snippet."""
        return f"{self.package} {self.version} ({REGISTRIES[self.registry]})"

    @property
    def folder(self) -> str:
        """The name of its folder below a root; an epoch is left out, file systems dislike colons."""
        return f"{self.registry}-{self.package}-{self.version.rpartition(':')[2]}"


@cache
def sources() -> tuple[Source, ...]:
    """The whole table in its order."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    fields = Source.__dataclass_fields__
    return tuple(
        Source(
            **{key: value for key, value in row.items() if key in fields and key != "languages"},
            languages=tuple(row["languages"]),
        )
        for row in table["packages"]
    )


WORKFLOW = re.compile(r"(^|/)\.github/workflows/[^/]+\.ya?ml$")
DOCKERFILE = re.compile(r"(^|/)(Dockerfile|Containerfile)(\.[\w.-]+)?$|\.[dD]ockerfile$")
SUFFIXES = {
    "bash": (".sh", ".bash"),
    "sql": (".sql",),
    "python": (".py",),
    "ansible": (".yml", ".yaml", ".py"),
    "yaml": (".yml", ".yaml"),
    "json": (".json",),
    "toml": (".toml",),
    "verilog": (".v", ".vh"),
    "terraform": (".tf",),
}
WRITTEN_BY_TOOLS = re.compile(  # the same in hundreds of packages, and like nothing that a person or a model writes
    r"(^|/)(configure|config\.(guess|sub|rpath|status)|install-sh|ltmain\.sh|missing|depcomp|compile|libtool|"
    r"test-driver|ylwrap|mkinstalldirs|mdate-sh|autogen-unpack)$"
)
SQL_TEST = re.compile(r"mysql-test/.*\.(test|inc)$|sqlite3-[^/]*/test/[^/]*\.test$")
PATTERNS = {"workflow": WORKFLOW, "dockerfile": DOCKERFILE}


def is_of(name: str, language: str) -> bool:
    """Whether the name of a file says that it is of this language."""
    if language in PATTERNS:
        return PATTERNS[language].search(name) is not None
    if language == "sql" and SQL_TEST.search(name):
        return True
    return name.endswith(SUFFIXES[language]) and not (language in ("ansible", "yaml") and WORKFLOW.search(name))


def find_root(source: Source, roots: tuple[Path, ...]) -> Path | None:
    """The folder of a source; None when it is not there."""
    return next((root / source.folder for root in roots if (root / source.folder).is_dir()), None)


def read_files(root: Path, language: str) -> Iterator[tuple[str, str]]:
    """(name, text) of the files of one language, in an order that follows no folder, so that a limit is fair to all."""
    count = 0
    found = ((path.relative_to(root).as_posix(), path) for path in _walk(root))
    for name, path in sorted(found, key=lambda pair: hashlib.md5(pair[0].encode(), usedforsecurity=False).digest()):
        if count >= MAX_FILES:
            return
        if path.stat().st_size > MAX_BYTES or WRITTEN_BY_TOOLS.search(name):
            continue
        text = None
        if is_of(name, language):
            text = path.read_bytes().decode(errors="replace")
        elif language == "bash" and "." not in path.name:
            text = _shell_script(path)
        if text is not None and "\ufffd" not in text:
            count += 1
            yield name, text


def _walk(folder: Path) -> Iterator[Path]:
    """All files; a link is followed when it stands at the top, where `--root` may hold links to unpacked packages."""
    for path in folder.iterdir():
        if path.is_dir():
            yield from (found for found in path.rglob("*") if found.is_file() and not found.is_symlink())
        elif path.is_file():
            yield path


def _shell_script(path: Path) -> str | None:
    with path.open("rb") as file:
        if file.read(2) != b"#!":
            return None
    text = path.read_bytes().decode(errors="replace")
    first = split_lines(text)[0]
    return text if any(first.strip().endswith(f"/{shell}") or f" {shell}" in first for shell in SHELLS) else None
