"""How close a legal name is to the one that was invented: by words rather than by letters.

Models invent names by the habits of naming: they add or drop the table's name, change singular and plural, spell words
out or shorten them. Edit distance sees `id` and `is` as near and `song_title` and `Title` as far.
"""

from __future__ import annotations

import re
from difflib import SequenceMatcher

RELATED = 0.45
"""From this closeness on, one name may stand for the other."""

UNRELATED = 6.0
"""Extra cost of a legal name below RELATED: beyond what is offered by default (core/harm.py, `max_cost`)."""

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def stems(name: str) -> frozenset[str]:
    """The words of a name without its quotes and qualifier, in lower case and singular.

    >>> sorted(stems("T1.StudentNames"))
    ['name', 'student']
    """
    last = name.rpartition(".")[2].strip("\"`[]'")
    return frozenset(_singular(word.casefold()) for word in _WORD.findall(last))


def _singular(word: str) -> str:
    word = re.sub(r"(?<=[a-z]{2})ies$", "y", word)
    return re.sub(r"(?<=ss|ch|sh|us|xx)es$|(?<=[a-z][a-rt-z])s$", "", word)


def closeness(found: str, name: str, context: str = "") -> float:
    """0..1; `context` is the name of the table or module that the legal name belongs to: its words add nothing.

    >>> closeness("song_title", "Title", "song"), closeness("gender", "district_id")
    (1.0, 0.0)
    >>> closeness("due_date", "due_on")
    1.0
    """
    around = stems(context)
    left, right = stems(found), stems(name)
    if right == around and left <= {"name", "title"}:
        return 0.8  # the airline's name in a table that calls it Airline
    left, right = left - around or left, right - around or right
    if not left or not right:
        return 0.0
    shared = sum(any(_same(one, two) for two in right) for one in left)
    overlap = shared / (len(left) + len(right) - shared)
    flat = ["".join(sorted(words)) for words in (left, right)]
    one, two = ("".join(_WORD.findall(each.rpartition(".")[2])).casefold() for each in (found, name))
    spelt = SequenceMatcher(a=one, b=two, autojunk=False).ratio()
    inside = 0.5 if min(map(len, flat)) >= 4 and (flat[0] in flat[1] or flat[1] in flat[0]) else 0.0
    return max(overlap, inside, spelt if spelt >= 0.65 else 0.0)


_TIMES = frozenset({"date", "datetime", "time", "timestamp", "day", "at", "on"})


def _same(one: str, two: str) -> bool:
    """Equal, or one an abbreviation of the other by its beginning, or two of the words that names of dates end in."""
    return (
        one == two
        or (one in _TIMES and two in _TIMES)
        or (min(len(one), len(two)) >= 3 and (one.startswith(two) or two.startswith(one)))
    )
