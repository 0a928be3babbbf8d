from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.app.repair import Repairer
from slmfix_bot.core.program import Program
from slmfix_bot.core.report import RepairStatus

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

TASK = """\
- hosts: all
  tasks:
    - name: List
      ansible.builtin.shell: |
        for f in {{ files }}; do
          echo "$f"
        fi
"""


def ansible(text: str) -> Program:
    return Program(language="ansible", text=text, path="site.yml")


def test_a_script_in_a_task_is_judged_where_it_stands(pool: ValidatorPool) -> None:
    (error,) = pool.validate(ansible(TASK)).errors
    assert (error.rule, error.line, error.column, error.related_line) == ("syntax", 7, 9, 5)
    assert error.embedded is not None
    assert error.embedded.language == "bash"


def test_its_repair_keeps_indentation_and_templates(pool: ValidatorPool) -> None:
    outcome = Repairer(pool).repair(ansible(TASK))
    assert outcome.status is RepairStatus.REPAIRED
    assert outcome.text == TASK.replace("        fi\n", "        done\n")


@pytest.mark.parametrize(
    "script",
    [
        "echo {{ x }}",
        "{% if a %} if true; then {% endif %} echo; fi",
        "> \n        for f in a\n        do echo; done",
        '"echo \\"$(date)\\" && if true; then echo; fi"',
        "test {{ a }} -eq 1 && echo && true",
        "echo {{ a }} > {{ path }} chdir=/tmp",
    ],
)
def test_templates_folded_and_quoted_scripts_raise_no_alarm(pool: ValidatorPool, script: str) -> None:
    text = f"- hosts: all\n  tasks:\n    - name: Run\n      ansible.builtin.shell: {script}\n"
    assert [e for e in pool.validate(ansible(text)).errors if e.embedded] == []


def test_another_interpreter_is_not_judged_as_a_shell(pool: ValidatorPool) -> None:
    text = TASK + "      args:\n        executable: /usr/bin/fish\n"
    assert pool.validate(ansible(text)).errors == ()
    assert len(pool.validate(ansible(text.replace("/usr/bin/fish", "/bin/bash"))).errors) == 1
