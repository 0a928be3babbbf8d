"""A repository whose branch tries to get code executed, secrets printed or itself excused, through every door of the
product. Whatever it brings along: nothing of it runs, nothing of it leaves, and all of it is reported or skipped.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from slmfix_bot.adapters.process import Completed, run
from tests.cli.review_test import Job
from tests.testing.fake_github import FakeGitHub
from tests.testing.git_repo import GitRepo

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "s3cr3t-t0ken-of-the-run"
OUTSIDE = "text-that-stands-outside-of-the-repository"
CLAUDE = ("Co-Authored-By: Claude <noreply@anthropic.com>",)
NAME = "-x\n::error::gotcha ##[error]y <!-- slmfix --> @octo-org $(touch z) `b`.sh"
ROGUES = ("sitecustomize", "usercustomize", "slmfix_bot/__init__", "click", "yaml", "json", "ruff", "jinja2", "sqlglot")
PROGRAMS = ("git", "ruff", "shellcheck", "bash", "sh", "python", "python3", "ansible-doc")


class Trap:
    """A hostile repository; what it manages to run leaves a file in `canary`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.canary = folder / "canary"
        self.canary.mkdir()
        self.repo = GitRepo(folder / "repo")
        self.base = self._base()
        self.repo.branch("topic")
        self._files()
        self._links()
        self.head = self.repo.commit("innocent", trailers=CLAUDE)
        self.server = folder / "server"  # GitHub's own copy
        self.repo.git("clone", "--quiet", "--no-checkout", str(self.repo.path), str(self.server))
        self._settings_of_git()

    def touch(self, door: str) -> str:
        """A shell command that gives the door away."""
        return f"touch {self.canary}/{door}"

    @property
    def sprung(self) -> list[str]:
        """The doors that stood open."""
        return sorted(path.name for path in self.canary.iterdir())

    def _base(self) -> str:
        self.repo.write("README.md", "hello\n")
        self.repo.write(".slmfix.yml", "scope: likely\n")
        return self.repo.commit("base")

    def _files(self) -> None:
        pipe = "{{ lookup('pipe', '%s') }}"
        python = "import os\nos.system('%s')\n"
        write = self.repo.write
        for name in ROGUES:
            write(f"{name}.py", python % self.touch(f"import-{name.partition('/')[0]}"))
        for name in PROGRAMS:
            write(name, f"#!/bin/sh\n{self.touch(f'program-{name}')}\n")
            (self.repo.path / name).chmod(0o755)
        write(".slmfix.yml", 'exclude: ["**"]\nscope: ai\nlanguages: {bash: {enabled: false}}\n')
        write(".shellcheckrc", "disable=all\nexternal-sources=true\nsource-path=/\n")
        write("ruff.toml", 'exclude = ["*"]\nextend = "/etc/passwd"\n[lint]\nignore = ["ALL"]\n')
        write("pyproject.toml", '[tool.ruff]\nexclude = ["*"]\n[tool.slmfix]\nexclude = ["**"]\n')
        write("ansible.cfg", "[defaults]\nlibrary = ./library\nfilter_plugins = ./filter_plugins\n")
        write("library/evil.py", python % self.touch("ansible-library"))
        write("filter_plugins/evil.py", python % self.touch("ansible-filter"))
        write("tasks/main.yml", f'- import_tasks: "{pipe % self.touch("jinja-import")}"\n- evil: {{}}\n  nmae: x\n')
        write(
            "play.yml",
            f'- hosts: "{pipe % self.touch("jinja-hosts")}"\n  vars_files: ["{pipe % self.touch("jinja-vars")}"]\n'
            f"  tasks:\n    - ansible.builtin.apt:\n        '::error::@octo-org ##[error]<!--': \"{pipe % 'id'}\"\n",
        )
        write("unsafe.yml", f"a: !!python/object/apply:os.system ['{self.touch('yaml-tag')}']\nb: [\n")
        write("run.sh", f'#!/bin/bash\n# shellcheck source=/etc/passwd\nx=$({self.touch("bash")})\necho "$x\n')
        write("alias.sh", f"#!/bin/bash\nshopt -s expand_aliases\n. ./run.sh\n`{self.touch('backtick')}`\nfi\n")
        write("gone.py", "# ruff: noqa\n# flake8: noqa\nprint(nowhere)  # noqa\n")
        write(
            "q.sql",
            ".shell touch x\n.load ./evil\nSELECT writefile('x', 'y'), load_extension('x');\nSELECT * FORM t;\n",
        )
        write(
            "bomb.yml",
            "a: &a [x, x]\n"
            + "".join(f"b{i}: &b{i} [{f'*b{i - 1}, ' * 9}]\n" if i else "b0: &b0 [*a]\n" for i in range(30)),
        )
        write("deep.json", "[" * 60_000)
        write("deep.yml", "".join(" " * depth + "a:\n" for depth in range(1500)))
        write("big.json", '"' + "x" * 5_000_000 + '"')
        write("binary.sh", b"#!/bin/bash\n\0\n")
        write("latin.sh", b"echo caf\xe9\n")
        write(NAME, '#!/bin/bash\necho "::set-output name=x::y\n')
        write("commands.json", '{"::error::@octo-org <!-- slmfix -->": ::error::@octo-org ##[error]<!-- slmfix -->}\n')
        write(
            ".gitattributes",
            "* filter=evil diff=evil merge=evil text eol=lf\n*.sh -diff linguist-generated\n*.yml binary\n",
        )
        write(".gitmodules", f'[submodule "m"]\n\tpath = module\n\turl = ext::sh -c {self.touch("submodule")}\n')

    def _links(self) -> None:
        outside = self.folder / "outside.json"
        outside.write_text(f'{{"{OUTSIDE}": \n', encoding="utf-8")
        (self.repo.path / "link.json").symlink_to(outside)
        (self.repo.path / "passwd.yml").symlink_to("/etc/passwd")
        (self.repo.path / "slmfix-report.json").symlink_to(self.folder / "victim")
        (self.folder / "victim").write_text("mine", encoding="utf-8")
        self.repo.git("update-index", "--add", "--cacheinfo", f"160000,{self.base},module")
        (self.repo.path / "module").mkdir()

    def _settings_of_git(self) -> None:
        """What no pull request can bring, but an unpacked archive can."""
        for key, door in {
            "core.fsmonitor": "fsmonitor",
            "core.pager": "pager",
            "core.sshCommand": "ssh",
            "core.editor": "editor",
            "diff.external": "external-diff",
            "diff.evil.command": "diff-driver",
            "diff.evil.textconv": "textconv",
            "filter.evil.clean": "filter-clean",
            "filter.evil.smudge": "filter-smudge",
            "filter.evil.process": "filter-process",
            "merge.evil.driver": "merge-driver",
            "gpg.program": "gpg",
            "credential.helper": "credential",
        }.items():
            self.repo.git("config", key, f"{self.touch(door)}; :")
        self.repo.git("config", "log.showSignature", "true")
        self.repo.git("config", "core.hooksPath", str(self.repo.path / ".git" / "hooks"))
        for name in (
            "post-index-change",
            "post-checkout",
            "pre-auto-gc",
            "reference-transaction",
            "fsmonitor-watchman",
        ):
            hook = self.repo.path / ".git" / "hooks" / name
            hook.parent.mkdir(exist_ok=True)
            hook.write_text(f"#!/bin/sh\n{self.touch(f'hook-{name}')}\n", encoding="utf-8")
            hook.chmod(0o755)


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    trap = Trap(tmp_path)
    assert trap.sprung == []
    yield trap
    assert trap.sprung == []
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "mine"


