"""What protoc checks about the fields of messages and the values of enumerations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.protobuf_grammar import MAX_NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.protobuf_parser import Field, File, Scope, Token

IMPLEMENTATION = range(19_000, 20_000)  # numbers that Protocol Buffers keeps for itself


def find_wrong_fields(text: str, file: File) -> Iterator[Diagnostic]:
    """Repeated, reserved and impossible numbers and names, and labels that the syntax does not have."""
    waiting = [file.root]
    while waiting:
        scope = waiting.pop()
        waiting += reversed(scope.scopes)
        yield from _repeated_scopes(text, scope)
        if scope.kind == "enum":
            yield from _values(text, file, scope)
        elif scope.kind in ("message", "extend"):
            yield from _fields(text, file, scope)


def _at(text: str, token: Token, rule: str, message: str, first: Token | None = None) -> Diagnostic:
    line, column = place_of(text, token.start)
    related = place_of(text, first.start).line if first else None
    end = column + len(token.text)
    return Diagnostic(rule=rule, message=message, line=line, column=column, end_column=end, related_line=related)


def _repeated_scopes(text: str, scope: Scope) -> Iterator[Diagnostic]:
    seen: dict[str, Token] = {}
    for inner in scope.scopes:
        if inner.name is None or inner.kind == "rpc":
            continue
        if inner.name.text in seen:
            message = f'"{inner.name.text}" is already defined'
            yield _at(text, inner.name, "duplicate-name", message, seen[inner.name.text])
        seen.setdefault(inner.name.text, inner.name)


def _fields(text: str, file: File, scope: Scope) -> Iterator[Diagnostic]:
    names: dict[str, Token] = {}
    numbers: dict[int, Field] = {}
    of = f' in "{scope.path[-1]}"' if scope.kind == "message" and scope.path else ""
    for field in scope.fields:
        name = field.name.text
        if scope.kind == "message":
            if name in names and field.kind != "group":
                yield _at(text, field.name, "duplicate-name", f'"{name}" is already defined{of}', names[name])
            if field.value in numbers:
                other = numbers[field.value].name.text
                message = f'field number {field.value} is already used{of} by field "{other}"'
                yield _at(text, field.number, "duplicate-number", message, numbers[field.value].number)
            yield from _reserved(text, scope, field)
        names.setdefault(name, field.name)
        numbers.setdefault(field.value, field)
        if not 1 <= field.value <= MAX_NUMBER:
            yield _at(text, field.number, "field-number", f"field numbers are between 1 and {MAX_NUMBER:,}")
        elif field.value in IMPLEMENTATION:
            message = "field numbers 19000 through 19999 are reserved for the implementation"
            yield _at(text, field.number, "field-number", message)
        yield from _label(text, file, field)


def _reserved(text: str, scope: Scope, field: Field) -> Iterator[Diagnostic]:
    if any(first <= field.value <= last for first, last in scope.reserved):
        message = f'field "{field.name.text}" uses the reserved number {field.value}'
        yield _at(text, field.number, "reserved-number", message)
    if field.name.text in scope.reserved_names:
        yield _at(text, field.name, "reserved-name", f'field name "{field.name.text}" is reserved')


def _label(text: str, file: File, field: Field) -> Iterator[Diagnostic]:
    line, column = place_of(text, field.start)
    if field.kind in ("oneof", "map") and field.label:
        message = "fields of a map or a oneof have no label"
    elif field.label == "required" and file.syntax in ("proto3", "editions"):
        message = f"required fields are not allowed in {file.syntax}"
    elif field.label == "optional" and file.syntax == "editions":
        message = "the label optional is not allowed in editions"
    elif not field.label and field.kind == "field" and file.syntax == "proto2":
        given = "" if file.syntax_given else ', or the file needs syntax = "proto3"'
        message = f'expected "required", "optional" or "repeated"{given}'
    else:
        return
    yield Diagnostic(rule="field-label", message=message, line=line, column=column)


def _values(text: str, file: File, scope: Scope) -> Iterator[Diagnostic]:
    names: dict[str, Token] = {}
    numbers: dict[int, Field] = {}
    aliases = scope.options.get("allow_alias") == "true"
    if not scope.fields and scope.name:
        yield _at(text, scope.name, "empty-enum", "an enumeration needs at least one value")
    elif scope.fields[0].value != 0 and file.syntax == "proto3":
        yield _at(text, scope.fields[0].number, "first-value", "the first value must be zero in proto3")
    for value in scope.fields:
        name = value.name.text
        if name in names:
            yield _at(text, value.name, "duplicate-name", f'"{name}" is already defined', names[name])
        elif value.value in numbers and not aliases:
            other = numbers[value.value]
            message = f'"{name}" uses the number {value.value} of "{other.name.text}" without allow_alias'
            yield _at(text, value.number, "duplicate-number", message, other.number)
        names.setdefault(name, value.name)
        numbers.setdefault(value.value, value)
        yield from _reserved(text, scope, value)
