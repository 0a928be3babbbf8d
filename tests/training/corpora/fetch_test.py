"""Packages: unpacked only with the pinned contents, only wanted files, and never outside of their folder."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from slmfix_bot.errors import UsageError
from slmfix_training.commands.fetch_command import fetch as fetch_verb
from slmfix_training.corpora.fetch import COMMANDS, digest, fetch
from slmfix_training.corpora.sources import Source, sources
from slmfix_training.corpora.unpack import unpack

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = Source(registry="pypi", package="thing", version="1.0", licence="MIT", languages=("bash",))


def write_tar(path: Path, files: dict[str, bytes], links: dict[str, str] | None = None) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    return path


def write_wheel(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as opened:
        for name, text in files.items():
            opened.writestr(name, text)
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_only_wanted_files_are_written(tmp_path: Path) -> None:
    files = {
        "t-1/a.sh": b"echo\n",
        "t-1/run": b"#!/bin/sh\n",
        "t-1/data": b"x",
        "t-1/a.png": b"x",
        "t-1/LICENSE": b"MIT",
        "t-1/Dockerfile": b"FROM a",
        "t-1/..\\b.sh": b"echo\n",
    }
    archive = write_tar(tmp_path / "t.tar.gz", files, {"t-1/b.sh": "/etc/passwd"})
    assert unpack(archive, tmp_path / "out") == 4
    assert names(tmp_path / "out") == ["t-1/Dockerfile", "t-1/LICENSE", "t-1/a.sh", "t-1/run"]


@pytest.mark.parametrize("name", ["/etc/evil.sh", "../evil.sh", "a/../../evil.sh"])
def test_places_outside_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="outside"):
        unpack(write_tar(tmp_path / "t.tar.gz", {name: b"echo\n"}), tmp_path / "out")
    with pytest.raises(UsageError, match="outside"):
        unpack(write_wheel(tmp_path / "t.whl", {name: "echo\n"}), tmp_path / "out")
    assert not (tmp_path / "evil.sh").exists()


def test_a_debian_package_is_read(tmp_path: Path) -> None:
    data = write_tar(tmp_path / "data.tar.gz", {"./usr/share/a.sql": b"SELECT 1;\n"}).read_bytes()

    def entry(name: str, content: bytes) -> bytes:
        return (
            f"{name:<16}{0:<12}{0:<6}{0:<6}{644:<8}{len(content):<10}`\n".encode()
            + content
            + b"\n" * (len(content) % 2)
        )

    package = tmp_path / "a.deb"
    package.write_bytes(b"!<arch>\n" + entry("debian-binary", b"2.0\n") + entry("data.tar.gz", data))
    assert unpack(package, tmp_path / "out") == 1
    assert names(tmp_path / "out") == ["usr/share/a.sql"]


def test_garbage_is_refused(tmp_path: Path) -> None:
    for name in ("a.tar.gz", "a.whl", "a.deb"):
        (tmp_path / name).write_bytes(b"no archive")
        with pytest.raises(UsageError, match="cannot be read"):
            unpack(tmp_path / name, tmp_path / "out")


def test_fetch_takes_what_is_there_and_records_it(tmp_path: Path) -> None:
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    wheel = write_wheel(downloads / "thing-1.0-py3-none-any.whl", {"thing/a.sh": "echo\n"})
    source = replace(SOURCE, sha256={wheel.name: digest(wheel)})
    (found,) = fetch([source], tmp_path / "roots", downloads)
    assert (found.problem, found.unpacked) == ("", 1)
    assert names(tmp_path / "roots" / "pypi-thing-1.0") == ["thing/a.sh"]
    record = json.loads((tmp_path / "roots" / "fetched.json").read_text())
    assert record["packages"][0]["files"] == dict(source.sha256)
    assert list(fetch([source], tmp_path / "roots", downloads)) == []  # done already


def test_other_contents_are_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = "import zipfile; zipfile.ZipFile('thing-1.0-py3-none-any.whl', 'w').writestr('a.sh', 'echo other')"
    monkeypatch.setitem(COMMANDS, "pypi", lambda _, __: ["python3", "-c", made])
    source = replace(SOURCE, sha256={"thing-1.0-py3-none-any.whl": "0" * 64})
    (found,) = fetch([source], tmp_path / "roots", tmp_path / "downloads")
    assert found.problem == "other contents than pinned"
    assert not (tmp_path / "roots" / source.folder).exists()


def test_what_the_registry_lacks_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COMMANDS, "pypi", lambda _, __: ["python3", "-c", "raise SystemExit('no such version')"])
    (found,) = fetch([SOURCE], tmp_path / "roots", tmp_path / "downloads")
    assert found.problem == "cannot be downloaded: no such version"


def test_a_lost_signature_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = (
        "import zipfile; zipfile.ZipFile('thing.whl', 'w').writestr('a.sh', 'echo'); raise SystemExit('no signature')"
    )
    monkeypatch.setitem(COMMANDS, "pypi", lambda _, __: ["python3", "-c", made])
    monkeypatch.setattr("slmfix_training.corpora.fetch.digest", lambda _: "ab")
    (found,) = fetch([replace(SOURCE, sha256={"thing.whl": "ab"})], tmp_path / "roots", tmp_path / "downloads")
    assert (found.problem, found.unpacked) == ("", 1)


def test_the_clients_are_told_version_and_hash(tmp_path: Path) -> None:
    argv = COMMANDS["pypi-sdist"](replace(SOURCE, sha256={"thing-1.0.tar.gz": "ab"}), tmp_path)
    assert argv[1:4] == ["-m", "pip", "download"]
    assert argv[argv.index("--no-binary") + 1] == ":all:"
    assert (tmp_path / "pinned.txt").read_text() == "thing==1.0 --hash=sha256:ab\n"
    assert COMMANDS["debian"](SOURCE, tmp_path)[-1] == "thing=1.0"


def test_the_table_pins_every_package() -> None:
    table = sources()
    assert len({source.folder for source in table}) == len(table)
    assert len({source.name for source in table}) == len(table)
    assert all(source.licence and source.languages and source.registry in COMMANDS for source in table)
    assert all(source.sha256 for source in table)


def test_the_verb_says_what_is_wanted(tmp_path: Path) -> None:
    done = CliRunner().invoke(fetch_verb, ["--output", str(tmp_path / "roots"), "--package", "no-such-package"])
    assert done.output == "0 packages wanted, 0 with problems\n"
