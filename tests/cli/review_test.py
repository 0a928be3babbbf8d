"""`slmfix-bot review` as the runner starts it: a real event file, real git, real validators, the GitHub stand-in."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from slmfix_bot.adapters.git import Git
from slmfix_bot.cli.main import main
from tests.testing.apply_suggestions import apply_all_suggestions
from tests.testing.fake_github import FakeGitHub
from tests.testing.git_repo import GitRepo
from tests.testing.openapi import example

if TYPE_CHECKING:
    from pathlib import Path

BROKEN = '#!/bin/bash\nif [ -f x ]; then\n  echo "yes\nfi\n'
HOPELESS = "#!/bin/bash\n)))) (((( ;;;; }}}} done fi esac (\n"
PLAYBOOK = "- hosts: all\n  tasks:\n    - ansible.builtin.apt:\n        name: nginx\n        stat: present\n"
CLAUDE = ("Co-Authored-By: Claude <noreply@anthropic.com>",)
SCHEMA = json.loads(files("slmfix_bot").joinpath("data", "report.schema.json").read_text(encoding="utf-8"))


class Job:
    """One job of a runner: its environment, its files, and what the last run left in them."""

    def __init__(self, folder: Path, repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.repo, self._environ = folder, repo, monkeypatch
        for name, value in {
            "GITHUB_ACTIONS": "true",
            "GITHUB_REPOSITORY": "octo/demo",
            "GITHUB_WORKSPACE": str(repo.path),
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_STEP_SUMMARY": str(folder / "summary"),
            "INPUT_MODEL": "none",
            "INPUT_GITHUB-TOKEN": "t0ken",
            "INPUT_FAIL-ON": "unrepaired",
        }.items():
            monkeypatch.setenv(name, value)

    def run(self, event: str, payload: dict[str, Any], api_url: str = "http://127.0.0.1:9", **inputs: str) -> int:
        """The exit code of a run on that event."""
        (self.folder / "event.json").write_text(json.dumps(payload), encoding="utf-8")
        for name in ("output", "summary"):
            (self.folder / name).write_text("", encoding="utf-8")
        self._environ.setenv("GITHUB_EVENT_NAME", event)
        self._environ.setenv("GITHUB_API_URL", api_url)
        for name, value in inputs.items():
            self._environ.setenv(f"INPUT_{name.upper().replace('_', '-')}", value)
        return main(["review"])

    def review(self, fake: FakeGitHub, **inputs: str) -> int:
        """A run on the pull request of the stand-in."""
        pull = example("pull-request")
        pull["head"] |= {"sha": fake.head, "ref": "topic"}
        pull["base"] |= {"sha": fake.base, "ref": "main"}
        return self.run("pull_request", {"pull_request": pull | {"number": fake.number}}, fake.url, **inputs)

    @property
    def summary(self) -> str:
        return (self.folder / "summary").read_text(encoding="utf-8")

    @property
    def outputs(self) -> dict[str, str]:
        text = (self.folder / "output").read_text(encoding="utf-8")
        return {name: value for name, _, value in re.findall(r"(\S+)<<(\S+)\n(.*)\n\2\n", text)}

    @property
    def report(self) -> dict[str, Any]:
        document = json.loads((self.repo.path / self.outputs["report"]).read_text(encoding="utf-8"))
        assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(document)] == []
        return dict(document)


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    """`main` with one script; the tests add to the branch `topic`."""
    repo = GitRepo(tmp_path / "repo")
    repo.write("old.sh", "#!/bin/bash\n" + "".join(f"echo {n}\n" for n in range(40)))
    repo.commit("base")
    repo.branch("topic")
    return repo


@pytest.fixture
def job(tmp_path: Path, repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> Job:
    return Job(tmp_path, repo, monkeypatch)


def pull_of(repo: GitRepo, contents: dict[str, str | bytes], **settings: Any) -> FakeGitHub:
    """A pull request that adds files to `topic`."""
    for path, content in contents.items():
        repo.write(path, content)
    repo.commit("change", trailers=CLAUDE)
    return FakeGitHub(repo.path, repo.git("rev-parse", "main"), repo.head, **settings)


def test_suggestions_are_posted_once_and_committing_them_leaves_no_finding(
    repo: GitRepo, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    old = (repo.path / "old.sh").read_text(encoding="utf-8").split("\n")
    changed = "\n".join([*old[:20], *BROKEN.split("\n")[1:-1], *old[20:]])
    with pull_of(repo, {"run.sh": BROKEN, "sub/pläy.yml": PLAYBOOK, "old.sh": changed}) as fake:
        assert job.review(fake) == 0
        assert job.outputs == {
            "findings": "3",
            "repaired": "3",
            "unrepaired": "0",
            "suggestions": "3",
            "report": "slmfix-report.json",
        }
        assert [finding["delivery"] for finding in job.report["findings"]] == ["suggestion"] * 3
        assert len(fake.reviews) == 1
        assert job.review(fake) == 0
        assert (len(fake.reviews), len(fake.comments)) == (1, 3)
        assert job.outputs["suggestions"] == "3"
        git = Git(repo.path)
        contents = {path: git.read_blob(fake.head, path) or b"" for path in ("run.sh", "sub/pläy.yml", "old.sh")}
        (repo.path / "slmfix-report.json").unlink()
        for path, content in apply_all_suggestions(contents, fake.comments).items():
            repo.write(path, content)
        fake.push(repo.commit("Apply suggestions from code review"))
        assert job.review(fake, fail_on="error") == 0
    assert job.outputs["findings"] == "0"
    assert "::error" not in capsys.readouterr().out


def test_a_fork_loses_nothing_and_stays_green(repo: GitRepo, job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    with pull_of(repo, {"run.sh": BROKEN}, read_only=True) as fake:
        assert job.review(fake) == 0
        assert fake.comments == []
    assert [finding["delivery"] for finding in job.report["findings"]] == ["annotation"]
    assert "which is normal for a pull request from a fork" in job.summary
    assert '+  echo "yes"' in job.summary
    assert re.search(r"^::error title=[^:]*,file=run\.sh,line=3,", capsys.readouterr().out, flags=re.MULTILINE)


@pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("unrepaired", 1), ("never", 0)])
def test_the_exit_code_follows_fail_on(repo: GitRepo, job: Job, fail_on: str, code: int) -> None:
    with pull_of(repo, {"run.sh": HOPELESS}) as fake:
        assert job.review(fake, fail_on=fail_on, time_budget="1", comment_on_unrepaired="true") == code
        assert len(fake.comments) == 1
    assert [finding["delivery"] for finding in job.report["findings"]] == ["comment"]


def test_the_merge_commit_of_the_checkout_and_a_moved_base_do_not_shift_lines(repo: GitRepo, job: Job) -> None:
    with pull_of(repo, {"run.sh": BROKEN}) as fake:
        head = repo.head
        repo.switch("main")
        repo.write("later.sh", BROKEN)
        fake.base = repo.commit("moves on, and is not part of the pull request")
        repo.branch("checkout")
        repo.merge("topic")
        fake.head = head
        assert job.review(fake) == 0
        assert [(comment["path"], comment["line"]) for comment in fake.comments] == [("run.sh", 3)]


def test_a_pull_request_cannot_switch_off_its_own_check(repo: GitRepo, job: Job) -> None:
    with pull_of(repo, {"run.sh": BROKEN, ".slmfix.yml": 'exclude: ["**"]\n'}) as fake:
        job.review(fake)
    assert job.outputs["findings"] == "1"


def test_a_clean_pull_request_is_quiet_noop(repo: GitRepo, job: Job, capsys: pytest.CaptureFixture[str]) -> None:
    with pull_of(repo, {"run.sh": "#!/bin/bash\necho hello\n"}) as fake:
        assert job.review(fake) == 0
        assert fake.comments == fake.reviews == []
    assert "No finding in 1 changed file" in job.summary
    assert "::error" not in capsys.readouterr().out


def test_names_of_files_are_no_commands_for_the_runner(
    repo: GitRepo, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "x\n::error::gotcha ##[error]y, line=9.sh"
    with pull_of(repo, {name: BROKEN}, read_only=True) as fake:
        assert job.review(fake) == 0
    out = capsys.readouterr().out
    commands = re.sub(r"::stop-commands::(\w+)\n.*?\n::\1::\n", "", out, flags=re.DOTALL)
    assert "gotcha" in commands
    assert "##[" not in out
    assert all(line.startswith(("::error title=", "::notice title=")) for line in commands.split("\n") if line)


def test_a_merge_queue_has_no_pull_request_and_still_annotates(
    repo: GitRepo, job: Job, capsys: pytest.CaptureFixture[str]
) -> None:
    repo.write("run.sh", BROKEN)
    head = repo.commit("queued", trailers=CLAUDE)
    group = {"head_sha": head, "base_sha": repo.git("rev-parse", "main"), "base_ref": "refs/heads/main"}
    assert job.run("merge_group", {"merge_group": group}) == 0
    assert "file=run.sh,line=3" in capsys.readouterr().out
    assert "no pull request" in job.summary


@pytest.mark.parametrize("base", ["f" * 40, "main~9"])
def test_a_missing_base_says_what_to_do(repo: GitRepo, job: Job, capsys: pytest.CaptureFixture[str], base: str) -> None:
    with pull_of(repo, {"run.sh": BROKEN}) as fake:
        assert job.review(fake, base=base) == 2
        assert fake.comments == []
    assert "fetch" in capsys.readouterr().err


def test_outside_of_actions_the_command_points_to_check(
    repo: GitRepo, job: Job, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_EVENT_PATH")
    monkeypatch.setenv("GITHUB_EVENT_NAME", "pull_request")
    assert main(["review"]) == 2
    assert "use `check`" in capsys.readouterr().err


def test_a_folder_in_the_place_of_the_report_does_not_undo_the_review(repo: GitRepo, job: Job) -> None:
    with pull_of(repo, {"run.sh": BROKEN, "slmfix-report.json/x": "y\n"}) as fake:
        assert job.review(fake) == 0
        assert len(fake.comments) == 1
    assert job.outputs["repaired"] == "1"
    assert "report" not in job.outputs


def test_a_change_cannot_bring_the_model(repo: GitRepo, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo.path)
    repo.switch("main")
    repo.write(".slmfix.yml", "model: ./models/own\n")
    repo.commit("configuration")
    repo.branch("mine")
    with pull_of(repo, {"run.sh": BROKEN, "models/own/slmfix-model.json": "{", "models/own/model.onnx": b"\0"}) as fake:
        assert job.review(fake, model="") == 0
    assert "The change touches the model package ./models/own" in job.summary
    assert job.report["findings"][0]["repair"]["status"] == "repaired"
