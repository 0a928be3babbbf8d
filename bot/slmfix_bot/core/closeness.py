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

_COUNT = re.compile(r"^(?:number|num|no)_(?:of_)?(?=\w+s$)", re.I)  # number_of_flights is no flight_number
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def stems(name: str) -> frozenset[str]:
    """The words of a name without its quotes and qualifier, in lower case and singular.

    >>> sorted(stems("T1.StudentNames"))
    ['name', 'student']
    """
    last = name.rpartition(".")[2].strip("\"`[]'")
    last = _COUNT.sub("count_", last)
    return frozenset(_singular(word.casefold()) for word in _WORD.findall(last))


def _singular(word: str) -> str:
    word = re.sub(r"(?<=[a-z]{2})ies$", "y", word)
    return re.sub(r"(?<=ss|ch|sh|us|xx)es$|(?<=[a-z][a-rt-z])s$", "", word)


def closeness(found: str, name: str, context: str = "") -> float:
    """0..1; `context` is the name of the table or module that the legal name belongs to: its words add nothing.

    >>> closeness("song_title", "Title", "song"), closeness("gender", "district_id")
    (1.0, 0.0)
    >>> closeness("due_date", "due_on"), closeness("director_name", "Directed_by") > RELATED
    (1.0, True)
    >>> closeness("gender", "Sex") > RELATED, closeness("gender", "Name") > RELATED
    (True, False)
    >>> closeness("first_name", "last_name") > RELATED, closeness("number_of_flights", "flight_no") > RELATED
    (False, False)
    >>> closeness("student_id", "PetID", "Pets")
    0.0
    """
    around = stems(context)
    left, right = stems(found), stems(name)
    if right == around and left <= {"name", "title"}:
        return 0.8  # the airline's name in a table that calls it Airline
    left, right = left - around or left, right - around or right
    left, right = left - _EMPTY or left, right - _EMPTY or right
    if not left or not right:
        return 0.0
    shared = sum(max(_likeness(one, two) for two in right) for one in left)
    overlap = shared / (len(left) + len(right) - shared)
    if right <= _KEYS and left - _KEYS and left & _KEYS:
        return 0.0  # the key of another thing: student_id is no PetID of the pets
    flat = ["".join(sorted(words)) for words in (left, right)]
    one, two = ("".join(_WORD.findall(each.rpartition(".")[2])).casefold() for each in (found, name))
    spelt = _ratio(one, two)
    only_left, only_right = (
        "".join(sorted(words)) for words in (stems(found) - stems(name), stems(name) - stems(found))
    )
    if only_left and only_right and _ratio(only_left, only_right) < _ALIKE:
        spelt = 0.0  # first_name and last_name are not spelt alike: what they do not share differs
    inside = 0.5 if min(map(len, flat)) >= 4 and (flat[0] in flat[1] or flat[1] in flat[0]) else 0.0
    return max(overlap, inside, spelt if spelt >= 0.65 else 0.0)


def is_slip(found: str, name: str) -> bool:
    """Whether one is the other in another style or with a letter wrong: what speaks for a name of a program, where a
    name that merely shares a word is another thing.

    >>> is_slip("isPrime", "is_prime"), is_slip("is_prime", "largest_prime"), is_slip("digitSum", "test_digitSum")
    (True, False, False)
    """
    return stems(found) == stems(name) or _ratio(found.casefold(), name.casefold()) >= _SLIP


def _ratio(one: str, two: str) -> float:
    return SequenceMatcher(a=one, b=two, autojunk=False).ratio()


_KEYS = frozenset({"id", "code", "key"})
_ALIKE, _SLIP = 0.5, 0.8
_TIMES = frozenset({"date", "datetime", "time", "timestamp", "day", "at", "on"})


# What one naming habit calls differently from another; a group to a line.
_GROUPS = """
name title label
description detail summary
id code key
number num no
count total quantity qty
gender sex
price cost amount fee charge
type kind category
city town
country nation nationality citizenship
zip postcode postal zipcode
phone telephone mobile cell
mail email
start begin
end finish
rank ranking position
score point rating grade
income earning salary wage
film movie
song track
author writer
picture image photo
job occupation profession
customer client
employee staff
teacher instructor professor
student pupil
product item
vehicle car
shop store
manager head boss
""".strip().split("\n")
_MEANINGS: dict[str, set[int]] = {}
for _order, _group in enumerate(_GROUPS):
    for _word in _group.split():
        _MEANINGS.setdefault(_word, set()).add(_order)
_EMPTY = frozenset({"by", "of", "the", "is", "has", "was", "in", "a"})
_SYNONYM = 0.8  # of a shared word
_SUFFIX = re.compile(r"(?<=\w{4})(?:ing|ed|er|or|ion|ment|e)$")


def _likeness(one: str, two: str) -> float:
    if _same(one, two):
        return 1.0
    return _SYNONYM if _MEANINGS.get(one, set()) & _MEANINGS.get(two, set()) else 0.0


def _same(one: str, two: str) -> bool:
    """Equal, of one root, one an abbreviation of the other by its beginning, or two of the words that names of dates
    end in."""
    return (
        one == two
        or (one in _TIMES and two in _TIMES)
        or (min(len(one), len(two)) >= 3 and (one.startswith(two) or two.startswith(one)))
        or _SUFFIX.sub("", one) == _SUFFIX.sub("", two)
    )
