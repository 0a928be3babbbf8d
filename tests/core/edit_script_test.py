from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.edit_operation import parse_script
from slmfix_bot.core.edit_script import decode, encode
from slmfix_bot.core.prompt import INDENT, OPERATIONS, OPTIONAL_TOKENS, neutralise
from slmfix_bot.core.script_grammar import ScriptGrammar
from slmfix_bot.core.window import Window, build_window
from tests.testing.grammar import accept_script

OLD_OPERATIONS = tuple(kind for kind in OPERATIONS if kind not in OPTIONAL_TOKENS)


def window_of(text: str, line: int = 1, **options: object) -> Window:
    allowed = options.get("allowed")
    assert allowed is None or isinstance(allowed, frozenset)
    return build_window(text, [Diagnostic(rule="r", message="m", line=line)], language="sql", allowed=allowed)


@pytest.mark.parametrize(
    ("old", "new", "script"),
    [
        pytest.param("SELECT a b FROM t;\n", "SELECT a, b FROM t;\n", "<sub><|1|> a<to> a,<end>", id="insertion"),
        pytest.param("a an b;\nsome more text\n", "a an, b;\nsome more text\n", None, id="unique-by-extension"),
        pytest.param("alpha beta gama\n", "alpha beta gamma\n", "<sub><|1|> gama<to> gamma<end>", id="whole-word"),
        pytest.param("a\nb\nc\nd\n", "a\n", "<cut><|2|><end>", id="tail"),
        pytest.param("a\nb\nc\nd\n", "a\nd\n", "<del><|2|><|3|><end>", id="middle"),
        pytest.param("a\nd\n", "a\nb\nc\nd\n", "<ins><|1|>b<ins><|1|>c<end>", id="new-lines"),
        pytest.param("b\n", "a\nb\n", "<ins><|0|>a<end>", id="before-first"),
        pytest.param("x\n", "y\n", "<rep><|1|>y<end>", id="short-line"),
        pytest.param("a\nb", "a", "<cut><|2|><end>", id="no-final-newline"),
        pytest.param("a\r\nb\r\n", "a\r\nz\r\nb\r\n", "<ins><|1|>z<end>", id="crlf"),
        pytest.param("x <end>\ny\n", "x <end>\nsay <end> z\ny\n", "<ins><|1|>say <~end> z<end>", id="forged"),
        pytest.param("", "a\n", "<ins><|0|>a<end>", id="empty"),
        pytest.param("long enough <end> x\n", "long enough end x\n", "<sub><|1|> <~end><to> end<end>", id="escape"),
        pytest.param(
            "if a:\nb = 1\n\n    c\nd\n",
            "if a:\n    b = 1\n\n        c\nd\n",
            "<ind><|2|><|4|><to>    <end>",
            id="block",
        ),
        pytest.param("a:\n   - b\n", "a:\n  - b\n", "<ind><|2|><|2|>   <to>  <end>", id="one-line"),
        pytest.param("\tx\n\ty\n", "    x\n    y\n", "<ind><|1|><|2|>\t<to>    <end>", id="tabs"),
        pytest.param(" x\n  y\n", "   x\n    y\n", "<ind><|1|><|2|> <to>   <end>", id="least"),
        pytest.param("a\nb\nc\n", "  a\nb\n  c\n", "<ind><|1|><|1|><to>  <ind><|3|><|3|><to>  <end>", id="not-between"),
        pytest.param("a\nb\n", "  a\n   b\n", "<ind><|1|><|1|><to>  <ind><|2|><|2|><to>   <end>", id="not-alike"),
    ],
)
def test_encode_canonical(old: str, new: str, script: str | None) -> None:
    window = window_of(old)
    encoded = encode(window, old, new)
    assert encoded is not None
    assert script is None or encoded == script
    assert decode(window, old, encoded) == new


def test_encode_for_a_model_without_shifts() -> None:
    old, new = "if a:\n  bb = 1\n  cc = 2\n", "if a:\n    bb = 1\n    cc = 2\n"
    assert encode(window_of(old), old, new) == "<ind><|2|><|3|>  <to>    <end>"
    script = encode(window_of(old), old, new, operations=OLD_OPERATIONS)
    assert script is not None
    assert INDENT not in script
    assert decode(window_of(old), old, script) == new


