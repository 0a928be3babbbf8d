"""Whatever a change contains, a check ends with a verdict or a reported skip, and the next check works."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from slmfix_bot.core.program import Program
from slmfix_bot.core.tree_languages import TREE_LANGUAGES
from slmfix_bot.validators import VALIDATORS
from slmfix_bot.validators.governed import GOVERNED
from slmfix_bot.validators.pool import ValidatorPool

if TYPE_CHECKING:
    from collections.abc import Iterator

GENERIC = {language.name for language in TREE_LANGUAGES}
# Of a family that shares its code two members: the grammars have a test of their own.
SHARED = set(GOVERNED) - {"compose", "azure-pipelines"}
LANGUAGES = tuple(name for name in VALIDATORS if name not in GENERIC | SHARED)
BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
)
TEXTS = {
    "empty": "",
    "blank": "\n \t\n",
    "nul": "a\0b\n\0",
    "surrogate": "x = '\ud800'\n",
    "escaped-bytes": "x = '\udcff\udcfe'\n",
    "controls": "".join(map(chr, range(32))) + "\x7f\x85\u2028\u2029\ufeff\n",
    "deep-brackets": "[" * 100_000,
    "deep-parentheses": "(" * 50_000 + ")" * 50_000,
    "deep-braces": "{" * 100_000,
    "deep-substitution": "$(" * 3_000,
    "deep-yaml": "".join(" " * i + "a:\n" for i in range(2_000)),
    "aliases": BOMB,
    "crlf": "a = 1\r\nb = 2\r\n",
    "cr": "a = 1\rb = 2\r",
    "quotes": "'\"`" * 10_000,
    "stars": "/*" * 20_000,
}

SLOW = ("deep-", "stars", "quotes", "aliases")
PARAMETERS = [
    pytest.param(text, id=name, marks=pytest.mark.slow if name.startswith(SLOW) else ()) for name, text in TEXTS.items()
]


@pytest.fixture(scope="module")
def pool() -> Iterator[ValidatorPool]:
    with ValidatorPool(timeout=1) as pool:
        yield pool


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", PARAMETERS)
def test_hostile_text_gets_a_verdict_or_a_reason(pool: ValidatorPool, language: str, text: str) -> None:
    validation = pool.validate(Program(language=language, text=text))
    lines = max(1, text.count("\n") + (not text.endswith("\n")))
    assert all(1 <= entry.line <= entry.end_line <= lines for entry in validation.diagnostics)
    assert all(entry.column is None or entry.column >= 1 for entry in validation.diagnostics)
    assert pool.validate(Program(language="json", text="{}")).is_valid


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(GENERIC))
def test_no_grammar_hangs(pool: ValidatorPool, language: str) -> None:
    for text in ("x\n", "([{" * 5_000, "'\"`" * 5_000, "/*" * 5_000, "\0\x07\ufeff\n", "if " * 5_000):
        validation = pool.validate(Program(language=language, text=text))
        assert validation.skipped is not None or len(validation.diagnostics) < 200
    assert pool.validate(Program(language="json", text="{}")).is_valid


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_line_of_five_megabytes(pool: ValidatorPool, language: str) -> None:
    validation = pool.validate(Program(language=language, text="echo " * 1_000_000))
    assert validation.skipped is not None or len(validation.diagnostics) <= 100
    assert pool.validate(Program(language="json", text="{}")).is_valid
