from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.program import Program
from slmfix_bot.validators.ansible import ANSIBLE
from slmfix_bot.validators.ansible_kinds import Kind, kind_of
from slmfix_bot.validators.ansible_yaml import parse
from slmfix_bot.validators.detect_ansible import detect_ansible

PLAY = "- hosts: all\n  tasks:\n    - ping:\n"
TASKS = "- name: x\n  ping:\n"
GALAXY = "namespace: a\nname: b\nversion: 1.0.0\nreadme: README.md\nauthors: [me]\n"


def said(path: str, text: str, severity: Severity = Severity.ERROR) -> list[tuple[str, str | None, tuple[str, ...]]]:
    found = ANSIBLE.check(Program(language="ansible", text=text, path=path))
    return [(d.rule, d.found, d.expected[:1]) for d in found if d.severity is severity]


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("site.yml", PLAY, Kind.PLAYBOOK),
        ("site.yml", "a: 1\n", Kind.PLAYBOOK),
        ("deploy-playbook.yml", "a: 1\n", Kind.PLAYBOOK),
        ("playbooks/web.yml", PLAY, Kind.PLAYBOOK),
        ("playbooks/web.yml", "hosts: all\ntasks: {}\n", Kind.PLAYBOOK),
        ("playbooks/common.yml", TASKS, Kind.TASKS),
        ("playbooks/settings.yml", "port: 1\n", Kind.VARS),
        ("playbook_vars.yml", "port: 1\n", Kind.OTHER),
        ("roles/a/tasks/main.yml", TASKS, Kind.TASKS),
        ("roles/a/handlers/main.yml", TASKS, Kind.HANDLERS),
        ("roles/a/defaults/main.yml", "port: 1\n", Kind.VARS),
        ("roles/a/vars/Debian.yml", "port: 1\n", Kind.VARS),
        ("roles/a/vars/list.yml", "- port\n", Kind.OTHER),
        ("inventory/group_vars/all.yml", "all: {hosts: {}}\n", Kind.VARS),
        ("roles/a/meta/main.yml", "galaxy_info: {}\n", Kind.META),
        ("roles/a/meta/argument_specs.yml", "argument_specs: {}\n", Kind.ARGUMENT_SPECS),
        ("meta/runtime.yml", "requires_ansible: '>=2'\n", Kind.OTHER),
        ("requirements.yml", "collections: []\n", Kind.REQUIREMENTS),
        ("requirements.yml", "colections: []\n", Kind.REQUIREMENTS),
        ("roles/requirements.yml", "- src: a.b\n", Kind.REQUIREMENTS),
        ("charts/requirements.yaml", "dependencies: []\n", Kind.OTHER),
        ("galaxy.yml", GALAXY, Kind.GALAXY),
        ("inventory/site.yml", "web:\n  hosts: {a: }\n", Kind.INVENTORY),
        ("hosts.yml", "all:\n  children: {web: }\n", Kind.INVENTORY),
        ("inventory/cloud.yml", "plugin: amazon.aws.aws_ec2\n", Kind.INVENTORY),
        ("", PLAY, Kind.PLAYBOOK),
        ("", "words\n", Kind.PLAYBOOK),
        ("", "hosts: all\nroles: [a]\n", Kind.PLAYBOOK),
        ("", "- block: {}\n", Kind.TASKS),
        ("", "- src: a.b\n", Kind.REQUIREMENTS),
        ("", "galaxy_info: {}\n", Kind.META),
        ("", GALAXY, Kind.GALAXY),
        ("", "all:\n  hosts: {a: }\n", Kind.INVENTORY),
        ("", "port: 1\n", Kind.VARS),
        ("", "~\n", Kind.OTHER),
    ],
)
def test_kind_of(path: str, text: str, kind: Kind) -> None:
    roots, error = parse(text)
    assert error is None
    assert kind_of(path, roots) is kind


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("defaults/main.yml", "- a\n", [("not-a-mapping", None, ())]),
        ("defaults/main.yml", "a: '{{ b c }}'\n", [("jinja", None, ())]),
        ("group_vars/all.yml", "a: '{{ b | joim }}'\n", [("unknown-filter", "joim", ("join",))]),
        ("meta/main.yml", "dependancies: []\n", [("unknown-key", "dependancies", ("dependencies",))]),
        ("meta/main.yml", "dependencies: {role: a}\n", [("not-a-list", None, ())]),
        ("meta/main.yml", "dependencies:\n  - when: a\n", [("missing-option", None, ("role",))]),
        ("meta/main.yml", "galaxy_info: none\n", [("not-a-mapping", None, ())]),
        ("requirements.yml", "role: []\ncollections: []\n", [("unknown-key", "role", ("collections",))]),
        ("requirements.yml", "roles: {src: a}\n", [("not-a-list", None, ())]),
        ("requirements.yml", "roles:\n  - version: 1\n", [("missing-option", None, ("src",))]),
        ("requirements.yml", "collections:\n  - version: 1\n", [("missing-option", None, ("name",))]),
        ("requirements.yml", "collections:\n  - {name: a.b, type: gti}\n", [("invalid-choice", "gti", ("git",))]),
        ("galaxy.yml", GALAXY.replace("readme", "redme"), [("missing-option", None, ("readme",))]),
        ("hosts.yml", "all:\n  hosts: [a, b]\n", [("invalid-type", None, ())]),
        ("hosts.yml", "all:\n  children:\n    web:\n      hosts: [a]\n", [("invalid-type", None, ())]),
        (
            "meta/argument_specs.yml",
            "argument_specs:\n  main:\n    options:\n      port: {type: integer}\n",
            [("invalid-choice", "integer", ("int",))],
        ),
        ("site.yml", "hosts: all\n", [("not-a-list", None, ())]),
    ],
)
def test_check_by_kind_reports(path: str, text: str, expected: list[tuple[str, str | None, tuple[str, ...]]]) -> None:
    assert said(path, text) == expected


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("defaults/main.yml", "a: 1\nb: '{{ c | default(omit) }}'\nd: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\n"),
        ("defaults/main.yml", ""),
        ("meta/main.yml", "galaxy_info:\n  author: a\n  platforms: []\ndependencies:\n  - a.b\n  - {role: c, x: 1}\n"),
        (
            "requirements.yml",
            "roles:\n  - a.b\n  - {src: https://x, version: v1}\ncollections:\n  - a.b\n  - name: c.d\n",
        ),
        ("galaxy.yml", GALAXY),
        ("hosts.yml", "all:\n  vars: {a: 1}\n  children:\n    web:\n      hosts:\n        one:\n        two: {x: 1}\n"),
        ("meta/argument_specs.yml", "argument_specs:\n  main:\n    options:\n      a: {type: list, elements: str}\n"),
    ],
)
def test_check_by_kind_clean_noop(path: str, text: str) -> None:
    assert said(path, text) == []
    assert said(path, text, Severity.WARNING) == []


@pytest.mark.parametrize(
    ("path", "text", "language"),
    [
        ("roles/a/defaults/main.yml", "a: 1\n", "ansible"),
        ("group_vars/all/main.yml", "a: 1\n", "ansible"),
        ("roles/a/meta/main.yml", "galaxy_info: {}\n", "ansible"),
        ("requirements.yml", "---\ncollections:\n  - a.b\n", "ansible"),
        ("galaxy.yml", GALAXY, "ansible"),
        ("inventory/hosts.yml", "all:\n  # all of them\n  hosts:\n    a:\n", "ansible"),
        ("site.yml", "hosts: all\ntasks: []\n", "ansible"),
        ("src/defaults.yml", "a: 1\n", None),
        ("charts/requirements.yaml", "dependencies: []\n", None),
        ("galaxy.yml", "gravity:\n  gunicorn: {}\n", None),
        ("inventory/goods.yml", "goods:\n  - screws\n", None),
    ],
)
def test_detect_ansible(path: str, text: str, language: str | None) -> None:
    assert detect_ansible(PurePosixPath(path), text) == language