def test_shift_of_a_long_line_is_that_of_its_first_segment() -> None:
    line = "SELECT " + ", ".join(f"column_{i}" for i in range(12)) + " FROM t;"
    old, new = f"BEGIN\r\n{line}\r\n{line}\r\nEND\r\n", f"BEGIN\r\n  {line}\r\n  {line}\r\nEND\r\n"
    window = window_of(old)
    script = encode(window, old, new)
    first, last = window.addresses[2][0], window.addresses[3][0]
    assert script == f"<ind><|{first}|><|{last}|><to>  <end>"


def test_encode_long_line_touches_one_segment() -> None:
    old = "SELECT " + ", ".join(f"column_{i}" for i in range(20)) + " FORM orders WHERE id = 3;\n"
    window = window_of(old)
    script = encode(window, old, old.replace("FORM", "FROM"))
    address = next(i for i, entry in enumerate(window.entries, 1) if "FORM" in entry.text)
    assert script == f"<sub><|{address}|> FORM<to> FROM<end>"


def test_encode_tail_of_long_line_and_hidden_rest_is_one_cut() -> None:
    head = "SELECT count(*) FROM orders WHERE id = 3 AND name = 'x';"
    old = head + " Explanation: this query counts orders" + "\nmore prose" * 100 + "\n"
    window = window_of(old)
    script = encode(window, old, head + "\n")
    assert script is not None
    assert "<cut>" in script
    assert decode(window, old, script) == head + "\n"


def test_encode_outside_the_window_is_none() -> None:
    old = "".join(f"line {i}\n" for i in range(100))
    assert encode(window_of(old, 50), old, old.replace("line 3\n", "line three\n")) is None


def test_encode_final_newline_is_none() -> None:
    assert encode(window_of("a\nb"), "a\nb", "a\nb\n") is None
    assert encode(window_of("a"), "a", "a") is None


@pytest.mark.parametrize(
    "script",
    [
        "",
        "<end>",
        "<rep><|1|>x",  # unfinished
        "<rep><|9|>x<end>",
        "<rep><|0|>x<end>",
        "<rep>x<end>",
        "<rep><|1|>x<end>y",
        "<rep><|1|>x\ny<end>",
        "x<rep><|1|>y<end>",
        "<sub><|1|>zebra<to>x<end>",
        "<sub><|1|><to>x<end>",
        "<sub><|1|>alpha<end>",
        "<sub><|1|>alpha<to>x<to>y<end>",
        "<del><|2|><|1|><end>",
        "<del><|1|><end>",
        "<del><|1|>x<|2|><end>",
        "<cut><|1|>x<end>",
        "<cut><|2|><rep><|3|>x<end>",
        "<rep><|1|>x<rep><|1|>y<end>",
        "<rep><|1|>alpha<end>",  # no change
        "<rep><|1|>x<win><end>",
        "<ind><|1|><|2|><to><end>",  # no change
        "<ind><|1|><|2|> <to>  <end>",  # nothing begins so
        "<ind><|2|><|1|><to>  <end>",
        "<ind><|1|><to>  <end>",
        "<ind><|1|><|9|><to>  <end>",
        "<ind><|0|><|1|><to>  <end>",
        "<ind><|1|><|2|>  <end>",
        "<ind><|1|><|2|>a<to>  <end>",
        "<ind><|1|><|2|><to>x<end>",
        "<ind><|1|> <|2|><to>  <end>",
        "<ind><|1|><|2|><to>  <ind><|2|><|3|><to>  <end>",
        "<rep><|1|>x<ind><|1|><|2|><to>  <end>",
    ],
)
def test_decode_refuses(script: str) -> None:
    text = "alpha\nbeta\ngamma\n"
    assert decode(window_of(text), text, script) is None


def test_decode_respects_allowed_lines() -> None:
    text = "a\nb\nc\n"
    window = window_of(text, allowed=frozenset({2}))
    assert decode(window, text, "<rep><|2|>x<end>") == "a\nx\nc\n"
    assert decode(window, text, "<rep><|1|>x<end>") is None
    assert decode(window, text, "<cut><|2|><end>") is None
    assert decode(window, text, "<ins><|1|>x<end>") == "a\nx\nb\nc\n"
    assert decode(window, text, "<ins><|3|>x<end>") is None
    assert decode(window, text, "<ind><|2|><|2|><to> <end>") == "a\n b\nc\n"
    assert decode(window, text, "<ind><|1|><|2|><to> <end>") is None


def test_decode_two_substitutions_in_one_entry() -> None:
    assert decode(window_of("a b c\n"), "a b c\n", "<sub><|1|>a<to>x<sub><|1|>c<to>z<end>") == "x b z\n"


