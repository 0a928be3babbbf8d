"""Faults that chat models make in every language: residue around the code, broken tokens, truncation.

An operator takes a text and a random source and returns the broken text, or None where it does not apply. The
weights follow the counts in real failures (docs/model-card.md); whether a text is broken is the validator's word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from random import Random

    Operator = Callable[[str, Random], str | None]
    Fault = tuple[float, str, Operator]  # weight, category (categories.py), operator

LANGUAGE_WORDS = {
    "sql": ("sql", "SQL", "SQLite", "sqlite", "mysql", ""),
    "bash": ("bash", "sh", "shell", ""),
    "ansible": ("yaml", "yml", ""),
    "python": ("python", "py", ""),
    "json": ("json", "JSON", ""),
    "yaml": ("yaml", ""),
    "toml": ("toml", ""),
    "verilog": ("verilog", "Verilog", "systemverilog", "v", ""),
    "terraform": ("hcl", "terraform", "tf", ""),
    "dockerfile": ("dockerfile", "Dockerfile", "docker", ""),
    "workflow": ("yaml", "yml", ""),
    "other": ("text", "plaintext", "config", ""),
}
KINDS = {
    "sql": "query",
    "bash": "command",
    "ansible": "playbook",
    "python": "function",
    "json": "JSON",
    "verilog": "module",
    "terraform": "configuration",
    "dockerfile": "Dockerfile",
    "workflow": "workflow",
}
PROSE = (
    "This {k} will return the {a} of all {b} whose {c} is not {d}.",
    "The {k} above selects the {a} and {b} columns from the {c} table.",
    "This {k} uses {a} to find the {b}, and then prints the {c}.",
    "Note: {a} must be set before the {k} runs, otherwise {b} is empty.",
    "Explanation: the {k} finds the {a} of each {b} and sorts them by {c}.",
    "I hope this helps! Let me know if you have any questions about the {k}.",
    "Here is the corrected {k}:",
    "In this {k}, we first check the {a}, then we update the {b}.",
    "Please note that the column {a} doesn't exist in the {b} table.",
    "The reason is that {a} doesn't match {b}.",
    "Make sure to replace {a} with the actual {b}.",
    "However, the {k} assumes that the {a} is stored in the {b}.",
    "This will return the {a} and {b} of each {c}.",
    "This {k} selects the {a} of all {b} where the {c} is greater than 10, ordered by {d}.",
    "This will find the {a} in the {b} and print only the ones that match.",
    "You can replace {a} with the name of your {b}.",
    "If there is no {a}, the {k} does nothing and returns an empty {b}.",
    "Explanation:\n1. First we get the {a}.\n2. Then the {b} is compared with the {c}.",
    "The above {k} does the following:\n- It reads the {a}\n- It writes the {b} to the {c}",
    "**Note:** this {k} was not tested with every {a}.",
    "Let me explain what the {k} does: it joins the {a} with the {b} on the {c} column.",
    "Is there anything else that you would like to know about the {a}?",
    "The {k} should work as expected, but the {a} may be different in your {b}.",
    "In order to get the {a}, we use the {b} of the {c}, which is then sorted by the {d}.",
)
OPENERS = (
    "Here is the {k}:",
    "Sure! Here's the {k} you asked for:",
    "The following {k} returns the {a} of the {b}:",
    "To solve this problem, we need to find the {a}:",
    "Here's an example of the {k}:",
    "Solution:",
    "I have fixed the {k} so that the {a} is not empty:",
    "Certainly! Below is the {k} that returns the {a} and the {b}.",
    "You can use the following {k} to get the {a}:",
    "Assuming that the {a} has a {b}, the {k} would be:",
)
WORDS = "name value count file user table result output id date status record input error total group entry".split()


def sentence(rng: Random, language: str, templates: Sequence[str] = PROSE) -> str:
    """A line of chat around a program."""
    a, b, c, d = rng.sample(WORDS, 4)
    return rng.choice(templates).format(k=KINDS.get(language, "code"), a=a, b=b, c=c, d=d)


def prose_tail(language: str) -> Operator:
    """Sentences after the program."""

    def operate(text: str, rng: Random) -> str | None:
        lines = [sentence(rng, language) for _ in range(rng.choice((1, 1, 2, 3)))]
        joint = rng.choice(("\n", "\n\n", " ")) if text.count("\n") < 2 else rng.choice(("\n", "\n\n"))
        return text.rstrip("\n") + joint + rng.choice(("\n", " ")).join(lines) + "\n"

    return operate


def prose_head(language: str) -> Operator:
    """A sentence before the program."""

    def operate(text: str, rng: Random) -> str | None:
        return sentence(rng, language, OPENERS) + rng.choice(("\n", "\n\n")) + text

    return operate


def fence(language: str) -> Operator:
    """Markdown fences around the program, or one half of them, with or without prose behind."""

    def operate(text: str, rng: Random) -> str | None:
        opener, closer = f"```{rng.choice(LANGUAGE_WORDS[language])}\n", "```\n"
        kind = rng.random()
        if kind < 0.5:
            return opener + text + closer
        if kind < 0.65:
            return opener + text
        if kind < 0.85:
            return text + closer + (sentence(rng, language) + "\n" if rng.random() < 0.5 else "")
        return sentence(rng, language, OPENERS) + "\n" + opener + text + closer

    return operate


def drop(pattern: str, *, flags: int = 0) -> Operator:
    """Removes one match."""
    compiled = re.compile(pattern, flags)

    def operate(text: str, rng: Random) -> str | None:
        found = list(compiled.finditer(text))
        if not found:
            return None
        match = rng.choice(found)
        return text[: match.start()] + text[match.end() :]

    return operate


def double(pattern: str, *, flags: int = 0) -> Operator:
    """Writes one match twice."""
    compiled = re.compile(pattern, flags)

    def operate(text: str, rng: Random) -> str | None:
        found = list(compiled.finditer(text))
        if not found:
            return None
        match = rng.choice(found)
        return text[: match.end()] + match[0] + text[match.end() :]

    return operate


def swap(pattern: str, *replacements: str, flags: int = 0, every: bool = False) -> Operator:
    """Replaces one match, or with `every` all of them, by one of the templates (`\\1` and so on allowed)."""
    compiled = re.compile(pattern, flags)

    def operate(text: str, rng: Random) -> str | None:
        found = list(compiled.finditer(text))
        if not found:
            return None
        template = rng.choice(replacements)
        if every:
            return compiled.sub(template, text)
        match = rng.choice(found)
        return text[: match.start()] + match.expand(template) + text[match.end() :]

    return operate


def truncate(text: str, rng: Random) -> str | None:
    """Cuts the last few characters, as a token limit does. Only a little, so that the rest tells what was lost."""
    bare = text.rstrip()
    cut = rng.randint(1, min(12, max(1, len(bare) // 4)))
    return bare[:-cut] + "\n" if len(bare) > 12 else None


def drop_line(text: str, rng: Random) -> str | None:
    """Loses a short line that is mostly punctuation or one keyword: its contents can be guessed."""
    lines = text.split("\n")
    short = [i for i, line in enumerate(lines) if 0 < len(line.strip()) <= 6]
    if not short:
        return None
    del lines[rng.choice(short)]
    return "\n".join(lines)


def double_line(text: str, rng: Random) -> str | None:
    """Repeats a line."""
    lines = text.split("\n")
    if len(lines) < 3:
        return None
    i = rng.randrange(len(lines) - 1)
    lines.insert(i, lines[i])
    return "\n".join(lines)


def misspell(word: str, rng: Random) -> str:
    """One slip of the fingers in a word of three letters or more."""
    i = rng.randrange(1, len(word))
    kind = rng.random()
    if kind < 0.35:
        return word[:i] + word[i + 1 :]
    if kind < 0.6:
        return word[: i - 1] + word[i] + word[i - 1] + word[i + 1 :]
    if kind < 0.8:
        return word[:i] + word[i] + word[i:]
    return word[:i] + rng.choice("aeiourstln_") + word[i + 1 :]


def many(operator: Operator, most: int = 4) -> Operator:
    """The same operator up to `most` times: models repeat their mistakes."""

    def operate(text: str, rng: Random) -> str | None:
        result: str | None = None
        for _ in range(rng.randint(2, most)):
            broken = operator(result or text, rng)
            result = broken if broken is not None else result
        return result

    return operate


def every(operator_pattern: str, *replacements: str, flags: int = 0) -> Operator:
    """Replaces all matches by one of the templates."""
    return swap(operator_pattern, *replacements, flags=flags, every=True)


def near_names(name: str, rng: Random) -> list[str]:
    """What a model may write in place of a name: a word more or less, a plural, another style, a slip."""
    words = [word for word in name.split("_") if word]
    forms = [
        name + "s",
        name.rstrip("s"),
        f"{name}_{rng.choice(('name', 'list', 'id', 'value', 'out', 'reg', 'next'))}",
    ]
    forms += [misspell(name, rng)] if len(name) > 3 else []
    if len(words) > 1:
        forms += [
            "_".join(words[1:]),
            "_".join(words[:-1]),
            "".join(words),
            words[0] + "".join(map(str.title, words[1:])),
        ]
    else:
        forms += [f"{rng.choice(('my', 'new', 'current', 'the', 'next'))}_{name}", f"{name}{rng.choice('012')}"]
    return [form for form in forms if form and form != name]
