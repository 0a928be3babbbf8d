"""Near-duplicates by MinHash over token shingles, with banded look-up.

Own code because the method is one page, numpy is there anyway, and a library (datasketch, MIT) builds an object per
text: this takes some 60 microseconds a snippet. Broder, On the resemblance and containment of documents, 1997.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHINGLE = 4  # tokens
BANDS, ROWS = 12, 5  # finds 99 % of the pairs at a similarity of .8, and 32 % at .5, which the estimate then refuses
THRESHOLD = 0.8  # estimated Jaccard similarity from which a text counts as a copy
LARGEST_BUCKET = 64  # more candidates than these per band are not looked at
TOKEN = re.compile(r"\w+|[^\w\s]")
NUMBER = re.compile(r"\d+")

_numbers = np.random.default_rng(20_241_124)
_FACTORS = _numbers.integers(1, 1 << 63, BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
_OFFSETS = _numbers.integers(0, 1 << 63, BANDS * ROWS, dtype=np.uint64)
_MIX = _numbers.integers(1, 1 << 63, SHINGLE, dtype=np.uint64) | np.uint64(1)


def shingles(text: str) -> NDArray[np.uint64]:
    """The hashes of all runs of `SHINGLE` tokens, sorted and without repetition.

    Case, layout and the value of numbers do not count: a hundred rows of one INSERT are copies of each other.
    """
    tokens = TOKEN.findall(NUMBER.sub("0", text.lower()))
    found = np.fromiter((crc32(token.encode()) for token in tokens), dtype=np.uint64)
    if len(found) < SHINGLE:
        found = np.concatenate([found, np.zeros(SHINGLE - len(found), dtype=np.uint64)])
    count = len(found) - SHINGLE + 1
    mixed = sum((found[i : i + count] * _MIX[i] for i in range(1, SHINGLE)), start=found[:count] * _MIX[0])
    return np.unique(mixed ^ (mixed >> np.uint64(29)))


def signature(hashes: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """The MinHash signature, `BANDS` times `ROWS` numbers; the share of equal ones estimates Jaccard similarity."""
    mixed = hashes[:, None] * _FACTORS[None, :] + _OFFSETS[None, :]
    lowest: NDArray[np.uint32] = (mixed >> np.uint64(32)).min(axis=0).astype(np.uint32)
    return lowest


class NearDuplicates:
    """The texts kept so far; the same order of calls gives the same answers on every machine."""

    def __init__(self, threshold: float = THRESHOLD) -> None:
        self._threshold = threshold
        self._buckets: list[dict[bytes, list[int]]] = [{} for _ in range(BANDS)]
        self._signatures: NDArray[np.uint32] = np.empty((1024, BANDS * ROWS), dtype=np.uint32)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def knows(self, found: NDArray[np.uint32]) -> bool:
        """Whether a text that is nearly equal has been added."""
        candidates: set[int] = set()
        for bucket, key in zip(self._buckets, _keys(found), strict=True):
            candidates.update(bucket.get(key, ()))
        if not candidates:
            return False
        equal = (self._signatures[list(candidates)] == found).mean(axis=1)
        return bool(equal.max() >= self._threshold)

    def add(self, found: NDArray[np.uint32]) -> None:
        """Keeps the signature of a text."""
        if self._count == len(self._signatures):
            self._signatures = np.concatenate([self._signatures, np.empty_like(self._signatures)])
        self._signatures[self._count] = found
        for bucket, key in zip(self._buckets, _keys(found), strict=True):
            entries = bucket.setdefault(key, [])
            if len(entries) < LARGEST_BUCKET:
                entries.append(self._count)
        self._count += 1


def _keys(found: NDArray[np.uint32]) -> list[bytes]:
    return [found[at : at + ROWS].tobytes() for at in range(0, BANDS * ROWS, ROWS)]
