from __future__ import annotations

import time

import pytest

from slmfix_bot.adapters.syntax import GRAMMARS, TreeSitterParser, detections, faults, locate
from slmfix_bot.adapters.syntax import leaves as tokens_of
from slmfix_bot.core.similarity import Node, similarity
from slmfix_bot.core.tree_languages import TREE_LANGUAGES

PARSER = TreeSitterParser()
VALID = {
    "ansible": "- hosts: all\n  tasks: []\n",
    "cmake": "set(a b)\n",
    "graphql": "query { a }\n",
    "javascript": "f(1);\n",
    "latex": "\\section{a}\n",
    "make": "a: b\n\tc\n",
    "protobuf": 'syntax = "proto3";\nmessage A { int32 a = 1; }\n',
    "typescript": "let a: number = 1;\n",
    "bash": "for f in a; do echo $f; done\n",
    "dockerfile": "FROM alpine\nRUN true\n",
    "json": '{"a": [1, 2]}\n',
    "python": "def f():\n    return 1\n",
    "sh": "echo hello\n",
    "sql": "SELECT a FROM t WHERE b = 1;\n",
    "terraform": 'resource "a" "b" {\n  c = 1\n}\n',
    "toml": "[a]\nb = 1\n",
    "verilog": "module m(input a, output b);\n  assign b = a;\nendmodule\n",
    "workflow": "on: push\n",
    "yaml": "a:\n  - b\n",
}


def kinds(root: Node) -> set[str]:
    found, stack = set(), [root]
    while stack:
        node = stack.pop()
        found.add(node.kind)
        stack += node.children
    return found


def leaves(root: Node) -> list[str]:
    if not root.children:
        return [root.text]
    return [text for child in root.children for text in leaves(child)]


@pytest.mark.parametrize("language", sorted(VALID))
def test_parse_valid_program(language: str) -> None:
    tree = PARSER.parse(language, VALID[language])
    assert tree is not None
    assert tree.children
    assert not kinds(tree) & {"ERROR", "MISSING"}


def test_every_grammar_has_a_valid_program() -> None:
    # Those of the table have theirs in tests/validators/tree_test.py.
    tested = {GRAMMARS[language] for language in VALID} | {language.name for language in TREE_LANGUAGES}
    assert set(GRAMMARS.values()) <= tested


@pytest.mark.parametrize(
    ("text", "kinds_found"),
    [
        ("x = (1 +\n", [None]),
        ("int f() { return 1 }\n", [";"]),
        ("int f() { return 1; }\n", []),
    ],
)
def test_faults(text: str, kinds_found: list[str | None]) -> None:
    found = faults("c", text)
    assert found is not None
    assert [fault.missing for fault in found] == kinds_found


def test_faults_beyond_a_bound_are_unknown() -> None:
    assert faults("c", "x" * 100, max_bytes=10) is None


def test_detections_tell_where_reading_stopped() -> None:
    text = "var é = 'é';\nlet a = {b: 1 c: 2};\n"
    (stop,) = detections("javascript", text)
    assert (text[: stop[0]].endswith("b: 1"), stop[1]) == (True, "identifier")
    assert detections("javascript", "let a = 1;\n") == ()


def test_leaves_are_the_tokens_without_comments() -> None:
    tokens = tokens_of("javascript", "f(`${a}`); // (\n")
    assert [token.text for token in tokens] == ["f", "(", "`", "{", "a", "}", "`", ")", ";"]


def test_parse_keeps_leaf_texts_in_order() -> None:
    tree = PARSER.parse("python", "x = 'é' + y\n")
    assert tree is not None
    assert "".join(leaves(tree)) == "x='é'+y"


def test_parse_marks_errors() -> None:
    tree = PARSER.parse("python", "def f(:\n  return )\n")
    assert tree is not None
    assert kinds(tree) & {"ERROR", "MISSING"}


def test_parse_trees_compare() -> None:
    one, same, near, far = (
        PARSER.parse("sql", text)
        for text in (
            "SELECT a, b FROM t;",
            "SELECT  a,b\nFROM t;",
            "SELECT a, c FROM t;",
            "INSERT INTO z VALUES (1, 2, 3);",
        )
    )
    assert one
    assert same
    assert near
    assert far
    assert similarity(one, same) == 1
    assert similarity(one, same) > similarity(one, near) > similarity(one, far)


@pytest.mark.parametrize("language", ["cobol", "klingon", ""])
def test_parse_without_grammar_is_none(language: str) -> None:
    assert PARSER.parse(language, "x") is None


def test_parse_too_large_is_none() -> None:
    assert PARSER.parse("json", "[" + "1," * 200_000 + "1]") is None
    assert TreeSitterParser(max_bytes=3).parse("json", "[1, 2]") is None


def test_parse_lone_surrogate_is_none() -> None:
    assert PARSER.parse("json", '"\ud800"') is None


def test_parse_stops_in_time_and_recovers() -> None:
    hostile = "SELECT a FORM t;\n" * 15_000
    started = time.monotonic()
    assert TreeSitterParser(seconds=0.05).parse("sql", hostile) is None
    assert time.monotonic() - started < 1
    tree = PARSER.parse("sql", "SELECT 1;")
    assert tree is not None
    assert "SELECT" in "".join(leaves(tree))


def test_parse_deep_nesting() -> None:
    depth = 20_000
    tree = PARSER.parse("json", "[" * depth + "]" * depth)
    assert tree is not None
    count, node = 0, tree
    while node.children:
        node = max(node.children, key=lambda child: len(child.children))
        count += 1
    assert count >= depth


def test_parse_empty_text() -> None:
    assert PARSER.parse("python", "") is not None


def test_located_nodes_count_code_points_and_mark_errors() -> None:
    tree = locate("python", "é = 'ü'\nx = (1\n")
    assert tree is not None
    nodes, waiting = [], [tree]
    while waiting:
        nodes.append(waiting.pop())
        waiting += nodes[-1].children
    assert any((node.kind, node.start, node.end) == ("string", 4, 7) for node in nodes)
    assert any(node.missing or node.kind == "ERROR" for node in nodes)
    assert locate("no_such_grammar", "x") is None