def start(trap: Trap, *arguments: str, cwd: Path | None = None) -> Completed:
    """The installed command inside the hostile work tree, by a user whose PATH begins with the current folder."""
    env = {
        "PATH": f".{os.pathsep}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(trap.folder),
        "LANG": "C.UTF-8",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GITHUB_TOKEN": SECRET,
        "SLMFIX_MODEL": "none",
        "SLMFIX_TIME_BUDGET": "4",
    }
    program = str(Path(sys.executable).parent / "slmfix-bot")
    done = run([program, *arguments], cwd=cwd or trap.repo.path, env=env, timeout=300)
    shown = done.text + done.error_text
    assert "Traceback" not in shown
    assert "internal error" not in shown
    assert SECRET not in shown
    assert OUTSIDE not in shown
    assert "root:x:0" not in shown
    return done


def account(document: dict[str, Any]) -> tuple[set[str], dict[str, str]]:
    """The paths with findings, and the reasons for those without a verdict."""
    return {f["path"] for f in document["findings"]}, {s["path"]: s["reason"] for s in document["skipped"]}


BROKEN = {
    "run.sh",
    "alias.sh",
    "q.sql",
    "commands.json",
    "gone.py",
    "deep.json",
    "deep.yml",
    "play.yml",
    "unsafe.yml",
    NAME,
}
SKIPPED = {"big.json", "binary.sh", "latin.sh", "link.json", "passwd.yml", "module"}


