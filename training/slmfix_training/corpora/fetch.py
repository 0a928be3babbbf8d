"""Downloads the packages of the source table in exactly these versions and unpacks them, so that a corpus can be made
again. The ordinary clients of the registries do it: pip and apt-get.

A file whose hash differs from the table's is not unpacked. pip compares it before it looks inside, which matters for
sdists: their metadata come from running their build.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from slmfix_bot.adapters.process import run
from slmfix_bot.errors import ToolMissing, ToolTimeout, UsageError
from slmfix_training.corpora.unpack import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from slmfix_training.corpora.sources import Source

RECORD = "fetched.json"
TIMEOUT = 900.0  # seconds for one package
IGNORED = (".asc", ".dsc", ".debian.tar.xz", ".diff.gz", "pinned.txt")  # what else lies there


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What came of one package: `files` are the hashes of the downloads; `problem` is empty when all went well."""

    package: str
    folder: str
    files: dict[str, str] = field(default_factory=dict)
    unpacked: int = 0
    problem: str = ""


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(wanted: Iterable[Source], output: Path, downloads: Path) -> Iterator[Fetched]:
    """Downloads into `downloads`, unless the file is there already, and unpacks below `output`; one at a time.

    Writes `fetched.json` after each. What a registry no longer has is reported as a problem and skipped.
    """
    output.mkdir(parents=True, exist_ok=True)
    downloads.mkdir(parents=True, exist_ok=True)
    record = output / RECORD
    known = {row["folder"]: row for row in json.loads(record.read_text())["packages"]} if record.exists() else {}
    for source in wanted:
        before = known.get(source.folder)
        if before and not before["problem"] and before["files"] == dict(source.sha256) and source.sha256:
            continue
        found = _fetch_one(source, output, downloads)
        known[source.folder] = asdict(found)
        rows = [known[name] for name in sorted(known)]
        record.write_text(json.dumps({"schema": "slmfix.fetched/1", "packages": rows}, indent=1) + "\n")
        yield found


def _fetch_one(source: Source, output: Path, downloads: Path) -> Fetched:
    try:
        files = _present(source, downloads) or _download(source, downloads)
        hashes = {path.name: digest(path) for path in files}
        if source.sha256 and hashes != dict(source.sha256):
            return Fetched(
                package=source.name, folder=source.folder, files=hashes, problem="other contents than pinned"
            )
        target = output / source.folder
        shutil.rmtree(target, ignore_errors=True)
        count = sum(unpack(path, target) for path in files)
    except (UsageError, ToolMissing, ToolTimeout) as error:
        return Fetched(package=source.name, folder=source.folder, problem=str(error))
    return Fetched(package=source.name, folder=source.folder, files=hashes, unpacked=count)


def _present(source: Source, downloads: Path) -> list[Path]:
    """The files of a package when all of them are there with the right contents."""
    found = [downloads / name for name in source.sha256]
    is_complete = all(path.is_file() and digest(path) == source.sha256[path.name] for path in found)
    return found if is_complete else []


def _download(source: Source, downloads: Path) -> list[Path]:
    with TemporaryDirectory(dir=downloads) as folder:
        done = run(COMMANDS[source.registry](source, Path(folder)), cwd=folder, env=dict(os.environ), timeout=TIMEOUT)
        found = [path for path in sorted(Path(folder).iterdir()) if path.name in source.sha256 or not source.sha256]
        kept = [path for path in found if path.is_file() and not path.name.endswith(IGNORED)]
        if done.returncode and len(kept) < max(1, len(source.sha256)):  # apt-get also fails for a lost signature
            lines = (done.error_text or done.text).strip().split("\n")
            msg = f"cannot be downloaded: {lines[-1] if lines else ''}"
            raise UsageError(msg)
        return [path.replace(downloads / path.name) for path in kept]


def _pip(source: Source, folder: Path, kind: str) -> list[str]:
    hashes = "".join(f" --hash=sha256:{value}" for value in source.sha256.values())
    (folder / "pinned.txt").write_text(f"{source.package}=={source.version}{hashes}\n")
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
    return [*argv, kind, ":all:", "--dest", ".", "--requirement", "pinned.txt"]


def _wheel(source: Source, folder: Path) -> list[str]:
    return _pip(source, folder, "--only-binary")


def _sdist(source: Source, folder: Path) -> list[str]:
    return _pip(source, folder, "--no-binary")


def _debian_source(source: Source, _: Path) -> list[str]:
    return ["apt-get", "source", "-qq", "--download-only", f"{source.package}={source.version}"]


def _debian_binary(source: Source, _: Path) -> list[str]:
    return ["apt-get", "download", "-qq", f"{source.package}={source.version}"]


COMMANDS: dict[str, Callable[[Source, Path], list[str]]] = {
    "pypi": _wheel,
    "pypi-sdist": _sdist,
    "debian": _debian_source,
    "debian-binary": _debian_binary,
}
