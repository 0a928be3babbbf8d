"""Types that a Protocol Buffers file uses and that nothing defines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.edit import Edit
from slmfix_bot.validators.names import nearest
from slmfix_bot.validators.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.protobuf_parser import File, Reference, Scope

SCALARS = (
    *("double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64", "fixed32", "fixed64", "sfixed32"),
    *("sfixed64", "bool", "string", "bytes"),
)
_ROOT = "google/protobuf/"
WELL_KNOWN = {
    "any": ("Any",),
    "duration": ("Duration",),
    "empty": ("Empty",),
    "field_mask": ("FieldMask",),
    "source_context": ("SourceContext",),
    "struct": ("Struct", "Value", "ListValue", "NullValue"),
    "timestamp": ("Timestamp",),
    "wrappers": (
        *("DoubleValue", "FloatValue", "Int64Value", "UInt64Value", "Int32Value", "UInt32Value", "BoolValue"),
        *("StringValue", "BytesValue"),
    ),
}
FILES = {f"google.protobuf.{name}": f"{_ROOT}{file}.proto" for file, names in WELL_KNOWN.items() for name in names}
# What models write for the scalar that they mean.
MEANT = {"int": "int32", "integer": "int32", "long": "int64", "boolean": "bool", "str": "string", "text": "string"}
MEANT |= {"uint": "uint32", "byte": "bytes", "float32": "float", "float64": "double", "number": "double"}


def find_unknown_types(text: str, file: File) -> Iterator[Diagnostic]:
    """Names that no scope around them resolves, if the file's imports are all known."""
    imports = {token.text[1:-1] for token in file.imports}
    if imports - set(FILES.values()):
        return
    defined = {*_defined(file.root, file.package)}
    known = defined | {name for name, place in FILES.items() if place in imports}
    for reference in file.references:
        if reference.name in SCALARS or _resolves(reference, file.package, known):
            continue
        name = reference.name.removeprefix(".")
        line, column = place_of(text, reference.start)
        place = FILES.get(name)
        if place:
            message = f'"{name}" is not defined: {place} is not imported'
            yield Diagnostic(
                rule="missing-import",
                message=message,
                line=line,
                column=column,
                end_column=column + len(reference.name),
                fix=(_import(text, file, place),),
            )
        else:
            yield Diagnostic(
                rule="unknown-type",
                message=f'"{name}" is not defined',
                line=line,
                column=column,
                end_column=column + len(reference.name),
                found=reference.name,
                expected=_legal(name, file, known),
            )


def _defined(scope: Scope, path: tuple[str, ...]) -> Iterator[str]:
    for inner in scope.scopes:
        if inner.kind in ("message", "enum") and inner.name:
            yield ".".join((*path, inner.name.text))
            yield from _defined(inner, (*path, inner.name.text))
        elif inner.kind == "extend":
            yield from _defined(inner, path)


def _resolves(reference: Reference, package: tuple[str, ...], known: set[str]) -> bool:
    """From the innermost scope to the outermost, as in C++; a leading dot means the outermost."""
    if reference.name.startswith("."):
        return reference.name[1:] in known
    path = (*package, *reference.path)
    return any(".".join((*path[:depth], reference.name)) in known for depth in range(len(path), -1, -1))


def _legal(name: str, file: File, known: set[str]) -> tuple[str, ...]:
    prefix = ".".join(file.package) + "." if file.package else ""
    names = (*(known_name.removeprefix(prefix) for known_name in sorted(known)), *SCALARS)
    meant = (MEANT[name.lower()],) if name.lower() in MEANT else ()
    return tuple(dict.fromkeys((*meant, *nearest(name, names, 6))))


def _import(text: str, file: File, place: str) -> Edit:
    line = place_of(text, file.head_end).line + 1 if file.head_end else 1
    blank = "\n" if file.head_end and not file.imports else ""
    return Edit(line, line - 1, f'{blank}import "{place}";\n')
