"""A language of the user's through every verb, with the worked example of docs/custom-language; and what of a
configuration a change may not bring."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.cli.main import main
from tests.cli.check_test import CLAUDE, report
from tests.cli.review_test import Job
from tests.testing.fake_github import FakeGitHub
from tests.testing.git_repo import GitRepo

if TYPE_CHECKING:
    from collections.abc import Callable

EXAMPLE = Path(__file__).parents[2] / "docs" / "custom-language"
GOOD = """\
pipeline shop_main

service db {
  image "postgres:16"
}

service api {
  image "shop/api:1.4"
  replicas 3
  needs db
}
"""
BROKEN = GOOD.replace("replicas", "replica").replace("needs db", "needs dbs")
UNCLOSED = GOOD.replace('"postgres:16"\n}\n', '"postgres:16"\n')


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    """The example's configuration and validator on `main`, with one clean file; the branch is `topic`."""
    repository = GitRepo(tmp_path / "repo")
    shutil.copytree(EXAMPLE, repository.path, dirs_exist_ok=True)
    repository.write("ci/deploy.relay", GOOD)
    repository.commit("base")
    repository.branch("topic")
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("SLMFIX_MODEL", "none")
    return repository


def sabotage(repo: GitRepo, canary: Path) -> None:
    """Makes the work tree's validator give itself away and find nothing."""
    repo.write("tools/relay_lint.py", f"open({str(canary)!r}, 'w').close()\n")


def reasons(document: dict[str, Any]) -> dict[str, str]:
    """Why files were skipped."""
    return {entry["path"]: entry["reason"] for entry in document["skipped"]}


