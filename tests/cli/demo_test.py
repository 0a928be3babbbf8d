"""The demo goes the whole way: four languages, evidence, verified repairs, nothing left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.adapters.new_repository import create_repository
from slmfix_bot.cli.demo_commits import COMMITS
from slmfix_bot.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_demo_repairs_everything_it_breaks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--model", "none", "--keep", str(tmp_path / "demo")]) == 0
    shown = capsys.readouterr().out
    for path in ("deploy/site.yml", "reports/monthly.sql", "scripts/backup.sh", "tools/print_orders.py"):
        assert f"fixed: {path}" in shown
    assert shown.count("origin  written by AI") >= 4
    assert "    +        src: site/" in shown
    assert "    +WHERE o.ordered_at >=" in shown
    assert "findings before, 0 after" in shown
    assert "```" not in (tmp_path / "demo" / "reports" / "monthly.sql").read_text()


def test_demo_refuses_a_folder_with_contents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("x")
    assert main(["demo", "--model", "none", "--keep", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert (tmp_path / "mine").read_text() == "x"


def test_repository_is_the_same_every_time(tmp_path: Path) -> None:
    heads = []
    for name in ("one", "two"):
        create_repository(tmp_path / name, COMMITS)
        heads.append((tmp_path / name / ".git/refs/heads/reports").read_text())
    assert heads[0] == heads[1]
