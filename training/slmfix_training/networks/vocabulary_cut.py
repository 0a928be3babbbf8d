"""Keeps the tokens of a pretrained BPE that our texts need, with the merges that build them.

BPE applies the merge of the lowest rank first. If every token that occurs is kept with all that it is built of, no
other merge can come first, so those texts become the same tokens as before; other texts fall back to shorter ones.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from tokenizers import (  # type: ignore[import-untyped,unused-ignore]
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    pre_tokenizers,
)

from slmfix_bot.core.prompt import SPECIAL_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# One bracket or quote more or less is the commonest repair, so these never merge with their neighbours.
SIGNS = r" ?[()\[\]{}'\"`]"
_BATCH = 2048


def build_tokenizer(tokens: Iterable[str], merges: Sequence[tuple[str, str]], *, signs_apart: bool) -> Tokenizer:
    """A byte-level BPE whose first ids are our control tokens, then all bytes, then the others in the given order."""
    names = dict.fromkeys([*SPECIAL_TOKENS, *sorted(pre_tokenizers.ByteLevel.alphabet()), *tokens])
    vocabulary = {token: i for i, token in enumerate(names)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=list(merges)))
    parts = [pre_tokenizers.Split(Regex(SIGNS), behavior="isolated")] if signs_apart else []
    parts += [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(parts)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS])
    return tokenizer


def count_tokens(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[str]:
    """How often each token occurs, control tokens left out."""
    counts: Counter[str] = Counter()
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == _BATCH:
            _count(tokenizer, batch, counts)
            batch = []
    _count(tokenizer, batch, counts)
    for token in SPECIAL_TOKENS:
        counts.pop(token, None)
    return counts


def _count(tokenizer: Tokenizer, batch: list[str], counts: Counter[str]) -> None:
    for encoded in tokenizer.encode_batch(batch, add_special_tokens=False):
        counts.update(encoded.tokens)


def keep_tokens(
    counts: Mapping[str, int], vocabulary: Mapping[str, int], merges: Sequence[tuple[str, str]], limit: int
) -> list[str]:
    """At most `limit` tokens in the order of `vocabulary`: all bytes, then by frequency each token with its parts,
    then the pretrained vocabulary's own first ones, which are its most frequent."""
    parts = split_tokens(vocabulary, merges)
    kept = {token for token in vocabulary if len(token) == 1}
    wanted = sorted((token for token in counts if token in vocabulary), key=lambda token: -counts[token])
    for token in [*wanted, *sorted(vocabulary, key=vocabulary.__getitem__)]:
        closure = _closure(token, parts) - kept
        if len(kept) + len(closure) <= limit:
            kept |= closure
    return sorted(kept, key=vocabulary.__getitem__)


def split_tokens(vocabulary: Mapping[str, int], merges: Sequence[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """For each longer token the two tokens of the merge that makes it when it is encoded on its own."""
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    parts: dict[str, tuple[str, str]] = {}
    for token in vocabulary:
        if len(token) > 1:
            _record_merges(token, ranks, parts)
    return parts


def _record_merges(token: str, ranks: Mapping[tuple[str, str], int], parts: dict[str, tuple[str, str]]) -> None:
    symbols = list(token)
    while len(symbols) > 1:
        pairs = list(pairwise(symbols))
        best = min(pairs, key=lambda pair: ranks.get(pair, len(ranks)))
        if best not in ranks:
            return
        joined: list[str] = []
        i = 0
        while i < len(symbols):
            if i + 1 < len(symbols) and (symbols[i], symbols[i + 1]) == best:
                joined.append(symbols[i] + symbols[i + 1])
                i += 2
            else:
                joined.append(symbols[i])
                i += 1
        symbols = joined
        parts.setdefault(best[0] + best[1], best)


def _closure(token: str, parts: Mapping[str, tuple[str, str]]) -> set[str]:
    """The token and all that it is built of."""
    found: set[str] = set()
    todo = [token]
    while todo:
        current = todo.pop()
        if current not in found:
            found.add(current)
            todo += parts.get(current, ())
    return found


def keep_merges(merges: Sequence[tuple[str, str]], kept: Iterable[str]) -> list[tuple[str, str]]:
    """The merges whose parts and result are all kept, in order."""
    names = set(kept)
    return [(a, b) for a, b in merges if a in names and b in names and a + b in names]
