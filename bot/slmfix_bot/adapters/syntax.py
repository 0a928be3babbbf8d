"""tree-sitter behind `core.ports.SyntaxParser`: text in, plain trees out. The only user of tree-sitter.

Grammars are native code fed with strangers' text, so size, time and tree size are bounded; what exceeds a bound has no
tree, which callers must expect anyway. Grammars that are known to loop or crash are not in the map.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_left
from contextlib import suppress
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from slmfix_bot.core.brackets import Sign
from slmfix_bot.core.family import GOVERNED
from slmfix_bot.core.similarity import Node
from slmfix_bot.core.tree_languages import TREE_LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from tree_sitter import Tree, TreeCursor
    from tree_sitter_language_pack import SupportedLanguage

# our language -> grammar of the language pack
GRAMMARS = {
    "ansible": "yaml",
    "bash": "bash",
    "dockerfile": "dockerfile",
    "json": "json",
    "python": "python",
    "sh": "bash",
    "sql": "sql",
    "terraform": "terraform",
    "toml": "toml",
    "verilog": "verilog",
    "workflow": "yaml",
    "yaml": "yaml",
    "kubernetes": "yaml",
    **dict.fromkeys(GOVERNED, "yaml"),
    "graphql": "graphql",
    "protobuf": "proto",
    "cmake": "cmake",
    "make": "make",
    "latex": "latex",
    "javascript": "javascript",
    "typescript": "typescript",
    **{language.name: language.name for language in TREE_LANGUAGES},
}
MAX_BYTES = 256 * 1024
MAX_NODES = 100_000
MAX_SECONDS = 1.0
_CHUNK = 1 << 16


@cache
def _parser(grammar: str) -> Any:
    from tree_sitter_language_pack import get_parser  # loads a native grammar, which most runs need only one of

    return get_parser(cast("SupportedLanguage", grammar))


class TreeSitterParser:
    """`seconds` bounds one parse; the result does not depend on it unless it is exceeded."""

    def __init__(self, *, max_bytes: int = MAX_BYTES, seconds: float = MAX_SECONDS) -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds

    def parse(self, language: str, text: str) -> Node | None:
        """The tree; None without a grammar, beyond a bound, or for text that has no UTF-8 form."""
        grammar = GRAMMARS.get(language)
        source = _encoded(text, self._max_bytes)
        tree = _tree(grammar, source, self._seconds) if grammar and source is not None else None
        return _convert(tree.walk(), source) if tree is not None and source is not None else None


class Branch(NamedTuple):
    """A node with its place. Offsets count code points of the text, the end is exclusive; `kind` is "ERROR" for what
    the grammar could not use, `missing` says that the parser made the node up, `field` is its role in its parent."""

    kind: str
    start: int
    end: int
    named: bool
    missing: bool
    field: str | None
    children: tuple[Branch, ...]


def locate(grammar: str, text: str, *, max_bytes: int = MAX_BYTES, seconds: float = MAX_SECONDS) -> Branch | None:
    """The concrete tree of a text with places; None beyond a bound or without such a grammar in the language pack."""
    source = _encoded(text, max_bytes)
    tree = _tree(grammar, source, seconds) if source is not None else None
    if tree is None or source is None:
        return None
    return _located(tree.walk(), _code_points(text, source))


class Fault(NamedTuple):
    """What a grammar could not use (`missing` is None) or the sign that the parser had to make up, with its place."""

    start: int
    end: int
    missing: str | None


def faults(
    grammar: str, text: str, *, max_bytes: int = MAX_BYTES, seconds: float = MAX_SECONDS
) -> tuple[Fault, ...] | None:
    """The outermost error nodes and the missing signs in the order of the text; None where there is no tree."""
    source = _encoded(text, max_bytes)
    tree = _tree(grammar, source, seconds) if source is not None else None
    if tree is None or source is None:
        return None
    if not tree.root_node.has_error:
        return ()
    place, found, waiting = _code_points(text, source), [], [tree.root_node]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            start, end = place(node.start_byte), place(node.end_byte)
            found.append(Fault(start, end, node.type if node.is_missing else None))
        else:
            waiting.extend(child for child in node.children if child.has_error or child.is_missing)
    return tuple(sorted(found))


def leaves(grammar: str, text: str, *, max_bytes: int = MAX_BYTES, seconds: float = MAX_SECONDS) -> tuple[Sign, ...]:
    """The tokens of the tree without comments and made-up ones, in order; a bracket of several signs (`#{`, `@(`)
    counts as its last one. Empty where there is no tree."""
    source = _encoded(text, max_bytes)
    tree = _tree(grammar, source, seconds) if source is not None else None
    if tree is None or source is None:
        return ()
    place, found, cursor = _code_points(text, source), [], tree.walk()
    while True:
        if cursor.goto_first_child():
            continue
        node = cursor.node
        if node and not node.is_missing and not node.is_extra and node.end_byte > node.start_byte:
            start, end = place(node.start_byte), place(node.end_byte)
            opens = not node.is_named and node.type[-1:] in "([{"
            found.append(Sign(text[end - 1], end - 1) if opens else Sign(text[start:end], start))
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return tuple(found)


_PROCESS = re.compile(r"process version:(\d+), .*row:(\d+), col:(\d+)")


def detections(
    grammar: str, text: str, *, max_bytes: int = MAX_BYTES, seconds: float = MAX_SECONDS
) -> tuple[tuple[int, str], ...]:
    """Where no reading of the text could go on: the end of the last token that fitted, and the kind of the next one.

    tree-sitter's nodes only tell what it skipped to recover. This comes from its log and takes some 50 times as long
    as a parse; when the time is up, what was found until then is returned.
    """
    from tree_sitter import Parser  # the shared parsers must not be left with a logger

    source = _encoded(text, max_bytes)
    if source is None:
        return ()
    starts = [0, *(match.end() for match in re.finditer(rb"\n", source))]
    at: dict[str, tuple[int, int]] = {}
    found: list[tuple[int, str]] = []
    current, halted = "0", dict[str, tuple[int, str]]()

    def read(_kind: object, message: str) -> None:
        nonlocal current
        if message.startswith("process "):
            if match := _PROCESS.match(message):
                current = match[1]
                at[current] = int(match[2]), int(match[3])
        elif message.startswith("detect_error lookahead:"):
            row, column = at.get(current, (0, 0))
            halted[current] = starts[min(row, len(starts) - 1)] + column, message.partition(":")[2]
        elif message.startswith("resume version:"):
            found.append(halted.get(message.partition(":")[2]) or next(reversed(halted.values()), (0, "")))

    parser = Parser(_parser(grammar).language)
    parser.logger = read
    deadline = time.monotonic() + seconds
    with suppress(ValueError):  # interrupted
        parser.parse(
            lambda offset, _point: source[offset : offset + _CHUNK],
            progress_callback=lambda *_state: time.monotonic() > deadline,
        )
    place = _code_points(text, source)
    return tuple((place(offset), kind) for offset, kind in found)


def _encoded(text: str, max_bytes: int) -> bytes | None:
    try:
        source = text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return None
    return source if len(source) <= max_bytes else None


def _code_points(text: str, source: bytes) -> Callable[[int], int]:
    """From an offset in the bytes to one in the text."""
    if len(text) == len(source):
        return lambda offset: offset
    ends = list(accumulate((len(character.encode()) for character in text), initial=0))
    return lambda offset: bisect_left(ends, offset)


def _tree(grammar: str, source: bytes, seconds: float) -> Tree | None:
    """The parser's tree; None when it takes too long or is too large."""
    try:
        parser = _parser(grammar)
    except LookupError:
        return None
    deadline = time.monotonic() + seconds
    try:
        # only a source that is read through a callback can be interrupted
        tree: Tree = parser.parse(
            lambda offset, _point: source[offset : offset + _CHUNK],
            progress_callback=lambda *_state: time.monotonic() > deadline,
        )
    except ValueError:  # interrupted; the next parse would otherwise go on from here
        parser.reset()
        return None
    return tree if tree.root_node.descendant_count <= MAX_NODES else None


