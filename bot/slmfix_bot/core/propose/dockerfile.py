"""Rules for Dockerfiles: continuations, comments out of place, arrays, instructions without their keyword."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.propose.dockerfile_strict import propose_strict
from slmfix_bot.core.propose.dockerfile_text import COMMENT, CONTINUES, INSTRUCTION, KEYWORDS, first_row, with_rows
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_OPERATOR = re.compile(r"(?:&&|\|\||\||;|\\)\s*$")
_PLACES = 4  # where an instruction may begin inside a line
_TYPOGRAPHIC = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": '"', "’": '"', "'": '"', "`": '"'})


def propose_dockerfile(case: Case) -> Iterator[Candidate]:
    """What the rule of the target suggests."""
    yield from propose_strict(case)
    for rule in _RULES.get(case.target.rule, ()):
        yield from rule(case)


def _rule(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def _content(case: Case, row: int) -> str:
    return case.lines[row].rstrip("\r\n") if row < len(case.lines) else ""


def _continued(case: Case) -> Iterator[Candidate]:
    """A line that is no instruction belongs to the one before it, up to the next line that is one."""
    row = case.target.line - 1
    before = next((r for r in range(row - 1, -1, -1) if not COMMENT.match(_content(case, r))), None)
    content = _content(case, row)
    if before is not None and INSTRUCTION.match(_content(case, first_row(case.lines, before))):
        end = row
        while end + 1 < len(case.lines) and not INSTRUCTION.match(case.lines[end + 1]):
            end += 1
        while end > row and COMMENT.match(_content(case, end)):
            end -= 1
        dangling = bool(_OPERATOR.search(_content(case, before))) or re.match(r"\s+\S|\s*(?:&&|\|\||\||-)", content)
        for stop in dict.fromkeys((row, end)):
            rows = [r for r in range(before, stop) if not COMMENT.match(_content(case, r))]
            open_rows = [r for r in rows if not CONTINUES.search(_content(case, r))]
            plain = [(r, r + 1, [_content(case, r).rstrip() + " \\"]) for r in open_rows]
            if plain:
                cost = 0.8 if dangling else 1.6
                yield _rule(with_rows(case.lines, plain), cost, "continuation added")
            joined = [(r, r + 1, [_joined(_content(case, r))]) for r in open_rows]
            if joined and not dangling:
                yield _rule(with_rows(case.lines, joined), 1.4, "joined to the command before it")
    if re.match(r"\s*[a-z][\w.-]*(?:\s|$)", content):
        indent = len(content) - len(content.lstrip())
        yield _rule(
            with_rows(case.lines, [(row, row + 1, [content[:indent] + "RUN " + content[indent:]])]),
            1.2 if not indent else 1.5,
            "RUN",
        )
    if not COMMENT.match(content) and re.match(r"\s*\w[\w ,.':-]*$", content):
        yield _rule(with_rows(case.lines, [(row, row + 1, ["# " + content])]), 2.6, "line commented out")


def _joined(content: str) -> str:
    return content.rstrip() + (" \\" if _OPERATOR.search(content) else " && \\")


def _split_line(case: Case) -> Iterator[Candidate]:
    """An instruction that begins in the middle of a line."""
    row = case.target.line - 1
    content = _content(case, row)
    for found in islice(re.finditer(rf"\s+(?=(?:{KEYWORDS})\s)", content), _PLACES):
        new = [content[: found.start()], content[found.end() :]]
        if new[0].strip():
            yield _rule(with_rows(case.lines, [(row, row + 1, new)]), 0.9, "a line for each instruction")


def _from(case: Case) -> Iterator[Candidate]:
    row = case.target.line - 1
    content = _content(case, row)
    found = re.match(r"(\s*FROM\s+(?:--\S+\s+)*)(.*?)\s*$", content, re.I)
    if not found:
        return
    words = found[2].split()
    head = found[1]
    options = []
    if len(words) == 2:
        options.append((f"{head}{words[0]} AS {words[1]}", 1.5, "AS added"))
        options.append((head + "".join(words), 1.7, "words of the image joined"))
        options.append((head + words[1], 2.5, "one image kept"))
    if len(words) > 2 and words[1].lower() == "as":
        options.append((f"{head}{words[0]} AS {'-'.join(words[2:])}", 1.6, "name of the stage joined"))
    for new, cost, note in options:
        yield _rule(with_rows(case.lines, [(row, row + 1, [new])]), cost, note)


def _stage_name(case: Case) -> Iterator[Candidate]:
    name = case.target.found or ""
    fit = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip("-")
    fit = f"stage-{fit}" if fit[:1].isdigit() else fit
    if fit and fit != name:
        everywhere = re.sub(rf"(?<=[\s=]){re.escape(name)}(?=\s|$)", fit, case.text, flags=re.M)
        yield _rule(everywhere, 1.0, "name of a stage")


def _pairs(case: Case) -> Iterator[Candidate]:
    """A value with blanks lacks its quotes; a name lacks its value."""
    row = case.target.line - 1
    content = _content(case, row)
    if re.search(r'[^=]""\s*$', content):
        yield _rule(with_rows(case.lines, [(row, row + 1, [content.rstrip()[:-1]])]), 0.9, "quote removed")
    elif case.target.found in {'"', "'"}:
        open_end = re.match(r"(.*?)(\s*[\\`]?\s*)$", content)
        closed = [f"{open_end[1]}{case.target.found}{open_end[2]}"] if open_end else []
        closed.append(re.sub(rf"=({case.target.found}[^\"'=]*?)(?=\s+[\w.-]+=)", rf"=\1{case.target.found}", content))
        for order, new in enumerate(closed):
            yield _rule(with_rows(case.lines, [(row, row + 1, [new])]), 0.95 + 0.1 * order, "quote closed")
    text = re.match(r"(\s*LABEL\s+)([\"'].*[\"'])\s*$", content, re.I)
    if text:
        yield _rule(with_rows(case.lines, [(row, row + 1, [f"{text[1]}description={text[2]}"])]), 1.6, "named label")
    pair = re.match(r"(\s*(?:ENV|LABEL|ARG)\s+[\w.-]+=)([^\"'\s]\S*\s[^=\"']*?)(\s*\\)?\s*$", content, re.I)
    if pair:
        yield _rule(with_rows(case.lines, [(row, row + 1, [f'{pair[1]}"{pair[2]}"{pair[3] or ""}'])]), 1.2, "quoted")
    equals = re.match(r"(\s*(?:ENV|LABEL)\s+[\w.-]+=)\s+(\S.*)$", content, re.I)
    if equals:
        yield _rule(with_rows(case.lines, [(row, row + 1, [equals[1] + equals[2]])]), 1.1, "blank behind = removed")


def _comment(case: Case) -> Iterator[Candidate]:
    """To a line of its own, above the instruction."""
    target = case.target
    row = target.line - 1
    content = _content(case, row)
    start = (target.column or 1) - 1
    body, comment = content[:start].rstrip(), content[start:].rstrip()
    continuation = CONTINUES.search(comment)
    if continuation:
        comment, body = comment[: continuation.start()].rstrip(), body + " \\"
    first = first_row(case.lines, row)
    indent = re.match(r"\s*", case.lines[first])
    above = (first, first, [(indent[0] if indent else "") + comment])
    if comment.startswith("#") and body.strip():
        yield _rule(with_rows(case.lines, [above, (row, row + 1, [body])]), 0.6, "comment on a line of its own")


def _array(case: Case) -> Iterator[Candidate]:
    """The array in JSON spelling, up to the end of the instruction."""
    target = case.target
    start, end = case.at, case.offset(target.end_line, target.end_column)
    written = case.text[start:end]
    plain = written.translate(_TYPOGRAPHIC)
    commas = re.sub(r'("[^"\n]*")(\s*(?:\\\s*\n\s*)?)(?="[^",\n]*")', r"\1,\2", plain)
    bare = re.sub(r"(?<=[\[,])(\s*)([^\s\",\[\]]+)(?=\s*[,\]])", r'\1"\2"', commas)
    for body, cost in ((plain, 0.7), (commas, 0.8), (bare, 1.0)):
        trimmed = re.sub(r",(\s*\])", r"\1", body)
        for text in dict.fromkeys((trimmed, trimmed.rstrip() + "]", re.sub(r"\][^\]\"]*$", "]", trimmed))):
            yield _rule(case.splice(start, end, text), cost + 0.1 * (text != trimmed), "array in JSON")


def _no_stage(case: Case) -> Iterator[Candidate]:
    """What stands before the first FROM moves behind it; ARG and comments may stay."""
    first = next((r for r, line in enumerate(case.lines) if re.match(r"\s*FROM\s", line, re.I)), None)
    if first is None:
        return
    end = first + 1
    while end < len(case.lines) and CONTINUES.search(_content(case, end - 1)):
        end += 1
    row = 0
    moved: list[str] = []
    kept: list[str] = []
    while row < first:
        stop = row + 1
        while stop < first and CONTINUES.search(_content(case, stop - 1)):
            stop += 1
        stays = COMMENT.match(case.lines[row]) or re.match(r"\s*ARG\s", case.lines[row], re.I)
        (kept if stays else moved).extend(_content(case, r) for r in range(row, stop))
        row = stop
    source = [_content(case, r) for r in range(first, end)]
    yield _rule(with_rows(case.lines, [(0, end, [*kept, *source, *moved])]), 0.9, "behind the first FROM")


def _destination(case: Case) -> Iterator[Candidate]:
    row = case.target.line - 1
    content = _content(case, row).rstrip()
    if re.match(r"\s*(?:ONBUILD\s+)?(?:COPY|ADD)\s+(?:--\S+\s+)*[^\s\[]+$", content, re.I):
        yield _rule(with_rows(case.lines, [(row, row + 1, [content + " ./"])]), 1.5, "destination added")


def _directive(case: Case) -> Iterator[Candidate]:
    """Nothing may follow the value of a parser directive."""
    content = _content(case, case.target.line - 1)
    found = re.match(r"(#\s*escape\s*=\s*[\\`]).+$", content)
    if found:
        yield _rule(with_rows(case.lines, [(case.target.line - 1, case.target.line, [found[1]])]), 0.9, "bare value")


def _split_env(case: Case) -> Iterator[Candidate]:
    """A further ENV from a pair on that uses what the one before it sets."""
    for diagnostic in case.diagnostics:
        row, column = diagnostic.line - 1, (diagnostic.column or 1) - 1
        if diagnostic.rule != case.target.rule or row < 1:
            continue
        content = _content(case, row)
        before, behind = content[:column].rstrip(), content[column:]
        above = CONTINUES.sub("", _content(case, row - 1)).rstrip()
        changes = [(row - 1, row, [above]), (row, row + 1, [f"ENV {behind}"])]
        if before:
            changes = [(row, row + 1, [before, f"ENV {behind}"])]
        yield _rule(with_rows(case.lines, changes), 0.8, "a further ENV")


_RULES: Mapping[str, tuple[Callable[[Case], Iterator[Candidate]], ...]] = {
    "syntax": (_continued, _split_line, _from, _pairs, _directive),
    "unknown-instruction": (_continued,),
    "missing-argument": (_destination, _pairs),
    "trailing-comment": (_comment,),
    "json-array": (_array,),
    "env-self-reference": (_split_env,),
    "no-stage": (_no_stage,),
    "stage-name": (_stage_name,),
}
