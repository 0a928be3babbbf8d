"""Whether a literal fits the type of its argument; Terraform converts between strings, numbers and booleans."""

from __future__ import annotations

import re

from slmfix_bot.validators.hcl_nodes import Expression, For, Literal, Mapping, Operation, Sequence, Template

_NAMES = {
    "s": "a string", "n": "a number", "b": "a bool", "l": "a list of strings", "i": "a list of numbers",
    "t": "a list", "m": "a map of strings", "o": "a map",
}  # fmt: skip
_ELEMENTS = {"l": "s", "i": "n", "t": "b"}
_DEEP = ("a list", "an object")
_NUMBER = re.compile(r"-?(\d+(\.\d+)?([eE][+-]?\d+)?|0x[0-9a-fA-F]+)")


def misfit(value: Expression, letter: str) -> str | None:
    """What is wrong with a literal for a type letter (terraform_schema.BodySchema); None when it fits or cannot be
    told."""
    if isinstance(value, Literal) and value.value is None:
        return None
    if isinstance(value, Operation):
        return None
    wanted = _NAMES.get(letter)
    given = _kind(value)
    if wanted is None or given is None:
        return None
    if letter in "snb":
        return _scalar(value, letter, given, wanted)
    if letter in "mo":
        if given != "an object":
            return f"{wanted} is required, this is {given}"
        kinds = [_kind(item) for _, item in value.items] if letter == "m" and isinstance(value, Mapping) else []
        return next((f"{wanted} is required, an element is {k}" for k in kinds if k in _DEEP), None)
    if given != "a list":
        return f"{wanted} is required, this is {given}"
    items = value.items if isinstance(value, Sequence) else ()
    problems = (misfit(item, _ELEMENTS[letter]) for item in items)
    return next((f"in the list {problem}" for problem in problems if problem), None)


def _kind(value: Expression) -> str | None:
    match value:
        case Literal(value=bool()):
            return "a bool"
        case Literal():
            return "a number"
        case Template():
            return "a string"
        case Sequence():
            return "a list"
        case Mapping():
            return "an object"
        case For():
            return "a list" if value.key is None else "an object"
    return None


def _scalar(value: Expression, letter: str, given: str, wanted: str) -> str | None:
    if given in _DEEP:
        return f"{wanted} is required, this is {given}"
    if letter == "s" or given == wanted:
        return None
    if not isinstance(value, Template):
        return f"{wanted} is required, this is {given}"
    text = value.text
    if text is None:
        return None
    fits = _NUMBER.fullmatch(text) if letter == "n" else text in {"true", "false", "1", "0"}
    return None if fits else f'{wanted} is required, "{text[:40]}" is none'
