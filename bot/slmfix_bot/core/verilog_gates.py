"""Gates of Verilog (`and`, `xor`, ...) whose connections a model has given names. The language has none for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from slmfix_bot.core.lexer import Kind, Token, code_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

GATES = frozenset({"and", "or", "nand", "nor", "xor", "xnor", "not", "buf"})
_MAX_TOKENS = 300  # of one gate
_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")


class Connection(NamedTuple):
    """`.name(value)` at offsets `start..end` of the text."""

    name: str
    value: str
    start: int
    end: int


class NamedGate(NamedTuple):
    """One gate whose connections are all named; the offsets are those of the connections."""

    gate: str
    connections: tuple[Connection, ...]


def named_gates(text: str) -> Iterator[NamedGate]:
    """The gates with names; nothing is read of what has none."""
    tokens = code_tokens("verilog", text) if any(gate in text for gate in GATES) else []
    for index, token in enumerate(tokens):
        if token.kind is Kind.WORD and token.text in GATES:
            opener = _opener(tokens, index + 1)
            connections = _connections(text, tokens, opener) if opener else ()
            if connections:
                yield NamedGate(token.text, connections)


def without_names(text: str) -> str:
    """The text as the language would have it: `and g(.a(x), .y(z))` as `and g(x, z)`.

    >>> without_names("or or1(.a(a), .b(~b), .out(c));")
    'or or1(a, ~b, c);'
    """
    found = [connection for gate in named_gates(text) for connection in gate.connections]
    for connection in reversed(found):
        text = text[: connection.start] + connection.value + text[connection.end :]
    return text


def _opener(tokens: Sequence[Token], index: int) -> int | None:
    """The parenthesis of the connections, behind a delay and the name of the gate."""
    if index < len(tokens) and tokens[index].text == "#":
        index = _behind(tokens, index + 1)
    if index < len(tokens) and tokens[index].kind is Kind.WORD:
        index += 1
    return index if index < len(tokens) and tokens[index].text == "(" else None


def _behind(tokens: Sequence[Token], index: int) -> int:
    """Index behind a token, or behind the bracket that it opens."""
    depth = 0
    for place in range(index, min(len(tokens), index + _MAX_TOKENS)):
        depth += (tokens[place].text in _OPEN) - (tokens[place].text in _CLOSE)
        if depth <= 0:
            return place + 1
    return min(len(tokens), index + _MAX_TOKENS)


def _connections(text: str, tokens: Sequence[Token], opener: int) -> tuple[Connection, ...]:
    found: list[Connection] = []
    index, last = opener + 1, _behind(tokens, opener) - 1
    if tokens[last].text != ")":
        return ()
    while index < last:
        named = index + 3 < last and tokens[index].text == "." and tokens[index + 1].kind is Kind.WORD
        if not named or tokens[index + 2].text != "(":
            return ()
        end = _behind(tokens, index + 2)
        value = text[tokens[index + 2].end : tokens[end - 1].start].strip()
        found.append(Connection(tokens[index + 1].text, value, tokens[index].start, tokens[end - 1].end))
        index = end + 1 if end < last and tokens[end].text == "," else end
        if index == end and end < last:
            return ()
    return tuple(found)
