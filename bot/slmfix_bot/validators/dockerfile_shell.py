"""The commands of a RUN, found without a shell's grammar: a word is a command where one may begin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.validators.dockerfile_words import Word, read_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.validators.dockerfile_parse import Instruction

TOKEN = re.compile(
    r"""(?P<blank>[ \t]+)
    |(?P<comment>(?<![^\s;&|(])\#[^\n]*)
    |(?P<single>'[^']*')
    |(?P<open>\$\(\(|\$\(|`|\()
    |(?P<end>&&|\|\||[;&|\n)]|[{}](?=\s|;|$))
    |(?P<quote>")
    |(?P<redirect>\d*[<>]+&?-?)
    |(?P<word>(?:[^\s;&|()<>'"`\\$]|\\.|\$(?!\())+)
    |(?P<rest>.)""",
    re.X | re.S,
)
LEADS = frozenset("if then else elif do while until ! { time exec".split())
ASSIGNMENT = re.compile(r"\w+\+?=")


def find_commands(instruction: Instruction) -> Iterator[Word]:
    """The first word of every simple command; places are those of the logical line."""
    array = read_array(instruction.args)
    if array is not None:
        if array and array[0] and (at := instruction.args.find(array[0])) >= 0:
            yield Word(array[0], instruction.args_at + at)
        return
    yield from commands_of(instruction.args, instruction.args_at)


def commands_of(script: str, shift: int = 0) -> Iterator[Word]:
    """The command words of a script.

    >>> [word.text for word in commands_of('A=1 sudo a && echo sudo "$(sudo b)" | sudo tee c')]
    ['sudo', 'echo', 'sudo', 'sudo']
    """
    expects, glued, redirected, in_string = True, False, False, False
    for token in TOKEN.finditer(script):
        kind, text = token.lastgroup, token.group()
        if kind == "quote":
            in_string = not in_string
            expects, glued = expects and glued, True
        elif kind == "open" and not (in_string and text == "("):
            # What runs inside a string ends it for our purpose: its closing quote only toggles back.
            expects, glued, redirected = True, False, False
        elif in_string and kind in {"open", "end", "blank", "comment", "single"}:
            continue
        elif kind == "end":
            expects, glued, redirected = True, False, False
        elif kind == "blank":
            glued = False
        elif kind == "redirect":
            redirected = True
        elif redirected:
            redirected = False
        elif kind == "word" and expects and not glued:
            if text in LEADS or ASSIGNMENT.match(text):
                glued = text not in LEADS
                expects = True
                continue
            yield Word(text, shift + token.start())
            expects = False
        else:
            expects, glued = expects and glued, True
