from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slmfix_bot.core.lexer import Kind, code_tokens, tokenize, words

LANGUAGES = ["sql", "bash", "python", "json", "yaml", "verilog", "terraform", "unheard-of"]
PIECES = [
    "'",
    "'''",
    '"',
    '"""',
    "`",
    "\\",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "a",
    "é",
    " ",
    "#",
    "--",
    "//",
    "$(",
    "1.2",
    "\0",
]


@settings(max_examples=80, derandomize=True)
@given(st.sampled_from(LANGUAGES), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_tokens_join_back_to_the_text(language: str, text: str) -> None:
    tokens = tokenize(language, text)
    assert "".join(token.text for token in tokens) == text
    position = 0
    for token in tokens:
        assert token.start == position
        assert token.text
        position = token.end


@pytest.mark.parametrize(
    ("language", "text", "kinds"),
    [
        ("sql", "a 'it''s' -- b", ["word", "string"]),
        ("sql", "/* a */ `b c`", ["string"]),
        ("bash", "a '#b' # c", ["word", "string"]),
        ("bash", "a#b", ["word", "punctuation", "word"]),
        ("bash", 'echo "a\nb"', ["word", "string"]),
        ("python", '"""a\nb""" # c', ["string"]),
        ("python", "'a\n'", ["punctuation", "word", "punctuation"]),
        ("json", '{"a\\"b": 1}', ["punctuation", "string", "punctuation", "number", "punctuation"]),
        ("yaml", "a: 'b' # c", ["word", "punctuation", "string"]),
        ("yaml", "a#b", ["word", "punctuation", "word"]),
    ],
)
def test_code_tokens_tell_strings_and_comments_apart(language: str, text: str, kinds: list[str]) -> None:
    assert [str(token.kind) for token in code_tokens(language, text)] == kinds


def test_an_opener_without_closer_spoils_only_itself() -> None:
    tokens = tokenize("python", "x = 'it\ny = 'is'\n")
    assert [token.text for token in tokens if token.kind is Kind.STRING] == ["'is'"]
    tokens = tokenize("sql", "SELECT a /* b, 'c' -- d\n")
    assert [token.text for token in tokens if token.kind is Kind.STRING] == ["'c'"]
    assert [token.text for token in tokens if token.kind is Kind.COMMENT] == ["-- d\n"[:-1]]


@pytest.mark.parametrize("unit", ["/* ", "\\'", '\\"', "'\n", '"""a', "(", " ", "a' "])
def test_tokenize_is_linear_in_hostile_text(unit: str) -> None:
    text = unit * (40_000 // len(unit)) + "x"
    for language in ("sql", "bash", "python", "json", "yaml"):
        started = time.process_time()
        tokenize(language, text)
        assert time.process_time() - started < 1.5


def test_words_are_case_folded_and_come_from_strings_too() -> None:
    assert words("SELECT 'Straße' -- name_1 2x") == {"select", "strasse", "name_1", "x"}
