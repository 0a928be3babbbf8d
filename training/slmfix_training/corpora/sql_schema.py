"""Random relational schemas with realistic names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_training.corpora.sql_words import COMMON_COLUMNS, ENTITIES, SPACED_COLUMNS

if TYPE_CHECKING:
    from random import Random

NUMERIC = re.compile(
    r"(id|count|amount|price|cost|age|year|score|points|salary|total|weight|height|rating|quantity|balance|rate|fee|votes|"
    r"value|budget|capacity|distance|duration|population|area|rank|hours|views|wins|laps|size|limit|tax|length|calories)$",
    re.IGNORECASE,
)
TEMPORAL = re.compile(r"(date|_at|_on|time|since|born|opened)$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Table:
    """`parents` maps a column of this table to the (table, column) that it refers to."""

    name: str
    key: str
    columns: tuple[str, ...]
    parents: dict[str, tuple[str, str]]


def is_numeric(column: str) -> bool:
    """Whether arithmetic on the column makes sense, judged by its name."""
    return bool(NUMERIC.search(column))


def restyle(name: str, style: str) -> str:
    """A snake_case name in the schema's style."""
    words = name.split("_")
    if style == "camel":
        return words[0] + "".join(w.capitalize() for w in words[1:])
    if style == "pascal":
        return "".join("ID" if w == "id" else w.capitalize() for w in words)
    if style == "title":
        return "_".join(w.capitalize() for w in words)
    return name


def plural(word: str) -> str:
    """The English plural, roughly."""
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def random_schema(rng: Random) -> tuple[Table, ...]:
    """Two to six tables with foreign keys between them; one style of names."""
    entities = rng.sample(sorted(ENTITIES), rng.randint(2, 6))
    style = rng.choices(("snake", "camel", "pascal", "title"), (6, 1, 2, 1))[0]
    many, prefixed = rng.random() < 0.5, rng.random() < 0.3
    tables: list[Table] = []
    for entity in entities:
        name = restyle(plural(entity) if many else entity, style)
        key = restyle(f"{entity}_id" if rng.random() < 0.4 or prefixed else "id", style)
        words = [*ENTITIES[entity].split(), *rng.sample(COMMON_COLUMNS, rng.randint(0, 2))]
        words = rng.sample(words, min(len(words), rng.randint(3, 9)))
        columns = [restyle(f"{entity}_{w}" if prefixed and rng.random() < 0.2 else w, style) for w in words]
        if rng.random() < 0.12:
            columns += rng.sample(SPACED_COLUMNS, rng.randint(1, 3))
        parents: dict[str, tuple[str, str]] = {}
        for parent in rng.sample(tables, min(len(tables), rng.randint(1, 2))):
            parents[restyle(f"{_singular(parent.name)}_id", style)] = (parent.name, parent.key)
        tables.append(
            Table(name=name, key=key, columns=tuple(dict.fromkeys([key, *parents, *columns])), parents=parents)
        )
    return tuple(tables)


def _singular(name: str) -> str:
    lowered = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower().replace("__", "_")
    if lowered.endswith("ies"):
        return lowered[:-3] + "y"
    return lowered[:-1] if lowered.endswith("s") and not lowered.endswith("ss") else lowered


def ddl(tables: tuple[Table, ...], dialect: str, rng: Random) -> str:
    """CREATE TABLE statements, quoted as the dialect needs."""
    quoted = rng.random() < 0.5
    statements = []
    for table in tables:
        lines = [f"  {quote(c, dialect, force=quoted)} {_type(c, dialect)}" for c in table.columns]
        if rng.random() < 0.5:
            lines[0] += " PRIMARY KEY"
        for column, (parent, key) in table.parents.items():
            if rng.random() < 0.3:
                target = f"{quote(parent, dialect, force=quoted)} ({quote(key, dialect, force=quoted)})"
                lines.append(f"  FOREIGN KEY ({quote(column, dialect, force=quoted)}) REFERENCES {target}")
        statements.append(f"CREATE TABLE {quote(table.name, dialect, force=quoted)} (\n" + ",\n".join(lines) + "\n);\n")
    return "".join(statements)


RESERVED = frozenset("order group set user match role rank long date table index key class type view column".split())


def quote(name: str, dialect: str, *, force: bool = False) -> str:
    """The name as an identifier of the dialect."""
    if not force and re.fullmatch(r"[A-Za-z_]\w*", name) and name.lower() not in RESERVED:
        return name
    return f"`{name}`" if dialect != "postgres" and (not force or dialect == "mysql") else f'"{name}"'


def _type(column: str, dialect: str) -> str:
    if TEMPORAL.search(column):
        return "DATE" if dialect != "postgres" else "TIMESTAMP"
    if column.lower().endswith("id"):
        return "INTEGER"
    if is_numeric(column):
        return "REAL" if dialect == "sqlite" else "NUMERIC"
    return "TEXT" if dialect != "mysql" else "VARCHAR(255)"