def assert_complete(document: dict[str, Any]) -> None:
    """Every file that cannot run is a finding, and every one that was not judged has its reason."""
    found, skipped = account(document)
    assert found | set(skipped) >= BROKEN | SKIPPED
    assert set(skipped) >= SKIPPED
    assert found >= {"run.sh", "alias.sh", "q.sql", "play.yml", "commands.json", NAME}


@pytest.mark.slow
def test_checks_run_nothing_of_the_repository(trap: Trap) -> None:
    trap.repo.write(".slmfix.yml", "scope: likely\n")  # a local run believes the user's own work tree
    trap.repo.write("dirty.py", "def f(:\n")
    done = start(trap, "check", "--base", "main", "--format", "json")
    assert done.returncode == 1, done.error_text
    assert_complete(json.loads(done.text))
    for mode in ("--worktree", "--staged"):
        done = start(trap, "check", mode, "--base", "main", "--no-repair", "--format", "json")
        assert done.returncode == 1, done.error_text
        found, skipped = account(json.loads(done.text))
        assert "q.sql" in found
        # The attributes of the user's own work tree count here; what they hide is said.
        assert found | set(skipped) >= BROKEN | SKIPPED


def test_other_verbs_run_nothing_of_the_repository(trap: Trap) -> None:
    assert start(trap, "provenance", "--base", "main").returncode == 0
    assert start(trap, "provenance", "--worktree", "--format", "json").returncode == 0
    assert start(trap, "repair", "run.sh", "--language", "bash").returncode in {0, 1}
    assert start(trap, "repair", "play.yml", "--language", "ansible").returncode in {0, 1}
    start(trap, "doctor")


@pytest.mark.slow
def test_commands_that_a_change_brings_are_refused_and_reported(trap: Trap) -> None:
    touch = trap.touch("own-shell")
    own = [
        f"{{name: a, language: bash, command: [sh, -c, '{touch}'], output: regex, pattern: '(?P<line>x)'}}",
        "{name: b, language: python, command: [python], version_command: [./run.sh], files_from_base: [run.sh],"
        " output: sarif}",
        "{name: c, language: mine, files: ['*.sql'], command: [./ruff], files_from_base: [ruff], output: jsonl}",
    ]
    trap.repo.write(".slmfix.yml", f"validators: [{', '.join(own)}]\n")
    done = start(trap, "check", "--base", "main", "--no-repair", "--format", "json")
    assert done.returncode == 1, done.error_text
    found, skipped = account(json.loads(done.text))
    assert {"run.sh", "gone.py"} <= found
    assert "a change may not bring its own" in skipped["run.sh"]
    assert "a change may not bring its own" in skipped["gone.py"]
    assert "a change may not bring its own" in skipped["q.sql"]
    start(trap, "doctor")


def test_terminal_shows_no_control_characters_of_a_stranger(trap: Trap) -> None:
    trap.repo.write(".slmfix.yml", "scope: likely\n")
    trap.repo.write("a\x1b]0;owned\x07.sh", 'echo "\x1b[2J\n')
    done = start(trap, "check", "--worktree", "--no-repair")
    assert done.returncode == 1
    assert "\x1b]0;owned" not in done.text + done.error_text
    assert "\x1b[2J" not in done.text + done.error_text


