"""Whether one name is a slip of the pen away from another."""

from __future__ import annotations

import re
from functools import lru_cache

_SHORTEST = 4
_TWO_EDITS = 10  # letters from which on two edits are still a slip


def is_near(name: str, other: str, *, edits: int = 1) -> bool:
    """One letter dropped, added, replaced or swapped with its neighbour, `edits` times in long names.

    Names that differ in a number or a plural are different names.

    >>> is_near("inventory_hostnam", "inventory_hostname"), is_near("user", "users"), is_near("disk1", "disk2")
    (True, False, False)
    """
    if name == other or min(len(name), len(other)) < _SHORTEST or abs(len(name) - len(other)) > edits:
        return False
    if re.sub(r"\d+", "", name) == re.sub(r"\d+", "", other) or _singular(name) == _singular(other):
        return False
    allowed = edits if min(len(name), len(other)) >= _TWO_EDITS else 1
    return distance(name, other, allowed) <= allowed


def is_slip(name: str, other: str) -> bool:
    """Like `is_near`, for names of modules: a short one with another letter is another word, and so is one that only
    runs its words together.

    >>> is_slip("templat", "template"), is_slip("warn", "yarn"), is_slip("ipahost", "ipa_host"), is_slip("fiel", "file")
    (True, False, False, True)
    """
    if name == other or min(len(name), len(other)) < 3 or name.replace("_", "") == other.replace("_", ""):
        return False
    if re.sub(r"\d+", "", name) == re.sub(r"\d+", "", other) or distance(name, other, 1) > 1:
        return False
    is_other_letter = len(name) == len(other) and sorted(name) != sorted(other)
    return len(other) > 4 or not is_other_letter


def _singular(name: str) -> str:
    return re.sub(r"(?<=[a-z])s(?=_|$)", "", name)


@lru_cache(maxsize=65536)
def distance(one: str, two: str, limit: int) -> int:
    """Edits between the names, a swap of neighbours counting as one; `limit + 1` for everything beyond the limit."""
    if abs(len(one) - len(two)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(two) + 1))
    for i, left in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(two, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == two[j - 2] and one[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]
