"""Rules for YAML and Ansible: indentation, quoting, mapping syntax."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator


_LOOK_BACK = 60  # lines in front of the error
_OPEN_QUOTES = 4  # lines with an open quote that are tried
_SLIP = 2  # columns
_MAX_LINE = 2000  # characters; some of the rules for lines are quadratic in them


def _rule(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def propose_yaml(case: Case) -> Iterator[Candidate]:
    """Rules for the whole text, then for the reported line, its neighbours and the related line."""
    text = case.text
    if "\t" in text:
        untabbed = re.sub(r"^[ \t]+", lambda match: match[0].replace("\t", "  "), text, flags=re.M)
        yield _rule(untabbed, 0.6, "tabs to blanks")
    dashed = re.sub(r"^( *)-(?=[^\s-])([^\n]*(?:\n\1 (?! )[^\n]*)*)", _spaced_dash, text, flags=re.M)
    yield _rule(dashed, 0.9, "blank behind the dash")
    yield from _flow_comma(case)
    yield from _braces(case)
    count = len(case.lines)
    near = [
        case.target.line,
        case.target.line - 1,
        case.target.related_line or 0,
        case.target.line - 2,
        case.target.line + 1,
    ]
    for rank, number in enumerate(dict.fromkeys(n for n in near if 1 <= n <= count)):
        content = case.lines[number - 1].rstrip("\r\n")
        if not content.strip() or content.startswith(("---", "...", "#")) or len(content) > _MAX_LINE:
            continue
        start = case.starts[number - 1]
        for changed, cost, note in _line_rules(case, number, content):
            if changed != content:
                yield _rule(case.splice(start, start + len(content), changed), cost + 0.4 * rank, note)
        yield from _shifts(case, number, 0.4 * rank)
        yield from _opened_quote(case, number)
        yield from _lost_dash(case, number)
    yield from _aligned(case)
    yield from _closed_quotes(case, {n for n in near if n})


def _flow_comma(case: Case) -> Iterator[Candidate]:
    """The comma that a flow sequence or mapping lacks in front of the reported entry."""
    if "flow" not in case.target.message or case.target.column is None:
        return
    before = case.text[: case.at].rstrip()
    if before and before[-1] not in ",[{:":
        # The next key of the block says that the bracket was not closed.
        key = re.match(r"\s*(?:- )?[\w.-]+:(?:\s|$)", case.lines[case.target.line - 1][:_MAX_LINE])
        is_key = key is not None and case.target.column - 1 <= key.end()
        yield _rule(case.splice(len(before), len(before), ","), 1.8 if is_key else 0.7, "comma added")
    opened = case.target.related_line or 0
    if 1 <= opened <= len(case.lines):
        line = case.lines[opened - 1].rstrip()
        missing = {"[": "]", "{": "}"}.get(line[-1:])
        if missing:
            place = case.starts[opened - 1] + len(line)
            yield _rule(case.splice(place, place, missing), 0.9, "bracket closed")


def _opened_quote(case: Case, number: int) -> Iterator[Candidate]:
    """A value whose last line ends with a quote that nothing opens."""
    content = case.lines[number - 1].rstrip("\r\n")
    value = re.match(r"\s*(?:- )?[\w.-]+\s*:\s+(?=[^\s\"'|>&*!])", content)
    if not value:
        return
    last = number
    while last < len(case.lines) and _indent(case.lines[last]) > _indent(content) and last - number < _LOOK_BACK:
        last += 1
    quote = case.lines[last - 1].rstrip()[-1:]
    start = case.starts[number - 1] + value.end()
    if quote in {"'", '"'} and case.text[start : case.starts[last]].count(quote) % 2:
        yield _rule(case.splice(start, start, quote), 0.9, "quote opened")


def _lost_dash(case: Case, number: int) -> Iterator[Candidate]:
    """A key at the depth of the dashes before it, with deeper keys behind it: the first one of an entry."""
    content = case.lines[number - 1]
    if not re.match(r" *[\w.-]+:\s", content) or number >= len(case.lines):
        return
    indent = _indent(content)
    above = next((line for line in reversed(case.lines[: number - 1]) if line.strip() and _indent(line) <= indent), "")
    behind = next((line for line in case.lines[number:] if line.strip()), "")
    if _indent(above) == indent and above.lstrip().startswith("- ") and _indent(behind) == indent + 2:
        start = case.starts[number - 1] + indent
        yield _rule(case.splice(start, start, "- "), 0.8, "dash added")


def _closed_quotes(case: Case, done: set[int]) -> Iterator[Candidate]:
    """A quote that stays open is noticed far behind it: close it on each line that opens a value with one."""
    last = min(case.target.line, len(case.lines))
    tried = 0
    for number in range(last, max(0, last - _LOOK_BACK), -1):
        content = case.lines[number - 1].rstrip("\r\n")
        opened = re.match(r"\s*(?:- )?(?:[\w.-]+\s*:\s+|- )([\"'])", content)
        if number in done or not opened or content.count(opened[1]) % 2 == 0 or len(content) > _MAX_LINE:
            continue
        start = case.starts[number - 1]
        changed = content.rstrip() + opened[1]
        yield _rule(case.splice(start, start + len(content), changed), 1.2 + 0.1 * tried, "quote closed")
        tried += 1
        if tried == _OPEN_QUOTES:
            return


def _braces(case: Case) -> Iterator[Candidate]:
    """A template with one brace too few at one of its ends."""
    if "template" not in case.target.message:
        return
    start = case.offset(case.target.line, 1)
    stop = case.starts[min(len(case.lines), case.target.line + _LOOK_BACK)]
    for pattern in (r"\{\{[^{}\n]*\}(?!\})", r"(?<!\})\}(?=\s*[\"']?\s*$)"):
        for match in islice(re.finditer(pattern, case.text[start:stop], re.M), _OPEN_QUOTES):
            yield _rule(case.splice(start + match.end(), start + match.end(), "}"), 0.8, "template closed")
    for match in islice(re.finditer(r"(?<![{%#])\{(?= *[\w(][^{}\n]*\}\})", case.text[start:stop]), _OPEN_QUOTES):
        yield _rule(case.splice(start + match.start(), start + match.start(), "{"), 0.8, "template opened")


def _spaced_dash(match: re.Match[str]) -> str:
    """`-key` and the lines that hang one column behind the dash move one column to the right."""
    return f"{match[1]}- {match[2]}".replace("\n", "\n ")


def _line_rules(case: Case, number: int, content: str) -> Iterator[tuple[str, float, str]]:
    value = re.match(r"(\s*(?:- )?[\w.\"'-]+\s*:\s+)(\S.*?)\s*$", content)
    if value:
        yield value[1] + _double(value[2]), 1.3, "value quoted"
        yield value[1] + _single(value[2]), 1.2 if "\\" in value[2] or '"' in value[2] else 1.5, "value quoted"
        if re.match(r"(['\"]).*\1\S", value[2]) or value[2][0] in "\"'":
            yield value[1] + _single(value[2].replace(value[2][0], "")), 1.9, "value quoted again"
    yield re.sub(r"(?<=[\"'\w\]}]),\s*$", "", content), 1.0, "trailing comma removed"
    following = case.lines[number] if number < len(case.lines) else ""
    if len(following) - len(following.lstrip(" ")) > len(content) - len(content.lstrip(" ")):
        yield re.sub(r":\s+(?:\[\]|\{\}|null|~)\s*$", ":", content), 1.0, "empty value in front of a block removed"
    item = re.match(r"(\s*- )(\S.*?)\s*$", content)
    if item:
        yield item[1] + _double(item[2]), 1.7, "item quoted"
        yield item[1] + _single(item[2]), 1.8, "item quoted"
    yield re.sub(r"^(\s*(?:- )?[\w.-]+):(?=[^\s:/])", r"\1: ", content), 1.0, "blank behind the colon"
    yield re.sub(r"^(\s*)-(?=[^\s-])", r"\1- ", content), 1.0, "blank behind the dash"
    yield re.sub(r"^(\s*(?:- )?[\w.-]+)\s+(?=[^:\s]+\s*$)", r"\1: ", content), 2.0, "colon added"
    yield re.sub(r"^(\s*(?:- )?[\w.-]+)\s*$", r"\1:", content), 1.7, "colon added"
    depth = re.match(r"\s*(?:- )?", content)
    if depth and re.search(rf"^(?: {{{depth.end()}}}| *- )[\w.-]+:(?:\s|$)", _around(case, number), re.M):
        yield re.sub(r"^(\s*(?:- )?[a-z_][\w.-]*) +(?=\S)", r"\1: ", content), 1.2, "colon added"
    yield re.sub(r"^(\s*(?:- )?[\w.-]+)\s*=\s*", r"\1: ", content), 1.6, "colon in place of ="
    for quote in "\"'":
        if content.count(quote) % 2:
            opens = value is not None and value[2][0] == quote
            yield content + quote, 1.1 if opens else 1.3, "quote closed"
            yield content.replace(quote, "", 1), 2.0, "quote removed"
            yield re.sub(rf"{quote}(?=[^{quote}]*$)", "", content), 2.0, "quote removed"
    for opener, closer in ("{}", "[]", "()"):
        missing = content.count(opener) - content.count(closer)
        if missing > 0:
            opens = value is not None and value[2][0] == opener
            yield content + closer * missing, 1.1 if opens else 1.4, "bracket closed"
            yield re.sub(r"(['\"]?)\s*$", closer * missing + r"\1", content, count=1), 1.5, "bracket closed"
    braces = re.match(r"(.*?)(\{\{.*\}\}.*?)\s*$", content)
    if braces and "\\" in content:
        yield content.replace("\\", "\\\\"), 1.6, "backslashes doubled"
    if number > 1 and case.lines[number - 1].lstrip().startswith("- "):
        yield re.sub(r"^(\s*)- ", r"\1  ", content), 2.4, "dash removed"
    if re.match(r"\s*[A-Za-z]", content) and not value and number < len(case.lines) + 1:
        indent = len(content) - len(content.lstrip())
        yield content[:indent] + "- " + content[indent:], 2.4, "dash added"
        yield content[:indent] + "# " + content[indent:], 3.4, "line commented out"


def _around(case: Case, number: int) -> str:
    return "".join([*case.lines[max(0, number - 4) : number - 1], *case.lines[number : number + 3]])


def _inner(value: str) -> str:
    """The value without the quotes around it, if one pair encloses all of it."""
    quote = value[:1]
    return (
        value[1:-1]
        if quote in "\"'" and len(value) > 1 and value.endswith(quote) and value.count(quote) in {2, 3}
        else value
    )


def _double(value: str) -> str:
    return '"' + _inner(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _single(value: str) -> str:
    return "'" + _inner(value).replace("'", "''") + "'"


def _shifts(case: Case, number: int, extra: float) -> Iterator[Candidate]:
    """Re-indent the line, or the block that hangs below it, to a level that the file uses nearby."""
    content = case.lines[number - 1]
    body = content.lstrip(" ")
    indent = len(content) - len(body)
    around = case.lines[max(0, number - 8) : number + 4]
    levels = {len(line) - len(line.lstrip(" ")) for line in around if line.strip()}
    levels |= {level + 2 for level in levels}
    end = number
    while end < len(case.lines) and (
        not case.lines[end].strip() or len(case.lines[end]) - len(case.lines[end].lstrip(" ")) > indent
    ):
        end += 1
    same = _behind(case, number, indent)
    for level in sorted(levels - {indent}, key=lambda level: abs(level - indent))[:6]:
        for stop, cost in dict.fromkeys(((number, 1.5), (end, 1.4), (same, 1.7))):
            lines = [_shifted(line, level - indent) for line in case.lines[number - 1 : stop]]
            text = case.splice(case.starts[number - 1], case.starts[stop], "".join(lines))
            yield _rule(text, cost + extra + 0.1 * abs(level - indent), "re-indented")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _behind(case: Case, number: int, indent: int) -> int:
    """The last line of the stretch from `number` on that is indented at least so far; blank lines belong to it."""
    end = last = number
    while end < len(case.lines) and (not case.lines[end].strip() or _indent(case.lines[end]) >= indent):
        end += 1
        last = end if case.lines[end - 1].strip() else last
    return last


def _aligned(case: Case) -> Iterator[Candidate]:
    """An entry of a list that stands a column or two off: the entry in front of it moves, or it and all behind it."""
    number = case.target.line
    line = case.lines[number - 1] if number <= len(case.lines) else ""
    if not line.lstrip(" ").startswith("- "):
        return
    indent = _indent(line)
    behind = next((text for text in case.lines[number:] if text.strip()), "")
    if _indent(behind) <= indent:
        return  # the dash alone is off: what belongs to the entry stands where it should
    for first in range(number - 1, 0, -1):
        other = case.lines[first - 1]
        if other.strip() and _indent(other) <= indent + _SLIP and other.lstrip(" ").startswith("- "):
            break
    else:
        return
    by = indent - _indent(other)
    if 0 < abs(by) <= _SLIP:
        here, there = (sum(text.startswith(f"{' ' * n}- ") for text in case.lines) for n in (indent, indent - by))
        for start, stop, shift, rare in (
            (first, number - 1, by, here < there),
            (number, _behind(case, number, indent), -by, there < here),
        ):
            lines = [_shifted(moved, shift) for moved in case.lines[start - 1 : stop]]
            text = case.splice(case.starts[start - 1], case.starts[stop], "".join(lines))
            yield _rule(text, 1.1 + 0.02 * len(lines) + 0.5 * rare, "entries aligned")


def _shifted(line: str, by: int) -> str:
    if not line.strip():
        return line
    if by >= 0:
        return " " * by + line
    return line[min(-by, len(line) - len(line.lstrip(" "))) :]
