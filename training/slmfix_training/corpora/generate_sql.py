"""A grammar of clean SQL over random schemas, in the manner in which language models answer database questions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slmfix_training.corpora.sql_schema import TEMPORAL, Table, ddl, is_numeric, quote, random_schema
from slmfix_training.corpora.sql_words import STRING_VALUES

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, kw_only=True)
class Query:
    """One statement with the DDL it is valid for."""

    text: str
    dialect: str
    schema: str


class _Writer:
    """Writes one SELECT over some joined tables of a schema."""

    def __init__(self, rng: Random, tables: tuple[Table, ...], dialect: str, depth: int = 0) -> None:
        self.rng, self.tables, self.dialect, self.depth = rng, tables, dialect, depth
        self.used: list[tuple[str, Table]] = []
        self.style = rng.choice(("plain", "alias", "bird", "plain"))

    def q(self, name: str) -> str:
        return quote(name, self.dialect)

    def column(self, want: str = "any") -> str:
        """A reference to a random column of a joined table; `want`: any, number, text or date."""
        name, table = self.rng.choice(self.used)
        fitting = [c for c in table.columns if want in ("any", _kind(c))]
        chosen = self.rng.choice(fitting or list(table.columns))
        return f"{name}.{self.q(chosen)}" if len(self.used) > 1 or self.style != "plain" else self.q(chosen)

    def value(self, kind: str) -> str:
        rng = self.rng
        if kind == "number":
            return str(rng.choice((0, 1, 2, 3, 5, 10, 18, 50, 100, 500, 2000, 2012, 0.5, 3.7, rng.randint(1, 9999))))
        if kind == "date":
            return f"'{rng.randint(1990, 2024)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}'"
        return "'" + rng.choice(STRING_VALUES).replace("'", "''") + "'"

    def condition(self) -> str:
        rng = self.rng
        kind = rng.choices(("number", "text", "date"), (4, 5, 2))[0]
        column = self.column(kind)
        if self.depth < 1 and rng.random() < 0.1:
            return f"{column} {rng.choice(('IN', 'NOT IN', '='))} ({self.subquery(kind)})"
        forms = {
            "number": (f"{column} {rng.choice('= > < >= <= !='.split())} {self.value(kind)}",) * 3
            + (f"{column} BETWEEN {self.value(kind)} AND {self.value(kind)}", f"{column} IS NOT NULL"),
            "text": (f"{column} = {self.value(kind)}",) * 4
            + (
                f"{column} LIKE '{rng.choice(('%a%', 'A%', '%son', '%2012%'))}'",
                f"{column} IN ({', '.join(self.value(kind) for _ in range(rng.randint(2, 4)))})",
                f"{column} IS NULL",
                f"({column} = {self.value(kind)} OR {self.column('text')} = {self.value('text')})",
                f"LOWER({column}) = {self.value(kind).lower()}",
            ),
            "date": (f"{column} >= {self.value(kind)}", f"{column} BETWEEN {self.value(kind)} AND {self.value(kind)}")
            + ((f"STRFTIME('%Y', {column}) = '{rng.randint(1990, 2024)}'",) if self.dialect == "sqlite" else ())
            + ((f"YEAR({column}) = {rng.randint(1990, 2024)}",) if self.dialect == "mysql" else ())
            + ((f"EXTRACT(YEAR FROM {column}) = {rng.randint(1990, 2024)}",) if self.dialect == "postgres" else ()),
        }
        return rng.choice(forms[kind])

    def subquery(self, kind: str) -> str:
        inner = _Writer(self.rng, self.tables, self.dialect, self.depth + 1)
        inner.style = "plain"
        source, _ = inner.sources(1)
        column = inner.column(kind)
        head = f"{self.rng.choice(('MAX', 'MIN', 'AVG'))}({column})" if kind == "number" else column
        where = f" WHERE {inner.condition()}" if self.rng.random() < 0.6 else ""
        return f"SELECT {head} FROM {source}{where}"

    def sources(self, count: int) -> tuple[str, list[str]]:
        """FROM item and JOIN clauses along foreign keys."""
        rng = self.rng
        start = rng.choice(self.tables[::-1])
        chosen, joins = [start], []
        self._name(start, 0)
        while len(chosen) < count:
            near = [
                (c, t, col, key) for c in chosen for t in self.tables if t not in chosen for col, key in _link(c, t)
            ]
            if not near:
                break
            here, table, left, right = rng.choice(near)
            self._name(table, len(chosen))
            names = {id(t): n for n, t in self.used}
            words = rng.choices(("INNER JOIN", "JOIN", "LEFT JOIN"), (4, 5, 2))[0]
            item = self._item(table, names[id(table)])
            on = f"{names[id(here)]}.{self.q(left)} = {names[id(table)]}.{self.q(right)}"
            joins.append(f"{words} {item} ON {on}")
            chosen.append(table)
        return self._item(start, self.used[0][0]), joins

    def _name(self, table: Table, index: int) -> None:
        alias = {"plain": self.q(table.name), "bird": f"T{index + 1}", "alias": table.name[0].lower()}[self.style]
        while any(alias == name for name, _ in self.used):
            alias += str(index + 1)
        self.used.append((alias, table))

    def _item(self, table: Table, name: str) -> str:
        if name == self.q(table.name):
            return name
        return f"{self.q(table.name)} {'AS ' if self.style == 'bird' or self.rng.random() < 0.4 else ''}{name}"

    def expression(self) -> str:
        rng = self.rng
        number, text = self.column("number"), self.column("text")
        real = {"sqlite": "REAL", "mysql": "DECIMAL(10, 2)", "postgres": "NUMERIC"}[self.dialect]
        return rng.choice(
            (
                f"COUNT({rng.choice(('*', number, 'DISTINCT ' + text))})",
                f"{rng.choice(('SUM', 'AVG', 'MAX', 'MIN'))}({number})",
                f"ROUND(AVG({number}), {rng.randint(1, 3)})",
                f"CASE WHEN {self.condition()} THEN {self.value('text')} ELSE {self.value('text')} END",
                f"SUM(CASE WHEN {self.condition()} THEN 1 ELSE 0 END)",
                f"CAST(SUM(CASE WHEN {self.condition()} THEN 1 ELSE 0 END) AS {real}) * 100 / COUNT(*)",
                f"CAST({number} AS {real}) / {self.column('number')}",
                f"COALESCE({text}, {self.value('text')})",
                f"UPPER({text})",
                f"{number} - {self.column('number')}",
                f"({self.column('number')} + {number}) / {rng.randint(2, 12)}",
            )
        )

    def select(self) -> str:
        rng = self.rng
        source, joins = self.sources(rng.choices((1, 2, 3, 4), (5, 4, 2, 1))[0])
        plain = [self.column() for _ in range(rng.choices((0, 1, 2, 3, 4), (1, 5, 4, 2, 1))[0])]
        computed = [self.expression() for _ in range(rng.choices((0, 1, 2), (5, 4, 1))[0])] or ([] if plain else ["*"])
        computed = [f"{c} AS {_alias(rng)}" if c != "*" and rng.random() < 0.4 else c for c in computed]
        head = "SELECT " + ("DISTINCT " if rng.random() < 0.12 else "") + ", ".join([*plain, *computed])
        parts = [head, f"FROM {source}", *joins]
        if rng.random() < 0.7:
            conditions = [self.condition() for _ in range(rng.choices((1, 2, 3), (5, 4, 1))[0])]
            parts.append("WHERE " + rng.choice((" AND ", " AND ", " OR ")).join(conditions))
        if plain and computed:
            parts.append("GROUP BY " + ", ".join(dict.fromkeys(plain)))
            if rng.random() < 0.35:
                parts.append(f"HAVING COUNT(*) {rng.choice('><=')} {rng.randint(1, 50)}")
        if rng.random() < 0.4:
            key = plain[0] if plain else self.column("number")
            if computed and not plain:
                key = computed[0].split(" AS ")[0] if computed[0] != "*" else key
            parts.append(f"ORDER BY {key}" + rng.choice((" DESC", " ASC", "", " DESC")))
            if rng.random() < 0.6:
                parts.append(f"LIMIT {rng.choice((1, 1, 3, 5, 10))}")
        if self.depth == 0 and rng.random() < 0.05:
            other = _Writer(rng, self.tables, self.dialect, 1)
            width = len([*plain, *computed])
            item, _ = other.sources(1)
            parts = [*parts[: 2 + len(joins)], rng.choice(("UNION", "UNION ALL", "EXCEPT", "INTERSECT"))]
            parts += ["SELECT " + ", ".join(other.column() for _ in range(width)), f"FROM {item}"]
        return _lay_out(parts, rng)


def _kind(column: str) -> str:
    if TEMPORAL.search(column):
        return "date"
    return "number" if is_numeric(column) else "text"


def _link(one: Table, two: Table) -> list[tuple[str, str]]:
    down = [(column, key) for column, (name, key) in one.parents.items() if name == two.name]
    return down + [(key, column) for column, (name, key) in two.parents.items() if name == one.name]


def _alias(rng: Random) -> str:
    return rng.choice(
        ("total", "count", "average", "num_rows", "avg_value", "max_value", "percentage", "ratio", "result", "diff")
    )


def _lay_out(parts: list[str], rng: Random) -> str:
    style = rng.random()
    if style < 0.5:
        text = " ".join(parts)
    elif style < 0.9:
        text = "\n".join(parts)
    else:
        text = "\n".join(part.replace(" AND ", "\n  AND ").replace(", ", ",\n  ", 1) for part in parts)
    return text + (";" if rng.random() < 0.5 else "")


def _other_statement(rng: Random, tables: tuple[Table, ...], dialect: str) -> str:
    writer = _Writer(rng, tables, dialect, 1)
    writer.style = "plain"
    item, _ = writer.sources(1)
    table = writer.used[0][1]
    columns = rng.sample(table.columns, min(len(table.columns), rng.randint(2, 4)))
    values = [writer.value(_kind(c)) for c in columns]
    names = [quote(c, dialect) for c in columns]
    kind = rng.choice(("insert", "insert", "update", "delete", "with"))
    if kind == "insert":
        return f"INSERT INTO {item} ({', '.join(names)}) VALUES ({', '.join(values)});"
    if kind == "update":
        assignments = ", ".join(f"{n} = {v}" for n, v in zip(names, values, strict=True))
        return f"UPDATE {item} SET {assignments} WHERE {writer.condition()};"
    if kind == "delete":
        return f"DELETE FROM {item} WHERE {writer.condition()};"
    inner = f"  SELECT {', '.join(names)} FROM {item} WHERE {writer.condition()}"
    return f"WITH filtered AS (\n{inner}\n)\nSELECT {names[0]}, COUNT(*)\nFROM filtered\nGROUP BY {names[0]};"


def random_query(rng: Random) -> Query:
    """One clean statement. A few are still refused by a validator; callers must check."""
    dialect = rng.choices(("sqlite", "mysql", "postgres"), (5, 3, 3))[0]
    tables = random_schema(rng)
    schema = ddl(tables, dialect, rng)
    if rng.random() < 0.06:
        return Query(text=schema.split(";\n")[0] + ";\n", dialect=dialect, schema="")
    text = _other_statement(rng, tables, dialect) if rng.random() < 0.1 else _Writer(rng, tables, dialect).select()
    return Query(text=text + "\n", dialect=dialect, schema=schema)
