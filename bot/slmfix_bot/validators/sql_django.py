"""Tables from Django's migrations. The files are parsed and never imported."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from slmfix_bot.validators.sql_alembic import literal
from slmfix_bot.validators.sql_script import apply_script
from slmfix_bot.validators.sql_tables import SchemaBuilder, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slmfix_bot.validators.sql_ddl import Outputs

PLACE = re.compile(r"(?:^|/)(\w+)/migrations/(\d{4}_\w+)\.py$")
KEYS = ("ForeignKey", "OneToOneField", "ParentalKey")
Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One file: its app and name, what it depends on, and the operations as syntax."""

    path: str
    key: Key
    before: tuple[Key, ...]
    replaces: tuple[Key, ...]
    operations: tuple[ast.expr, ...] | None


@dataclass
class Model:
    """A model's table, and the columns of each of its fields."""

    app: str
    name: str
    table: str
    fields: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_complete: bool = True


def read_migration(path: str, text: str) -> Migration | None:
    """The migration, None for a file that is none or does not parse."""
    place = PLACE.search(path)
    try:
        tree = ast.parse(text) if place else None
    except (SyntaxError, ValueError, RecursionError):
        return None
    if place is None or tree is None:
        return None
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == "Migration":
            values = {
                target.id: item.value
                for item in node.body
                if isinstance(item, ast.Assign)
                for target in item.targets
                if isinstance(target, ast.Name)
            }
            listed = values.get("operations")
            return Migration(
                path=path,
                key=(place[1], place[2]),
                before=_keys(values.get("dependencies")),
                replaces=_keys(values.get("replaces")),
                operations=tuple(listed.elts) if isinstance(listed, ast.List) else None if listed else (),
            )
    return None


def _keys(node: ast.expr | None) -> tuple[Key, ...]:
    found: list[Key] = []
    for item in node.elts if isinstance(node, (ast.List, ast.Tuple)) else ():
        value = literal(item)
        if isinstance(value, tuple) and len(value) == 2:
            found.append((str(value[0]), str(value[1])))
    return tuple(found)


def in_order(migrations: Iterable[Migration]) -> list[Migration]:
    """Every migration behind those that it depends on; squashed ones only where the originals are gone."""
    by_key = {migration.key: migration for migration in migrations}
    kept = {key: m for key, m in by_key.items() if not any(old in by_key for old in m.replaces)}
    done: dict[Key, Migration] = {}
    waiting = sorted(kept.values(), key=lambda migration: (migration.key[1], migration.key[0]))
    while waiting:
        ready = [m for m in waiting if all(key in done or key not in kept for key in m.before)]
        for migration in ready or waiting[:1]:
            done[migration.key] = migration
        waiting = [migration for migration in waiting if migration.key not in done]
    return list(done.values())


def apply_migrations(migrations: Sequence[Migration], builder: SchemaBuilder, outputs: Outputs) -> None:
    """Adds the tables of the models. Apps that are installed and not part of the repository have tables too, so the
    schema is never complete afterwards."""
    models: dict[Key, Model] = {}
    builder.is_complete = False
    for migration in migrations:
        if migration.operations is None:
            for model in models.values():
                model.is_complete = model.is_complete and model.app != migration.key[0]
            continue
        for operation in migration.operations:
            _apply(operation, migration.key[0], models, builder, outputs)
    for model in models.values():
        columns = tuple(dict.fromkeys(column for names in model.fields.values() for column in names))
        builder.add(Table(name=model.table, columns=columns, is_complete=model.is_complete))


def _apply(operation: ast.expr, app: str, models: dict[Key, Model], builder: SchemaBuilder, outputs: Outputs) -> None:
    if not isinstance(operation, ast.Call):
        builder.doubt_all()
        return
    kind = operation.func.attr if isinstance(operation.func, ast.Attribute) else getattr(operation.func, "id", "")
    if kind == "CreateModel":
        _create(operation, app, models, builder)
    elif kind in {"AddField", "AlterField", "RemoveField", "RenameField"}:
        _change_field(kind, operation, app, models, builder)
    elif kind == "DeleteModel":
        models.pop((app, _string(operation, 0, "name").lower()), None)
    elif kind == "RenameModel":
        _rename(operation, app, models)
    elif kind == "AlterModelTable":
        model = models.get((app, _string(operation, 0, "name").lower()))
        if model is not None:
            model.table = _string(operation, 1, "table") or f"{app}_{model.name.lower()}"
    elif kind == "RunSQL":
        statement = _argument(operation, 0, "sql")
        if isinstance(statement, ast.Constant) and isinstance(statement.value, str):
            apply_script(statement.value, builder, outputs)
        else:
            builder.doubt_all()
    elif kind == "SeparateDatabaseAndState":
        for name, index in (("database_operations", 0), ("state_operations", 1)):
            listed = _argument(operation, index, name)
            for inner in listed.elts if isinstance(listed, ast.List) else ():
                _apply(inner, app, models, builder, outputs)