def test_names_of_an_own_language_are_repaired(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write("ci/deploy.relay", BROKEN)
    repo.commit("change", trailers=CLAUDE)
    code, document = report(capsys, "--fail-on", "unrepaired")
    assert code == 0
    assert [(one["rule"], one["line"], one["repair"]["status"]) for one in document["findings"]] == [
        ("unknown-option", 9, "repaired"),
        ("unknown-service", 10, "repaired"),
    ]
    assert document["findings"][0]["validator"] == {"name": "relay-lint", "version": ""}
    assert main(["check", "--base", "main", "--fix"]) == 0
    assert (repo.path / "ci" / "deploy.relay").read_text(encoding="utf-8") == GOOD


def test_signs_of_an_own_language_are_repaired(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write("ci/other.relay", UNCLOSED)
    repo.commit("change", trailers=CLAUDE)
    code, document = report(capsys, "--fail-on", "unrepaired")
    assert code == 0
    (finding,) = document["findings"]
    assert (finding["rule"], finding["repair"]["status"]) == ("syntax", "repaired")
    assert finding["repair"]["verified_by"].startswith("relay-lint")


def test_inline_suppression_counts(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    excused = BROKEN.replace("replica 3", "replica 3 # slmfix: ignore[unknown-option] a newer Relay")
    repo.write("ci/deploy.relay", excused.replace("dbs", "db"))
    repo.commit("change", trailers=CLAUDE)
    assert report(capsys)[0] == 0


def test_clean_file_and_error_of_the_base_version_noop(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write("ci/new.relay", GOOD)
    repo.commit("change", trailers=CLAUDE)
    code, document = report(capsys)
    assert (code, document["findings"], document["skipped"]) == (0, [], [])


def test_change_cannot_bring_its_own_version_of_the_validator(
    repo: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write("ci/deploy.relay", BROKEN)
    sabotage(repo, tmp_path / "canary")
    repo.commit("change", trailers=CLAUDE)
    for mode in ((), ("--worktree", "--base", "main"), ("--staged", "--base", "main")):
        assert len(report(capsys, *mode)[1]["findings"]) == 2
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: text.replace("timeout: 5", "timeout: 6"),
        lambda text: text.replace("[python3, tools/relay_lint.py", "[python3, tools/make_corpus.py").replace(
            "files_from_base: [tools/relay_lint.py]", "files_from_base: [tools/make_corpus.py]"
        ),
    ],
)
def test_change_cannot_bring_its_own_command(
    repo: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str], edit: Callable[[str], str]
) -> None:
    config = repo.path / ".slmfix.yml"
    repo.write(".slmfix.yml", edit(config.read_text(encoding="utf-8")))
    repo.write("ci/deploy.relay", BROKEN)
    repo.commit("change", trailers=CLAUDE)
    code, document = report(capsys)
    assert (code, document["findings"]) == (0, [])
    assert "a change may not bring its own" in reasons(document)["ci/deploy.relay"]
    assert "--config .slmfix.yml" in reasons(document)["ci/deploy.relay"]


def test_named_configuration_is_taken_as_it_is(
    repo: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write("ci/deploy.relay", BROKEN)
    sabotage(repo, tmp_path / "canary")
    repo.commit("change", trailers=CLAUDE)
    assert report(capsys, "--config", ".slmfix.yml", "--no-repair")[1]["findings"] == []
    assert (tmp_path / "canary").exists()


def test_program_in_the_checkout_is_refused(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.switch("main")
    program = repo.path / "bin" / "lint"
    entry = f"{{name: x, language: relay, files: ['*.relay'], command: ['{program}'], output: jsonl}}"
    repo.write(".slmfix.yml", f"validators: [{entry}]\n")
    repo.commit("other validator")
    repo.branch("other")
    repo.write("bin/lint", "#!/bin/sh\n")
    program.chmod(0o755)
    repo.write("ci/deploy.relay", BROKEN)
    repo.commit("change", trailers=CLAUDE)
    assert "lies in a folder that the checked commit fills" in reasons(report(capsys)[1])["ci/deploy.relay"]


def test_missing_command_is_reported_and_doctor_exits_four(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.switch("main")
    entry = "{name: x, language: relay, files: ['*.relay'], command: [no-such-linter], output: jsonl}"
    repo.write(".slmfix.yml", f"validators: [{entry}]\n")
    repo.commit("other validator")
    repo.branch("other")
    repo.write("ci/deploy.relay", BROKEN)
    repo.commit("change", trailers=CLAUDE)
    code, document = report(capsys)
    assert (code, reasons(document)) == (0, {"ci/deploy.relay": "x: no-such-linter is not installed"})
    assert main(["doctor"]) == 4
    assert "no-such-linter is not installed" in capsys.readouterr().out


def test_doctor_runs_a_version_command_only_for_a_named_file(
    repo: GitRepo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (repo.path / ".slmfix.yml").read_text(encoding="utf-8")
    canary = tmp_path / "canary"
    command = f'[python3, -c, \'print("relay 2.1"); open("{canary}", "w")\']'
    repo.write(".slmfix.yml", text + f"    version_command: {command}\n")
    main(["doctor"])
    line = next(line for line in capsys.readouterr().out.split("\n") if "relay-lint" in line)
    assert line.startswith("ok")
    assert not canary.exists()
    main(["doctor", "--config", ".slmfix.yml"])
    assert "relay 2.1" in capsys.readouterr().out
    assert canary.exists()


def test_review_takes_configuration_and_validator_from_the_base(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(tmp_path, repo, monkeypatch)
    repo.write("ci/deploy.relay", BROKEN)
    repo.write(".slmfix.yml", "validators: []\n")
    sabotage(repo, tmp_path / "canary")
    repo.commit("change", trailers=CLAUDE)
    with FakeGitHub(repo.path, repo.git("rev-parse", "main"), repo.head) as fake:
        assert job.review(fake) == 0
        assert job.outputs["repaired"] == "2"
        assert "replicas 3" in json.dumps(fake.comments)
    assert not (tmp_path / "canary").exists()


def test_repair_needs_the_named_configuration(repo: GitRepo, capfd: pytest.CaptureFixture[str]) -> None:
    repo.write("x.relay", BROKEN)
    assert main(["repair", "x.relay", "--language", "relay"]) == 2
    assert "'relay' is not one of the languages" in capfd.readouterr().err
    assert main(["repair", "x.relay", "--language", "relay", "--config", ".slmfix.yml"]) == 0
    captured = capfd.readouterr()
    assert captured.out == GOOD
    assert "verified by relay-lint" in captured.err
    assert main(["repair", "x.relay", "--language", "relai", "--config", ".slmfix.yml"]) == 2
    assert "did you mean 'relay'?" in capfd.readouterr().err


def test_batch_repairs_an_own_language(repo: GitRepo, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [{"id": 1, "language": "relay", "code": BROKEN}, {"id": 2, "language": "relai", "code": ""}]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert main(["repair", "--batch", str(source), "--output", str(target), "--config", ".slmfix.yml"]) == 0
    first, second = (json.loads(line) for line in target.read_text(encoding="utf-8").splitlines())
    assert (first["status"], first["code"]) == ("repaired", GOOD)
    assert second["status"] == "skipped"
    assert "relay" in second["reason"]


def test_wrong_entry_is_exit_two_with_its_line(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write(".slmfix.yml", "validators:\n  - name: x\n    language: relay\n    comand: [a]\n    output: jsonl\n")
    assert main(["check", "--base", "main"]) == 2
    message = capsys.readouterr().err
    assert ".slmfix.yml, line 4: unknown key 'comand'; did you mean 'command'?" in message
