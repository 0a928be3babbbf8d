"""The ready-to-copy files: they parse, ask for little, pin what they use, and call commands that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from slmfix_bot.adapters.process import run, scrubbed_environment
from slmfix_bot.cli.check import command
from slmfix_bot.validators import shellcheck

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / "workflows").glob("*.yml"))
HOOK = ROOT / "workflows" / "pre-push"
ACTION_INPUTS = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))["inputs"]


def load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return document


def jobs(path: Path) -> list[dict[str, Any]]:
    return list(load(path)["jobs"].values())


def test_there_is_a_workflow_for_pull_requests() -> None:
    assert ROOT / "workflows" / "pull-request.yml" in WORKFLOWS
    assert load(ROOT / "workflows" / "pull-request.yml")["on"] == {
        "pull_request": {"types": ["opened", "synchronize", "reopened", "ready_for_review"]}
    }


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_permissions_are_given_by_job_and_small(path: Path) -> None:
    assert load(path)["permissions"] == {}
    for job in jobs(path):
        assert job["permissions"] == {"contents": "read", "pull-requests": "write"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_runs_are_bounded_and_replace_older_ones(path: Path) -> None:
    assert load(path)["concurrency"]["cancel-in-progress"] == "true"
    assert "pull_request.number" in load(path)["concurrency"]["group"]
    assert all(int(job["timeout-minutes"]) <= 30 for job in jobs(path))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_foreign_actions_are_pinned_and_keep_no_credentials(path: Path) -> None:
    assert "pull_request_target" not in path.read_text(encoding="utf-8")
    for job in jobs(path):
        for step in job["steps"]:
            name, _, version = step["uses"].partition("@")
            if name.startswith("OWNER/"):
                assert set(step.get("with", {})) <= set(ACTION_INPUTS)
                continue
            assert re.fullmatch(r"[0-9a-f]{40}", version), step["uses"]
            if name == "actions/checkout":
                assert step["with"] == {"fetch-depth": "0", "persist-credentials": "false"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_nothing_of_an_event_is_pasted_into_a_script(path: Path) -> None:
    assert not [step for job in jobs(path) for step in job["steps"] if "run" in step]


def known_options() -> set[str]:
    return {name for parameter in command.params for name in parameter.opts}


def test_the_git_hook_is_a_portable_script_with_known_options() -> None:
    text = HOOK.read_text(encoding="utf-8")
    assert HOOK.stat().st_mode & 0o111
    assert set(re.findall(r"--[a-z-]+(?= |$)", text.split("exec ")[1])) <= known_options()
    assert shellcheck.check(text, "sh") == ()
    parsed = run(["sh", "-n"], cwd=ROOT, env=scrubbed_environment({}), stdin=text, timeout=30)
    assert parsed.returncode == 0, parsed.error_text


def test_the_pre_commit_hook_takes_no_files_and_known_options() -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["stages"] == ["pre-push"]
    assert hook["pass_filenames"] is False
    command, verb, *options = hook["entry"].split()
    assert (command, verb) == ("slmfix-bot", "check")
    assert set(options) <= known_options()
    [repo] = yaml.safe_load((ROOT / "workflows" / "pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [one["id"] for one in repo["hooks"]] == [hook["id"]]
