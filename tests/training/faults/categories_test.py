from __future__ import annotations

import subprocess
import sys

import pytest

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.program import Program
from slmfix_training.faults.categories import CATEGORIES, RULE_CATEGORY, categorise
from slmfix_training.faults.corrupt import OPERATORS
from slmfix_training.samples.samples import diagnose


def sorted_as(language: str, text: str, *, dialect: str | None = None, schema: str | None = None) -> str:
    program = Program(language=language, text=text, dialect=dialect, schema=schema)
    found = diagnose(program, explain=False)
    assert found, "the program has to fail"
    return categorise(program, found)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("SELECT name FROM pet\nThis query returns the names of all the pets.\n", "residue"),
        ("SELECT name FROM pet\nDatabase Output: [('Rex',)]\n", "simulated-output"),
        ("SELECT name FROM pet WHERE age = 3 AND weight >", "truncation"),
        ("SELECT name FROM pet SELECT name FROM owner", "several-statements"),
        ("SELECT pet\\_name FROM pet", "escapes"),
        ("SELECT max(age FROM pet WHERE weight = 3 AND name LIKE 'R%';", "unclosed"),
        ("SELECT count(*)) FROM pet", "surplus-closer"),
        ("SELECT name FROM pet WHERE owner = 'Mary's' AND age > 3;", "quotes"),
        ("SELECT name, FROM pet", "separator"),
        ("SELECT name FROM pet ORDER BY name WHERE age > 3", "clause-order"),
        ("SELECT COUNT(id WHERE age > 3) FROM pet", "clause-order"),
        ("SELECT name FROM <table_name>", "placeholder"),
    ],
)
def test_sql(text: str, category: str) -> None:
    assert sorted_as("sql", text, dialect="sqlite") == category


def test_backticks_are_another_dialect_in_postgres() -> None:
    assert sorted_as("sql", "SELECT `name` FROM pet", dialect="postgres") == "dialect"


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("SELECT pet_nam FROM pet", "misspelling"),
        ("SELECT colour FROM pet", "unknown-name"),
        ("SELECT YEAR(birth) FROM pet", "dialect"),
        ("SELECT pet_name FROM your_table", "placeholder"),
    ],
)
def test_sql_schema(text: str, category: str) -> None:
    schema = "CREATE TABLE pet (\n  pet_name TEXT,\n  birth TEXT\n);\n"
    assert sorted_as("sql", text, dialect="sqlite", schema=schema) == category


@pytest.mark.parametrize(
    ("language", "text", "category"),
    [
        ("bash", "for f in *; do echo $f done\n", "separator"),
        ("bash", "grep -r foo . |\n", "truncation"),
        ("bash", "echo 'it\n", "quotes"),
        ("bash", "kill <pid>\n", "placeholder"),
        ("bash", "```bash\nls\n```\n", "residue"),
        ("python", "def f(x):\n    return math.sqrt(x)\n", "missing-import"),
        ("python", "def f(x):\n    return is_prime(x)\n", "unknown-name"),
        ("python", "def f(x):\n  if x:\n    return 1\n   return 2\n", "indentation"),
        ("python", "def f(x):\n    return (x\n\n\ndef g(x):\n    return 3\n\n\ndef h():\n    pass\n", "unclosed"),
        ("python", 'def f(x):\n    """Adds\n', "truncation"),
        ("python", "def f(x):\n    return g(x))\n", "surplus-closer"),
        ("json", "{'a': 1}", "quotes"),
        ("json", '{"a": 1,}', "separator"),
        ("json", '{"a": True}', "dialect"),
        ("json", '{"a": [1, 2}', "unclosed"),
        ("json", '{"a": 1}}', "surplus-closer"),
        ("json", '```json\n{"a": 1}\n```', "residue"),
        ("verilog", "module m(input a, output y);\n  always @(a) y = a;\nendmodule\n", "net-assignment"),
        ("verilog", "module m(input a, output y);\n  assign y = b;\nendmodule\n", "unknown-name"),
        ("verilog", "module m(input a, output y);\n  assign y = a\nendmodule\n", "separator"),
        ("verilog", "module m(input a, output y);\n  assign y = a;\nendmodule\nendmodule\n", "surplus-closer"),
        ("ansible", "- hosts: all\n  tasks:\n    - debug:\n        msg: {{ greeting }}\n", "jinja"),
        ("ansible", "- hosts: all\n  tasks:\n    - copy:\n        sorce: a\n        dest: /b\n", "misspelling"),
        ("ansible", "- hosts: all\n  tasks:\n    - name: a\n       debug:\n", "indentation"),
        ("terraform", 'resource "aws_vpc" "a" {\n  cidr_block =', "truncation"),
    ],
)
def test_languages(language: str, text: str, category: str) -> None:
    assert sorted_as(language, text) == category


def test_every_category_of_the_tables_is_known() -> None:
    assert set(RULE_CATEGORY.values()) <= set(CATEGORIES)
    assert {category for menu in OPERATORS.values() for _, category, _ in menu} <= set(CATEGORIES)


def test_unknown_rules_go_by_their_message() -> None:
    program = Program(language="mine", text="x")
    assert categorise(program, [Diagnostic(rule="x1", message="undefined symbol q", line=1)]) == "unknown-name"
    assert categorise(program, [Diagnostic(rule="x1", message="I do not like it", line=1)]) == "other"
    assert categorise(program, []) == "other"


def test_torch_is_not_needed() -> None:
    code = "import sys; import slmfix_training.faults.categories; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