def test_bare_repository_in_a_change_is_not_taken_for_the_repository(trap: Trap) -> None:
    inner = trap.repo.path / "sub" / "project"
    trap.repo.git("init", "--quiet", "--bare", str(inner))
    (inner / "config").write_text(
        "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialclone = evil\n"
        f'[remote "evil"]\n\turl = {trap.repo.path}\n\tpromisor = true\n\tuploadpack = {trap.touch("bare")}\n',
        encoding="utf-8",
    )
    done = start(trap, "provenance", "--base", "main", "--format", "json", cwd=inner)
    assert done.returncode == 0, done.error_text
    assert '"run.sh"' in done.text


def test_objects_that_are_missing_are_not_fetched(trap: Trap) -> None:
    folder = trap.folder / "partial"
    trap.repo.git("config", "uploadpack.allowFilter", "true")
    url = f"file://{trap.repo.path}"
    trap.repo.git("clone", "--quiet", "--no-checkout", "--filter=blob:none", url, str(folder))
    GitRepo(folder).git("config", "remote.origin.uploadpack", f"{trap.touch('uploadpack')}; false")
    done = start(trap, "check", "--base", "origin/main", "--head", "origin/topic", cwd=folder)
    assert done.returncode == 2
    assert "partial clone" in done.error_text


@pytest.mark.slow
def test_review_runs_nothing_and_posts_nothing_but_text(
    trap: Trap, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job = Job(trap.folder, trap.repo, monkeypatch)
    monkeypatch.setenv("INPUT_GITHUB-TOKEN", SECRET)
    monkeypatch.chdir(trap.repo.path)
    with FakeGitHub(trap.server, trap.base, trap.head, token=SECRET) as fake:
        assert job.review(fake, time_budget="6", comment_on_unrepaired="true", fail_on="never") == 0
        bodies = [body for sent in (*fake.comments, *fake.reviews) if (body := sent.get("body"))]
    out = capsys.readouterr().out
    assert_complete(job.report)  # the settings of the change, which exclude everything, are not read
    everything = "\n".join([out, job.summary, json.dumps(job.report), *bodies])
    for leak in (SECRET, OUTSIDE, "root:x:0"):
        assert leak not in everything
    commands = re.sub(r"::stop-commands::(\w+)\n.*?\n::\1::\n", "", out, flags=re.DOTALL)
    assert all(line.startswith(("::error title=", "::notice title=")) for line in commands.split("\n") if line)
    assert "##[" not in out
    assert bodies, job.summary[:1500]
    for body in (*bodies, job.summary):
        plain = re.sub(
            r"(?s)(`{3,}).*?\n\1|(`+)[^`].*?\2|<code>.*?</code>|^\s*<!-- slmfix[^\n]*-->", "", body, flags=re.M
        )
        assert "@octo-org" not in plain
        assert "<!-- slmfix -->" not in plain


def test_the_trap_is_armed(tmp_path: Path) -> None:
    trap = Trap(tmp_path)
    trap.repo.write("run.sh", "changed\n")
    run(["git", "status"], cwd=trap.repo.path, timeout=20)
    # Whether status needs a filter depends on the clock, so it is asked for here.
    run(["git", "hash-object", "--path=run.sh", "run.sh"], cwd=trap.repo.path, timeout=20)
    trap.repo.git("config", "--unset", "filter.evil.process")  # git gives up over this one
    for option in ("--textconv", "--ext-diff"):
        run(["git", "log", "-p", "-1", option], cwd=trap.repo.path, timeout=20)
    run([sys.executable, "-c", "import click"], cwd=trap.repo.path, timeout=20)
    run(["/bin/sh", "-c", "ruff; . ./run.sh"], cwd=trap.repo.path, env={"PATH": ".:/bin:/usr/bin"}, timeout=20)
    assert {"fsmonitor", "filter-process", "diff-driver", "textconv", "import-click", "program-ruff"} <= set(
        trap.sprung
    )