def _argument(call: ast.Call, index: int, name: str) -> ast.expr | None:
    named = next((keyword.value for keyword in call.keywords if keyword.arg == name), None)
    return named if named is not None else call.args[index] if index < len(call.args) else None


def _string(call: ast.Call, index: int, name: str) -> str:
    node = _argument(call, index, name)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _create(call: ast.Call, app: str, models: dict[Key, Model], builder: SchemaBuilder) -> None:
    name = _string(call, 0, "name")
    options = _argument(call, 2, "options")
    table = f"{app}_{name.lower()}"
    for key, value in zip(options.keys, options.values, strict=True) if isinstance(options, ast.Dict) else ():
        if literal(key or ast.Constant(None)) == "db_table":
            table = str(literal(value) or "").replace('"', "").rpartition(".")[2] or table
        if literal(key or ast.Constant(None)) == "proxy" and literal(value) is True:
            return
    model = Model(app, name, table)
    listed = _argument(call, 1, "fields")
    parts = listed.elts if isinstance(listed, (ast.List, ast.Tuple)) else None
    model.is_complete = parts is not None
    for part in parts or ():
        field_name = literal(part.elts[0]) if isinstance(part, ast.Tuple) and len(part.elts) == 2 else None
        if isinstance(part, ast.Tuple) and isinstance(field_name, str):
            _set_field(model, field_name, part.elts[1], builder)
        else:
            model.is_complete = False
    models[app, name.lower()] = model


def _set_field(model: Model, name: str, node: ast.expr, builder: SchemaBuilder) -> None:
    if not isinstance(node, ast.Call):
        model.is_complete = False
        return
    kind = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    of_django = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "models"
    if kind.endswith("ManyToManyField"):
        model.fields[name] = ()
        if _argument(node, 99, "through") is None:
            _join_table(model, name, node, builder)
        return
    column = _string(node, 99, "db_column")
    if column:
        model.fields[name] = (column,)
    elif kind.endswith(KEYS):
        model.fields[name] = (f"{name}_id",)
    else:
        # A field of somebody else's making may be a key as well.
        model.fields[name] = (name,) if of_django else tuple(_either(name))


def _either(name: str) -> Iterator[str]:
    yield name
    yield f"{name}_id"


def _join_table(model: Model, name: str, node: ast.Call, builder: SchemaBuilder) -> None:
    target = _argument(node, 0, "to")
    other = str(literal(target) or "").rpartition(".")[2].lower() if target is not None else ""
    own = model.name.lower()
    ends = (f"from_{own}_id", f"to_{own}_id") if other in {"self", own} else (f"{own}_id", f"{other}_id")
    table = _string(node, 99, "db_table") or f"{model.table}_{name}"
    builder.add(Table(name=table, columns=("id", *ends), is_complete=bool(other)))


def _change_field(kind: str, call: ast.Call, app: str, models: dict[Key, Model], builder: SchemaBuilder) -> None:
    model = models.get((app, _string(call, 0, "model_name").lower()))
    if model is None:
        return
    if kind == "RenameField":
        old, new = _string(call, 1, "old_name"), _string(call, 2, "new_name")
        columns = model.fields.pop(old, (old,))
        model.fields[new] = tuple(
            new + column.removeprefix(old) if column in {old, f"{old}_id"} else column for column in columns
        )
        return
    name = _string(call, 1, "name")
    definition = _argument(call, 2, "field")
    if kind == "RemoveField":
        model.fields.pop(name, None)
    elif definition is not None:
        _set_field(model, name, definition, builder)
    else:
        model.is_complete = False


def _rename(call: ast.Call, app: str, models: dict[Key, Model]) -> None:
    old, new = _string(call, 0, "old_name"), _string(call, 1, "new_name")
    model = models.pop((app, old.lower()), None)
    if model is not None:
        if model.table == f"{app}_{old.lower()}":
            model.table = f"{app}_{new.lower()}"
        model.name = new
        models[app, new.lower()] = model
