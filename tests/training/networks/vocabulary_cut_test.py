"""Cutting a pretrained vocabulary keeps how our texts tokenise."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, pre_tokenizers, trainers  # type: ignore[import-untyped,unused-ignore]

from slmfix_bot.adapters.vocabulary import Vocabulary
from slmfix_bot.core.prompt import SPECIAL_TOKENS
from slmfix_training.networks.vocabulary_cut import (
    build_tokenizer,
    count_tokens,
    keep_merges,
    keep_tokens,
    split_tokens,
)

if TYPE_CHECKING:
    from collections import Counter

TEXTS = [
    "SELECT name, count(*) FROM orders WHERE price >= 10 GROUP BY name HAVING count(*) > 2;",
    'for file in "$HOME"/*.txt; do echo "${file%.txt}"; done\n',
    "  - name: Install packages\n    ansible.builtin.apt:\n      name: [nginx, curl]\n",
    "def render(items):\n    return ', '.join(str(item) for item in items)\n",
] * 3
OTHER = ["The quick brown fox jumps over the lazy dog and the other foxes of the wood", "zebra quartz"] * 5


def borrowed() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary and merges of a BPE that was trained on more than our texts."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=480, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(TEXTS + OTHER, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    return model["vocab"], [(a, b) for a, b in model["merges"]]


VOCABULARY, MERGES = borrowed()
WHOLE = build_tokenizer(VOCABULARY, MERGES, signs_apart=True)
COUNTS: Counter[str] = count_tokens(WHOLE, TEXTS)


def cut(limit: int) -> Tokenizer:
    """A tokenizer of at most `limit` text tokens."""
    kept = keep_tokens(COUNTS, VOCABULARY, MERGES, limit)
    return build_tokenizer(kept, keep_merges(MERGES, kept), signs_apart=True)


def test_texts_tokenise_as_before_when_all_their_tokens_are_kept() -> None:
    kept = keep_tokens(COUNTS, VOCABULARY, MERGES, 440)
    assert set(COUNTS) <= set(kept) < set(VOCABULARY)
    tokenizer = cut(440)
    for text in TEXTS:
        assert tokenizer.encode(text).tokens == WHOLE.encode(text).tokens


def test_kept_tokens_can_all_be_built() -> None:
    kept = keep_tokens(COUNTS, VOCABULARY, MERGES, 330)
    parts = split_tokens(VOCABULARY, MERGES)
    assert len(kept) <= 330
    assert all(set(parts[token]) <= set(kept) for token in kept if token in parts)
    assert len([token for token in kept if len(token) == 1]) == 256


@given(st.text(max_size=60))
def test_any_text_survives_a_cut_vocabulary(text: str) -> None:
    tokenizer = CUT
    ids = tokenizer.encode(text, add_special_tokens=False).ids
    assert tokenizer.decode(ids, skip_special_tokens=False) == text


CUT = cut(300)


def test_control_tokens_come_first_and_brackets_stay_apart() -> None:
    assert [CUT.id_to_token(i) for i in range(len(SPECIAL_TOKENS))] == list(SPECIAL_TOKENS)
    assert CUT.encode("<sub><|3|>f(g(12)))<to>f(g(12))<end>").tokens.count(")") == 5


def test_the_bot_reads_the_tokenizer() -> None:
    vocabulary = Vocabulary(CUT)
    text = "<l:sql><|1|>SELECT 'ä€' FROM t;<out>"
    ids = vocabulary.encode(text)
    control = {i: token.encode() for token, i in vocabulary.control.items()}
    assert b"".join(control.get(i, vocabulary.pieces[i]) for i in ids).decode() == text


@pytest.mark.parametrize("limit", [256, 300])
def test_the_limit_holds(limit: int) -> None:
    assert len(keep_tokens(COUNTS, VOCABULARY, MERGES, limit)) <= limit