def check_grammar(window: Window, script: str, operations: tuple[str, ...] = OPERATIONS) -> None:
    parsed = parse_script(script)
    assert parsed is not None
    entries = tuple(neutralise(entry.text) for entry in window.entries)
    accept_script(ScriptGrammar(entries, operations), parsed)


LINE = st.one_of(
    st.text(alphabet="ab (),;<>~|1\té\u2028😀\r", max_size=12),
    st.sampled_from(["<end>", "<~end>", "<|3|>", "end", "    return x", "SELECT a, b FROM t", "<to>x<sub>"]),
    st.text(alphabet="abc ,", min_size=60, max_size=160),
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, str, int]:
    lines = draw(st.lists(LINE, min_size=1, max_size=30))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    new = list(lines)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(new)))
        action = draw(st.sampled_from(["insert", "delete", "word", "cut", "rewrite"]))
        if action == "insert" or at >= len(new):
            new.insert(at, draw(LINE))
        elif action == "delete":
            del new[at : at + draw(st.integers(1, 4))]
        elif action == "cut":
            new[at:] = [new[at][: draw(st.integers(0, len(new[at])))]]
        elif action == "rewrite":
            new[at] = draw(LINE)
        else:
            column = draw(st.integers(0, len(new[at])))
            new[at] = new[at][:column] + draw(st.text(alphabet="ab ,(", max_size=3)) + new[at][column + 2 :]
    final = draw(st.sampled_from(["", ending]))
    return ending.join(lines) + final, ending.join(new) + final, draw(st.integers(1, len(lines)))


@settings(max_examples=300, deadline=None)
@given(changes())
def test_decode_inverts_encode(change: tuple[str, str, int]) -> None:
    old, new, line = change
    window = window_of(old, line)
    for operations in (OPERATIONS, OLD_OPERATIONS):
        script = encode(window, old, new, operations=operations)
        if script is not None:
            assert decode(window, old, script) == new
            check_grammar(window, script, operations)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINE, min_size=1, max_size=14), st.data())
def test_encode_one_changed_line_inside_a_window_always_works(lines: list[str], data: st.DataObject) -> None:
    lines = ["start", *(line.replace("\r", "")[:60] for line in lines), "stop"]
    at = data.draw(st.integers(1, len(lines) - 2))
    changed = data.draw(LINE).replace("\r", "")
    new = [*lines[:at], changed, *lines[at + 1 :]]
    old_text, new_text = "\n".join(lines) + "\n", "\n".join(new) + "\n"
    script = encode(window_of(old_text, at + 1), old_text, new_text)
    assert (script is None) == (old_text == new_text)


@given(st.text(alphabet="<>|~to1ensubd;", max_size=40))
def test_decode_never_raises(script: str) -> None:
    decode(window_of("a\nb\n"), "a\nb\n", script)


@st.composite
def shifts(draw: st.DrawFn) -> tuple[str, str, int]:
    """A text, the same with a block shifted, and a line of it."""
    body = st.sampled_from(["x = 1", "- name: a", "}", "", "   ", "é <end>", "word " * 20, "x" * 70])
    lines = [
        draw(st.sampled_from(["", "  ", "    ", "\t", "      "])) + draw(body) for _ in range(draw(st.integers(1, 14)))
    ]
    start = draw(st.integers(0, len(lines) - 1))
    end = draw(st.integers(start + 1, len(lines)))
    before, after = draw(st.sampled_from([("", "  "), ("", "\t"), ("  ", ""), ("  ", "   "), ("\t", "    ")]))
    new = list(lines)
    for i in range(start, end):
        if lines[i].strip() and lines[i].startswith(before):
            new[i] = after + lines[i][len(before) :]
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    return ending.join(lines) + ending, ending.join(new) + ending, draw(st.integers(start + 1, end))


@settings(max_examples=300, deadline=None)
@given(shifts())
def test_shifted_blocks(change: tuple[str, str, int]) -> None:
    old, new, line = change
    window = window_of(old, line)
    script = encode(window, old, new)
    if script is None:
        assert old == new or len(window.entries) == 18
        return
    assert decode(window, old, script) == new
    check_grammar(window, script)
    without = encode(window, old, new, operations=OLD_OPERATIONS)
    # Line by line the same shift may reach beyond the window, where one operation speaks of the lines as a whole.
    assert len(window.entries) == 18 if without is None else decode(window, old, without) == new
