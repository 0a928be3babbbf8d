"""Names against a schema. SQLite decides whether a statement is in order where it can read it; the resolver finds all
wrong names and the legal ones. Statements that only another dialect can read are judged by the resolver alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.sql_catalog import NAME, Catalog, load_catalog
from slmfix_bot.validators.sql_ddl import DEFINES, apply_statement, defined_table
from slmfix_bot.validators.sql_outputs import query_outputs
from slmfix_bot.validators.sql_script import definitions_of
from slmfix_bot.validators.sql_split import LEADING, statements, tokens
from slmfix_bot.validators.sql_syntax import is_syntax_message, sqlite_message
from slmfix_bot.validators.sql_tables import Schema, SchemaBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.sql_error import NameProblem

JUDGED = re.compile(LEADING + r"(?:SELECT|WITH|INSERT|UPDATE|DELETE|REPLACE|VALUES)\b", re.IGNORECASE)
DEFINES_TABLE = re.compile(r"\bCREATE\b[\w\s]{0,60}?\b(?:TABLE|VIEW)\b", re.IGNORECASE)
NO_SUCH = re.compile(r"^(no such (table|column|function)|ambiguous column name): (?:main\.)?(.+)$", re.DOTALL)
NO_COLUMN = re.compile(r"^table (.+) has no column named (.+)$", re.DOTALL)
SEMANTIC = re.compile(
    r"^(misuse of (aggregate|window)|wrong number of arguments|SELECTs to the left and right|sub-select returns"
    r"|no such window|table .* has \d+ columns but|\d+ values for \d+ columns|all VALUES must|row value misused"
    r"|cannot join using|aggregate functions are not allowed|HAVING clause on a non-aggregate|no tables specified"
    r"|ORDER BY clause should|LIMIT clause should|\d+\w\w (ORDER|GROUP) BY term)"
)
RULES = {"table": "unknown-table", "column": "unknown-column", "function": "unknown-function"}
MAX_FUNCTIONS = 30
MAX_CHANGES = 25


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known beside the text: its dialect, whether that is sure, the schema before it runs, and whether all
    functions are SQLite's."""

    dialect: str
    schema: Schema | None = None
    functions_known: bool = False
    is_settled: bool = True


def schema_problems(text: str, known: Known) -> list[Diagnostic]:
    """The wrong names of all statements, each against the schema that the statements before it leave."""
    if known.schema is None and not DEFINES_TABLE.search(text):
        return []
    builder = SchemaBuilder.of(known.schema) if known.schema else SchemaBuilder(is_complete=False)
    spans = statements(text, known.dialect)
    made = frozenset(_made(text, spans))
    diagnostics: list[Diagnostic] = []
    catalog: Catalog | None = None
    changes = 0
    for start, end in spans:
        statement = text[start:end]
        if JUDGED.match(statement):
            if catalog is None or changes > MAX_CHANGES:
                catalog = load_catalog(_schema_for(statement, builder, changes))
            if catalog.tables:
                found = _judge(statement, known, catalog, made)
                diagnostics += [_diagnostic(text, start, problem) for problem in found]
        if DEFINES.search(statement):
            for piece in definitions_of(statement, known.dialect):
                apply_statement(piece, builder, query_outputs)
            catalog = None
            changes += 1
    return diagnostics


def _schema_for(statement: str, builder: SchemaBuilder, changes: int) -> Schema:
    """The whole schema; where it keeps changing, only the tables that the statement names, for speed."""
    schema = builder.schema()
    if changes <= MAX_CHANGES:
        return schema
    named = {word[0].lower() for word in NAME.finditer(statement)}
    return replace(schema, tables=tuple(table for table in schema.tables if table.name.lower() in named))


