from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.adapters.process import (
    Isolation,
    Limits,
    Process,
    network_isolation_works,
    run,
    scrubbed_environment,
)
from slmfix_bot.errors import ToolMissing, ToolOutputTooLarge, ToolTimeout

if TYPE_CHECKING:
    from pathlib import Path


def test_run_returns_code_and_both_streams(tmp_path: Path) -> None:
    done = run(["sh", "-c", "cat; echo err >&2; exit 3"], cwd=tmp_path, stdin="in\n", timeout=10)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"in\n", b"err\n")


def test_run_passes_bytes_through_unchanged(tmp_path: Path) -> None:
    payload = bytes(range(256)) * 4096
    assert run(["cat"], cwd=tmp_path, stdin=payload, timeout=10).stdout == payload


def test_run_survives_a_program_that_does_not_read(tmp_path: Path) -> None:
    assert run(["true"], cwd=tmp_path, stdin=b"x" * 1_000_000, timeout=10).returncode == 0


def test_run_hides_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    out = run(["env"], cwd=tmp_path, timeout=10).text
    assert "secret" not in out
    assert "HOME=/nonexistent" in out


def test_run_names_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="no-such-program"):
        run(["no-such-program"], cwd=tmp_path, timeout=1)


def test_run_names_a_missing_program_behind_the_launcher(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x7fELF garbage")
    broken.chmod(0o755)
    with pytest.raises(ToolMissing, match="cannot execute"):
        run([str(broken)], cwd=tmp_path, timeout=10, limits=Limits())


def test_run_kills_the_whole_group_at_the_time_limit(tmp_path: Path) -> None:
    started = time.monotonic()
    with pytest.raises(ToolTimeout):
        run(["sh", "-c", "sleep 30 & echo $! > pid; wait"], cwd=tmp_path, timeout=0.3)
    assert time.monotonic() - started < 5
    grandchild = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 5
    while is_running(grandchild) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_running(grandchild)


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as stat:  # noqa: PTH123
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_run_bounds_the_output(tmp_path: Path) -> None:
    with pytest.raises(ToolOutputTooLarge):
        run(["yes"], cwd=tmp_path, timeout=10, max_output=100_000)


def test_limits_stop_memory_hunger(tmp_path: Path) -> None:
    hungry = [sys.executable, "-c", "x = bytearray(1 << 30)"]
    assert run(hungry, cwd=tmp_path, timeout=20, limits=Limits(address_space=256 << 20)).returncode != 0
    assert run(hungry, cwd=tmp_path, timeout=20, limits=Limits(address_space=2 << 30)).returncode == 0


def test_limits_stop_endless_files(tmp_path: Path) -> None:
    done = run(["sh", "-c", "yes > big"], cwd=tmp_path, timeout=20, limits=Limits(file_size=1 << 16))
    assert done.returncode != 0
    assert (tmp_path / "big").stat().st_size <= 1 << 16


def test_isolation_leaves_the_network(tmp_path: Path) -> None:
    if not network_isolation_works():
        pytest.skip("this kernel does not let us leave the network")
    interfaces = ["sh", "-c", "tail -n +3 /proc/net/dev | cut -d: -f1"]
    alone = run(interfaces, cwd=tmp_path, timeout=10, isolation=Isolation()).text.split()
    assert alone in ([], ["lo"])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to drop")
def test_isolation_drops_privileges(tmp_path: Path) -> None:
    done = run(["id", "-u"], cwd="/", timeout=10, isolation=Isolation(drop_privileges=True))
    assert done.text.strip() == "65534"


def test_process_is_killed_on_leaving(tmp_path: Path) -> None:
    with Process(["sleep", "30"], cwd=tmp_path) as process:
        assert process.poll() is None
    assert process.poll() == -9


def test_scrubbed_environment_adds_what_is_asked_for() -> None:
    assert scrubbed_environment({"A": "b"})["A"] == "b"
