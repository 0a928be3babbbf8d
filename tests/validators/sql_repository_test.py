from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.diagnostic import Severity
from slmfix_bot.core.program import Program
from slmfix_bot.validators.sql import SQL
from slmfix_bot.validators.sql_companions import MAX_COMPANIONS
from slmfix_bot.validators.sql_repository import repository_schema

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic

FLYWAY = (
    (
        "db/V1__init.sql",
        "CREATE TABLE users (id INT PRIMARY KEY, name TEXT);\nCREATE TABLE orders (id INT, user_id INT);",
    ),
    ("db/V2__mail.sql", "ALTER TABLE users ADD COLUMN email TEXT, DROP COLUMN name;"),
    ("db/V10__rename.sql", "ALTER TABLE orders RENAME COLUMN user_id TO buyer_id; ALTER TABLE orders RENAME TO sales;"),
)
ALEMBIC = (
    (
        "app/versions/b2.py",
        """
from alembic import op
import sqlalchemy as sa
revision = "b2"
down_revision: str = "a1"
def upgrade():
    op.add_column("users", sa.Column("email", sa.String()))
    op.alter_column("users", "name", new_column_name="full_name")
    op.rename_table("orders", "sales")
    with op.batch_alter_table("sales") as batch_op:
        batch_op.drop_column("note")
    op.execute("CREATE TABLE audit (id INT, what TEXT)")
def downgrade():
    op.drop_table("users")
""",
    ),
    (
        "app/versions/c1.py",
        """
revision = "a1"
down_revision = None
def upgrade():
    op.create_table("users", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("name", sa.String()),
        sa.PrimaryKeyConstraint("id"))
    op.create_table("orders", sa.Column("id", sa.Integer()), sa.Column("note", sa.Text()))
""",
    ),
)
DJANGO = (
    (
        "shop/migrations/0001_initial.py",
        """
class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Customer",
            fields=[("id", models.AutoField(primary_key=True)), ("name", models.CharField(max_length=9))],
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("customer", models.ForeignKey(on_delete=models.CASCADE, to="shop.customer")),
                ("tags", models.ManyToManyField(to="shop.Tag")),
                ("old", models.IntegerField(db_column="legacy")),
            ],
            options={"db_table": "orders"},
        ),
    ]
""",
    ),
    (
        "shop/migrations/0002_more.py",
        """
class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField(model_name="customer", name="mail", field=models.EmailField()),
        migrations.RenameField(model_name="order", old_name="customer", new_name="buyer"),
        migrations.RemoveField("order", "old"),
        migrations.RenameModel("Customer", "Client"),
    ]
""",
    ),
)


def tables(path: str, files: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    schema = repository_schema(path, files)
    assert schema is not None
    return {table.name: table.columns for table in schema.tables}


def check(text: str, files: tuple[tuple[str, str], ...], path: str = "q.sql", dialect: str = "") -> list[str | None]:
    return [entry.found for entry in diagnostics(text, files, path, dialect)]


def diagnostics(
    text: str, files: tuple[tuple[str, str], ...], path: str = "q.sql", dialect: str = ""
) -> tuple[Diagnostic, ...]:
    return SQL.check(Program(language="sql", text=text, path=path, dialect=dialect or "postgres", files=files))


def test_sql_migrations_run_in_the_order_of_their_versions() -> None:
    assert tables("q.sql", FLYWAY) == {"users": ("id", "email"), "sales": ("id", "buyer_id")}


def test_a_migration_sees_what_was_before_it() -> None:
    assert tables("db/V2__mail.sql", FLYWAY) == {"users": ("id", "name"), "orders": ("id", "user_id")}
    assert check("UPDATE users SET nam = 'x'", FLYWAY, "db/V2__mail.sql") == ["nam"]
    assert check("UPDATE users SET name = 'x'", FLYWAY, "db/V2__mail.sql") == []
    assert check("UPDATE users SET name = 'x'", FLYWAY) == ["name"]


def test_unknown_names_have_legal_ones() -> None:
    found = diagnostics("SELECT u.emial FROM users u JOIN sale s ON s.buyer_id = u.id", FLYWAY)
    assert [(d.rule, d.found, d.expected[0]) for d in found] == [
        ("unknown-column", "u.emial", "u.email"),
        ("unknown-table", "sale", "sales"),
    ]


def test_a_statement_about_another_database_is_not_judged() -> None:
    assert check("SELECT a FROM metrics", FLYWAY) == []
    found = diagnostics("SELECT a FROM metrics JOIN users ON users.id = metrics.id", FLYWAY)
    assert [(d.found, d.severity) for d in found] == [("metrics", Severity.WARNING)]
    assert diagnostics("SELECT a FROM sale JOIN users ON true", FLYWAY)[0].severity is Severity.ERROR
    assert check("SELECT a FROM warehouse.metrics JOIN users ON true", FLYWAY) == []
    assert check("SELECT relname FROM pg_class JOIN users ON true", FLYWAY) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DO $$ BEGIN EXECUTE 'ALTER TABLE users ADD COLUMN x INT'; END $$;",
        "\\i other.sql\n",
        "CREATE TABLE {{ prefix }}_x (a INT);",
        "CREATE EXTENSION postgis;",
    ],
)
def test_what_cannot_be_read_makes_the_schema_incomplete(statement: str) -> None:
    files = (*FLYWAY, ("db/V11__x.sql", statement))
    assert check("SELECT id FROM users JOIN spatial_ref_sys ON true", files) == []


