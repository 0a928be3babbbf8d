"""Git applies what we print, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slmfix_bot.adapters.process import run
from slmfix_bot.reporters.patch import render_patch

if TYPE_CHECKING:
    from pathlib import Path


def git_apply(folder: Path, patch: str) -> None:
    """Applies a patch in a folder that is no repository; fails with git's message."""
    env = {"GIT_CEILING_DIRECTORIES": str(folder.parent), "PATH": "/usr/bin:/bin:/usr/local/bin"}
    done = run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder, env=env, stdin=patch, timeout=20)
    assert done.returncode == 0, done.error_text


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("plain.sh", "a\nb\nc\n", "a\nB\nc\n"),
        ("crlf.sh", "a\r\nb\r\n", "a\r\nB\r\n"),
        ("open end.sh", "a\nb", "a\nc"),
        ("gains-newline.sh", "a\nb", "a\nb\n"),
        ("dir/café.sh", "a\n", "b\n"),
        ('quote".sh', "a\n", "b\n"),
        ("two words/and\ttab.sh", "a\n", "b\n"),
        ("separators.txt", "a\u2028b\x0cc\n", "a\u2028b\x0cd\n"),
        ("far.txt", "".join(f"{n}\n" for n in range(40)), "".join(f"{n}\n" for n in range(40) if n not in {3, 30})),
        ("grows.txt", "a\n", "x\na\ny\n"),
        ("shrinks.txt", "a\nb\n", "b\n"),
    ],
)
def test_git_applies_the_patch(tmp_path: Path, path: str, old: str, new: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(old.encode())
    git_apply(tmp_path, render_patch({path: (old, new)}))
    assert file.read_bytes() == new.encode()


def test_equal_texts_give_no_patch_noop() -> None:
    assert render_patch({"a": ("x\n", "x\n")}) == ""


texts = st.lists(st.sampled_from(["a\n", "b\n", "c\r\n", "\n"]), max_size=12).map("".join)


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=texts, new=texts, is_open=st.booleans())
def test_git_applies_any_patch(tmp_path: Path, old: str, new: str, is_open: bool) -> None:
    old, new = f"{old}end" if is_open else f"{old}end\n", f"{new}end\n"
    (tmp_path / "f").write_bytes(old.encode())
    if patch := render_patch({"f": (old, new)}):
        git_apply(tmp_path, patch)
    assert (tmp_path / "f").read_bytes() == new.encode()


def test_a_long_file_of_equal_lines_takes_no_longer_than_another() -> None:
    lines = "echo x\n" * 10_000
    patch = render_patch({"a.sh": (lines + lines, f"{lines}echo y\n{lines}")})
    assert patch.endswith("@@ -9998,6 +9998,7 @@\n" + " echo x\n" * 3 + "+echo y\n" + " echo x\n" * 3)
