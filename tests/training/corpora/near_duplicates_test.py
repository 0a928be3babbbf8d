"""Near-duplicates: nearly equal texts are found, different ones are not, and the answers do not vary."""

from __future__ import annotations

import string
from random import Random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from slmfix_training.corpora.generate_data import WORDS
from slmfix_training.corpora.near_duplicates import NearDuplicates, shingles, signature

TEXT = "SELECT name, COUNT(*) FROM users JOIN orders ON users.id = orders.user_id WHERE total > 5 GROUP BY name;"


def program(seed: int, length: int = 60) -> str:
    """Distinct words in a random order."""
    rng = Random(seed)
    return " ".join(rng.choice(WORDS) + rng.choice(string.ascii_letters) for _ in range(length))


def knows(kept: NearDuplicates, text: str) -> bool:
    return kept.knows(signature(shingles(text)))


def test_layout_and_case_do_not_count() -> None:
    kept = NearDuplicates()
    kept.add(signature(shingles(TEXT)))
    assert knows(kept, TEXT.lower().replace(" ", "\n  "))


def test_numbers_do_not_count() -> None:
    kept = NearDuplicates()
    kept.add(signature(shingles("INSERT INTO t1 VALUES (1, 20, 3.5);")))
    assert knows(kept, "INSERT INTO t1 VALUES (17, 2, 44.25);")
    assert not knows(kept, "INSERT INTO t1 VALUES ('a', 2, b);")


def test_a_small_change_of_a_long_text_is_a_duplicate() -> None:
    kept = NearDuplicates()
    text = program(1, 200)
    kept.add(signature(shingles(text)))
    assert knows(kept, text.replace(text.split()[50], "other"))


def test_another_text_is_no_duplicate() -> None:
    kept = NearDuplicates()
    for seed in range(50):
        text = program(seed)
        assert not knows(kept, text)
        kept.add(signature(shingles(text)))
    assert len(kept) == 50


def test_half_a_text_is_no_duplicate() -> None:
    kept = NearDuplicates()
    text = program(3, 100)
    kept.add(signature(shingles(text)))
    assert not knows(kept, " ".join(text.split()[:50]))


def test_the_estimate_is_near_the_similarity() -> None:
    one, two = program(1, 300), program(2, 300)
    left, right = shingles(one), shingles(f"{one} {two}")
    exact = len(np.intersect1d(left, right)) / len(np.union1d(left, right))
    assert abs(float((signature(left) == signature(right)).mean()) - exact) < 0.2


def test_signatures_are_the_same_everywhere() -> None:
    assert signature(shingles("a b c d e")).tolist()[:3] == signature(shingles("A  b\nc d e")).tolist()[:3]
    assert int(shingles("a b c d")[0]) == 16_190_148_816_049_487_092


@given(st.text(max_size=40))
def test_every_text_has_shingles_and_equals_itself(text: str) -> None:
    kept = NearDuplicates()
    kept.add(signature(shingles(text)))
    assert knows(kept, text)