def _made(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    for start, end in spans:
        if DEFINES_TABLE.search(text, start, end) and (name := defined_table(text[start:end])):
            yield name.lower()


def _judge(statement: str, known: Known, catalog: Catalog, made: frozenset[str]) -> list[NameProblem]:
    from slmfix_bot.validators.sql_functions import function_problems
    from slmfix_bot.validators.sql_names import Resolver

    dialect, functions_known = known.dialect, known.functions_known
    message = sqlite_message(catalog.strict, statement)
    if message is not None and not functions_known:
        message = _lenient_message(catalog, statement)
    if message is None:
        return []
    resolver = Resolver(statement, dialect, catalog, made, is_sqlite=functions_known)
    if is_syntax_message(message):
        return [] if dialect == "sqlite" else resolver.problems()
    named = NO_SUCH.match(message) or NO_COLUMN.match(message)
    if named is None:
        stated = functions_known and SEMANTIC.match(message) and not catalog.touches_partial(statement)
        return [_whole(statement, "semantic", message)] if stated else []
    problems = resolver.problems()
    if functions_known:
        problems += [
            p for p in function_problems(statement, catalog) if p.found.lower() not in catalog.schema.functions
        ]
    if _is_reliable(message, statement, known, catalog, made):
        first = _problem_of_message(statement, message)
        if not any(_agree(problem, first) for problem in problems):
            problems.append(first)
    return sorted(problems, key=lambda problem: problem.start)


def _is_reliable(message: str, statement: str, known: Known, catalog: Catalog, made: frozenset[str]) -> bool:
    """Whether SQLite's own complaint counts where the resolver has none: it knows what SQLite knows, no other
    dialect, and not what lies outside a schema that is not complete."""
    if not known.functions_known or catalog.touches_partial(statement):
        return False
    missing = NO_SUCH.match(message)
    if missing is None or missing[2] == "function":
        return missing is None or missing[3].lower() not in catalog.schema.functions
    if missing[2] == "table":
        name = missing[3].rpartition(".")[2].lower()
        return catalog.schema.is_complete and not catalog.schema.is_inferred and name not in made
    return True


def _lenient_message(catalog: Catalog, statement: str) -> str | None:
    """SQLite's message once every function of the statement exists."""
    message = None
    for _ in range(MAX_FUNCTIONS):
        message = sqlite_message(catalog.lenient, statement)
        missing = NO_SUCH.match(message or "")
        if missing is None or missing[2] != "function":
            return message
        catalog.lenient.create_function(missing[3], -1, lambda *_: None)
    return message


def _agree(one: NameProblem, two: NameProblem) -> bool:
    return one.rule == two.rule and one.message.lower() == two.message.lower()


def _problem_of_message(statement: str, message: str) -> NameProblem:
    """SQLite's own complaint, at the first place outside quotes and comments that bears the name."""
    found = NO_SUCH.match(message)
    if found is None:
        column = NO_COLUMN.match(message)
        name, rule = column[2] if column else message, "unknown-column"
    else:
        name, rule = found[3], RULES.get(found[2] or "", "ambiguous-column")
    problem = _whole(statement, rule, message)
    hidden = [(token.start, token.end) for token in tokens(statement, "sqlite") if token.kind == "comment"]
    parts = [rf"[\"`\[]?{re.escape(part)}[\"`\]]?" for part in name.split(".")]
    dotted = r"\s*\.\s*".join(parts)
    for place in re.finditer(rf"(?<!\w){dotted}(?!\w)", statement, re.IGNORECASE):
        if not any(start <= place.start() < end for start, end in hidden):
            return replace(problem, start=place.start(), end=place.end(), found=place[0])
    return problem


def _whole(statement: str, rule: str, message: str) -> NameProblem:
    from slmfix_bot.validators.sql_error import NameProblem

    start = len(statement) - len(statement.lstrip())
    return NameProblem(rule=rule, message=message, start=start, end=start, found="", expected=())


def _diagnostic(text: str, start: int, problem: NameProblem) -> Diagnostic:
    from slmfix_bot.validators.sql_functions import equivalent

    place, end = place_of(text, start + problem.start), place_of(text, start + problem.end)
    return Diagnostic(
        rule=problem.rule,
        message=problem.message,
        line=place.line,
        end_line=end.line,
        column=place.column,
        end_column=end.column if problem.found else None,
        severity=Severity.ERROR if problem.is_sure else Severity.WARNING,
        found=problem.found or None,
        expected=problem.expected,
        fix=equivalent(text, start + problem.start) if problem.rule == "unknown-function" else (),
    )
