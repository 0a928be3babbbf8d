"""A tolerant reading of Verilog: modules, declarations, and how names are used. It serves text that does not parse.

What it cannot place it leaves out; whatever is proposed on its word, the validator decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, Token, code_tokens
from slmfix_bot.core.propose.verilog_statements import Statement, closing, split_list, statements

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DIRECTIONS = frozenset({"input", "output", "inout"})
NETS = frozenset({"wire", "tri", "wand", "wor", "tri0", "tri1", "uwire", "supply0", "supply1"})
VARIABLES = frozenset({"reg", "logic", "integer", "int", "bit", "byte", "real", "time", "shortint", "longint"})
CONSTANTS = frozenset({"parameter", "localparam", "genvar"})
_MODIFIERS = frozenset({"signed", "unsigned", "var", "const", "static", "automatic"})
_STARTS = DIRECTIONS | NETS | VARIABLES | CONSTANTS | {"var", "const", "static", "automatic"}
_MODULES = frozenset({"module", "macromodule"})


@dataclass(frozen=True)
class Declaration:
    """One declared name. `words` are the keywords of its declaration, `packed` its range with brackets, `unpacked` what
    stands between the name and a value; `place` is the name's token, `first` the first token of the declaration,
    `names` says how many names the declaration holds, `initial` that a value follows the name."""

    name: str
    words: tuple[str, ...]
    packed: str
    unpacked: str
    place: Token
    first: Token
    names: int = 1
    initial: bool = False
    in_header: bool = False

    @property
    def direction(self) -> str:
        """Of a port; empty for others."""
        return next((word for word in self.words if word in DIRECTIONS), "")

    @property
    def is_variable(self) -> bool:
        """Whether procedures may assign it."""
        return any(word in VARIABLES for word in self.words)

    @property
    def is_constant(self) -> bool:
        """Parameter, member of an enumeration, or genvar."""
        return any(word in CONSTANTS or word == "enum" for word in self.words)


@dataclass(frozen=True)
class Assignment:
    """`kind` is "assign" for a continuous one, "procedure", "loop" and "generate" in the head of a for statement, or
    "bare" for one that stands free in a module; `target` and `value` are the tokens left and right of the sign."""

    kind: str
    target: tuple[Token, ...]
    sign: Token
    value: tuple[Token, ...]
    start: Token

    @property
    def names(self) -> frozenset[str]:
        """The names that are assigned, those in an index aside."""
        found, depth = set(), 0
        for index, token in enumerate(self.target):
            depth += (token.text == "[") - (token.text == "]")
            if not depth and token.kind is Kind.WORD and not (index and self.target[index - 1].text == "."):
                found.add(token.text)
        return frozenset(found)


@dataclass
class Module:
    """`opener` is the token `module`, `ports` the parentheses around the ports, `header_end` the token `;` behind them,
    `closer` the token `endmodule`."""

    name: str
    opener: Token
    tokens: list[Token] = field(default_factory=list)
    ports: tuple[Token, Token] | None = None
    header_end: Token | None = None
    closer: Token | None = None
    declarations: dict[str, list[Declaration]] = field(default_factory=dict)
    assignments: list[Assignment] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)

    @property
    def start(self) -> int:
        """Offset of its first token."""
        return self.opener.start

    @property
    def end(self) -> int:
        """Offset behind its last token."""
        last = self.closer or (self.tokens[-1] if self.tokens else self.opener)
        return last.end

    def occurrences(self, name: str) -> Iterator[int]:
        """Indices of the tokens that name it, names of connections and parts of literals aside."""
        for index, token in enumerate(self.tokens):
            if token.text == name and not (index and self.tokens[index - 1].text in {".", "'", "`"}):
                yield index


@lru_cache(maxsize=4)
def read_modules(text: str) -> tuple[Module, ...]:
    """The modules of a text in order; one that is not closed ends where the next begins."""
    found: list[Module] = []
    current: Module | None = None
    tokens = code_without_directives(text)
    for index, token in enumerate(tokens):
        if token.text in _MODULES and index + 1 < len(tokens) and tokens[index + 1].kind is Kind.WORD:
            current = Module(tokens[index + 1].text, token)
            found.append(current)
        elif token.text == "endmodule":
            if current is not None:
                current.closer = token
            current = None
        elif current is not None:
            current.tokens.append(token)
    for module in found:
        _read(module, text)
    return tuple(found)


_DIRECTIVE = re.compile(
    r"^[ \t]*`(?:timescale|define|include|undef|ifdef|ifndef|elsif|else|endif|default_nettype|resetall)\b[^\n]*", re.M
)


@lru_cache(maxsize=4)
def code_without_directives(text: str) -> tuple[Token, ...]:
    """The tokens of code, directives that fill their line aside."""
    blanked = _DIRECTIVE.sub(lambda match: " " * len(match[0]), text) if "`" in text else text
    return tuple(code_tokens("verilog", blanked))


def declared_again(text: str, offset: int) -> tuple[int, int] | None:
    """The extent of a declaration in a module's body that says only what the header says: `input a;`, or `reg q;` for a
    port that is a variable already. The place is that of the declaration, or of the name in either of the two."""
    module = module_at(text, offset)
    every = [one for found in module.declarations.values() for one in found] if module else []
    header = {one.name: one for one in every if one.in_header}
    named = {one.name for one in every if offset in {one.place.start, one.first.start}}
    again = [one for one in every if not one.in_header and one.name in named]
    again = [one for one in every if again and one.first == again[0].first]
    if not again or not all(one.name in header and _repeats(header[one.name], one) for one in again):
        return None
    end = text.find(";", again[-1].place.end) + 1
    return (again[0].first.start, end) if end else None


def _repeats(port: Declaration, again: Declaration) -> bool:
    """Whether a declaration adds nothing to that of the port."""
    if again.initial or again.unpacked or again.direction not in {"", port.direction}:
        return False
    return port.is_variable if again.is_variable else bool(again.direction)


def indent_of(text: str, offset: int) -> str:
    """The blanks at the beginning of the line."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return line[: len(line) - len(line.lstrip())]


