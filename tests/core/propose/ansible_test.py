"""Repairs of Ansible files that parse but have lines at the wrong depth, and slips of YAML in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.repair_cases import assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

PLAY = "- hosts: all\n  tasks:\n"
REPAIRS = [
    (
        "    - stat:\n        register: found\n        path: /a\n        tags:\n          - one\n    - meta: noop\n",
        "    - stat:\n        path: /a\n      register: found\n      tags:\n        - one\n    - meta: noop\n",
    ),
    (
        "    - name: a\n      copy:\n        src: a\n      dest: /b\n      become: true\n",
        "    - name: a\n      copy:\n        src: a\n        dest: /b\n      become: true\n",
    ),
    (
        "    - apt:\n      name: a\n      state: present\n      become: true\n",
        "    - apt:\n        name: a\n        state: present\n      become: true\n",
    ),
    (
        "    - service: name=a state=started\n      enabled: true\n",
        "    - service: name=a state=started enabled=true\n",
    ),
    (
        "    - name: a\n      debug:\n        msg: a\n      name: b\n      command: ls\n",
        "    - name: a\n      debug:\n        msg: a\n    - name: b\n      command: ls\n",
    ),
    (
        "    - name: a\n      debug:\n        msg: a\n    name: b\n      command: ls\n",
        "    - name: a\n      debug:\n        msg: a\n    - name: b\n      command: ls\n",
    ),
    ("    name: a\n    debug:\n      msg: a\n", "    - name: a\n      debug:\n        msg: a\n"),
    (
        "    - command: ls\n      register: a\n      failed_when: a|failed or not a | success\n",
        "    - command: ls\n      register: a\n      failed_when: a is failed or not a is success\n",
    ),
    (
        "    - command: ls\n      register: a\n      changed_when a.rc == 2\n      tags: b\n",
        "    - command: ls\n      register: a\n      changed_when: a.rc == 2\n      tags: b\n",
    ),
    (
        "    - debug:\n        msg: {{ a | d({})\n               | combine(b) }}'\n      vars: {a: {}, b: {}}\n",
        "    - debug:\n        msg: '{{ a | d({})\n               | combine(b) }}'\n      vars: {a: {}, b: {}}\n",
    ),
    (
        "    - debug:\n        msg: a\n      tags: [\n      when: true\n",
        "    - debug:\n        msg: a\n      tags: []\n      when: true\n",
    ),
    (
        "    - debug:\n        msg: a\n      tags:\n        - a\n        -b\n      when: true\n",
        "    - debug:\n        msg: a\n      tags:\n        - a\n        - b\n      when: true\n",
    ),
    ("    - block: {}\n", "    - block: []\n"),
    (
        "    - file:\n      path: /a\n      group: b\n      become: true\n",
        "    - file:\n        path: /a\n        group: b\n      become: true\n",
    ),
    ("    - debug:\n        msg: {{ a }} b'\n", "    - debug:\n        msg: '{{ a }} b'\n"),
    ('    - debug:\n        msg: "{{ a | d(1) }"\n', '    - debug:\n        msg: "{{ a | d(1) }}"\n'),
    (
        "    - debug:\n        msg: a\n      tags:\n        - 'a\n        - 'b'\n",
        "    - debug:\n        msg: a\n      tags:\n        - 'a'\n        - 'b'\n",
    ),
    (
        "    - name: a\n      command: ls\n      register=b\n      tags: c\n",
        "    - name: a\n      command: ls\n      register: b\n      tags: c\n",
    ),
    ("    - name a\n      command: ls\n", "    - name: a\n      command: ls\n"),
    ("    - command:ls\n", "    - command: ls\n"),
]


@pytest.mark.parametrize(("broken", "repaired"), REPAIRS)
def test_tasks_are_repaired(pool: ValidatorPool, broken: str, repaired: str) -> None:
    assert_repaired(pool, "ansible", PLAY + broken, PLAY + repaired)


def test_a_play_without_its_dash_is_repaired(pool: ValidatorPool) -> None:
    broken = "  hosts: all\n  tasks:\n    - debug:\n        msg: a\n"
    assert_repaired(pool, "ansible", broken, "- " + broken[2:])


def test_variables_lack_a_colon(pool: ValidatorPool) -> None:
    broken = "- hosts: all\n  vars:\n    a\n      - b\n  tasks: []\n"
    assert_repaired(pool, "ansible", broken, broken.replace("a\n      -", "a:\n      -"))


@pytest.mark.parametrize(
    "text",
    [
        "    - command: ls\n      register: a\n      failed_when: a is failed\n",
        "    - debug:\n        msg: -b\n      tags:\n        - a\n        - -b\n",
        "    - name: a\n      debug:\n        msg: a\n    - name: b\n      command: ls\n",
    ],
)
def test_tasks_noop(pool: ValidatorPool, text: str) -> None:
    assert_valid(pool, "ansible", PLAY + text)
