"""Programs that stop in the middle, as at a token limit, with the shortest completions that could make them whole.

What a model would have written behind the cut is not known, so the clean side of such a sample is not the program that
was cut but the completed remainder: quotes and brackets closed, a dangling operator gone, an open block ended. Several
completions are offered, the most natural first; the validator says which of them is a program.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    Pair = tuple[str, tuple[str, ...]]  # broken text, clean texts to try in this order
    PairOperator = Callable[[str, Random], Pair | None]
    PairFault = tuple[float, str, PairOperator]  # weight, category, operator

_STRINGS = {
    "python": r'"""|\'\'\'|"|\'',
    "bash": r"\"|'|`",
    "sql": r"'|\"|`",
    "json": '"',
    "terraform": '"',
    "verilog": '"',
}
_COMMENTS = {
    "python": r"#[^\n]*",
    "bash": r"(?<![^\s;])#[^\n]*",
    "sql": r"--[^\n]*|/\*[\s\S]*?\*/",
    "terraform": r"(?:#|//)[^\n]*|/\*[\s\S]*?\*/",
    "verilog": r"//[^\n]*|/\*[\s\S]*?\*/",
}
_CLOSERS = {"(": ")", "[": "]", "{": "}"}
_HEADER = re.compile(r"[ \t]*(?:async )?(?:def|class|if|elif|else|for|while|with|try|except|finally)\b")
_DANGLING = {
    "python": re.compile(
        r"(?:\s*(?:\b(?:and|or|not|in|is|if|else|for|lambda|return|raise)\b|[-+*/%=<>.&|,!^@]))+\Z|\s+\w+\s*=\s*\Z"
    ),
    "sql": re.compile(
        r"\s*(?:\b(?:AND|OR|NOT|WHERE|FROM|JOIN|INNER|LEFT|ON|BY|GROUP|ORDER|HAVING|AS|SELECT|LIKE|IN|IS|BETWEEN|UNION"
        r"|LIMIT|WHEN|DISTINCT)\b|[\w.\"`]+\s*(?:=|<|>|<=|>=|!=|<>)|[-+*/=<>.,!]+)\s*\Z",
        re.IGNORECASE,
    ),
    "bash": re.compile(r"[\s|&;\\<>(]+\Z"),
    "terraform": re.compile(r"(?:\n[ \t]*[\w.\"-]+[ \t]*=?[ \t]*|[ \t]*,\s*)\Z"),
}
_BLOCKS = {"if": "fi", "case": "esac", "do": "done"}


class Openings:
    """What is open at the end of a text: a quote, and the brackets with where they stand."""

    def __init__(self, language: str, text: str) -> None:
        self.quote = ""
        self.brackets: list[tuple[str, int]] = []
        comments = _COMMENTS.get(language)
        pattern = re.compile(
            rf"(?P<comment>{comments or '(?!)'})|(?P<quote>{_STRINGS[language]})|[()\[\]{{}}]|\\.", re.S
        )
        at = 0
        while match := (pattern if not self.quote else self._end(language)).search(text, at):
            at = match.end()
            if self.quote:
                self.quote = "" if match[0] == self.quote else self.quote
            elif match["quote"]:
                self.quote = match[0]
            elif match[0] in _CLOSERS:
                self.brackets.append((_CLOSERS[match[0]], match.start()))
            elif self.brackets and match[0] == self.brackets[-1][0]:
                self.brackets.pop()

    def _end(self, language: str) -> re.Pattern[str]:
        escaped = r"|\\." if self.quote != "'" or language == "python" else ""
        return re.compile(re.escape(self.quote) + escaped, re.S)

    def closed(self, text: str) -> str:
        """The text with all closed: a bracket that was opened on an earlier line on a line of its own."""
        for closer, offset in reversed(self.brackets):
            start = text.rfind("\n", 0, offset) + 1
            line = text[start:offset]
            if "\n" in text[offset:].rstrip() and text[offset + 1 : offset + 2] in ("\n", "\r", " "):
                text = f"{text.rstrip()}\n{line[: len(line) - len(line.lstrip())]}{closer}"
            else:
                text += closer
        return text


