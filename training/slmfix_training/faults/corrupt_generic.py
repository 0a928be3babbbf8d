"""Faults for a language that this project knows nothing about: what goes wrong with signs, words and names anywhere.

The lexer that proposals and the harm filter use cuts the text (core/lexer.py). Whether a text is broken is the word of
the language's own validator; so faults that break nothing cost a validator's call and no more.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind, Token, code_tokens
from slmfix_training.faults.corrupt_text import (
    double_line,
    drop_line,
    fence,
    misspell,
    prose_head,
    prose_tail,
    swap,
    truncate,
)

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault

OTHER = "other"  # a language without a lexer of its own
SYNONYMS = (
    *(("count", "number"), ("size", "limit"), ("image", "container"), ("after", "depends_on"), ("needs", "requires")),
    *(("run", "command"), ("timeout", "deadline"), ("name", "id"), ("path", "file"), ("type", "kind"), ("url", "link")),
    *(("start", "begin"), ("enabled", "active"), ("retries", "retry"), ("user", "account"), ("message", "text")),
)
_SYNONYM = {one: two for pair in SYNONYMS for one, two in (pair, pair[::-1])}
_FOREIGN = {
    "{": (":", "(", "do", "["),
    "}": (")", "end", "]", ""),
    ",": (";", " and", ""),
    "=": (":", "=="),
    ":": ("=",),
}
_AFFIXES = ("{}s", "{}_name", "{}_id", "{}s", "the_{}", "my_{}", "{}_count", "{}_list", "new_{}", "{}2", "max_{}")


def _tokens(text: str, kinds: set[Kind]) -> list[Token]:
    return [token for token in code_tokens(OTHER, text) if token.kind in kinds]


def _replaced(text: str, token: Token, new: str) -> str | None:
    return text[: token.start] + new + text[token.end :] if new != token.text else None


def drop_token(text: str, rng: Random) -> str | None:
    """Loses a sign, or more seldom a word or number."""
    kinds = {Kind.PUNCTUATION} if rng.random() < 0.75 else {Kind.WORD, Kind.NUMBER}
    found = _tokens(text, kinds)
    return _replaced(text, rng.choice(found), "") if found else None


def double_token(text: str, rng: Random) -> str | None:
    """Writes a sign twice."""
    found = _tokens(text, {Kind.PUNCTUATION})
    if not found:
        return None
    token = rng.choice(found)
    return _replaced(text, token, token.text * 2)


def foreign_sign(text: str, rng: Random) -> str | None:
    """Adds the sign that another language would have there, or writes it in place of this one's."""
    found = _tokens(text, {Kind.WORD, Kind.PUNCTUATION, Kind.NUMBER, Kind.STRING})
    if not found:
        return None
    token = rng.choice(found)
    if token.kind is Kind.PUNCTUATION:
        swaps = {
            "{": (":", "(", "do", "["),
            "}": (")", "end", "]", ""),
            ",": (";", " and", ""),
            "=": (":", "=="),
            ":": ("=",),
        }
        return _replaced(text, token, rng.choice(swaps.get(token.text, (";", ","))))
    return text[: token.end] + rng.choice((":", " =", ";", ",", ":")) + text[token.end :]


def open_string(text: str, rng: Random) -> str | None:
    """Loses a quote, both quotes, or writes the other kind."""
    found = _tokens(text, {Kind.STRING})
    if not found:
        return None
    token = rng.choice(found)
    inner = token.text[1:-1]
    other = "'" if token.text[0] == '"' else '"'
    return _replaced(text, token, rng.choice((token.text[:-1], token.text[1:], inner, f"{other}{inner}{other}")))


def misspelt_word(text: str, rng: Random) -> str | None:
    """One slip of the fingers."""
    found = [token for token in _tokens(text, {Kind.WORD}) if len(token.text) >= 3]
    if not found:
        return None
    token = rng.choice(found)
    return _replaced(text, token, misspell(token.text, rng))


def near_name(text: str, rng: Random) -> str | None:
    """Another name for the same thing: a plural, a word more or less, another style, a synonym."""
    found = [token for token in _tokens(text, {Kind.WORD}) if len(token.text) >= 2]
    if not found:
        return None
    token = rng.choice(found)
    word = token.text
    forms = [affix.format(word) for affix in _AFFIXES]
    forms += [word.removesuffix("s"), word.capitalize(), word.upper(), *re.split(r"_", word)]
    forms += [re.sub(r"_(\w)", lambda match: match[1].upper(), word), word[: max(3, len(word) // 2)]]
    forms += [_SYNONYM[word]] * 8 if word in _SYNONYM else []
    forms = [form for form in forms if form and form != word]
    return _replaced(text, token, rng.choice(forms)) if forms else None


def other_word(text: str, rng: Random) -> str | None:
    """A word of the same program in the place of another: an option of another block, a name of another kind."""
    found = _tokens(text, {Kind.WORD})
    words = sorted({token.text for token in found})
    if len(words) < 3:
        return None
    token = rng.choice(found)
    return _replaced(text, token, rng.choice([word for word in words if word != token.text]))


def swapped_tokens(text: str, rng: Random) -> str | None:
    """Two neighbours on one line change places."""
    found = _tokens(text, {Kind.WORD, Kind.PUNCTUATION, Kind.NUMBER, Kind.STRING})
    pairs = [(a, b) for a, b in pairwise(found) if "\n" not in text[a.end : b.start]]
    if not pairs:
        return None
    one, two = rng.choice(pairs)
    return text[: one.start] + two.text + text[one.end : two.start] + one.text + text[two.end :]


def joined_line(text: str, rng: Random) -> str | None:
    """Two lines become one."""
    places = [match.start() for match in re.finditer(r"\n(?=\s*\S)", text)]
    if not places:
        return None
    at = rng.choice(places)
    return text[:at] + " " + text[at + 1 :].lstrip()


GENERIC: tuple[Fault, ...] = (
    (12, "other", drop_token),
    (4, "other", double_token),
    (7, "dialect", foreign_sign),
    (7, "quotes", open_string),
    (14, "misspelling", misspelt_word),
    (16, "unknown-name", near_name),
    (9, "option-name", other_word),
    (3, "clause-order", swapped_tokens),
    (3, "several-statements", joined_line),
    (5, "other", drop_line),
    (3, "other", double_line),
    (3, "truncation", truncate),
    (4, "residue", fence(OTHER)),
    (2, "residue", prose_head(OTHER)),
    (2, "residue", prose_tail(OTHER)),
    (1, "residue", swap(r"\s*\Z", ";\n", " </s>\n", "\n}\n")),
)
