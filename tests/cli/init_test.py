"""`slmfix-bot init` writes what the documentation shows, where git looks for it, and replaces nothing unasked."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from slmfix_bot.adapters.config import build_options, load_config
from slmfix_bot.cli.main import main
from slmfix_bot.core.options import Options
from slmfix_bot.validators import VALIDATORS
from tests.testing.git_repo import GitRepo

ROOT = Path(__file__).parents[2]
DATA = Path(str(files("slmfix_bot"))) / "data"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    """An empty repository as the working directory, with a home of its own."""
    repository = GitRepo(tmp_path / "repo")
    monkeypatch.chdir(repository.path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    return repository


def test_three_files_are_written(repo: GitRepo) -> None:
    assert main(["init"]) == 0
    assert (repo.path / ".github/workflows/slmfix.yml").read_bytes() == (DATA / "pull-request.yml").read_bytes()
    assert (repo.path / ".slmfix.yml").exists()
    hook = repo.path / ".git/hooks/pre-push"
    assert hook.stat().st_mode & 0o111
    assert "--pre-push" in hook.read_text()


def test_existing_file_is_replaced_only_by_force(repo: GitRepo, capsys: pytest.CaptureFixture[str]) -> None:
    repo.write(".slmfix.yml", "scope: ai\n")
    assert main(["init"]) == 2
    assert ".slmfix.yml exists already; nothing was written" in capsys.readouterr().err
    assert not (repo.path / ".github").exists()
    assert (repo.path / ".slmfix.yml").read_text() == "scope: ai\n"
    assert main(["init", "--force", "--no-hook"]) == 0
    assert (repo.path / ".slmfix.yml").read_text() != "scope: ai\n"
    assert not (repo.path / ".git/hooks/pre-push").exists()


def test_hook_goes_where_git_is_told_to_look(repo: GitRepo) -> None:
    repo.git("config", "core.hooksPath", ".husky")
    assert main(["init"]) == 0
    assert (repo.path / ".husky/pre-push").exists()


def test_git_runs_the_written_hook(repo: GitRepo, tmp_path: Path) -> None:
    assert main(["init"]) == 0
    program = tmp_path / "bin" / "slmfix-bot"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/args\ncat > {tmp_path}/lines\nexit 1\n')
    program.chmod(0o755)
    head = repo.commit("change")
    GitRepo(tmp_path / "remote", "--bare")
    path = f"{program.parent}:/usr/local/bin:/usr/bin:/bin"
    repo.git("remote", "add", "origin", str(tmp_path / "remote"))
    with pytest.raises(AssertionError, match="failed to push"):
        repo.git("push", "origin", "main", env={"PATH": path})
    assert (tmp_path / "args").read_text().split()[-2:] == ["origin", str(tmp_path / "remote")]
    assert (tmp_path / "lines").read_text().split()[:2] == ["refs/heads/main", head]


@pytest.mark.parametrize("name", ["pre-push", "pull-request.yml"])
def test_packaged_copies_are_the_documented_ones(name: str) -> None:
    assert (DATA / name).read_bytes() == (ROOT / "workflows" / name).read_bytes()


def test_written_configuration_changes_nothing_and_its_examples_are_valid() -> None:
    text = (DATA / "slmfix.yml").read_text(encoding="utf-8")
    assert build_options(load_config(text)) == Options()
    # Uncommented, the examples are a configuration. Sentences are told apart by their capital letter.
    lines = [line.removeprefix("# ") for line in text.split("\n") if re.match(r"# [a-z ]+[a-z_]*:|#   |# +- ", line)]
    settings = load_config("\n".join(lines), languages=frozenset(VALIDATORS))
    assert {"scope", "fail_on", "languages", "limits", "review", "provenance", "exclude"} <= set(settings)
    assert yaml.safe_load("\n".join(lines)) == settings
    built = build_options(settings)
    assert built.languages["sql"].schema == "db/schema.sql"
    for name in ("scope", "fail_on", "aggressiveness", "model", "max_repairs", "time_budget", "limits", "review"):
        assert getattr(built, name) == getattr(Options(), name)
