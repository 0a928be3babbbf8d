"""Splits the body of a Verilog module into statements, and tells those of procedures from those of the module."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.lexer import Token

_OPEN, _CLOSE = frozenset("([{"), frozenset(")]}")
_PROCEDURES = frozenset({"always", "always_ff", "always_comb", "always_latch", "initial", "final"})
_HEADS = frozenset({"if", "while", "repeat", "wait", "foreach", "for"})
_CASES = frozenset({"case", "casez", "casex"})
_QUALIFIERS = frozenset({"unique", "unique0", "priority", "forever", "do", "else"})
_ENDS = frozenset({"end", "endcase", "endfunction", "endtask", "endgenerate", "join", "join_any", "join_none"})
_GENERATE = frozenset({"generate", "begin", "default"}) | _ENDS
_MAX_DEPTH = 120


class Statement(NamedTuple):
    """The tokens of one statement without its `;`. `inside` is "module", "procedure", or for what the head of a for
    statement sets first "loop" in a procedure and "generate" outside."""

    tokens: tuple[Token, ...]
    inside: str


def closing(tokens: Sequence[Token], index: int) -> int:
    """Index of the bracket that closes the one at `index`; the last index if none does."""
    depth = 0
    for place in range(index, len(tokens)):
        depth += (tokens[place].text in _OPEN) - (tokens[place].text in _CLOSE)
        if depth <= 0:
            return place
    return len(tokens) - 1


def split_list(tokens: Sequence[Token]) -> list[list[Token]]:
    """The parts between the commas that stand in no bracket; empty ones are left out."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.text in _OPEN) - (token.text in _CLOSE)
        if token.text == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(token)
    return [part for part in parts if part]


def statements(tokens: Sequence[Token]) -> list[Statement]:
    """The statements of a module's body in order."""
    reader = _Reader(tokens)
    reader.read_items()
    return reader.found


class _Reader:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.found: list[Statement] = []

    @property
    def word(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def read_items(self) -> None:
        while self.at < len(self.tokens):
            word = self.word
            if word in _PROCEDURES:
                self.at += 1
                self.read_statement(0)
            elif word in {"function", "task"}:
                self.simple("module")
                while self.word and self.word not in {"endfunction", "endtask"}:
                    self.read_statement(0)
            elif word in _HEADS | _CASES | _QUALIFIERS:
                self.head("generate")
            elif word in _GENERATE:
                self.at += 1
                self.label()
            else:
                self.simple("module")

    def read_statement(self, depth: int) -> None:
        """Always moves on by a token at least."""
        word = self.word
        if depth > _MAX_DEPTH or not word:
            self.at += 1
        elif word in {"@", "#"}:
            self.control()
            self.read_statement(depth + 1)
        elif word in {"begin", "fork"}:
            self.at += 1
            self.label()
            while self.word and self.word not in _ENDS:
                self.read_statement(depth + 1)
            if self.word in {"end", "join", "join_any", "join_none"}:
                self.at += 1
                self.label()
        elif word in _CASES:
            self.head()
            while self.word and self.word not in _ENDS:
                self.case_item(depth)
            self.at += self.word == "endcase"
        elif word in _HEADS:
            self.head()
            self.read_statement(depth + 1)
            if self.word == "else":
                self.at += 1
                self.read_statement(depth + 1)
        elif word in _QUALIFIERS:
            self.at += 1
        else:
            self.simple("procedure")

    def case_item(self, depth: int) -> None:
        while self.word and self.word not in _ENDS | {":", ";", "begin"}:
            last = self.word == "default"
            self.at = closing(self.tokens, self.at) + 1 if self.word in _OPEN else self.at + 1
            if last:
                break
        self.at += self.word == ":"
        if self.word not in _ENDS:
            self.read_statement(depth + 1)

    def head(self, loop: str = "loop") -> None:
        """The keyword with its parentheses."""
        word = self.word
        self.at += 1
        if self.word == "(":
            end = closing(self.tokens, self.at)
            if word == "for":
                inner = self.tokens[self.at + 1 : end]
                stop = next((i for i, token in enumerate(inner) if token.text == ";"), len(inner))
                if stop:
                    self.found.append(Statement(tuple(inner[:stop]), loop))
            self.at = end + 1

    def control(self) -> None:
        """`@(...)`, `@*`, `@name` or `#5`."""
        self.at += 1
        if self.word == "(":
            self.at = closing(self.tokens, self.at) + 1
        elif self.word:
            self.at += 1

    def label(self) -> None:
        if self.word == ":":
            self.at += 2

    def simple(self, inside: str) -> None:
        """Up to the `;`, or to a keyword that cannot stand within a statement."""
        start = self.at
        while self.word and self.word != ";":
            if self.at > start and self.word in _ENDS | _PROCEDURES | {"begin", "else", "assign"}:
                break
            self.at = closing(self.tokens, self.at) + 1 if self.word in _OPEN else self.at + 1
        if self.at > start:
            self.found.append(Statement(tuple(self.tokens[start : self.at]), inside))
        self.at += self.word == ";" or self.at == start
