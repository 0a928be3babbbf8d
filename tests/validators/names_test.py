from __future__ import annotations

import pytest

from slmfix_bot.validators.names import nearest, words_of


@pytest.mark.parametrize(
    ("written", "legal", "best"),
    [
        ("singers", ["song", "singer_in_concert", "singer"], "singer"),
        ("countryName", ["Count", "country_name", "name"], "country_name"),
        ("categories", ["category", "cat"], "category"),
        ("hight", ["height", "weight"], "height"),
        ("student_name", ["name", "student_id", "StudentName"], "StudentName"),
    ],
)
def test_nearest_comes_first(written: str, legal: list[str], best: str) -> None:
    assert nearest(written, legal)[0] == best


def test_nearest_drops_repetitions_and_keeps_the_limit() -> None:
    assert nearest("a", ["b", "b", "c", "d"], limit=2) == ("b", "c")


def test_words_of_an_acronym() -> None:
    assert words_of("HTTPServer_name2") == {"http", "server", "name", "2"}