def truncated(language: str, least: float = 0.4) -> PairOperator:
    """Cuts behind the share `least` of the text; completions that lose nothing come first."""

    def operate(text: str, rng: Random) -> Pair | None:
        bare = text.rstrip()
        if len(bare) < 16:
            return None
        at = rng.randint(max(8, int(least * len(bare))), len(bare) - 1)
        if rng.random() < 0.4:  # between two words
            at = next((m.start() for m in re.finditer(r"(?<=\S)(?=\s)|\b", bare) if m.start() >= at), at)
        broken = bare[:at].rstrip() if rng.random() < 0.9 else bare[:at]
        tail = "\n" if rng.random() < 0.7 else ""
        done = dict.fromkeys(clean.rstrip() + tail for clean in _completions(language, broken))
        return (broken.rstrip() + tail, tuple(done)) if broken.strip() else None

    return operate


def _completions(language: str, broken: str) -> Iterator[str]:
    if language == "json":
        yield from _json_completions(broken)
        return
    opened = Openings(language, broken)
    whole = broken + opened.quote
    if opened.quote:
        inner = Openings(language, broken[: broken.rfind(opened.quote)])
        brace = "}" if language == "bash" and broken.count("{") > broken.count("}") else ""
        yield from _ended(language, opened.closed(broken + brace + opened.quote)) if brace else ()
        yield from _ended(language, inner.closed(whole) if language == "python" else opened.closed(whole))
        return
    trimmed = broken
    for _ in range(4):
        shorter = _DANGLING[language].sub("", trimmed.rstrip()).rstrip() if language in _DANGLING else trimmed
        if trimmed == broken and shorter == broken.rstrip():
            yield from _ended(language, opened.closed(broken))
        if shorter == trimmed:
            break
        trimmed = shorter
        yield from _ended(language, Openings(language, trimmed).closed(trimmed))
    head = broken[: broken.rfind("\n")] if "\n" in broken else ""
    if head.strip():
        left = Openings(language, head)
        yield from _ended(language, left.closed(head + left.quote))


def _json_completions(broken: str) -> Iterator[str]:
    """Closed; with a value for a key that has none; without a comma or a part of a word at the end."""
    opened = Openings("json", broken)
    whole = broken + opened.quote
    word = re.search(r"(?<![\w\"])(t(?:ru?)?|f(?:a(?:ls?)?)?|n(?:ul?)?)\Z", broken)
    if word and not opened.quote:
        given = next(value for value in ("true", "false", "null") if value.startswith(word[1]))
        yield opened.closed(broken[: word.start()] + given)
    if re.search(r":\s*\Z", broken) and not opened.quote:
        yield opened.closed(broken.rstrip() + " null")
    yield opened.closed(whole)
    yield opened.closed(whole + ": null")
    yield opened.closed(re.sub(r",?\s*[-\w.]*\Z", "", whole))


def _ended(language: str, text: str) -> Iterator[str]:
    """With the body or the end that an open block needs."""
    if language == "python":
        last = text[text.rfind("\n") + 1 :]
        if _HEADER.match(last) and not last.rstrip().endswith(":"):
            yield re.sub(r"(def \w+)\Z", r"\1()", text) + ": pass"
        elif last.rstrip().endswith(":"):
            yield text.rstrip() + " pass"
    elif language == "bash":
        words = re.findall(r"(?:^|[;\n&|]|\bdo\b|\bthen\b|\belse\b)\s*(if|case|do|fi|esac|done)\b", text)
        words += ["do"] * (len(re.findall(r";\s*do\b", text)) - words.count("do"))
        ends = [_BLOCKS[word] for word in words if word in _BLOCKS]
        for word in words:
            if word in ends:
                ends.remove(word)
        if ends:
            yield text + "".join(f"; {end}" for end in reversed(ends))
    yield text
