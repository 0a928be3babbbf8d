"""Takes the files that can become snippets out of a package, without believing what the archive says about places.

Every member is written by this module: regular files below the target folder only, no links, no modes, no owners.
"""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from slmfix_bot.errors import UsageError
from slmfix_training.corpora.licences import is_licence_file
from slmfix_training.corpora.sources import MAX_BYTES, PATTERNS, SUFFIXES, is_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MAX_TOTAL = 1 << 30  # bytes of one package
AR_MAGIC, AR_ENTRY = b"!<arch>\n", 60
Member = tuple[str, int, "Callable[[], bytes]"]


def unpack(archive: Path, folder: Path) -> int:
    """Writes the wanted files of an archive below `folder`; how many.

    Understands wheels, tar archives and Debian binary packages. Raises UsageError for a member outside of the folder,
    for too much, and for what is no archive.
    """
    count = total = 0
    try:
        for name, size, read in _members(archive):
            place = _safe(name)
            if not is_wanted(name) or size > MAX_BYTES or "\\" in name:  # a place of its own on other systems
                continue
            total += size
            if total > MAX_TOTAL:
                msg = f"{archive.name} holds more than {MAX_TOTAL >> 20} MiB"
                raise UsageError(msg)
            content = read()
            if not _is_named(name) and not content.startswith(b"#!"):
                continue
            target = folder / place
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            count += 1
    except (tarfile.TarError, zipfile.BadZipFile, EOFError, OSError) as error:
        msg = f"{archive.name} cannot be read: {error}"
        raise UsageError(msg) from error
    return count


def is_wanted(name: str) -> bool:
    """Whether a file of this name is of a language of the corpus, may be a script, or holds a licence."""
    return "." not in name.rpartition("/")[2] or _is_named(name)


def _is_named(name: str) -> bool:
    return is_licence_file(name) or any(is_of(name, language) for language in (*SUFFIXES, *PATTERNS))


def _safe(name: str) -> PurePosixPath:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts:
        msg = f"the archive names a place outside of it: {name!r}"
        raise UsageError(msg)
    return place


def _members(archive: Path) -> Iterator[Member]:
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as opened:
            for info in opened.infolist():
                if not info.is_dir():
                    yield info.filename, info.file_size, _reader(opened, info)
        return
    if archive.suffix == ".deb":
        with archive.open("rb") as file, tarfile.open(fileobj=_data_of(file)) as tar:
            yield from _regular(tar)
        return
    with tarfile.open(archive) as tar:
        yield from _regular(tar)


def _reader(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        with opened.open(info) as file:
            return file.read(MAX_BYTES + 1)

    return read


def _regular(tar: tarfile.TarFile) -> Iterator[Member]:
    for member in tar:
        if member.isfile():
            yield member.name, member.size, _tar_reader(tar, member)


def _tar_reader(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Callable[[], bytes]:
    def read() -> bytes:
        file = tar.extractfile(member)
        return file.read(MAX_BYTES + 1) if file else b""

    return read


def _data_of(file: BinaryIO) -> io.BytesIO:
    """The `data.tar` of a Debian package, which is an `ar` archive."""
    if file.read(len(AR_MAGIC)) != AR_MAGIC:
        msg = "no Debian package"
        raise tarfile.ReadError(msg)
    while len(head := file.read(AR_ENTRY)) == AR_ENTRY:
        name, size = head[:16].decode(errors="replace").strip(), int(head[48:58])
        if name.startswith("data.tar"):
            return io.BytesIO(file.read(size))
        file.seek(size + size % 2, io.SEEK_CUR)
    msg = "no data in the Debian package"
    raise tarfile.ReadError(msg)
