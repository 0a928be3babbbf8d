"""The schema that other files of the repository define: SQL migrations and dumps, Alembic, Django."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from slmfix_bot.validators.sql_companions import (
    DOWN,
    DUMP,
    FOLDERS,
    MAX_COMPANIONS,
    NUMBERED,
    group_of,
    group_step,
    is_migration,
)
from slmfix_bot.validators.sql_order import version_key
from slmfix_bot.validators.sql_outputs import query_outputs
from slmfix_bot.validators.sql_script import apply_script
from slmfix_bot.validators.sql_tables import Schema, SchemaBuilder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.validators.sql_alembic import Revision
    from slmfix_bot.validators.sql_django import Migration

Files = tuple[tuple[str, str], ...]


@lru_cache(maxsize=8)
def repository_schema(path: str, files: Files, dialect: str = "") -> Schema | None:
    """What is there when the program at `path` runs: a migration sees those before it, any other file all of them.
    Folders of migrations that may be for different databases are taken together. None if no file defines anything."""
    found: list[Schema] = []
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, text in files:
        if name.endswith((".sql", ".ddl")) and not DOWN.search(name):
            groups.setdefault(group_of(name), []).append((name, text))
    own = group_of(path) if path.endswith((".sql", ".ddl")) and is_migration(path) else None
    if own is not None:
        groups = {own: groups[own]} if own in groups else {}
    for group, members in sorted(groups.items()):
        before = [(n, t) for n, t in members if group != own or version_key(n) < version_key(path)]
        schema = _of_scripts(sorted(before, key=lambda pair: version_key(pair[0])), dialect)
        from_start = schema.is_complete and bool(schema.tables) and _is_history([name for name, _ in members])
        found.append(replace(schema, is_complete=from_start))
    scripts = [(name, text) for name, text in files if name.endswith(".py")]
    for part in (_of_alembic(scripts, path), _of_django(scripts, path)):
        if part is not None:
            found.append(part)
    if not found:
        return None
    whole = found[0]
    for schema in found[1:]:
        whole = whole.joined(schema)
    builder = SchemaBuilder.of(whole)
    builder.is_inferred = True
    builder.is_complete = whole.is_complete and len(files) < MAX_COMPANIONS
    return builder.schema()


def _is_history(paths: Sequence[str]) -> bool:
    """Whether files tell everything from the beginning: dumps, and versions that start at 0, at 1 or with a date."""
    steps = [path for path in paths if not DUMP.search(path)]
    first = min(steps, key=version_key, default=None)
    if first is None:
        return True
    number = re.search(r"\d+", first.rpartition("/")[2] if not first.endswith(FOLDERS) else group_step(first))
    begins = number is not None and (int(number[0]) <= 1 or len(number[0]) >= 8)
    return begins and all(NUMBERED.search(path) for path in steps)


def _of_scripts(files: Sequence[tuple[str, str]], dialect: str) -> Schema:
    builder = SchemaBuilder()
    for _, text in files:
        apply_script(text, builder, query_outputs, dialect)
    return builder.schema()


def _of_alembic(files: Sequence[tuple[str, str]], path: str) -> Schema | None:
    from slmfix_bot.validators.sql_alembic import ancestors, apply_revision, in_order, read_revision

    revisions: list[Revision] = []
    for name, text in files:
        if "/versions/" in f"/{name}" and (revision := read_revision(name, text)) is not None:
            revisions.append(revision)
    if not revisions:
        return None
    ordered = in_order(revisions)
    own = next((revision for revision in ordered if revision.path == path), None)
    builder = SchemaBuilder()
    for revision in ancestors(own, ordered) if own else ordered:
        apply_revision(revision, builder, query_outputs)
    known = {revision.name for revision in revisions}
    if any(name not in known for revision in revisions for name in revision.before):
        builder.doubt_all()  # a revision is missing
    return builder.schema()


def _of_django(files: Sequence[tuple[str, str]], path: str) -> Schema | None:
    from slmfix_bot.validators.sql_django import apply_migrations, in_order, read_migration

    migrations: list[Migration] = []
    for name, text in files:
        if PurePosixPath(name).parent.name == "migrations" and (found := read_migration(name, text)) is not None:
            migrations.append(found)
    if not migrations:
        return None
    ordered = in_order(migrations)
    own = next((index for index, migration in enumerate(ordered) if migration.path == path), len(ordered))
    builder = SchemaBuilder()
    apply_migrations(ordered[:own], builder, query_outputs)
    return builder.schema()
