from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from slmfix_bot.app.repair import Repairer
from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.program import Program
from slmfix_bot.core.report import RepairStatus
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.embedded import FINDERS, check_embedded

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


MAKEFILE = """\
all: a.txt
\t@for f in $^; do \\
\t  echo "$$f $(NAME)"; \\
\tfi

a.txt:
\t$(Q)if test -f $@; then $(MAKE) -C x; fi
\t$(BEGIN) foo; $(END)
"""


def make(text: str) -> Program:
    return Program(language="make", text=text, path="Makefile")


def test_a_command_of_a_makefile_is_judged_and_repaired(pool: ValidatorPool) -> None:
    (error,) = pool.validate(make(MAKEFILE)).errors
    assert (error.line, error.related_line, error.expected) == (4, 2, ("done",))
    assert Repairer(pool).repair(make(MAKEFILE)).text == MAKEFILE.replace("\tfi\n", "\tdone\n")


@pytest.mark.parametrize(
    "recipe",
    [
        "\t$(call loop,if true; then)\n",
        "\t$(IF) x; then y; fi\n",
        "\techo '$$(date)' $(date)\n",
        "\tawk '{ print $$1 }' $< > $@\n",
        '\t-@test -n "$${X:-$(Y)}" || exit 1\n',
    ],
)
def test_what_make_expands_raises_no_alarm(pool: ValidatorPool, recipe: str) -> None:
    assert pool.validate(make(f"all:\n{recipe}")).errors == ()


def test_another_shell_is_not_judged(pool: ValidatorPool) -> None:
    assert pool.validate(make("SHELL := /usr/bin/fish\n" + MAKEFILE)).errors == ()


QUERY = '''\
def names(connection, wanted):
    return connection.execute(
        """
        SELECT name
        FROM users
        WHERE (name = ?
        """,
        (wanted,),
    )
'''


def test_sql_in_a_python_string_is_judged_and_repaired(pool: ValidatorPool) -> None:
    program = Program(language="python", text=QUERY, path="app.py")
    (error,) = pool.validate(program).errors
    assert error.embedded is not None
    assert error.embedded.language == "sql"
    assert Repairer(pool).repair(program).text == QUERY.replace("name = ?\n", "name = ?)\n")


def test_sql_for_a_database_client_is_judged(pool: ValidatorPool) -> None:
    script = "#!/bin/bash\npsql app <<'SQL'\nSELECT a FROM t WHERE (b = 1;\nSQL\n"
    assert [error.line for error in pool.validate(Program(language="bash", text=script)).errors] == [3]
    assert pool.validate(Program(language="bash", text=script.replace("psql app", "cat"))).errors == ()


def test_sql_that_code_puts_together_raises_no_alarm(pool: ValidatorPool) -> None:
    text = 'def f(c, x):\n    c.execute("SELECT a FROM t WHERE " + x)\n    c.execute(f"SELECT {x} FROM")\n'
    assert pool.validate(Program(language="python", text=text)).errors == ()


def test_a_script_that_the_file_s_own_error_hid_is_repaired_too(pool: ValidatorPool) -> None:
    program = Program(language="dockerfile", text="FROM alpine\nRUN if true; then echo x\nWROKDIR /a\n")
    outcome = Repairer(pool).repair(program)
    assert outcome.text == "FROM alpine\nRUN if true; then echo x; fi\nWORKDIR /a\n"


def test_the_message_names_the_language_inside(pool: ValidatorPool) -> None:
    (error,) = pool.validate(ansible(TASK)).errors
    assert error.message.startswith("bash: syntax error")


CASES = Path(__file__).parents[1] / "cases"
VALID = [path for language in sorted(FINDERS) for path in sorted((CASES / language / "negative").glob("*.*"))]


@pytest.mark.parametrize("path", VALID, ids=lambda path: f"{path.parent.parent.name}-{path.name}")
def test_programs_inside_of_valid_files_raise_no_alarm(path: Path) -> None:
    text = path.read_bytes().decode(errors="surrogateescape")
    program = Program(language=path.parent.parent.name, text=text, path=path.name)
    errors = check_embedded(program, VALIDATORS, quick=True)
    assert [error.message for error in errors if error.severity is Severity.ERROR] == []
