"""Repairs by names of a schema that the repository's migrations define."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.app.repair import Repairer
from slmfix_bot.app.repair_state import Tiers
from slmfix_bot.core.program import Program
from slmfix_bot.core.report import RepairStatus

if TYPE_CHECKING:
    from slmfix_bot.validators.pool import ValidatorPool

MIGRATIONS = (
    ("db/V1__init.sql", "CREATE TABLE customers (id INT, name TEXT, city TEXT);\n"),
    ("db/V2__orders.sql", "CREATE TABLE orders (id INT, customer_id INT, total REAL);\n"),
    ("db/V3__mail.sql", "ALTER TABLE customers ADD COLUMN email TEXT;\n"),
)
DBT = (
    ("dbt_project.yml", "name: shop\n"),
    ("models/stg_orders.sql", "select id as order_id, total from raw.orders\n"),
)


@pytest.mark.parametrize(
    ("files", "path", "broken", "repaired"),
    [
        (MIGRATIONS, "q.sql", "SELECT emial FROM customers;\n", "SELECT email FROM customers;\n"),
        (MIGRATIONS, "q.sql", "SELECT name FROM customer;\n", "SELECT name FROM customers;\n"),
        (
            MIGRATIONS,
            "q.sql",
            "SELECT id FROM orders o JOIN customers c ON c.id = o.customer_id;\n",
            "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id;\n",
        ),
        (
            DBT,
            "models/x.sql",
            "select order_idd from {{ ref('stg_orders') }}\n",
            "select order_id from {{ ref('stg_orders') }}\n",
        ),
        (
            DBT,
            "models/x.sql",
            "select order_id from {{ ref('stg_order') }}\n",
            "select order_id from {{ ref('stg_orders') }}\n",
        ),
    ],
)
def test_names_of_migrations_repair(
    pool: ValidatorPool, files: tuple[tuple[str, str], ...], path: str, broken: str, repaired: str
) -> None:
    repairer = Repairer(pool, None, tiers=Tiers(model_ranks=False, model_proposes=False))
    outcome = repairer.repair(Program(language="sql", text=broken, dialect="postgres", path=path, files=files))
    assert (outcome.status, outcome.text) == (RepairStatus.REPAIRED, repaired)


def test_columns_of_a_migration_before_its_change_noop(pool: ValidatorPool) -> None:
    repairer = Repairer(pool, None, tiers=Tiers(model_ranks=False, model_proposes=False))
    program = Program(
        language="sql",
        text="UPDATE customers SET city = '';\n",
        dialect="postgres",
        path="db/V2__x.sql",
        files=MIGRATIONS,
    )
    assert repairer.repair(program).status is RepairStatus.VALID
