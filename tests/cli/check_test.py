"""`slmfix-bot check` as its user meets it: real git, real validators, exit codes, files that change or do not."""

from __future__ import annotations

import io
import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from slmfix_bot.cli.main import main
from tests.adapters.model_package_test import write_package
from tests.testing.git_repo import GitRepo

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = '#!/bin/bash\nif [ -f x ]; then\n  echo "yes\nfi\n'
REPAIRED = '#!/bin/bash\nif [ -f x ]; then\n  echo "yes"\nfi\n'
# No proposal can make sense of this.
HOPELESS = "#!/bin/bash\n)))) (((( ;;;; }}}} done fi esac (\n"
CLAUDE = ("Co-Authored-By: Claude <noreply@anthropic.com>",)
SCHEMA = json.loads(files("slmfix_bot").joinpath("data", "report.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    """A repository on branch `feature`, started from `main`; the working directory, without a model."""
    repository = GitRepo(tmp_path / "repo")
    repository.write("README.md", "hello\n")
    repository.commit("start")
    repository.branch("feature")
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("SLMFIX_MODEL", "none")
    return repository


def add(repo: GitRepo, contents: dict[str, str | bytes], trailers: tuple[str, ...] = CLAUDE) -> None:
    """Commits files."""
    for path, content in contents.items():
        repo.write(path, content)
    repo.commit("change", trailers=trailers)


def report(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON report of a check, which fits the schema."""
    capsys.readouterr()
    code = main(["check", *args, "--format", "json"])
    captured = capsys.readouterr()
    assert captured.out, captured.err
    document = json.loads(captured.out)
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)] == []
    return code, document


