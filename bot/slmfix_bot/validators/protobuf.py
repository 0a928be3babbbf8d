"""Protocol Buffers: what protoc refuses in a file, as far as the file alone decides it.

Types are looked up where every import is one of Google's well-known files, whose types are listed here; a type from
another import cannot be known. The parser is our own: protoc and buf weigh 3 to 16 MB and know no legal names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot import __version__
from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.json import TEMPLATE
from slmfix_bot.validators.place import place_of
from slmfix_bot.validators.protobuf_grammar import parse
from slmfix_bot.validators.protobuf_parser import ProtoError
from slmfix_bot.validators.protobuf_rules import find_wrong_fields
from slmfix_bot.validators.protobuf_types import find_unknown_types

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program


class ProtobufValidator:
    """Reports the first error of syntax, else all that is wrong with fields and types."""

    name = "protobuf"
    languages = ("protobuf",)

    def version(self) -> str:
        """The parser is part of the bot."""
        return __version__

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The errors in the order of the text. Raises CannotJudge for templates."""
        text = program.text
        try:
            file = parse(text)
        except ProtoError as error:
            if TEMPLATE.search(text) or text.lstrip().startswith(("--", "#")):
                msg = "a template, or not Protocol Buffers"
                raise CannotJudge(msg) from error
            return (_syntax_error(text, error),)
        found = [*find_wrong_fields(text, file), *find_unknown_types(text, file)]
        return tuple(sorted(found, key=lambda diagnostic: (diagnostic.line, diagnostic.column or 0)))


def _syntax_error(text: str, error: ProtoError) -> Diagnostic:
    line, column = place_of(text, error.at)
    opener = place_of(text, error.opener).line if error.opener is not None else None
    return Diagnostic(
        rule="syntax",
        message=str(error),
        line=line,
        column=column,
        expected=error.expected,
        related_line=opener if opener != line else None,
    )


PROTOBUF = ProtobufValidator()
