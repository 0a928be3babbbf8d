from __future__ import annotations

import pytest

from slmfix_bot.validators.sql_companions import MAX_COMPANIONS, sql_companions

TREE = (
    "README.md",
    "app/main.py",
    "app/queries/report.sql",
    "app/alembic/env.py",
    "app/alembic/versions/a1_users.py",
    "app/tests/fixtures/migrations/001_x.sql",
    "other/versions/1.py",
    "shop/migrations/0001_initial.py",
    "shop/migrations/__init__.py",
    "db/schema.sql",
    "db/migrations/V1__init.sql",
    "db/migrations/V1__init.down.sql",
    "db/migrations/20240101000000_x/up.sql",
    "db/migrations/20240101000000_x/down.sql",
    "reports/monthly.sql",
)


def test_migrations_and_dumps_are_chosen() -> None:
    assert sql_companions("reports/monthly.sql", TREE) == (
        "app/alembic/versions/a1_users.py",
        "db/migrations/20240101000000_x/up.sql",
        "db/migrations/V1__init.sql",
        "db/schema.sql",
        "shop/migrations/0001_initial.py",
    )


def test_the_nearest_folder_wins_and_the_file_itself_is_none() -> None:
    assert sql_companions("app/queries/report.sql", TREE) == ("app/alembic/versions/a1_users.py",)
    assert "db/schema.sql" not in sql_companions("db/schema.sql", TREE)


def test_a_dbt_project_is_taken_whole() -> None:
    tree = (
        "dbt/dbt_project.yml",
        "dbt/models/a.sql",
        "dbt/models/schema.yml",
        "dbt/seeds/s.csv",
        "dbt/target/compiled/a.sql",
        "dbt/dbt_packages/p/models/b.sql",
        "dbt/models/py.py",
        "db/schema.sql",
    )
    assert set(sql_companions("dbt/models/x.sql", tree)) == {
        "dbt/dbt_project.yml",
        "dbt/models/a.sql",
        "dbt/models/schema.yml",
        "dbt/seeds/s.csv",
        "dbt/models/py.py",
    }
    assert sql_companions("app/q.sql", tree) == ("db/schema.sql",)


@pytest.mark.parametrize("path", ["q.sql", "a/b/c.py"])
def test_settings_above_the_file_come_first(path: str) -> None:
    assert sql_companions(path, ("x/.sqlfluff", ".sqlfluff", "sqlc.yaml")) == (".sqlfluff", "sqlc.yaml")


def test_there_is_a_limit() -> None:
    tree = [f"migrations/{number:04}_x.sql" for number in range(1000)]
    assert len(sql_companions("q.sql", tree)) == MAX_COMPANIONS
    assert sql_companions("q.sql", ()) == ()