def test_a_table_that_code_changes_may_have_other_columns() -> None:
    code = "DO $$ BEGIN ALTER TABLE users ADD COLUMN x INT; END $$;"
    assert check("SELECT x, sales.y FROM users, sales", (*FLYWAY, ("db/V11__x.sql", code))) == ["sales.y"]


def test_as_many_files_as_are_read_at_most_are_not_taken_for_all() -> None:
    files = (*FLYWAY, *((f"db/V{number}__x.sql", "") for number in range(20, 20 + MAX_COMPANIONS)))
    assert check("SELECT a FROM sale", files) == []
    assert check("SELECT a FROM sale", FLYWAY) == ["sale"]


def test_downward_sections_and_files_are_not_run() -> None:
    files = (
        ("m/1_a.up.sql", "CREATE TABLE a (x INT);"),
        ("m/1_a.down.sql", "DROP TABLE a;"),
        ("m/2_b.sql", "-- +goose Up\nCREATE TABLE b (y INT);\n-- +goose Down\nDROP TABLE b;\n"),
    )
    assert tables("q.sql", files) == {"a": ("x",), "b": ("y",)}


def test_alembic_follows_down_revision() -> None:
    assert tables("q.sql", ALEMBIC) == {
        "users": ("id", "full_name", "email"),
        "sales": ("id",),
        "audit": ("id", "what"),
    }
    assert tables("app/versions/b2.py", ALEMBIC) == {"users": ("id", "name"), "orders": ("id", "note")}
    assert check("SELECT name FROM users", ALEMBIC) == ["name"]


@pytest.mark.parametrize("line", ["op.execute(make())", "op.create_table(name, column)", "op.unheard_of('users')"])
def test_a_dynamic_revision_leaves_doubt(line: str) -> None:
    text = f'revision = "c3"\ndown_revision = "b2"\ndef upgrade():\n    {line}\n'
    assert check("SELECT name FROM userz", (*ALEMBIC, ("app/versions/d.py", text))) == []
    assert check("SELECT name FROM users", (*ALEMBIC, ("app/versions/d.py", text))) == []


def test_a_missing_revision_leaves_doubt() -> None:
    assert check("SELECT name FROM users", ALEMBIC[:1]) == []


def test_django_names_tables_and_columns() -> None:
    assert tables("q.sql", DJANGO) == {
        "orders_tags": ("id", "order_id", "tag_id"),
        "shop_client": ("id", "name", "mail"),
        "orders": ("id", "buyer_id"),
    }
    assert check("SELECT customer_id FROM orders", DJANGO) == ["customer_id"]
    assert check("SELECT buyer_id FROM orders JOIN auth_user ON true", DJANGO) == []
    assert tables("shop/migrations/0002_more.py", DJANGO)["shop_customer"] == ("id", "name")


def test_files_that_are_no_migrations_are_nothing() -> None:
    assert repository_schema("q.sql", (("app/versions/x.py", "1 +"), ("shop/migrations/0001_x.py", "x = 1"))) is None


def test_a_history_without_its_beginning_is_not_complete() -> None:
    files = (("m/V7__x.sql", "CREATE TABLE users (id INT);"), ("m/V8__y.sql", "ALTER TABLE users ADD name TEXT;"))
    assert check("SELECT id FROM user", files) == []
    assert check("SELECT nam FROM users", files) == ["nam"]
    assert check("SELECT id FROM user", (("m/V1__x.sql", files[0][1]), files[1])) == ["user"]


def test_a_table_that_only_a_change_mentions_shows_a_gap() -> None:
    files = (*FLYWAY, ("db/V11__x.sql", "ALTER TABLE elsewhere ADD x INT;"))
    assert check("SELECT id FROM sale", files) == []


def test_a_migration_is_not_judged_by_what_came_after_it() -> None:
    files = (("schema.sql", "CREATE TABLE users (id INT);"), ("migrations/002_b.sql", "CREATE TABLE late (a INT);"))
    assert check("UPDATE users SET gone = 1; SELECT a FROM lat;", files, "migrations/001_a.sql") == []
    assert check("UPDATE users SET gone = 1;", files, "q.sql") == ["gone"]


def test_queries_inside_changes_see_the_changed_table() -> None:
    text = "UPDATE users u SET email = '' WHERE NOT EXISTS (SELECT 1 FROM sales WHERE buyer_id = u.id AND u.idd = 1)"
    assert check(text, FLYWAY) == ["u.idd"]
