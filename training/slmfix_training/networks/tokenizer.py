"""The byte-level BPE tokenizer: words and parts of camelCase names apart, digits, brackets and quotes one by one.

A repair is mostly about one bracket or quote more or less, so these never merge. The control tokens of the prompt
format are added special tokens; user text cannot spell them (slmfix_bot.core.prompt escapes it).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tokenizers import (  # type: ignore[import-untyped,unused-ignore]
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
    trainers,
)

from slmfix_bot.core.prompt import SPECIAL_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

VOCABULARY = 8192
PIECES = (
    r" ?\p{Lu}?\p{Ll}+| ?\p{Lu}+(?!\p{Ll})| ?\p{L}|\p{N}|"
    r" ?[()\[\]'\"`]| ?([^\s\p{L}\p{N}()\[\]'\"`])\1*|\s+(?!\S)|\s+"
)


def train_tokenizer(texts: Iterable[str], size: int = VOCABULARY) -> Tokenizer:
    """Trains on texts that hold no control tokens; the special tokens take the first ids."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    special = [AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS]
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        max_token_length=24,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def corpus_texts(files: Iterable[Path], per_file: int) -> Iterator[str]:
    """Clean programs, spread over each corpus file."""
    for file in files:
        lines = file.read_text().split("\n")
        for line in lines[:: max(1, len(lines) // per_file)]:
            if line:
                yield json.loads(line)["text"]


def sample_texts(files: Iterable[Path], per_file: int) -> Iterator[str]:
    """The pieces of prompts and scripts between the control tokens, from the first samples of each file."""
    for file in files:
        with file.open() as lines:
            for _, line in zip(range(per_file), lines, strict=False):
                row = json.loads(line)
                text = row["prompt"] + row["script"]
                for token in SPECIAL_TOKENS:
                    text = text.replace(token, "\n")
                yield from (part for part in text.split("\n") if part)


def load_tokenizer(file: Path) -> Tokenizer:
    """The saved tokenizer."""
    tokenizer: Tokenizer = Tokenizer.from_file(str(file))
    return tokenizer
