"""GraphQL by graphql-core: the syntax of every document, and the types of a schema that the file holds.

Operations are judged for syntax only, because their schema is elsewhere. Schemas are often spread over files, so a type
that is not defined is an error only where its name is nearly that of one that is; else it is a warning, and only in a
file that has the `Query` type or the `schema` definition.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.diagnostic import Diagnostic, Severity
from slmfix_bot.errors import CannotJudge, MissingToolError
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.program import Program

CLOSE = 0.85
TEMPLATE = re.compile(r"\$\{|\{\{|<%|^\s*#\s*import\b|^\s*#import\b", re.M)
UNEXPECTED = re.compile(r"Unexpected (?:Name )?[\"'](.*)[\"']\.$|found (?:Name )?[\"'](.*)[\"']\.$")
EXPECTED = re.compile(r"Expected '([^']+)'")
# Rules about definitions that hold whatever other files add.
UNIQUE = {
    "UniqueFieldDefinitionNamesRule": "duplicate-field",
    "UniqueArgumentDefinitionNamesRule": "duplicate-argument",
    "UniqueEnumValueNamesRule": "duplicate-value",
    "UniqueTypeNamesRule": "duplicate-type",
}


class GraphqlValidator:
    """Reports the first error of syntax, else all that is wrong with the types."""

    name = "graphql-core"
    languages = ("graphql",)

    def version(self) -> str:
        """That of graphql-core. Raises MissingToolError."""
        try:
            return version("graphql-core")
        except PackageNotFoundError as error:
            msg = "graphql-core is not installed: pip install graphql-core"
            raise MissingToolError(msg) from error

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The errors. Raises CannotJudge for templates."""
        from graphql import GraphQLSyntaxError, parse  # takes 100 ms to import

        text = program.text
        if not re.search(r"^[^#\n]*[^\s,#]", text, re.M):
            return ()  # nothing but comments
        try:
            document = parse(text)
        except GraphQLSyntaxError as error:
            if TEMPLATE.search(text):
                msg = "a template, not GraphQL"
                raise CannotJudge(msg) from error
            return (_syntax_error(text, error),)
        found = [*_duplicates(text, document), *_unknown_types(text, document)]
        return tuple(sorted(found, key=lambda diagnostic: (diagnostic.line, diagnostic.column or 0)))


def _syntax_error(text: str, error: Any) -> Diagnostic:
    line, column = place_of(text, error.positions[0]) if error.positions else (1, 1)
    message = error.message.removeprefix("Syntax Error: ")
    unexpected = UNEXPECTED.search(message)
    found = next((name for name in unexpected.groups() if name), None) if unexpected else None
    return Diagnostic(
        rule="syntax",
        message=message,
        line=line,
        column=column,
        end_column=column + len(found) if found and "\n" not in found else None,
        found=found,
        expected=tuple(EXPECTED.findall(message)),
    )


def _duplicates(text: str, document: Any) -> Iterator[Diagnostic]:
    import graphql
    from graphql.validation.validate import validate_sdl

    for name, rule in UNIQUE.items():
        for error in validate_sdl(document, rules=[getattr(graphql, name)]):
            places = [place_of(text, position) for position in error.positions or ()]
            if places:
                first, last = places[0], places[-1]
                yield Diagnostic(
                    rule=rule,
                    message=error.message,
                    line=last.line,
                    column=last.column,
                    related_line=first.line if len(places) > 1 else None,
                )


def _unknown_types(text: str, document: Any) -> Iterator[Diagnostic]:
    from graphql import NamedTypeNode, TypeDefinitionNode, TypeExtensionNode, Visitor, specified_scalar_types, visit

    defined = {node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)}
    extended = {node.name.value for node in document.definitions if isinstance(node, TypeExtensionNode)}
    is_root = "Query" in defined or any(node.kind == "schema_definition" for node in document.definitions)
    if extended - defined or not defined:
        return
    known = {*defined, *specified_scalar_types}
    unknown: list[Any] = []

    class Names(Visitor):
        def enter_named_type(self, node: NamedTypeNode, *_: object) -> None:
            if node.name.value not in known and not node.name.value.startswith("__"):
                unknown.append(node)

    visit(document, Names())
    for node in unknown:
        name = node.name.value
        line, column = place_of(text, node.name.loc.start if node.name.loc else 0)
        is_close = bool(get_close_matches(name, known, 1, CLOSE))
        if not is_close and not is_root:
            continue
        yield Diagnostic(
            rule="unknown-type",
            message=f'Unknown type "{name}".',
            line=line,
            column=column,
            end_column=column + len(name),
            found=name,
            expected=nearest(name, sorted(known), 5),
            severity=Severity.ERROR if is_close else Severity.WARNING,
        )


GRAPHQL = GraphqlValidator()
