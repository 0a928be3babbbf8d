from __future__ import annotations

import random

import pytest

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.core.edit_operation import parse_script
from slmfix_bot.core.edit_script import decode, encode
from slmfix_bot.core.program import Program
from slmfix_bot.core.prompt import END, INSERT, OPERATIONS, TO, neutralise, render_prompt
from slmfix_bot.core.script_grammar import ScriptGrammar, entries_of
from slmfix_bot.core.window import build_window
from tests.testing.grammar import accept, accept_script


def grammar(*entries: str) -> ScriptGrammar:
    return ScriptGrammar(entries)


def test_entries_of_prompt() -> None:
    text = "a <win> b\n\nc\n"
    diagnostic = Diagnostic(rule="r", message="<win><|2|>", line=1)
    prompt = render_prompt(
        Program(language="sql", text=text), [diagnostic], build_window(text, [diagnostic], language="sql")
    )
    assert entries_of(prompt) == (neutralise("a <win> b"), "", "c")


def test_first_token_is_an_operation() -> None:
    assert set(grammar("a").allowed().control) == set(OPERATIONS)
    assert not grammar("a").allowed().text
    assert grammar().allowed().control == (INSERT,)


def test_line_tokens_are_those_of_the_window() -> None:
    state = accept(grammar("a", "b"), "<rep>")
    assert state.allowed().control == ("<|1|>", "<|2|>")
    state = accept(grammar("a", "b"), "<ins>")
    assert state.allowed().control == ("<|0|>", "<|1|>", "<|2|>")


def test_operations_go_forward() -> None:
    state = accept(grammar("a", "b", "c"), "<rep>", "<|2|>", "x", "<rep>")
    assert state.allowed().control == ("<|3|>",)
    state = accept(grammar("a", "b", "c"), "<rep>", "<|3|>", "x")
    assert set(state.allowed().control) == {"<ins>", END}


def test_deletion_range_is_ordered() -> None:
    state = accept(grammar("a", "b", "c"), "<del>", "<|2|>")
    assert state.allowed().control == ("<|2|>", "<|3|>")
    assert not accept(state, "<|3|>").allowed().text


def test_substitution_copies_from_the_entry() -> None:
    state = accept(grammar("aXbXc"), "<sub>", "<|1|>")
    assert TO not in state.allowed().control
    state = accept(state, "X")
    assert set(state.allowed().copies) == {b"bXc", b"c"}
    state = accept(state, "c")
    assert state.allowed().copies == ()
    assert state.allowed().control == (TO,)
    assert accept(state, TO).allowed().text


def test_substitution_not_closed_inside_a_character() -> None:
    state = accept(grammar("é"), "<sub>", "<|1|>")
    state.accept_text("é".encode()[:1])
    assert state.allowed().control == ()
    assert state.allowed().copies == ("é".encode()[1:],)


def test_empty_entries_cannot_be_substituted() -> None:
    assert "<sub>" not in grammar("", "").allowed().control


def test_shift_copies_the_common_indentation() -> None:
    state = accept(grammar("a", "    b", "", "  c"), "<ind>")
    assert state.allowed().control == ("<|1|>", "<|2|>", "<|4|>")
    state = accept(state, "<|2|>")
    assert state.allowed().control == ("<|2|>", "<|3|>", "<|4|>")
    state = accept(state, "<|4|>")
    assert state.allowed().control == (TO,)
    assert state.allowed().copies == (b"  ",)
    state = accept(state, "  ", TO)
    assert not state.allowed().text
    state = accept(state, " ")
    assert END in state.allowed().control
    assert END not in accept(state, " ").allowed().control  # as it was
    assert set(accept(state, " ").allowed().control) == {"<ins>", END}


def test_shift_does_not_heed_segments() -> None:
    state = accept(grammar("    " + "x" * 44, " yyyyyy", "    z"), "<ind>", "<|1|>", "<|3|>")
    assert state.allowed().copies == (b"    ",)


@pytest.mark.parametrize(
    "tokens",
    [
        ("<rep>", "<|1|>", "aXbX"),
        ("<sub>", "<|1|>", "X", "<to>", "X"),
        ("<sub>", "<|1|>", "X", "<to>", "Y", "<sub>", "<|1|>", "Y", "<to>", "X"),
        ("<sub>", "<|1|>", "X", "<to>", "Y", "<sub>", "<|1|>", "b", "<to>", "b"),
    ],
)
def test_nothing_becomes_what_it_was(tokens: tuple[str, ...]) -> None:
    assert accept(grammar("aXbX", "c"), *tokens).allowed().control == ()
    assert END in accept(grammar("aXbX", "c"), *tokens, "z").allowed().control


def test_substitution_copies_what_the_last_one_left() -> None:
    state = accept(grammar("aXbX"), "<sub>", "<|1|>", "X", "<to>", "Y", "<sub>", "<|1|>", "X")
    assert state.allowed().copies == ()
    assert END in accept(state, "<to>", "Y").allowed().control


def test_text_does_not_end_inside_a_character() -> None:
    state = accept(grammar("a"), "<rep>", "<|1|>", "b")
    assert END in state.allowed().control
    state.accept_text("é".encode()[:1])
    assert state.allowed().control == ()


def test_unknown_operations_are_not_offered() -> None:
    state = ScriptGrammar(("  a",), [kind for kind in OPERATIONS if kind != "<ind>"])
    assert "<ind>" not in state.allowed().control


def test_cut_ends_the_script() -> None:
    state = accept(grammar("a", "b"), "<cut>", "<|2|>")
    assert state.allowed().control == (END,)
    assert accept(state, END).is_closed


@pytest.mark.parametrize("seed", range(60))
def test_random_walks_parse_and_rarely_fail_to_apply(seed: int) -> None:
    rng = random.Random(seed)
    text = "alpha beta\n\n  gamma <end> é\n   delta\n"
    window = build_window(text, [Diagnostic(rule="r", message="m", line=2)], language="sql")
    entries = tuple(neutralise(entry.text) for entry in window.entries)
    state, script = ScriptGrammar(entries), b""
    for _ in range(60):
        allowed = state.allowed()
        choices: list[tuple[str, bytes]] = [(token, token.encode()) for token in allowed.control]
        choices += [("", piece) for piece in ([b"x", b" y"] if allowed.text else [])]
        choices += [("", piece) for piece in ([b" ", b"\t  "] if allowed.blanks else [])]
        choices += [("", copy[: rng.randint(1, len(copy))]) for copy in allowed.copies]
        control, piece = rng.choice(choices)
        script += piece
        if control:
            state.accept_control(control)
        else:
            state.accept_text(piece)
        if state.is_closed:
            break
    if state.is_closed:
        assert parse_script(script.decode()) is not None
        decode(window, text, script.decode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b\nc d\n", "a, b\nc, d\n"),
        ("a\nb\nc\n", "z\na\nb\n"),
        ("a:\nb\n\n  c\nd\n", "a:\n  b\n\n    c\nd;\n"),
        ("SELECT " + "abc def, " * 20 + "\nx\n", "SELECT " + "abc, def, " * 20 + "\nx\ny\n"),
        ("é <end> x\nb\nc\nd\n", "é <end> y\nd\ne\n"),
    ],
)
def test_canonical_scripts_are_legal(old: str, new: str) -> None:
    window = build_window(old, [Diagnostic(rule="r", message="m", line=1)], language="sql")
    script = encode(window, old, new)
    assert script is not None
    state = ScriptGrammar(tuple(neutralise(entry.text) for entry in window.entries))
    operations = parse_script(script)
    assert operations is not None
    accept_script(state, operations)
