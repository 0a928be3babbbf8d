"""AST similarity of two programs over plain trees, so that the measure does not depend on a parser."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Node:
    """A syntax node; leaves carry their text."""

    kind: str
    text: str = ""
    children: tuple[Node, ...] = ()


def _features(root: Node) -> Iterator[tuple[str, str, str]]:
    stack = [(root, "")]
    while stack:
        node, parent = stack.pop()
        yield node.kind, parent, node.text
        stack.extend((child, node.kind) for child in node.children)


def similarity(one: Node, two: Node) -> float:
    """Dice coefficient over the multisets of (kind, parent kind, leaf text): 1.0 for equal trees, 0.0 for disjoint.

    It is linear in the size of the trees, which edit distance is not; SLMFix's reward (paper section 3) uses
    per-language variants that training/ computes.
    """
    left, right = Counter(_features(one)), Counter(_features(two))
    shared = sum((left & right).values())
    return 2 * shared / (left.total() + right.total())
