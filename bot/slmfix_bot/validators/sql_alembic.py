"""Tables from Alembic's revisions. The files are parsed and never imported."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_bot.validators.sql_script import apply_script
from slmfix_bot.validators.sql_tables import SchemaBuilder, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from slmfix_bot.validators.sql_ddl import Outputs

HARMLESS = frozenset(
    "create_index drop_index create_foreign_key drop_constraint create_unique_constraint create_check_constraint"
    " create_primary_key create_exclude_constraint bulk_insert f get_bind get_context create_table_comment"
    " drop_table_comment inline_literal create_sequence autocommit_block".split()
)


@dataclass(frozen=True, kw_only=True)
class Revision:
    """One file. `before` holds the revisions that it builds on."""

    path: str
    name: str
    before: tuple[str, ...]
    tree: ast.Module


def read_revision(path: str, text: str) -> Revision | None:
    """The revision, None for a file that is none or does not parse."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    values: dict[str, object] = {}
    for node in tree.body:
        target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(target, ast.Name) and node.value is not None:
            values[target.id] = literal(node.value)
    if not isinstance(values.get("revision"), str) or "down_revision" not in values:
        return None
    down = values["down_revision"]
    before = (down,) if isinstance(down, str) else tuple(down) if isinstance(down, (tuple, list)) else ()
    return Revision(path=path, name=str(values["revision"]), before=tuple(map(str, before)), tree=tree)


def literal(node: ast.AST) -> object:
    """The value of a constant expression, None for anything else."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None


def in_order(revisions: Iterable[Revision]) -> list[Revision]:
    """Every revision behind those that it builds on."""
    by_name = {revision.name: revision for revision in revisions}
    done: dict[str, Revision] = {}
    waiting = sorted(by_name.values(), key=lambda revision: revision.path)
    while waiting:
        ready = [r for r in waiting if all(name in done or name not in by_name for name in r.before)]
        for revision in ready or waiting[:1]:  # a circle is broken somewhere
            done[revision.name] = revision
        waiting = [revision for revision in waiting if revision.name not in done]
    return list(done.values())


def ancestors(revision: Revision, revisions: Sequence[Revision]) -> list[Revision]:
    """The revisions that run before one."""
    by_name = {other.name: other for other in revisions}
    known: set[str] = set()
    waiting = list(revision.before)
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in known:
            known.add(name)
            waiting += by_name[name].before
    return [other for other in revisions if other.name in known]


def apply_revision(revision: Revision, builder: SchemaBuilder, outputs: Outputs) -> None:
    """Does to the schema what `upgrade` does; what cannot be told leaves it incomplete."""
    upgrade = next((n for n in revision.tree.body if isinstance(n, ast.FunctionDef) and n.name == "upgrade"), None)
    if upgrade is None:
        builder.doubt_all()
        return
    batches: dict[str, str | None] = {}
    for node in ast.walk(upgrade):
        if isinstance(node, ast.With):
            for item in node.items:
                call, name = item.context_expr, item.optional_vars
                if isinstance(call, ast.Call) and _method(call) == "batch_alter_table" and isinstance(name, ast.Name):
                    batches[name.id] = _text(call.args[0]) if call.args else None
    for call in _calls(upgrade):
        receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
        if not isinstance(receiver, ast.Name):
            continue
        if receiver.id == "op":
            table = _text(call.args[0]) if call.args else None
            _operation(call, table, call.args[1:], builder, outputs)
        elif receiver.id in batches:
            _operation(call, batches[receiver.id], call.args, builder, outputs)


def _calls(function: ast.FunctionDef) -> list[ast.Call]:
    found = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _method(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def _text(node: ast.AST | None) -> str | None:
    """A string, also when a helper that names it is around it: `op.f("x")`, `sa.text("x")`."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and _method(node) in {"f", "text", "quoted_name"}:
        node = node.args[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _keyword(call: ast.Call, name: str) -> ast.AST | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _operation(
    call: ast.Call, table: str | None, rest: Sequence[ast.expr], builder: SchemaBuilder, outputs: Outputs
) -> None:
    method = _method(call)
    if method == "execute":
        statement = _text(call.args[0]) if call.args else None
        if statement is None:
            builder.doubt_all()
        else:
            apply_script(statement, builder, outputs)
    elif method in HARMLESS or method in {"batch_alter_table"}:
        return
    elif table is None:
        builder.doubt_all()
    elif method == "create_table":
        names = [_column_name(part) for part in rest]
        plain = None not in names and not any(isinstance(part, ast.Starred) for part in rest)
        builder.add(Table(name=table, columns=tuple(name for name in names if name), is_complete=plain))
    elif method == "drop_table":
        builder.drop(table)
    elif method == "rename_table":
        new = _text(rest[0]) if rest else None
        builder.rename(table, new) if new else builder.doubt_all()
    else:
        _column_operation(call, method, table, rest, builder)


def _column_operation(
    call: ast.Call, method: str, table: str, rest: Sequence[ast.expr], builder: SchemaBuilder
) -> None:
    first = rest[0] if rest else _keyword(call, "column") or _keyword(call, "column_name")
    if method == "add_column":
        name = _column_name(first)
        builder.change(table, add=[name]) if name else builder.doubt(table)
    elif method == "drop_column":
        name = _text(first)
        builder.change(table, drop=[name]) if name else builder.doubt(table)
    elif method == "alter_column":
        renamed = _keyword(call, "new_column_name") or _keyword(call, "name")
        old, new = _text(first), _text(renamed)
        if renamed is not None:
            builder.rename_column(table, old, new) if old and new else builder.doubt(table)
    else:
        builder.doubt_all()


def _column_name(node: ast.AST | None) -> str | None:
    """The column that an argument of create_table makes: "" for a constraint, None when that cannot be told."""
    if not isinstance(node, ast.Call):
        return None
    kind = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if kind == "Column":
        return _text(node.args[0]) if node.args else _text(_keyword(node, "name"))
    return "" if kind.endswith(("Constraint", "Index")) else None
