"""Each file goes to the validator that understands it, and to none where none does."""

from __future__ import annotations

import pytest

from slmfix_bot.core.family import GOVERNED
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.detect import INTERPRETERS, NAMES, SUFFIXES, detect

PLAY = "---\n- name: web\n  hosts: all\n  become: true\n  tasks:\n    - ping:\n"
TASKS = "- name: install\n  apt:\n    name: nginx\n  when: true\n"
FULL_NAMES = "- ansible.builtin.apt:\n    name: nginx\n"
WORKFLOW = "on: push\njobs:\n  a:\n    steps:\n      - name: x\n        run: y\n"
SERVERS = "- name: one\n  hosts: 3\n- name: two\n"


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("a/run.sh", "echo\n", "bash"),
        ("a/run.sh", "#!/bin/sh -e\n", "sh"),
        ("a/run.sh", "#!/usr/bin/env -S bash -x\n", "bash"),
        ("a/run.sh", "#!/bin/zsh\n", None),
        ("bin/tool", "#!/usr/bin/python3.12\n", "python"),
        ("bin/tool", "#!/usr/bin/env perl\n", None),
        ("bin/tool", "hello\n", None),
        ("notes.txt", "#!/bin/bash\n", None),
        ("Q.SQL", "select 1", "sql"),
        ("x.py", "", "python"),
        ("data.json", "{}", "json"),
        ("tsconfig.json", "{}", "json"),
        (".vscode/settings.json", "{}", "json"),
        ("pyproject.toml", "", "toml"),
        ("site.yml", PLAY, "ansible"),
        ("deploy.yaml", PLAY.replace("\n", "\r\n"), "ansible"),
        ("roles/web/tasks/main.yml", "- ping:\n", "ansible"),
        ("extra.yml", TASKS, "ansible"),
        ("extra.yml", FULL_NAMES, "ansible"),
        (".github/workflows/ci.yml", WORKFLOW, "workflow"),
        ("servers.yml", SERVERS, "yaml"),
        ("values.yaml", "a: 1\n", "yaml"),
        ("roles/web/meta/main.yml", "galaxy_info: {}\n", "ansible"),
        ("template.sh.j2", "#!/bin/bash\n", None),
        ("main.c", "int x;\n", "c"),
        ("main.h", "int x;\n", None),
        ("x.m", "", None),
        ("a.min.js", "f()", None),
        ("a.proto", "", "protobuf"),
        ("schema.gql", "", "graphql"),
        ("rules.promql", "", "promql"),
        ("bin/f", "#!/usr/bin/jq -f\n", "jq"),
        ("src/CMakeLists.txt", "", "cmake"),
        ("x.cmake", "", "cmake"),
        ("GNUmakefile", "", "make"),
        ("rules.mk", "", "make"),
        ("Makefile.am", "", None),
        ("a.tex", "", "latex"),
        ("policy.rego", "", "rego"),
        ("src/a.d.ts", "", "typescript"),
        ("a.jsx", "", "javascript"),
        ("Gemfile", "", "ruby"),
        ("bin/tool", "#!/usr/bin/env ruby\n", "ruby"),
    ],
)
def test_language_of_a_file(path: str, text: str, language: str | None) -> None:
    assert detect(path, text) == language


def test_every_language_has_a_validator() -> None:
    named = {*SUFFIXES.values(), *NAMES.values(), *INTERPRETERS.values(), *GOVERNED, "kubernetes", "workflow"}
    assert named <= set(VALIDATORS)
    assert set(VALIDATORS) <= named


def test_a_declared_language_decides() -> None:
    assert detect("a.inc", "SELECT 1;\n", "SQL") == "sql"
    assert detect("a.inc", "echo\n", "Shell") == "bash"
    assert detect("x.conf", "- hosts: all\n  tasks: []\n", "YAML") == "ansible"
    assert detect("a.py", "?", "Text") not in VALIDATORS


def test_a_path_that_is_a_template_has_no_language() -> None:
    assert detect("{{cookiecutter.name}}/site.yml", "- hosts: all\n  tasks: []\n") is None
