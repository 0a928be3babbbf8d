"""How near two names are: what a language model writes instead of a name that exists.

It drops or adds a plural, changes the case style, uses part of the words, or mistypes. Distances of letters alone put
`Count` before `country_name` for `countryname`, so words count as much as letters.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W_A-Z\d]+|\d+")
PLURALS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("s", ""))
MAX_NAMES = 12
SUBSTRING_BONUS = 0.25


@lru_cache(maxsize=8192)
def words_of(name: str) -> frozenset[str]:
    """The lower-case singular words of a snake or camel name.

    >>> sorted(words_of("singerIDs_2")), sorted(words_of("Countries"))
    (['2', 'id', 'singer'], ['country'])
    """
    return frozenset(_singular(word.lower()) for word in WORDS.findall(name.replace("IDs", "Id")))


def _singular(word: str) -> str:
    for plural, singular in PLURALS:
        if len(word) > len(plural) + 1 and word.endswith(plural) and not word.endswith(("ss", "us", "is")):
            return word.removesuffix(plural) + singular
    return word


@lru_cache(maxsize=8192)
def _flat(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).lower()


@lru_cache(maxsize=65536)
def similarity(one: str, two: str) -> float:
    """From 0 to about 2: shared words, shared letters, and a bonus when one contains the other."""
    left, right = _flat(one), _flat(two)
    if left == right:
        return 2.0
    shared = len(words_of(one) & words_of(two))
    words = shared / max(1, len(words_of(one) | words_of(two)))
    letters = SequenceMatcher(None, left, right, autojunk=False).ratio()
    contained = min(len(left), len(right)) > 2 and (left in right or right in left)
    return words + letters * 0.75 + SUBSTRING_BONUS * contained


def nearest(name: str, legal: Iterable[str], limit: int = MAX_NAMES) -> tuple[str, ...]:
    """The legal names, nearest first; equally near ones keep their order."""
    unique = dict.fromkeys(legal)
    return tuple(sorted(unique, key=lambda candidate: -similarity(name, candidate))[:limit])
