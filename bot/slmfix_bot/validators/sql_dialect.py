"""Which SQL a program is written in, and how sure that is: as configured, as it says itself, as its path or its
neighbours say, or as its constructs show."""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.sql_features import features_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slmfix_bot.core.program import Program

ALIASES = {
    "postgresql": "postgres",
    "pg": "postgres",
    "psql": "postgres",
    "pgsql": "postgres",
    "cockroachdb": "postgres",
    "mariadb": "mysql",
    "sqlite3": "sqlite",
    "mssql": "tsql",
    "sqlserver": "tsql",
    "sparksql": "spark",
    "bq": "bigquery",
}
# The two real parsers first; the others are asked only if these refuse.
ATTEMPTS = (
    "sqlite",
    "postgres",
    "mysql",
    "tsql",
    "oracle",
    "duckdb",
    "bigquery",
    "snowflake",
    "spark",
    "clickhouse",
    "trino",
)
KNOWN = frozenset(
    {"athena", "databricks", "doris", "dremio", "drill", "druid", "exasol", "fabric", "hive", "materialize", "presto"}
    | {"prql", "redshift", "risingwave", "singlestore", "starrocks", "tableau", "teradata", *ATTEMPTS}
)
IN_PATHS = frozenset({*ATTEMPTS, "redshift", "hive", "presto", "databricks", "athena"})
# Words that also mean something else; as part of a longer name they are only a hint.
AMBIGUOUS = frozenset({"oracle", "spark", "hive", "presto", "trino", "bq", "pg"})
COMMENT = re.compile(
    r"^[ \t]*(?:--|#|/\*)[ \t]*(?:sqlfluff:)?(?:sql[ _-]?)?dialect[ \t]*[:=][ \t]*['\"]?(\w+)",
    re.IGNORECASE | re.MULTILINE,
)
# What settings of other tools call the database, with the files they stand in.
SETTINGS = (
    (re.compile(r"(?:^|/)sqlc\.(?:ya?ml|json)$"), re.compile(r"[\"']?engine[\"']?\s*:\s*[\"']?(\w+)"), True),
    (re.compile(r"(?:^|/)schema\.prisma$"), re.compile(r"datasource\s+\w+\s*\{[^}]*provider\s*=\s*\"(\w+)\""), False),
    (re.compile(r"(?:^|/)alembic\.ini$"), re.compile(r"^sqlalchemy\.url\s*=\s*(\w+)", re.MULTILINE), False),
    (re.compile(r"(?:^|/)profiles\.yml$"), re.compile(r"^\s+type:\s*['\"]?(\w+)", re.MULTILINE), False),
    (re.compile(r"(?:^|/)drizzle\.config\.[tj]s$"), re.compile(r"dialect\s*:\s*[\"'](\w+)"), False),
)


class Sureness(StrEnum):
    """How a dialect is known. Unless it is given or sure, every plausible one has to refuse a program."""

    GIVEN = "given"
    SURE = "sure"
    LIKELY = "likely"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Guess:
    """The plausible dialects, best first, and the reason in a few words."""

    dialects: tuple[str, ...]
    sureness: Sureness
    reason: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether a single dialect decides."""
        return self.sureness in {Sureness.GIVEN, Sureness.SURE}


def canonical(dialect: str) -> str:
    """The name that the judges know. Raises CannotJudge for an unknown dialect."""
    name = ALIASES.get(dialect.lower(), dialect.lower())
    if name not in KNOWN:
        msg = f"unknown SQL dialect {dialect!r}"
        raise CannotJudge(msg)
    return name


def guess_dialect(program: Program) -> Guess:
    """The dialect of a program. Raises CannotJudge if an unknown one is configured."""
    if program.dialect:
        return Guess(dialects=(canonical(program.dialect),), sureness=Sureness.GIVEN)
    said = COMMENT.search(program.text[:4000])
    if said and (name := ALIASES.get(said[1].lower(), said[1].lower())) in KNOWN:
        return Guess(dialects=(name,), sureness=Sureness.SURE, reason="as a comment says")
    hints: list[Guess] = [*_of_path(program.path), *_of_settings(program.files)]
    settled = next((hint for hint in hints if hint.sureness is Sureness.SURE), None)
    if settled is not None:
        return settled
    shown = _of_features(program.text)
    for hint in hints:
        if shown is None or hint.dialects[0] in shown.dialects:
            return _with_others(hint, shown)
    if shown is not None:
        return shown
    return Guess(dialects=ATTEMPTS, sureness=Sureness.UNKNOWN)


def _with_others(hint: Guess, shown: Guess | None) -> Guess:
    """A hint is no proof: the other dialects stay plausible behind it."""
    others = shown.dialects if shown else ATTEMPTS
    dialects = tuple(dict.fromkeys((*hint.dialects, *others)))
    return Guess(dialects=dialects, sureness=Sureness.LIKELY, reason=hint.reason)


def _of_features(text: str) -> Guess | None:
    """The dialects that allow everything that the text shows; None if it shows nothing, or contradicts itself."""
    found = features_of(text)
    able = frozenset.intersection(*(able for _, able in found)) if found else frozenset()
    if not able:
        return None
    reason = "because of " + ", ".join(name for name, _ in found[:3])
    ordered = (*(name for name in ATTEMPTS if name in able), *sorted(able - set(ATTEMPTS)))
    sureness = Sureness.SURE if len(able) == 1 else Sureness.LIKELY
    return Guess(dialects=ordered, sureness=sureness, reason=reason)


def _of_settings(files: Iterable[tuple[str, str]]) -> Iterator[Guess]:
    for path, text in files:
        if path.endswith(".sqlfluff"):
            parser = configparser.RawConfigParser(strict=False, allow_no_value=True)
            try:
                parser.read_string(text)
                value = parser.get("sqlfluff", "dialect", fallback="")
            except configparser.Error:
                continue
            yield from _setting(value, path, is_sure=True)
        for place, rule, is_sure in SETTINGS:
            if place.search(path) and (found := rule.search(text)):
                yield from _setting(found[1], path, is_sure=is_sure)


def _setting(value: str, path: str, *, is_sure: bool) -> Iterator[Guess]:
    name = ALIASES.get(value.lower(), value.lower())
    if name in KNOWN:
        sureness = Sureness.SURE if is_sure else Sureness.LIKELY
        yield Guess(dialects=(name,), sureness=sureness, reason=f"as {path} says")


def _of_path(path: str) -> Iterator[Guess]:
    name = dialect_of_path(path)
    if name is not None:
        words = {ALIASES.get(part, part) for part in re.split(r"[/.]", path.lower())}
        is_sure = name in words and name not in AMBIGUOUS
        reason = f"because of the path {PurePosixPath(path).name}" if is_sure else "because of its path"
        yield Guess(dialects=(name,), sureness=Sureness.SURE if is_sure else Sureness.LIKELY, reason=reason)


def dialect_of_path(path: str) -> str | None:
    """A dialect that is named as a word of the path, the innermost first.

    >>> dialect_of_path("db/postgres/001_init.sql"), dialect_of_path("a/schema.mysql.sql"), dialect_of_path("a.sql")
    ('postgres', 'mysql', None)
    """
    words: list[str] = re.findall(r"[a-z0-9]+", path.lower())
    for word in reversed(words):
        name = ALIASES.get(word, word)
        if name in IN_PATHS and word not in {"pg", "bq"}:
            return name
    return None
