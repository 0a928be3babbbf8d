"""SQL with the templates of dbt in it, as plain SQL of the same length, where that cannot change its meaning.

`{{ ref('orders') }}` becomes the name `orders` at the very place where it is written, `{{ source('shop', 'orders') }}`
a name with a schema, `{{ config(...) }}`, comments and plain assignments become space. Whatever else a template does,
its outcome is not known here, and such a file is not judged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

# No tag holds the beginning of another of its kind, so that unclosed ones are not searched to the end again and again.
TAG = re.compile(
    r"\{\{-?(?P<value>(?:(?!\{\{).)*?)-?\}\}|\{%-?(?P<control>(?:(?!\{%).)*?)-?%\}|\{#(?:(?!\{#).)*?#\}", re.DOTALL
)
NAME = r"\s*(['\"])([\w$-]+)"
REF = re.compile(rf"\s*ref\(\s*(?:(['\"])[\w-]+\1\s*,{NAME}\2|{NAME}\4)\s*(?:,\s*v(?:ersion)?\s*=\s*[^,()]+)?\s*\)\s*$")
SOURCE = re.compile(rf"\s*source\({NAME}\1\s*,{NAME}\3\s*\)\s*$")
NOTHING = re.compile(r"\s*config\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\s*$", re.DOTALL)
VALUE = re.compile(r"\s*(?:var\(\s*[^()]*\)|env_var\(\s*[^()]*\)|this)\s*(?:\|\s*(?:int|string|as_text)\s*)?$")
ASSIGNMENT = re.compile(r"\s*set\s+\w+\s*=")
INCREMENTAL = re.compile(r"\s*if\s+(?:not\s+)?is_incremental\(\)\s*$")
NUMBER_BEFORE = re.compile(r"(?:\b(?:LIMIT|OFFSET|TOP|INTERVAL|THEN|ELSE|WHEN)|[-+*/<>=,(])\s*$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Neutral:
    """`refs` and `sources` map the offset of the name to what is asked for; `values` are spans of unknown content."""

    text: str
    refs: dict[int, str]
    sources: dict[int, tuple[str, str]]
    values: tuple[tuple[int, int], ...]

    @property
    def is_dbt(self) -> bool:
        """Whether a model or a source was named."""
        return bool(self.refs or self.sources)


def neutralize(text: str, quote: str = '"') -> Neutral | None:
    """The text without templates, of the same length and lines; None if their outcome is not known.

    >>> neutralize("select a from {{ ref('x') }} where b")
    Neutral(text='select a from         x      where b', refs={22: 'x'}, sources={}, values=())
    """
    if "{{" not in text and "{%" not in text and "{#" not in text:
        return None
    parts: list[str] = []
    refs: dict[int, str] = {}
    sources: dict[int, tuple[str, str]] = {}
    values: list[tuple[int, int]] = []
    last, incremental = 0, 0
    for tag in TAG.finditer(text):
        parts.append(text[last : tag.start()])
        last = tag.end()
        blank = _blank(tag[0])
        value, control = tag["value"], tag["control"]
        if control is not None:
            step = _control(control, incremental)
            if step is None:
                return None
            incremental += step
        elif value is not None and (found := REF.match(value)):
            group = 3 if found[3] else 5
            start = tag.start("value") + found.start(group)
            refs[start] = found[group]
            blank = _place(blank, start - tag.start(), _name(found[group], quote))
        elif value is not None and (found := SOURCE.match(value)):
            start = tag.start("value") + found.start(2)
            sources[start] = (found[2], found[4])
            second = tag.start("value") + found.start(4)
            blank = _place(blank, start - tag.start() - 1, f"{quote}{found[2]}{quote}")
            blank = _place(blank, second - tag.start() - 1, f"{quote}{found[4]}{quote}")
            blank = _place(blank, second - tag.start() - 2, ".")
        elif value is not None and VALUE.match(value):
            values.append(tag.span())
            blank = _placeholder(tag[0], "".join(parts))
        elif value is not None and not NOTHING.match(value):
            return None
        parts.append(blank)
    rest = text[last:]
    if incremental or re.search(r"\{\{|\{%|%\}|\}\}", rest + "".join(parts)):
        return None
    return Neutral(text="".join([*parts, rest]), refs=refs, sources=sources, values=tuple(values))


def _blank(tag: str) -> str:
    return re.sub(r"[^\n\r]", " ", tag)


def _place(blank: str, start: int, name: str) -> str:
    return blank[:start] + name + blank[start + len(name) :]


def _name(name: str, quote: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_]\w*", name) else name.replace("-", "_").replace(quote, "_")


def _control(control: str, incremental: int) -> int | None:
    """How much deeper a statement goes into a condition that is known to keep its content; None for all others."""
    if ASSIGNMENT.match(control):
        return 0
    if INCREMENTAL.match(control) and not incremental:
        return 1
    return -1 if control.strip() == "endif" and incremental else None


def _placeholder(tag: str, before: str) -> str:
    """Something that any parser takes where a value stands: letters in a string or a name, else a number."""
    blank = _blank(tag)
    inside = before.rpartition("\n")[2].count("'") % 2 == 1
    width = len(tag.partition("\n")[0])
    glued = bool(before) and (before[-1].isalnum() or before[-1] in '_.`"')
    if inside or glued:
        return _place(blank, 0, "x" * width)
    return _place(blank, 0, "1" if NUMBER_BEFORE.search(before) else "jinja_value"[:width])