def _kind(cursor: TreeCursor) -> str:
    node = cursor.node
    if node is None or node.is_missing:
        return "MISSING"
    return node.type


def _convert(cursor: TreeCursor, source: bytes) -> Node:
    """The tree under the cursor, without recursion: hostile input nests as deep as it is long."""
    open_nodes: list[tuple[str, list[Node]]] = []
    while True:
        kind = _kind(cursor)
        if cursor.goto_first_child():
            open_nodes.append((kind, []))
            continue
        node = cursor.node
        text = source[node.start_byte : node.end_byte].decode(errors="replace") if node else ""
        done = Node(kind, text)
        while open_nodes:
            open_nodes[-1][1].append(done)
            if cursor.goto_next_sibling():
                break
            cursor.goto_parent()
            kind, children = open_nodes.pop()
            done = Node(kind, children=tuple(children))
        else:
            return done


def _located(cursor: TreeCursor, place: Callable[[int], int]) -> Branch:
    """The tree under the cursor, without recursion as above."""
    waiting: list[tuple[Any, str | None, list[Branch]]] = []
    while True:
        node, field = cursor.node, cursor.field_name
        if cursor.goto_first_child():
            waiting.append((node, field, []))
            continue
        done = _branch(node, field, (), place)
        while waiting:
            waiting[-1][2].append(done)
            if cursor.goto_next_sibling():
                break
            cursor.goto_parent()
            node, field, children = waiting.pop()
            done = _branch(node, field, tuple(children), place)
        else:
            return done


def _branch(node: Any, field: str | None, children: tuple[Branch, ...], place: Callable[[int], int]) -> Branch:
    start, end = place(node.start_byte), place(node.end_byte)
    return Branch(node.type, start, end, node.is_named, node.is_missing, field, children)
