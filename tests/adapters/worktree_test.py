"""Files of the user's change only when they are what was checked, at once, and never through a link."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.adapters.worktree import read_text, write_if_unchanged, write_new
from slmfix_bot.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


def test_contents_change_and_the_mode_stays(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b.sh"
    file.parent.mkdir()
    file.write_bytes(b"one\r\n")
    file.chmod(0o750)
    assert write_if_unchanged(tmp_path, "a/b.sh", "one\r\n", "two\r\n") is None
    assert file.read_bytes() == b"two\r\n"
    assert file.stat().st_mode & 0o777 == 0o750
    assert [path.name for path in file.parent.iterdir()] == ["b.sh"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("other.sh", "differs from the checked version"),
        ("missing.sh", "cannot be written"),
        ("link.sh", "is not a regular file"),
        ("folder/inner.sh", "is not a regular file"),
        ("../outside.sh", "is not a regular file"),
        ("pipe", "is not a regular file"),
    ],
)
def test_anything_else_is_left_alone(tmp_path: Path, path: str, reason: str) -> None:
    root = tmp_path / "root"
    (tmp_path / "elsewhere").mkdir()
    root.mkdir()
    for file in (tmp_path / "outside.sh", tmp_path / "elsewhere" / "inner.sh", root / "real.sh"):
        file.write_text("one\n")
    (root / "other.sh").write_text("mine\n")
    (root / "link.sh").symlink_to("real.sh")
    (root / "folder").symlink_to("../elsewhere")
    os.mkfifo(root / "pipe")
    message = write_if_unchanged(root, path, "one\n", "two\n")
    assert message is not None
    assert reason in message
    for file in (tmp_path / "outside.sh", tmp_path / "elsewhere" / "inner.sh", root / "real.sh"):
        assert file.read_text() == "one\n"
    assert (root / "other.sh").read_text() == "mine\n"


def test_own_file_replaces_a_link_instead_of_following_it(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep")
    (tmp_path / "report.json").symlink_to("precious")
    write_new(tmp_path / "report.json", "{}\n")
    assert (tmp_path / "precious").read_text() == "keep"
    assert (tmp_path / "report.json").read_text() == "{}\n"
    with pytest.raises(UsageError, match="cannot be written"):
        write_new(tmp_path / "missing" / "report.json", "{}\n")


def test_reading_stays_inside_and_small(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.sql").write_text("secret")
    (root / "schema.sql").write_text("create table t (a);")
    (root / "link.sql").symlink_to("../secret.sql")
    (root / "latin.sql").write_bytes(b"\xe9")
    assert read_text(root, "schema.sql", 100) == "create table t (a);"
    for path, limit in (("schema.sql", 5), ("link.sql", 100), ("../secret.sql", 100), ("latin.sql", 100), ("no", 9)):
        assert read_text(root, path, limit) is None
