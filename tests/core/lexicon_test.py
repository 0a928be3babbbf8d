from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.adapters.word_masks import WordMasks
from slmfix_bot.core.lexer import words
from slmfix_bot.core.lexicon import ESCAPED, Lexicon, State
from slmfix_bot.core.script_grammar import ScriptGrammar
from tests.testing.grammar import accept

KNOWN = ("name", "names", "user_id", "select", "x1", "café", "on")
ESCAPE = re.compile(r"\\[abfnrtv0]")
PIECES = [
    *(bytes([byte]) for byte in range(256) if byte != 10),
    *(b"na", b"me", b" na", b"Name", b" user", b"_id", b"id", b'\\n"', b"(on", b"s(", b" select(", b".x", b"12", b"1x"),
    *(b"\n", b"me\nx", "é".encode(), b"on.na", b"foo", b" foo", b"e)foo", b"\\name"),
]
LEXICON, MASKS = Lexicon(KNOWN), WordMasks(PIECES)


def follow(text: str, lexicon: Lexicon = LEXICON) -> State:
    state: State = b""
    for byte in text.encode():
        state = lexicon.advance(state, bytes([byte]))
    return state


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", b""),
        ("SELECT na", b"na"),
        ("SELECT na ", b""),
        ("12na", b"na"),
        ("x", b"x"),
        ("user_", b"user_"),
        ("'\\", ESCAPED),
        ("'\\n", b""),
        ("'\\nna", b"na"),
        ("\\_", b"_"),
        ("caf\u00e9", "caf\u00e9".encode()),
        ("\u00fcber", None),
        ("\u00fcber ", b""),
    ],
)
def test_states(text: str, state: State) -> None:
    assert follow(text) == state
    assert LEXICON.advance(b"", text.encode()) == state


def test_digits_of_a_verilog_number_are_no_word() -> None:
    verilog = Lexicon(KNOWN, based_numbers=True)
    assert follow("16'haee0", verilog) is None
    assert follow("16'haee0 na", verilog) == b"na"
    assert verilog.is_complete(follow("16'haee0", verilog))


def test_what_follows_belongs_to_the_word() -> None:
    assert LEXICON.ends_with(b"na", b"me")
    assert not LEXICON.ends_with(b"na", b"mely")
    assert not LEXICON.ends_with(b"", b"me")
    assert LEXICON.ends_with(b"", b"")


def fits(text: str) -> bool:
    return all(len(word) < 2 or word in KNOWN for word in words(ESCAPE.sub(" ", text)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_the_masks_let_through_has_known_words(data: st.DataObject) -> None:
    text, state = b"", b""
    current: State = state
    for _ in range(data.draw(st.integers(1, 12))):
        mask = MASKS.mask(LEXICON, current)
        choices = [piece for piece, fine in zip(PIECES, mask, strict=True) if fine and piece.isascii()]
        assert choices
        piece = data.draw(st.sampled_from(choices))
        text, current = text + piece, LEXICON.advance(current, piece)
    if LEXICON.is_complete(current):
        assert fits(text.decode()), text


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from([*KNOWN, "NAME", "x", "12", "\\n", "\\", " ", "(", "'", "\u20ac", "=="])), st.data())
def test_texts_of_known_words_pass(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    if not fits(text):
        return
    left, state = text.encode(), b""
    current: State = state
    while left:
        fitting = [i for i, piece in enumerate(PIECES) if left.startswith(piece)]
        i = data.draw(st.sampled_from(fitting))
        assert MASKS.mask(LEXICON, current)[i], (text, left, PIECES[i])
        current, left = LEXICON.advance(current, PIECES[i]), left[len(PIECES[i]) :]
    assert LEXICON.is_complete(current)


def test_grammar_ends_a_text_with_a_whole_known_word() -> None:
    grammar = ScriptGrammar(("select nam on x",), lexicon=LEXICON)
    state = accept(grammar, "<sub>", "<|1|>", " nam", "<to>", " na")
    assert state.allowed().control == ()
    assert state.allowed().word == b"na"
    assert "<end>" in accept(state, "mes").allowed().control


def test_grammar_sees_the_words_around_a_substitution() -> None:
    state = accept(ScriptGrammar(("nabme",), lexicon=LEXICON), "<sub>", "<|1|>", "b", "<to>")
    assert state.allowed().word == b"na"
    assert "<end>" in state.allowed().control
    state = accept(ScriptGrammar(("nabmely",), lexicon=LEXICON), "<sub>", "<|1|>", "b", "<to>")
    assert "<end>" not in state.allowed().control


def test_grammar_does_not_judge_a_word_that_was_split() -> None:
    entries = ("a," * 24, "mes,on")
    state = accept(ScriptGrammar(entries, lexicon=LEXICON), "<rep>", "<|2|>")
    assert state.allowed().word is None
