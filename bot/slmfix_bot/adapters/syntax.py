"""tree-sitter behind `core.ports.SyntaxParser`: text in, plain trees out. The only user of tree-sitter.

Grammars are native code fed with strangers' text, so size, time and tree size are bounded; what exceeds a bound has no
tree, which callers must expect anyway. Grammars that are known to loop or crash are not in the map.
"""

from __future__ import annotations

import time
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from slmfix_bot.core.similarity import Node

if TYPE_CHECKING:
    from tree_sitter import TreeCursor
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
        try:
            source = text.encode()
        except UnicodeEncodeError:  # a lone surrogate
            return None
        if grammar is None or len(source) > self._max_bytes:
            return None
        try:
            parser = _parser(grammar)
        except LookupError:
            return None
        deadline = time.monotonic() + self._seconds
        try:
            # only a source that is read through a callback can be interrupted
            tree = parser.parse(
                lambda offset, _point: source[offset : offset + _CHUNK],
                progress_callback=lambda *_state: time.monotonic() > deadline,
            )
        except ValueError:  # interrupted; the next parse would otherwise go on from here
            parser.reset()
            return None
        if tree.root_node.descendant_count > MAX_NODES:
            return None
        return _convert(tree.walk(), source)


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