def module_at(text: str, offset: int) -> Module | None:
    """The module that holds the place, or the last one before it."""
    before = [module for module in read_modules(text) if module.start <= offset]
    return before[-1] if before else None


def _read(module: Module, text: str) -> None:
    tokens = module.tokens
    index = 1
    if len(tokens) > index + 1 and tokens[index].text == "#":
        end = closing(tokens, index + 1)
        _read_ports(module, tokens[index + 2 : end], text)
        index = end + 1
    if len(tokens) > index and tokens[index].text == "(":
        end = closing(tokens, index)
        module.ports = (tokens[index], tokens[end])
        _read_ports(module, tokens[index + 1 : end], text)
        index = end + 1
    if len(tokens) > index and tokens[index].text == ";":
        module.header_end = tokens[index]
        index += 1
    for statement in statements(tokens[index:]):
        module.statements.append(statement)
        _read_statement(module, statement, text)


def _read_ports(module: Module, tokens: Sequence[Token], text: str) -> None:
    """A declaration reaches from its keyword to the next one."""
    starts = [i for i, t in enumerate(tokens) if t.text in _STARTS and (i == 0 or tokens[i - 1].text == ",")]
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=False):
        last = end - 1 if tokens[end - 1].text == "," else end
        _declare(module, tokens[start:last], text, in_header=True)


