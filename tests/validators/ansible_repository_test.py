from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.core.program import Program
from slmfix_bot.validators.ansible import ANSIBLE
from slmfix_bot.validators.ansible_local_module import read_module
from slmfix_bot.validators.ansible_repository import read_repository

if TYPE_CHECKING:
    from pathlib import Path

MODULE = '''
DOCUMENTATION = """
module: deploy
options:
  name: {required: true, type: str}
  state: {type: str, choices: [gone]}
  retries: {type: int}
"""
from ansible.module_utils.basic import AnsibleModule
def main():
    AnsibleModule(
        argument_spec=dict(
            name=dict(required=True, aliases=["title"]),
            state=dict(choices=["present", "absent"], default="present"),
            retries=dict(type="int"),
            undocumented=dict(),
        ),
        required_together=[["retries", "undocumented"]],
    )
'''
FILTERS = """
raise SystemExit('never imported')
class FilterModule:
    def filters(self):
        table = {'shout': shout}
        table['whisper'] = whisper
        return table
"""
ROLE = "roles/web/tasks/main.yml"


def errors(text: str, files: dict[str, str], path: str = "site.yml") -> list[Diagnostic]:
    program = Program(language="ansible", text=text, path=path, files=tuple(files.items()))
    return [d for d in ANSIBLE.check(program) if d.severity is Severity.ERROR]


def play(task: str) -> str:
    return f"- hosts: all\n  tasks:\n    - {task}\n"


@pytest.mark.parametrize(
    ("task", "rule", "found"),
    [
        ("deploy: {nam: a}", "unknown-option", "nam"),
        ("deploy: {state: present}", "missing-option", None),
        ("deploy: {name: a, state: gone}", "invalid-choice", "gone"),
        ("deploy: {name: a, retries: many}", "invalid-type", "many"),
        ("deploy: {name: a, retries: 1}", "missing-option", None),
    ],
)
def test_check_local_module_is_judged_by_its_code(task: str, rule: str, found: str | None) -> None:
    said = errors(play(task), {"library/deploy.py": MODULE})
    assert (rule, found) in [(d.rule, d.found) for d in said]


def test_check_local_module_is_known_only_with_its_file() -> None:
    text = play("deploy: {title: a, state: absent, undocumented: x, retries: 2}")
    assert errors(text, {"library/deploy.py": MODULE}) == []
    assert [d.rule for d in errors(text, {})] == ["unknown-module"]


def test_check_local_collection_by_its_full_name() -> None:
    files = {"plugins/modules/deploy.py": MODULE, "galaxy.yml": "namespace: acme\nname: cloud\n"}
    assert [d.rule for d in errors(play("acme.cloud.deploy: {nam: a}"), files)] == ["missing-option", "unknown-option"]
    files = {"collections/ansible_collections/acme/cloud/plugins/modules/deploy.py": MODULE}
    assert [d.rule for d in errors(play("acme.cloud.deploy: {nam: a}"), files)] == ["missing-option", "unknown-option"]


@pytest.mark.parametrize(
    "source",
    [
        "raise SystemExit",
        "def broken(",
        'DOCUMENTATION = "options: ["\ndef main(): AnsibleModule(argument_spec=dict())',
        MODULE.replace("options:", "extends_documentation_fragment: acme.x\noptions:"),
        MODULE.replace("argument_spec=dict(", "argument_spec=dict(**common(),"),
        MODULE.replace("name: {required", "a: &x {}\n  b: *x\n  name: {required"),
        'DOCUMENTATION = """' + "- " * 50_000 + '"""\ndef main(): pass',
        "x = " + "(" * 5_000,
    ],
)
def test_read_module_that_cannot_be_read_is_known_by_name(source: str) -> None:
    assert read_module(source) is None
    assert errors(play("deploy: {whatever: 1}"), {"library/deploy.py": source}) == []


def test_read_module_that_passes_its_documentation_on() -> None:
    source = 'DOCUMENTATION = """\noptions:\n  a: {required: true}\n"""\ndef main():\n'
    source += "    AnsibleModule(argument_spec=yaml.safe_load(DOCUMENTATION)['options'])\n"
    module = read_module(source)
    assert module is not None
    assert module.options["a"].required


def test_check_action_plugin_makes_the_module_open() -> None:
    files = {"library/deploy.py": MODULE, "action_plugins/deploy.py": ""}
    assert errors(play("deploy: {whatever: 1}"), files) == []


def test_check_local_filters() -> None:
    text = play("debug: {msg: \"{{ 'a' | shout | whisper | loud }}\"}")
    files = {"filter_plugins/voice.py": FILTERS}
    assert [(d.rule, d.found) for d in errors(text, files)] == [("unknown-filter", "loud")]
    assert [d.found for d in errors(text, {}, "")] == ["shout", "whisper", "loud"]
    assert errors(text, {}) == []


@pytest.mark.parametrize("source", ["def broken(", "class FilterModule:\n  def filters(self):\n    return make()\n"])
def test_check_filters_that_cannot_be_read_silence_the_rule(source: str) -> None:
    assert errors(play("debug: {msg: \"{{ 'a' | uper }}\"}"), {"filter_plugins/voice.py": source}) == []


def test_check_variables_and_handlers_of_the_role() -> None:
    files = {
        "roles/web/defaults/main.yml": "web_listen_port: 80\n",
        "roles/web/tasks/more.yml": "- command: id\n  register: web_identity\n",
        "roles/web/handlers/main.yml": "- name: Restart nginx\n  listen:\n    - web changed\n  service: name=nginx\n",
        "roles/db/defaults/main.yml": "db_listen_port: 80\n",
    }
    text = "- debug:\n    msg: '{{ web_lsten_port }} {{ web_idntity }} {{ db_lsten_port }}'\n  notify: Restart ngnix\n"
    said = [(d.rule, d.found, d.expected[0]) for d in errors(text, files, ROLE)]
    assert said == [
        ("undefined-variable", "web_lsten_port", "web_listen_port"),
        ("undefined-variable", "web_idntity", "web_identity"),
        ("unknown-handler", "Restart ngnix", "Restart nginx"),
    ]
    assert errors(text, {}, ROLE) == []
    clean = "- debug:\n    msg: '{{ web_listen_port }}'\n  notify: [web changed, Restart nginx, Something else]\n"
    assert errors(clean, files, ROLE) == []


def test_check_unknown_module_in_a_repository_with_modules_is_a_warning() -> None:
    program = Program(language="ansible", text=play("other_tool: {}"), path="site.yml", files=(("library/a.py", ""),))
    (diagnostic,) = ANSIBLE.check(program)
    assert (diagnostic.rule, diagnostic.severity) == ("unknown-module", Severity.WARNING)


def test_read_repository_opens_and_runs_nothing(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    source = f"open({str(canary)!r}, 'w')\n" + MODULE
    files = (("library/deploy.py", source), ("filter_plugins/a.py", source), (str(canary), "x: 1"))
    repository = read_repository(files, "site.yml")
    assert repository.modules["deploy"] is not None
    assert not canary.exists()


@pytest.mark.parametrize(
    "text", ["a" * 300_000, " " * 300_000 + "x", "\n" * 300_000, "- a " + " " * 300_000 + "b", "a=" * 90_000]
)
def test_read_repository_of_hostile_text_ends(text: str) -> None:
    start = time.perf_counter()
    files = tuple((f"roles/web/{folder}/main.yml", text) for folder in ("defaults", "tasks", "handlers"))
    read_repository(files, ROLE)
    assert time.perf_counter() - start < 5
