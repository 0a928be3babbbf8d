"""Evaluation sets: their texts, and what is nearly or partly the same, stay out of corpus and samples."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from slmfix_training.corpora.near_duplicates import shingles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FIELDS = ("broken", "fixed", "code")
CONTAINED = 0.7  # share of a snippet's shingles that one evaluation text may hold
LEAST = 8  # shingles; shorter texts are compared as a whole only
COMMON = 60  # a shingle of more evaluation texts than these says nothing


def normalised_hash(text: str) -> str:
    """Equal for texts that differ in white space and case only."""
    return hashlib.md5(re.sub(r"\s+", " ", text).strip().lower().encode(), usedforsecurity=False).hexdigest()


def evaluation_texts(paths: tuple[Path, ...]) -> Iterator[str]:
    """The `broken`, `fixed` and `code` fields of evaluation sets in JSONL files or folders of them."""
    for file in (file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])):
        for line in file.read_text().split("\n"):
            row = json.loads(line) if line.strip() else {}
            yield from (row[key] for key in FIELDS if row.get(key))


def excluded_hashes(paths: tuple[Path, ...]) -> frozenset[str]:
    """Hashes of the texts of evaluation sets."""
    return frozenset(map(normalised_hash, evaluation_texts(paths)))


class Exclusion:
    """Refuses texts that are, nearly are, or are mostly contained in a text of an evaluation set."""

    def __init__(self, texts: Iterator[str] | tuple[str, ...] = ()) -> None:
        kept = list(dict.fromkeys(texts))
        self.hashes = frozenset(map(normalised_hash, kept))
        places: defaultdict[int, list[int]] = defaultdict(list)
        for i, text in enumerate(kept):
            for shingle in shingles(text).tolist():
                places[shingle].append(i)
        self._places = {shingle: found for shingle, found in places.items() if len(found) <= COMMON}
        self._common = places.keys() - self._places.keys()

    @property
    def digest(self) -> str:
        """Of all texts, for the manifest."""
        return hashlib.sha256("".join(sorted(self.hashes)).encode()).hexdigest()

    def reason(self, text: str, digest: str) -> str:
        """Why a text with this normalised hash is refused: "equal", "near", or "" when it is not."""
        if digest in self.hashes:
            return "equal"
        if not self._places:
            return ""
        telling = [shingle for shingle in shingles(text).tolist() if shingle not in self._common]
        if len(telling) < LEAST:
            return ""
        held = Counter(place for shingle in telling for place in self._places.get(shingle, ()))
        most = max(held.values(), default=0)
        return "near" if most >= CONTAINED * len(telling) else ""
