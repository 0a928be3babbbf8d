from __future__ import annotations

from importlib import import_module

import pytest

from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.companions import COMPANIONS, WANTED, companions

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


@pytest.mark.parametrize("language", sorted(COMPANIONS))
def test_leaving_out_what_no_rule_wants_changes_nothing(language: str) -> None:
    module, _, name = COMPANIONS[language].partition(":")
    choose = getattr(import_module(f"slmfix_bot.validators.{module}"), name)
    tree = (
        *TREE,
        *(
            "dbt_project.yml",
            "models/a.sql",
            "models/b.py",
            "models/schema.yml",
            "seeds/c.csv",
            ".sqlfluff",
            "profiles.yml",
        ),
        *("alembic/env.py", "alembic/versions/1_a.py", "app/migrations/0001_initial.py", "prisma/schema.prisma"),
        *("sqlc.json", "drizzle.config.ts", "alembic.ini", "db/schema.rb", "plugins/modules/x.py", "group_vars/all"),
        *(
            "host_vars/h.yml",
            "galaxy.yml",
            "filter_plugins/f.py",
            "collections/a/plugins/filter/g.py",
            "x.tf.json",
            "A.V",
        ),
        *("roles/web/meta/main.yml", "roles/web/vars/main.yml", "modules/m/main.tf", "inc/defs.svh", "src/main.c"),
    )
    for path in tree:
        assert tuple(companions(language, path, tree)) == tuple(choose(path, tree))


def test_every_rule_is_for_a_language_that_is_judged() -> None:
    assert set(COMPANIONS) <= set(VALIDATORS)
    assert set(COMPANIONS) == set(WANTED)
