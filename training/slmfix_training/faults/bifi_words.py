"""What models make of a name they do not quite remember, as changes that can be made to any other name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import misspell

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SHORTEST = 3


def parts_of(name: str) -> list[str]:
    """The words that a name is made of: `firstName`, `first_name` and `FIRST_NAME` have two."""
    return _PARTS.findall(name)


def _camel(name: str) -> str:
    head, *rest = parts_of(name) or [name]
    return head.lower() + "".join(part.capitalize() for part in rest)


_CHANGES: dict[str, Callable[[str], str]] = {
    "lower": str.lower,
    "upper": str.upper,
    "capital": str.capitalize,
    "snake": lambda name: "_".join(part.lower() for part in parts_of(name)),
    "camel": _camel,
    "pascal": lambda name: "".join(part.capitalize() for part in parts_of(name)),
    "joined": lambda name: name.replace("_", ""),
    "plural": lambda name: name + "s",
    "lower plural": lambda name: name.lower() + "s",
    "plural es": lambda name: name + "es",
    "singular": lambda name: name[:-1] if name.endswith("s") else name,
    "without first": lambda name: "_".join(name.split("_")[1:]),
    "without last": lambda name: "_".join(name.split("_")[:-1]),
    "first": lambda name: (parts_of(name) or [name])[0].lower(),
    "last": lambda name: (parts_of(name) or [name])[-1].lower(),
    "underscore before": lambda name: "_" + name,
    "underscore behind": lambda name: name + "_",
}


def find_change(old: str, new: str) -> str | None:
    """The name of a change that makes `new` of `old`: one of the table, `slip`, or `before WORD`, `behind WORD`."""
    if old == new or len(old) < _SHORTEST:
        return None
    for name, change in _CHANGES.items():
        if change(old) == new:
            return name
    if new.casefold().startswith(old.casefold() + "_"):
        return f"behind {new[len(old) + 1 :].lower()}"
    if new.casefold().endswith("_" + old.casefold()):
        return f"before {new[: -len(old) - 1].lower()}"
    return "slip" if len(old) > _SHORTEST and _is_slip(old, new) else None


def _is_slip(one: str, two: str) -> bool:
    """Whether one letter is missing, surplus or other, or two neighbours changed places."""
    if abs(len(one) - len(two)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    left, right = one[start:], two[start:]
    swapped = len(left) > 1 and left[:2] == right[:2][::-1] and left[2:] == right[2:]
    return left[1:] == right or left == right[1:] or left[1:] == right[1:] or swapped


def apply_change(change: str, name: str, rng: Random) -> str | None:
    """The name after the change; None where it changes nothing or leaves no name."""
    if change == "slip":
        return misspell(name, rng) if len(name) > _SHORTEST else None
    kind, _, word = change.partition(" ")
    if word and kind in {"before", "behind"} and change not in _CHANGES:
        return f"{word}_{name}" if kind == "before" else f"{name}_{word}"
    made = _CHANGES[change](name)
    return made if made and made != name and not made[0].isdigit() else None
