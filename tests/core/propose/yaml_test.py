from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.engine import repair
from tests.testing.repair_cases import assert_refused, assert_repaired, assert_valid

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

REPAIRS = [
    ("yaml", "a: 'it's'\n", 'a: "it\'s"\n'),
    ("yaml", "a:\n\tb: 1\n", "a:\n  b: 1\n"),
    ("yaml", "title: Ulm: a city\n", 'title: "Ulm: a city"\n'),
    ("yaml", 'name: "x\nb: 1\n', 'name: "x"\nb: 1\n'),
    ("yaml", "ports: [80, 443\nhost: é\n", "ports: [80, 443]\nhost: é\n"),
    ("yaml", "a: 1\n b: 2\n", "a: 1\nb: 2\n"),
    ("yaml", "a:1\nb: 2\n", "a: 1\nb: 2\n"),
    ("yaml", "```yaml\na: 1\n```\n", "a: 1\n"),
    (
        "ansible",
        "- hosts: web\n  tasks:\n    - name: Copy\n      ansible.builtin.copy:\n        source: a\n        dest: /b\n",
        "- hosts: web\n  tasks:\n    - name: Copy\n      ansible.builtin.copy:\n        src: a\n        dest: /b\n",
    ),
    (
        "ansible",
        "- hosts: web\n  tasks:\n    - name: Copy\n      ansible.builtin.cpoy:\n        src: a\n        dest: /b\n",
        "- hosts: web\n  tasks:\n    - name: Copy\n      ansible.builtin.copy:\n        src: a\n        dest: /b\n",
    ),
    (
        "ansible",
        "- hosts: web\n  tasks:\n    - name: Say: hello\n      ansible.builtin.debug:\n        msg: {{ text }}\n",
        '- hosts: web\n  tasks:\n    - name: "Say: hello"\n      ansible.builtin.debug:\n        msg: "{{ text }}"\n',
    ),
    (
        "ansible",
        '- ping:\n  when: "a is defined\n\n- ping:\n\n- ping:\n  when: b\n',
        '- ping:\n  when: "a is defined"\n\n- ping:\n\n- ping:\n  when: b\n',
    ),
    (
        "ansible",
        "- block:\n    - name: a\n      ping:\n\n   - name: b\n     ping:\n\n   - name: c\n     ping:\n",
        "- block:\n   - name: a\n     ping:\n\n   - name: b\n     ping:\n\n   - name: c\n     ping:\n",
    ),
    (
        "ansible",
        '- hosts: web\n  tasks:\n    - copy:\n        src: "a",\n        dest: "/b"\n',
        '- hosts: web\n  tasks:\n    - copy:\n        src: "a"\n        dest: "/b"\n',
    ),
    (
        "ansible",
        "- host: web\n  tasks:\n    - debug:\n        mesg: a mesg\n      when: inventory_hostnme == 'a'\n",
        "- hosts: web\n  tasks:\n    - debug:\n        msg: a mesg\n      when: inventory_hostname == 'a'\n",
    ),
    (
        "ansible",
        "- hosts: web\n  tasks:\n    - include: a.yml\n    - include: b.yml\n"
        '    - debug: {msg: "{{ groups | lenght }} include: x"}\n',
        "- hosts: web\n  tasks:\n    - include_tasks: a.yml\n    - include_tasks: b.yml\n"
        '    - debug: {msg: "{{ groups | length }} include: x"}\n',
    ),
    (
        "ansible",
        "- hosts: web\n  tasks:\n    - copy: src=a dest=b\n      notify: restart nginx\n"
        "  handlers:\n    - name: Restart nginx\n      ping:\n",
        "- hosts: web\n  tasks:\n    - copy: src=a dest=b\n      notify: Restart nginx\n"
        "  handlers:\n    - name: Restart nginx\n      ping:\n",
    ),
]
VALID = [
    ("yaml", "about: |\n  # Title\n\n  Here is how you use it: the answer is (42.\n  ```sh\n  ls\n  ```\n"),
    ("yaml", "note: This is the text that is shown to the user\r\nb: 1\r\n"),
    ("yaml", "a: 1\n---\nb: 2"),
    (
        "ansible",
        "- hosts: all\n  tasks:\n    - name: This is the task that you asked for\n      ansible.builtin.ping:\n",
    ),
]
REFUSED = [
    ("yaml", "a: [1, {b: 2]}, *c, &d &e\n: : {{ }\n%%\n@x\n`y\n"),
    ("ansible", "- hosts: web\n  tasks:\n    - quux_frobnicate_9:\n        z: 1\n"),
]


@pytest.mark.parametrize(("language", "broken", "repaired"), REPAIRS)
def test_yaml_repairs(pool: ValidatorPool, language: str, broken: str, repaired: str) -> None:
    assert_repaired(pool, language, broken, repaired)


@pytest.mark.parametrize(("language", "text"), VALID)
def test_yaml_valid_noop(pool: ValidatorPool, language: str, text: str) -> None:
    assert_valid(pool, language, text)


@pytest.mark.parametrize(("language", "broken"), REFUSED)
def test_yaml_refused_noop(pool: ValidatorPool, language: str, broken: str) -> None:
    assert_refused(pool, language, broken)


def test_a_flow_sequence_gets_its_commas(pool: ValidatorPool) -> None:
    text = "a: [ 'x',\n     'y' 'z' ]\ne: ['x' 'y']\n"
    outcome = repair(pool, "yaml", text)
    assert outcome.text == "a: [ 'x',\n     'y', 'z' ]\ne: ['x', 'y']\n"
