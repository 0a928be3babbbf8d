"""The syntax tree of an HCL file. `start` and `end` are offsets in code points, the end is exclusive."""

from __future__ import annotations

from typing import NamedTuple


class Literal(NamedTuple):
    """A number, true, false or null."""

    value: float | bool | None
    start: int
    end: int


class Template(NamedTuple):
    """A quoted string or heredoc: literal text and expressions in turn. Text keeps its escapes."""

    parts: tuple[str | Expression, ...]
    start: int
    end: int

    @property
    def text(self) -> str | None:
        """The whole text when nothing is interpolated."""
        if not self.parts:
            return ""
        first = self.parts[0]
        return first if len(self.parts) == 1 and isinstance(first, str) else None


class Variable(NamedTuple):
    """A bare name: the root of a reference, a type, a keyword."""

    name: str
    start: int
    end: int


class Access(NamedTuple):
    """`of.name`; `at` is the offset of the name. `of[0]` and the old `of.0` are an Index."""

    of: Expression
    name: str
    at: int
    start: int
    end: int


class Index(NamedTuple):
    """`of[key]`; no key for the splats `of[*]` and `of.*`."""

    of: Expression
    key: Expression | None
    start: int
    end: int


class Call(NamedTuple):
    """A function call; `expands` says that the last argument is followed by an ellipsis."""

    name: str
    arguments: tuple[Expression, ...]
    expands: bool
    start: int
    end: int


class Sequence(NamedTuple):
    """`[a, b]`."""

    items: tuple[Expression, ...]
    start: int
    end: int


class Mapping(NamedTuple):
    """`{ a = b }`; a bare key is a Variable."""

    items: tuple[tuple[Expression, Expression], ...]
    start: int
    end: int


class For(NamedTuple):
    """A for expression or a loop of a template; `key` only where an object is made."""

    names: tuple[str, ...]
    collection: Expression
    key: Expression | None
    value: Expression
    condition: Expression | None
    start: int
    end: int


class Operation(NamedTuple):
    """An operator with its operands: unary, binary, `?`, or `(` for parentheses."""

    operator: str
    operands: tuple[Expression, ...]
    start: int
    end: int


Expression = Literal | Template | Variable | Access | Index | Call | Sequence | Mapping | For | Operation


class Attribute(NamedTuple):
    """`name = value`."""

    name: str
    start: int
    value: Expression


class Label(NamedTuple):
    """What stands between a block's type and its brace."""

    text: str
    start: int


class Block(NamedTuple):
    """`kind "label" { ... }`; `end` is behind the closing brace."""

    kind: str
    start: int
    labels: tuple[Label, ...]
    body: Body
    end: int


class Body(NamedTuple):
    """Arguments and blocks, each in the order of the text."""

    attributes: tuple[Attribute, ...]
    blocks: tuple[Block, ...]


def children(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside one; bare keys of a mapping are names, not references, and are left out."""
    match node:
        case Template():
            return tuple(part for part in node.parts if not isinstance(part, str))
        case Access():
            return (node.of,)
        case Index():
            return (node.of,) if node.key is None else (node.of, node.key)
        case Call():
            return node.arguments
        case Sequence():
            return node.items
        case Mapping():
            keys = (key for key, _ in node.items if not isinstance(key, Variable))
            return (*keys, *(value for _, value in node.items))
        case For():
            return tuple(e for e in (node.collection, node.key, node.value, node.condition) if e is not None)
        case Operation():
            return node.operands
    return ()
