"""What a file of a dbt project names: models and sources that exist, with the columns that are known."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.program import Program
    from slmfix_bot.validators.sql_dbt import DbtProject
    from slmfix_bot.validators.sql_jinja import Neutral
    from slmfix_bot.validators.sql_tables import Schema, SchemaBuilder


@lru_cache(maxsize=4)
def _project(path: str, files: tuple[tuple[str, str], ...]) -> DbtProject | None:
    from slmfix_bot.validators.sql_dbt import is_dbt, read_project

    return read_project(files, path) if is_dbt(files) else None


def model_schema(program: Program, neutral: Neutral, dialect: str) -> Schema | None:
    """The tables behind the references of a file, None if the project is not known."""
    from slmfix_bot.validators.sql_dbt import schema_of
    from slmfix_bot.validators.sql_outputs import query_outputs

    project = _project(program.path, program.files)
    if project is None:
        return None

    def outputs(query: str, builder: SchemaBuilder) -> tuple[str, ...] | None:
        return query_outputs(query, builder, dialect)

    quote = "`" if "`" in neutral.text else '"'
    return schema_of(project, neutral, outputs, quote).schema()


def model_problems(program: Program, text: str, neutral: Neutral) -> Iterator[Diagnostic]:
    """References to models and sources that the project does not have."""
    project = _project(program.path, program.files)
    if project is None:
        return
    models = {**dict.fromkeys(project.models), **dict.fromkeys(project.seeds)}
    for start, name in neutral.refs.items() if project.is_complete else ():
        if name.lower() not in models:
            yield _unknown(text, start, name, "model", nearest(name, models))
    for start, (source, table) in neutral.sources.items() if project.sources_complete else ():
        if (source.lower(), table.lower()) in project.sources:
            continue
        tables = [known for of, known in project.sources if of == source.lower()]
        if tables:
            place = text.index(table, start + len(source))
            yield _unknown(text, place, table, f"table of source {source}", nearest(table, tables))
        else:
            sources = dict.fromkeys(of for of, _ in project.sources)
            yield _unknown(text, start, source, "source", nearest(source, sources))


def _unknown(text: str, start: int, name: str, kind: str, expected: tuple[str, ...]) -> Diagnostic:
    line, column = place_of(text, start)
    return Diagnostic(
        rule="unknown-table",
        message=f"no such {kind}: {name}",
        line=line,
        column=column,
        end_column=column + len(name),
        found=name,
        expected=expected,
    )