def test_finding_comes_with_evidence_and_verified_repair(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    add(repo, {"run.sh": BROKEN})
    code, document = report(capsys)
    assert code == 1
    (finding,) = document["findings"]
    assert (finding["path"], finding["line"], finding["provenance"]["verdict"]) == ("run.sh", 3, "ai")
    assert "Co-Authored-By: Claude" in finding["provenance"]["evidence"][0]["quote"]
    assert finding["repair"]["status"] == "repaired"
    assert finding["repair"]["edits"] == [{"start_line": 3, "end_line": 3, "replacement": '  echo "yes"\n'}]
    assert finding["repair"]["verified_by"].startswith("bash")


def test_clean_change_is_silent_and_exits_zero(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    add(repo, {"run.sh": REPAIRED})
    code, document = report(capsys)
    assert code == 0
    assert document["findings"] == []


def test_error_of_the_base_version_is_no_finding_noop(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.switch("main")
    add(repo, {"run.sh": BROKEN})
    repo.switch("feature")
    repo.git("reset", "--quiet", "--hard", "main")
    add(repo, {"run.sh": BROKEN.replace("[ -f x ]", "[ -f y ]")})
    assert report(capsys)[0] == 0


@pytest.mark.parametrize(("policy", "contents", "code"), [
    ("error", BROKEN, 1), ("unrepaired", BROKEN, 0), ("unrepaired", HOPELESS, 1), ("never", HOPELESS, 0),
])  # fmt: skip
def test_fail_on_decides_the_exit_code(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], policy: str, contents: str, code: int
) -> None:
    add(repo, {"run.sh": contents})
    # Half a second is enough for the one, and the other would use up any budget.
    budget = "0.5" if contents == HOPELESS else "60"
    assert report(capsys, "--fail-on", policy, "--time-budget", budget)[0] == code


def test_scope_ai_leaves_lines_without_evidence_alone(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    add(repo, {"run.sh": BROKEN}, trailers=())
    assert report(capsys, "--scope", "ai")[0] == 0
    code, document = report(capsys, "--scope", "likely")
    assert code == 1
    assert document["findings"][0]["provenance"]["verdict"] == "unknown"


def test_paths_limit_the_check(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(repo, {"a/run.sh": BROKEN, "ab/run.sh": BROKEN, "c.sh": BROKEN})
    monkeypatch.chdir(repo.path / "a")
    assert [f["path"] for f in report(capsys, ".")[1]["findings"]] == ["a/run.sh"]
    assert [f["path"] for f in report(capsys, "run.sh", "../c.sh")[1]["findings"]] == ["a/run.sh", "c.sh"]
    assert main(["check", "missing.sh"]) == 2
    assert main(["check", "../../elsewhere"]) == 2


def test_no_repair_only_finds(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    add(repo, {"run.sh": BROKEN})
    assert report(capsys, "--no-repair")[1]["findings"][0]["repair"] is None


def test_fix_writes_what_was_verified_and_keeps_mode_and_line_endings(
    repo: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    crlf = "import os\r\nprint(sys.argv)\r\n"
    add(repo, {"run.sh": BROKEN, "a.py": crlf.encode()})
    (repo.path / "run.sh").chmod(0o755)
    repo.commit("mode")
    assert main(["check", "--fix"]) == 0
    assert (repo.path / "run.sh").read_bytes() == REPAIRED.encode()
    assert (repo.path / "run.sh").stat().st_mode & 0o777 == 0o755
    assert b"import sys\r\n" in (repo.path / "a.py").read_bytes()
    assert b"\r\r" not in (repo.path / "a.py").read_bytes()
    assert report(capsys, "--worktree")[0] == 0
    assert sorted(path.name for path in repo.path.iterdir()) == [".git", "README.md", "a.py", "run.sh"]


def test_fix_leaves_a_file_alone_that_differs_from_the_checked_one(
    repo: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    add(repo, {"run.sh": BROKEN})
    repo.write("run.sh", BROKEN + "# mine\n")
    assert main(["check", "--fix"]) == 1
    assert (repo.path / "run.sh").read_text() == BROKEN + "# mine\n"
    assert "not fixed: run.sh differs from the checked version" in capsys.readouterr().err


def test_fix_never_writes_through_a_link(repo: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    add(repo, {"run.sh": BROKEN})
    outside = tmp_path / "outside.sh"
    outside.write_text(BROKEN)
    (repo.path / "run.sh").unlink()
    (repo.path / "run.sh").symlink_to(outside)
    assert main(["check", "--fix"]) == 1
    assert outside.read_text() == BROKEN
    assert "is not a regular file" in capsys.readouterr().err


def test_patch_applies_with_git(repo: GitRepo, tmp_path: Path) -> None:
    add(repo, {"dir with space/café.sh": BROKEN, "b.sh": BROKEN})
    patch = tmp_path / "fix.patch"
    assert main(["check", "--patch", str(patch)]) == 1
    repo.git("apply", str(patch))
    assert (repo.path / "dir with space/café.sh").read_text() == REPAIRED
    assert (repo.path / "b.sh").read_text() == REPAIRED


def test_staged_and_worktree_look_at_their_own_contents(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write("staged.sh", BROKEN)
    repo.git("add", "staged.sh")
    repo.write("loose.sh", BROKEN)
    assert [f["path"] for f in report(capsys, "--staged")[1]["findings"]] == ["staged.sh"]
    assert [f["path"] for f in report(capsys, "--worktree")[1]["findings"]] == ["staged.sh", "loose.sh"]
    assert report(capsys)[1]["findings"] == []


def test_max_repairs_counts_the_findings_that_were_looked_at(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    add(repo, {"a.sh": HOPELESS, "b.sh": BROKEN})
    _, document = report(capsys, "--max-repairs", "1", "--time-budget", "1")
    assert [f["repair"]["status"] for f in document["findings"]] == ["unrepaired", "unrepaired"]
    assert "max_repairs" in document["findings"][1]["repair"]["reason"]


def test_engine_that_fails_loses_no_finding(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        msg = "out of its depth"
        raise ValueError(msg)

    monkeypatch.setattr("slmfix_bot.app.repair.Repairer.repair", fail)
    add(repo, {"run.sh": BROKEN})
    code, document = report(capsys)
    assert code == 1
    assert document["findings"][0]["repair"]["reason"] == "internal error: ValueError: out of its depth"


def test_workers_side_by_side_find_the_same(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    add(repo, {f"{n}.sh": BROKEN if n % 3 == 0 else REPAIRED for n in range(12)})
    one, two = (report(capsys, "--no-repair", "--jobs", jobs)[1] for jobs in ("1", "2"))
    assert one == two
    assert [f["path"] for f in two["findings"]] == ["0.sh", "3.sh", "6.sh", "9.sh"]


def push_line(repo: GitRepo, ref: str, remote: str = "0" * 40) -> str:
    """What git tells the hook about one reference."""
    return f"refs/heads/{ref} {repo.git('rev-parse', ref)} refs/heads/{ref} {remote}\n"


def test_pre_push_checks_every_reference(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(repo, {"one.sh": BROKEN})
    repo.branch("second", "main")
    add(repo, {"two.sh": BROKEN})
    gone = f"(delete) {'0' * 40} refs/heads/old {repo.git('rev-parse', 'main')}\n"
    start = repo.git("rev-parse", "main")
    lines = push_line(repo, "main", start) + push_line(repo, "feature", start) + gone + push_line(repo, "second", start)
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    assert main(["check", "--pre-push", "origin", "ssh://host/x"]) == 1
    shown = capsys.readouterr().out
    assert "one.sh:3:8" in shown
    assert "two.sh:3:8" in shown
    assert "refs/heads/second" in shown


def test_pre_push_of_a_deletion_has_nothing_to_check(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"(delete) {'0' * 40} refs/heads/old {repo.head}\n"))
    assert main(["check", "--pre-push", "origin", "x"]) == 0


def test_pre_push_under_pre_commit_reads_its_variables(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add(repo, {"one.sh": BROKEN})
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.setenv("PRE_COMMIT_REMOTE_NAME", "origin")
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", "main")
    monkeypatch.setenv("PRE_COMMIT_TO_REF", "feature")
    assert report(capsys, "--pre-push")[0] == 1


def test_configuration_of_the_work_tree_counts_and_options_win(
    repo: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    add(repo, {"run.sh": BROKEN, ".slmfix.yml": "fail_on: never\n"})
    assert report(capsys)[0] == 0
    assert report(capsys, "--fail-on", "error")[0] == 1


@pytest.mark.parametrize(
    ("args", "files_", "message"),
    [
        (["--base", "nowhere"], {}, "unknown revision 'nowhere'"),
        ([], {".slmfix.yml": "scop: ai\n"}, ".slmfix.yml, line 1: unknown key 'scop'; did you mean 'scope'?"),
        ([], {".slmfix.yml": "scope: [\n"}, ".slmfix.yml, line 2: not valid YAML"),
        ([], {".slmfix.yml": b"\xff\xfe\x00"}, "cannot be read"),
        (["--config", "missing.yml"], {}, "missing.yml cannot be read"),
        (["--staged", "--worktree"], {}, "--staged and --worktree exclude each other"),
        (["--fix", "--patch", "x"], {}, "--fix does not go with --patch"),
        (["--scope", "mine"], {}, "'mine' is not one of"),
        (["--model", "./nothing"], {"run.sh": BROKEN}, "no model package './nothing'"),
        (["--output", "missing/folder"], {"run.sh": BROKEN}, "cannot be written"),
    ],
)
def test_mistake_is_explained_without_traceback(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], args: list[str], files_: dict[str, str | bytes], message: str
) -> None:
    add(repo, files_)
    assert main(["check", *args]) == (4 if "--model" in args else 2)
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


def test_outside_a_repository_is_a_usage_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert "not inside a git repository" in capsys.readouterr().err


def test_shallow_clone_says_how_to_fetch(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    add(repo, {"run.sh": REPAIRED})
    repo.git("clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{repo.path}", str(tmp_path / "shallow"))
    monkeypatch.chdir(tmp_path / "shallow")
    assert main(["check", "--base", "origin/main"]) == 2
    assert "fetch-depth: 0" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("blob.sh", b"#!/bin/bash\n\0\0", "binary"),
        ("big.json", b'"' + b"x" * 5_000_000 + b'"', "KiB"),
        ("latin.sh", b"#!/bin/bash\necho caf\xe9\n", "UTF-8"),
    ],
)
def test_unusable_file_is_reported_as_skipped(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], path: str, content: bytes, reason: str
) -> None:
    add(repo, {path: content})
    code, document = report(capsys)
    assert code == 0
    assert [skip["path"] for skip in document["skipped"]] == [path]
    assert reason in document["skipped"][0]["reason"]


def test_model_package_with_a_wrong_hash_is_refused(
    repo: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = write_package(tmp_path / "package")
    (package / "model.onnx").write_bytes(b"Weights")
    add(repo, {"run.sh": BROKEN})
    assert main(["check", "--model", str(package)]) == 4
    error = capsys.readouterr().err
    assert "has SHA-256" in error
    assert "install it again" in error


def test_repair_keeps_a_missing_final_newline_and_carriage_returns(
    repo: GitRepo, capsys: pytest.CaptureFixture[str]
) -> None:
    add(repo, {"a.json": b'{\r\n  "a": 1,\r\n}', "b.sh": b'echo "open'})
    assert main(["check", "--fix"]) == 0
    assert (repo.path / "a.json").read_bytes() == b'{\r\n  "a": 1\r\n}'
    assert (repo.path / "b.sh").read_bytes() == b'echo "open"'


@pytest.mark.parametrize("text", [BROKEN.replace("\n", "\r\n"), 'echo "open'])
def test_carriage_returns_and_missing_final_newline_do_not_break_the_check(
    repo: GitRepo, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    add(repo, {"run.sh": text.encode()})
    code, document = report(capsys, "--no-repair")
    assert code == 1
    assert document["findings"][0]["path"] == "run.sh"
