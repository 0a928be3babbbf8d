from __future__ import annotations

from slmfix_bot.core.similarity import Node, similarity


def tree(*leaves: str) -> Node:
    return Node("root", children=tuple(Node("leaf", text) for text in leaves))


def test_similarity_of_equal_and_disjoint_trees() -> None:
    assert similarity(tree("a", "b"), tree("a", "b")) == 1.0
    assert similarity(tree("a"), Node("other")) == 0.0


def test_similarity_falls_with_every_change_and_is_symmetric() -> None:
    one, two, three = tree("a", "b", "c"), tree("a", "b", "x"), tree("a", "y", "x")
    assert 1 > similarity(one, two) > similarity(one, three) > 0
    assert similarity(one, two) == similarity(two, one)


def test_similarity_counts_repetitions_and_depth() -> None:
    assert similarity(tree("a", "a"), tree("a")) < 1.0
    deep = Node("leaf")
    for _ in range(50_000):
        deep = Node("level", children=(deep,))
    assert similarity(deep, deep) == 1.0
