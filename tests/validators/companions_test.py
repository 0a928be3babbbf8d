from __future__ import annotations

import pytest

from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.companions import COMPANIONS, companions

TREE = (
    "README.md",
    "db/migrations/001_a.sql",
    "db/migrations/002_b.sql",
    "infra/main.tf",
    "infra/variables.tf",
    "library/own.py",
    "roles/web/defaults/main.yml",
    "roles/web/tasks/main.yml",
    "rtl/alu.sv",
    "rtl/top.sv",
)


@pytest.mark.parametrize(
    ("language", "path", "wanted"),
    [
        ("ansible", "roles/web/tasks/main.yml", {"roles/web/defaults/main.yml", "library/own.py"}),
        ("sql", "reports/q.sql", {"db/migrations/001_a.sql", "db/migrations/002_b.sql"}),
        ("terraform", "infra/main.tf", {"infra/variables.tf"}),
        ("verilog", "rtl/top.sv", {"rtl/alu.sv"}),
        ("json", "a.json", set()),
    ],
)
def test_a_verdict_gets_the_files_that_it_depends_on(language: str, path: str, wanted: set[str]) -> None:
    chosen = companions(language, path, TREE)
    assert set(chosen) >= wanted
    assert path not in chosen
    assert set(chosen) <= set(TREE)
    assert "README.md" not in chosen


def test_every_rule_is_for_a_language_that_is_judged() -> None:
    assert set(COMPANIONS) <= set(VALIDATORS)
