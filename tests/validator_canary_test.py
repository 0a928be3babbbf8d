"""A branch that tries to get code executed, files read or the run hung through each validator's own means:
configuration, plugins, includes, templates, generators, programs on the PATH, and bombs.

Nothing runs, nothing outside is read, and every file that cannot run is a finding or a reported skip.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.adapters.process import run
from tests.hostile_repository_test import OUTSIDE, Trap, account, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOOLS = ("actionlint", "hadolint", "oxlint", "buf", "terraform", "make", "cmake", "latex", "protoc", "sqlfluff", "dbt")


class Canaries(Trap):
    """Each file wants `touch` to run when its validator looks at it, or the validator to read `secret`."""

    def _files(self) -> None:
        self.secret = self.folder / "secret.txt"
        self.secret.write_text(OUTSIDE, encoding="utf-8")
        for name in TOOLS:
            self.repo.write(name, f"#!/bin/sh\n{self.touch(f'program-{name}')}\n")
            (self.repo.path / name).chmod(0o755)
        self._actions()
        self._builds()
        self._data()
        self._queries()
        self._bombs()

    def _actions(self) -> None:
        write, touch = self.repo.write, self.touch
        write(".github/actionlint.yaml", "self-hosted-runner: {labels: ['*']}\nconfig-variables: []\n")
        write(
            ".github/workflows/evil.yml",
            f"on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          {touch('run')}\n"
            f"          if true; then\n      - uses: ./.github/actions/evil\n      - run: ${{{{ nope.x }}}}\n",
        )
        write(".github/actions/evil/action.yml", f"runs:\n  using: composite\n  steps:\n    - run: {touch('action')}\n")
        hook = touch("pre-commit")
        write(
            ".pre-commit-config.yaml",
            f"repos:\n  - repo: local\n    hooks:\n      - id: x\n        name: x\n        entry: {hook}\n"
            "        language: system\n        stgaes: [commit]\n    rev: []\n",
        )
        write(".gitlab-ci.yml", f"include: '{self.secret}'\na:\n  script: ['{touch('gitlab')}']\n  stage: [1, 2\n")
        write(
            "docker-compose.yml",
            f"services:\n  a:\n    extends: {{file: {self.secret}}}\n    env_file: {self.secret}\n"
            "    imgae: [x]\n    ports: 5\n",
        )

    def _builds(self) -> None:
        write, touch = self.repo.write, self.touch
        write(".hadolint.yaml", "ignored: [DL1000, DL3000]\n")
        write(
            "Dockerfile",
            f"# syntax=evil.example/frontend\nFROM scratch AS a\nONBUILD RUN {touch('onbuild')}\n"
            f"RUN <<X\n{touch('heredoc')}\nX\n"
            f"COPY --from=nowhere {self.secret} /\nRNU {touch('docker')}\n",
        )
        write(
            "main.tf",
            f'data "external" "x" {{ program = ["sh", "-c", "{touch("external")}"] }}\n'
            f'resource "null_resource" "a" {{ provisioner "local-exec" {{ command = "{touch("local-exec")}" }} }}\n'
            f'output "s" {{ value = file("{self.secret}") }}\nresource "null_resource" "b" {{\n',
        )
        write("Makefile", f"X := $(shell {touch('make-shell')})\ninclude {self.secret}\nall:\n        echo spaces\n")
        write("CMakeLists.txt", f"execute_process(COMMAND {touch('cmake')})\ninclude({self.secret})\nif(TRUE)\n")
        write("paper.tex", f"\\immediate\\write18{{{touch('latex')}}}\\input{{{self.secret}}}\\begin{{a}}\\end{{b}}\n")
        write(
            "top.sv",
            f'`include "{self.secret}"\nmodule m;\n  initial $system("{touch("sv-system")}");\n'
            f'  initial $readmemh("{self.secret}", x);\n  assign y = undeclared_name_here;\nendmodule\n',
        )

    def _data(self) -> None:
        write, touch = self.repo.write, self.touch
        write(
            "deploy.yaml",
            f"apiVersion: apps/v1\nkind: Deployment\nspec: !!python/object/apply:os.system ['{touch('k8s')}']\n",
        )
        write(
            "openapi.yaml",
            f"openapi: 3.0.0\ninfo: {{title: x, version: '1'}}\npaths:\n  /a: {{$ref: 'file://{self.secret}'}}\n"
            "  /b: {$ref: 'http://127.0.0.1:9/x.json'}\nserverz: [\n",
        )
        write("schema.graphql", "type Query { a: Missing }\ntype T {\n")
        write("api.proto", f'syntax = "proto3";\nimport "{self.secret}";\nmessage A {{ Nowhere b = 1;\n')
        write("policy.rego", 'package a\nx := http.send({"method": "get", "url": "http://127.0.0.1:9"}\n')
        write("filter.jq", f'import "{self.secret}" as $s; include "evil"; $ENV | input_filename | (\n')
        write("evil.jq", "def f: halt_error;\n")
        write("app.js", f"require('child_process').execSync('{touch('js')}');\nfunction (\n")
        write(".oxlintrc.json", '{"jsPlugins": ["./plugin.js"], "ignorePatterns": ["**"]}\n')
        write("plugin.js", f"require('child_process').execSync('{touch('oxlint-plugin')}');\n")
        write("buf.yaml", "version: v2\nmodules: []\nplugins:\n  - plugin: ./protoc\n")
        write("package.json", f'{{"scripts": {{"preinstall": "{touch("npm")}"}},}}\n')

    def _queries(self) -> None:
        write, touch = self.repo.write, self.touch
        system = f"import os\nos.system('{touch('migration')}')\n"
        write(".sqlfluff", "[sqlfluff]\nlibrary_path = lib\ntemplater = python\n")
        write("lib/evil.py", f"import os\nos.system('{touch('sqlfluff')}')\n")
        write(
            "alembic/versions/1_a.py",
            f"{system}revision = '1'\ndef upgrade():\n    op.create_table('t', sa.Column('a'))\n",
        )
        write("app/migrations/0001_initial.py", f"{system}class Migration:\n    operations = []\n")
        write("dbt_project.yml", "name: x\nmacro-paths: [macros]\n")
        write("models/a.sql", f"{{{{ run_shell('{touch('dbt')}') }}}}\nSELECT FROM WHERE;\n")
        write("q.sql", f"COPY t FROM PROGRAM '{touch('copy')}';\nATTACH '{self.secret}' AS x;\nSELECT FORM t WHERE;\n")
        write("library/evil.py", f"{system}DOCUMENTATION = '''\nmodule: evil\noptions: {{a: {{type: str}}}}\n'''\n")
        write("filter_plugins/evil.py", system)
        write("play.yml", '- hosts: all\n  tasks:\n    - evil: {b: 1}\n    - debug: {mgs: "{{ x | evil_filter }}"}\n')

    def _bombs(self) -> None:
        write = self.repo.write
        write(
            "bomb.yaml",
            "apiVersion: v1\nkind: Pod\na0: &a0 [x]\n"
            + "".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 30)),
        )
        write("deep.tf", "a = " + "[" * 50_000)
        write("deep.graphql", "{a" * 20_000)
        write("deep.js", "(" * 50_000)
        write("deep.sv", "module m; assign a = " + "(" * 20_000)
        write("deep.rs", "fn f() {" * 20_000)
        write("deep.proto", "message A {" * 20_000)
        write("deep/Dockerfile", "FROM a\nRUN \\\n" * 20_000)
        write("line.tf", 'a = "' + "${" * 500_000)
        write("line.ts", "let a = '" + "x" * 900_000)
        write("a.cob", "x\n")
        write("a.cbl", "x\n")

    def _settings_of_git(self) -> None:
        """Those of hostile_repository_test are tested there."""


BROKEN = {
    ".github/actions/evil/action.yml",
    ".github/workflows/evil.yml",
    ".gitlab-ci.yml",
    "CMakeLists.txt",
    "Dockerfile",
    "Makefile",
    "app.js",
    "docker-compose.yml",
    "main.tf",
    "openapi.yaml",
    "package.json",
    "paper.tex",
    "play.yml",
    "policy.rego",
    "q.sql",
    "schema.graphql",
}
# With oxlint or without, with slang or without, on a slow machine: no verdict is fine, silence is not.
HEAVY = {
    *("bomb.yaml", "deep.graphql", "deep.js", "deep.rs", "deep.sv", "deep.tf", "deep/Dockerfile"),
    *("filter.jq", "line.tf", "line.ts", "models/a.sql"),
}


@pytest.fixture
def canaries(tmp_path: Path) -> Iterator[Canaries]:
    trap = Canaries(tmp_path)
    yield trap
    assert trap.sprung == []


@pytest.mark.slow
def test_no_validator_runs_or_reads_what_a_change_names(canaries: Canaries) -> None:
    canaries.repo.write(".slmfix.yml", "limits: {seconds_per_file: 5}\n")
    done = start(canaries, "check", "--base", "main", "--no-repair", "--format", "json")
    assert done.returncode == 1, done.error_text
    found, skipped = account(json.loads(done.text))
    assert found >= BROKEN
    assert found | set(skipped) >= HEAVY
    assert [reason for reason in skipped.values() if "failed: " in reason] == []


@pytest.mark.slow
def test_the_canaries_sing(tmp_path: Path) -> None:
    """The tools themselves do run what these files name."""
    trap = Canaries(tmp_path)
    run(["make", "-n", "-f", "Makefile"], cwd=trap.repo.path, timeout=20)
    run([sys.executable, "alembic/versions/1_a.py"], cwd=trap.repo.path, timeout=20)
    run(["/bin/sh", "-c", "terraform"], cwd=trap.repo.path, env={"PATH": ".:/bin:/usr/bin"}, timeout=20)
    assert {"make-shell", "migration", "program-terraform"} <= set(trap.sprung)
