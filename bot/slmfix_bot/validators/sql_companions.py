"""Which other files of a repository say what its database looks like. Paths only; it runs in the main process."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_COMPANIONS = 300
"""So many files are read at most; a schema from as many is not taken for complete."""

DOWN = re.compile(
    r"(?:^|/)(?:U[\d._]+__[^/]*|down|rollback|revert|undo)\.sql$|[._-](?:down|rollback|undo|revert)\.sql$"
)
NUMBERED = re.compile(r"(?:^|/)(?:V[\d._]+__|R__|\d+[_.-]|\d{8,}|up\.sql$)[^/]*", re.IGNORECASE)
MIGRATION_FOLDER = re.compile(
    r"(?:^|/)(?:migrations?|migrate|db|database|sql|schemas?|ddl|flyway|changelogs?|evolutions|patches|upgrades?)(?:/|$)",
    re.IGNORECASE,
)
DUMP = re.compile(
    r"(?:^|/)(?:[\w.-]*(?:schema|structure|ddl|tables)[\w.-]*|init(?:db)?|create[\w-]*|(?:ddl|schemas?|initdb[\w.]*)/[^/]+)"
    r"\.(?:sql|ddl)$",
    re.IGNORECASE,
)
STEP = re.compile(
    r"(?:^|/)(?:migrations?|migrate|[\w-]*patches|archives?|[\w-]*upgrades?|updates?|[\w-]*changes|changelogs?|versions|flyway"
    r"|evolutions|deltas?|[\w-]+-migrations)/|(?:^|/)(?:upgrade|update|patch|migrat|alter|delta|from_)[^/]*$|_to_[^/]*$",
    re.IGNORECASE,
)
FOLDERS = ("/up.sql", "/migration.sql")
ASIDE = re.compile(r"(?:^|/)(?:tests?|testdata|fixtures?|examples?|node_modules|vendor|samples?|benchmarks?)/", re.I)
ALEMBIC = re.compile(r"^(.*?)versions/[^/]+\.py$")
DJANGO = re.compile(r"(?:^|/)migrations/\d{4}_\w+\.py$")
SETTINGS = frozenset(
    {
        ".sqlfluff",
        "sqlc.yaml",
        "sqlc.yml",
        "sqlc.json",
        "alembic.ini",
        "schema.prisma",
        "profiles.yml",
        "dbt_project.yml",
    }
    | {"packages.yml", "dependencies.yml", "drizzle.config.ts", "drizzle.config.js"}
)


def sql_companions(path: str, tree: Sequence[str]) -> tuple[str, ...]:
    """The files (repository-relative, forward slashes) that the validators of SQL want to see for one at `path`:
    migrations, schema dumps, dbt models and settings that name a dialect. At most `MAX_COMPANIONS`, nearest first."""
    dbt = _dbt_root(path, tree)
    if dbt is not None:
        chosen = [other for other in tree if _of_dbt(other, dbt)]
    else:
        environments = {_folder(other) for other in tree if other.endswith(("/env.py", "/script.py.mako"))}
        chosen = _nearest(path, [other for other in tree if _defines_tables(other, environments)])
    settings = [other for other in tree if PurePosixPath(other).name in SETTINGS and _is_above(_folder(other), path)]
    ordered = dict.fromkeys((*settings, *sorted(chosen)))
    ordered.pop(path, None)
    return tuple(ordered)[:MAX_COMPANIONS]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _is_above(folder: str, path: str) -> bool:
    return not folder or path.startswith(f"{folder}/") or folder.endswith(("prisma", "profiles"))


def _dbt_root(path: str, tree: Iterable[str]) -> str | None:
    """The folder of the innermost dbt project around the file; "" is the repository's own."""
    roots = [_folder(other) for other in tree if PurePosixPath(other).name == "dbt_project.yml"]
    around = [root for root in roots if not root or path.startswith(f"{root}/")]
    return max(around, key=len, default=None)


def _of_dbt(path: str, root: str) -> bool:
    inside = not root or path.startswith(f"{root}/")
    if not inside or "/dbt_packages/" in f"/{path}" or "/target/" in f"/{path}":
        return False
    return path.endswith((".sql", ".yml", ".yaml", ".csv")) or (path.endswith(".py") and "models/" in path)


def _defines_tables(path: str, environments: set[str]) -> bool:
    if path.endswith(".py"):
        versioned = ALEMBIC.match(path)
        return bool(DJANGO.search(path)) or (versioned is not None and versioned[1].rstrip("/") in environments)
    if not path.endswith((".sql", ".ddl")) or DOWN.search(path):
        return False
    folder = _folder(path)
    return (
        bool(DUMP.search(path))
        or bool(MIGRATION_FOLDER.search(folder) and NUMBERED.search(path))
        or (bool(re.search(r"(?:^|/)migrations?(?:/|$)", folder)))
    )


def is_migration(path: str) -> bool:
    """Whether a file changes a database step by step: others that show how it looks today say nothing about it.

    >>> is_migration("db/migrations/V2__x.sql"), is_migration("sql/upgrade_3.sql"), is_migration("reports/users.sql")
    (True, True, False)
    """
    return bool(STEP.search(path) or NUMBERED.search(path))


def group_of(path: str) -> str:
    """The folder whose migrations belong together: one folder a change (diesel, prisma) counts with its siblings."""
    folder = _folder(path)
    name = folder.rpartition("/")[2]
    return _folder(folder) if path.endswith(FOLDERS) or re.match(r"\d{4,}", name) else folder


def group_step(path: str) -> str:
    """The folder that is one change, for tools that give every change its own."""
    return _folder(path).rpartition("/")[2]


def _nearest(path: str, candidates: Sequence[str]) -> list[str]:
    """Those under the deepest folder that they share with the file; tests' own schemas only for tests."""
    if not ASIDE.search(path):
        candidates = [other for other in candidates if not ASIDE.search(other)]
    parts = PurePosixPath(path).parts

    def shared(other: str) -> int:
        theirs = PurePosixPath(other).parts
        return next((i for i, (one, two) in enumerate(zip(parts, theirs, strict=False)) if one != two), len(theirs))

    deepest = max(map(shared, candidates), default=0)
    return [other for other in candidates if shared(other) == deepest]