def _declare(module: Module, tokens: Sequence[Token], text: str, *, in_header: bool = False) -> None:
    """`input wire signed [7:0] a, b = 1`: keywords, a range, names with their own ranges."""
    index = 0
    while index < len(tokens) and tokens[index].text in _STARTS | _MODIFIERS:
        index += 1
    if index + 1 < len(tokens) and all(t.kind is Kind.WORD for t in tokens[index : index + 2]):
        index += 1  # a type of the program's own
    words = tuple(token.text for token in tokens[:index])
    before = index
    while index < len(tokens) and tokens[index].text == "[":
        index = closing(tokens, index) + 1
    packed = text[tokens[before].start : tokens[index - 1].end] if index > before else ""
    names = [part for part in split_list(tokens[index:]) if part[0].kind is Kind.WORD]
    for part in names:
        stop = next((i for i, token in enumerate(part) if token.text == "="), len(part))
        declared = Declaration(
            name=part[0].text,
            words=words,
            packed=packed,
            unpacked=text[part[0].end : part[stop - 1].end] if stop > 1 else "",
            place=part[0],
            first=tokens[0],
            names=len(names),
            initial=stop < len(part),
            in_header=in_header,
        )
        module.declarations.setdefault(declared.name, []).append(declared)


def _declare_other(module: Module, tokens: Sequence[Token], words: tuple[str, ...], places: Sequence[Token]) -> None:
    for place in places:
        declared = Declaration(place.text, words, "", "", place, tokens[0])
        module.declarations.setdefault(place.text, []).append(declared)


def _read_statement(module: Module, statement: Statement, text: str) -> None:
    tokens = statement.tokens
    first = tokens[0].text if tokens else ""
    if first in {"typedef", "enum"}:
        _read_enumeration(module, tokens, text)
    elif first in {"function", "task"}:
        named = [t for t in tokens if t.kind is Kind.WORD and t.text not in _STARTS | _MODIFIERS | {first, "void"}]
        _declare_other(module, tokens, (first,), named[:1])
    elif first in _STARTS:
        _declare(module, tokens, text)
        if statement.inside in {"loop", "generate"}:
            _read_assignment(module, statement, statement.inside, tokens[1:])
    elif first == "assign":
        for part in split_list(tokens[1:]):
            kind = "assign" if statement.inside == "module" else "procedure"
            _read_assignment(module, statement, kind, part)
    elif tokens and not _read_own_type(module, tokens, text):
        kind = {"module": "bare"}.get(statement.inside, statement.inside)
        _read_assignment(module, statement, kind, tokens)


def _read_own_type(module: Module, tokens: Sequence[Token], text: str) -> bool:
    """`state_t state, next;`: a declaration with a type of the program's own."""
    if len(tokens) < 2 or any(token.kind is not Kind.WORD for token in tokens[:2]):
        return False
    if len(tokens) == 2 or tokens[2].text in {",", "="}:
        _declare(module, tokens, text)
        return True
    return False


def _read_enumeration(module: Module, tokens: Sequence[Token], text: str) -> None:
    opener = next((i for i, token in enumerate(tokens) if token.text == "{"), None)
    if opener is None:
        return
    end = closing(tokens, opener)
    if any(token.text == "enum" for token in tokens[:opener]):
        _declare_other(module, tokens, ("enum",), [part[0] for part in split_list(tokens[opener + 1 : end])])
    words = ("type",) if tokens[0].text == "typedef" else ("logic",)
    packed = next((i for i, token in enumerate(tokens[:opener]) if token.text == "["), None)
    extent = text[tokens[packed].start : tokens[closing(tokens, packed)].end] if packed is not None else ""
    for part in split_list(tokens[end + 1 :]):
        declared = Declaration(part[0].text, words, extent, "", part[0], tokens[0])
        module.declarations.setdefault(declared.name, []).append(declared)


def _read_assignment(module: Module, statement: Statement, kind: str, tokens: Sequence[Token]) -> None:
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.text in {"(", "[", "{"}) - (token.text in {")", "]", "}"})
        if depth == 0 and index and token.text in {"=", "<="}:
            target, value = tuple(tokens[:index]), tuple(tokens[index + 1 :])
            module.assignments.append(Assignment(kind, target, token, value, statement.tokens[0]))
            return
