"""Rules for Terraform and other HCL: texts that break off, brackets, quotes, the signs of other languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.propose.terraform_brackets import CLOSERS, find_missing, indent_of, line_at, scan
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slmfix_bot.core.propose.terraform_brackets import Missing, Open

_MAX_LINE = 2000  # characters; some of the rules are quadratic in the line
# `${aws:InstanceId}`, `${NAME:-default}`, `${#list[@]}`, `${name%suffix}`, `%{http_code}`: not HCL.
_FOREIGN = re.compile(
    r"(?<![$%])(?:\$(?=\{(?:[#!@*?]|\w+(?::|[-+=?%#^,/@]|\[[@*]\])[^{}\n]*\}|\w+\.\w+:|\d))"
    r"|%(?=\{(?!~?\s*(?:if|else|endif|for|endfor)\b)))"
)
_UNQUOTED = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)\}")


def _rule(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def propose_terraform(case: Case) -> Iterator[Candidate]:
    """Rules for the end of the text, for missing closers, for foreign interpolations, and for the reported line."""
    yield from _foreign(case)
    yield from _end(case)
    yield from _missing(case)
    yield from _heredocs(case)
    count = len(case.lines)
    near = (case.target.line, case.target.line - 1, case.target.related_line or 0)
    for rank, number in enumerate(dict.fromkeys(n for n in near if 1 <= n <= count)):
        content = case.lines[number - 1].rstrip("\r\n")
        if len(content) > _MAX_LINE:
            continue
        start = case.starts[number - 1]
        for changed, cost, note in _line_rules(content):
            if changed != content:
                yield _rule(case.splice(start, start + len(content), changed), cost + 0.3 * rank, note)
    yield from _at_report(case)


def propose_terraform_escapes(case: Case) -> Iterator[Candidate]:
    """A shell's `${NAME}` in a string or heredoc, which Terraform takes for a reference of its own."""
    if case.target.rule != "invalid-reference" or not _UNQUOTED.search(case.text):
        return
    found = case.target.found or ""
    one = re.sub(rf"(?<!\$)\$\{{{re.escape(found)}\}}", f"$${{{found}}}", case.text)
    yield Candidate(one, RepairSource.SCHEMA, 0.7, "interpolation of another language escaped")
    everywhere = re.sub(r"(?<!\$)\$(?=\{[A-Z_][A-Z0-9_]*\})", "$$", case.text)
    yield Candidate(everywhere, RepairSource.SCHEMA, 0.8, "interpolations of another language escaped")


def _foreign(case: Case) -> Iterator[Candidate]:
    everywhere = _FOREIGN.sub(lambda match: match.group() * 2, case.text)
    yield _rule(everywhere, 0.5, "interpolations of another language escaped")
    number = case.target.related_line or case.target.line
    if 1 <= number <= len(case.lines):
        start, end = case.starts[number - 1], case.starts[number]
        for match in list(re.finditer(r"(?<![$%])[$%](?=\{)", case.text[start:end]))[:6]:
            at = start + match.start()
            yield _rule(case.splice(at, at, match.group()), 0.9, "interpolation of another language escaped")


def _end(case: Case) -> Iterator[Candidate]:
    """The text with everything closed that is open at its end, and variants of what its last line may have become."""
    body = case.text.rstrip()
    ending = case.text[len(body) :] or ""
    for text, cost, note in _last_lines(body):
        stack = scan(text)
        swallows = any(opener.kind == "<<" and _end_of_heredoc(text, opener) is not None for opener in stack)
        yield _rule(text + _closers(text, stack) + ending, cost + 1.5 * swallows, note)


def _last_lines(body: str) -> Iterator[tuple[str, float, str]]:
    """The text as it is, with its last value completed, and without its last line or word."""
    yield body, 0.6, "closed at the end"
    head, _, last = body.rpartition("\n")
    bare = last.strip()
    in_code = not _is_in_text(body)
    if in_code and (whole := _completed(body)):
        yield whole, 0.2, "last name completed"
    if re.fullmatch(r"[\w.\"-]+\s*[=:]", bare) or re.search(r"(=|=>|[-+*/%<>]|&&|\|\||[(\[,:!?])$", bare):
        yield f"{body} null", 0.9, "last value left empty"
        yield f"{body} null : null", 1.5, "last value left empty"
    if in_code and re.fullmatch(r"[\w-]+", bare):
        yield head.rstrip(), 1.0, "last word removed"
        yield f"{body} = null", 2.6, "last value left empty"
    if re.fullmatch(r"[\w-]+(\s+\"[^\"]*\")*(\s+\"[^\"]*)?", bare):
        closed = body + '"' * (bare.count('"') % 2)
        yield f"{closed} {{", 0.5 if '"' in bare else 1.7, "block opened and closed"
    if not in_code and re.fullmatch(r"\"[^\"]*", bare):
        yield f'{body}" = null', 1.3, "last value left empty"
    if re.search(r"[^\w\"]$", bare):
        yield body[:-1].rstrip(), 1.2, "last sign removed"
    if match := re.search(r"(?<![\w.\"-])[A-Za-z_][\w-]*(\.[\w-]*)*\.?$", body):
        yield f"{body[: match.start()]}null", 1.3, "last reference replaced by null"
    yield head.rstrip(), 1.8, "last line removed"


def _completed(body: str) -> str | None:
    """The text with its last word completed to the only longer one in the text that begins with it."""
    match = re.search(r"[A-Za-z_][\w-]{2,}$", body)
    if match is None:
        return None
    known = set(re.findall(r"[A-Za-z_][\w-]*", body[: match.start()]))
    longer = [word for word in known if word.startswith(match.group())]
    return body[: match.start()] + longer[0] if len(longer) == 1 and match.group() not in known else None


def _is_in_text(body: str) -> bool:
    """Whether the text ends inside a string or heredoc."""
    stack = scan(body)
    return bool(stack) and stack[-1].kind in {'"', "<<"}


def _closers(text: str, stack: list[Open]) -> str:
    """What closes everything that is open, innermost first: on lines of their own where the opener's line ended, and
    together where the openers share a line."""
    closed = text
    inner: Open | None = None
    for opener in reversed(stack):
        shares_line = inner is not None and "\n" not in text[opener.start : inner.start]
        if opener.kind == "<<":
            closed += f"\n{indent_of(text, opener.start)}{opener.marker}\n"
        elif opener.kind in {'"', "${"} or shares_line or closed.find("\n", opener.start) < 0:
            closed += CLOSERS[opener.kind]
        else:
            closed += ("" if closed.endswith("\n") else "\n") + indent_of(text, opener.start) + CLOSERS[opener.kind]
        if text[max(0, opener.start - 80) : opener.start].rstrip().endswith("?"):
            closed += " : null"  # the conditional's second value was still to come
        inner = opener
    return closed[len(text) :]


def _missing(case: Case) -> Iterator[Candidate]:
    """Closers where the indentation says that a bracket ended."""
    places = find_missing(case.text)
    if not places:
        return
    yield _rule(_with_closers(case.text, places), 0.5, "closed where the indentation ends")
    yield _rule(_with_closers(case.text, places[:1]), 0.8, "closed where the indentation ends")
    report = [place for place in places if place.offset >= case.starts[min(len(case.starts), case.target.line) - 1]]
    for place in [*report[:2], *places[-1:]]:
        yield _rule(_with_closers(case.text, [place]), 1.0, "closed where the indentation ends")


def _with_closers(text: str, places: list[Missing]) -> str:
    for place in reversed(places):
        before = text[: place.offset].rstrip()
        gap = text[len(before) : place.offset]
        closers = _closers(before, list(reversed(place.openers)))
        text = before + closers + (gap or "\n") + text[place.offset :]
    return text


def _heredocs(case: Case) -> Iterator[Candidate]:
    """Markers that are not alone on their lines."""
    loose = re.sub(r"(<<-?)[ \t]*([^\W\d][\w-]*)[ \t]*(?=\r?\n)", r"\1\2", case.text)
    yield _rule(loose, 0.7, "blanks at the heredoc's marker removed")
    quoted = re.sub(r"(<<-?)[ \t]*(['\"])([^\W\d][\w-]*)\2[ \t]*(?=\r?\n)", r"\1\3", case.text)
    yield _rule(quoted, 0.7, "quotes around the heredoc's marker removed")
    for opener in scan(case.text):
        at = _end_of_heredoc(case.text, opener) if opener.kind == "<<" else None
        if at is not None:
            marker = f"{indent_of(case.text, opener.start)}{opener.marker}\n"
            yield _rule(case.splice(at, at, marker), 0.6, "heredoc closed where the indentation ends")
    for marker in dict.fromkeys(re.findall(r"<<-?([^\W\d][\w-]*)", case.text)):
        apart = re.sub(rf"^([ \t]*{re.escape(marker)})[ \t]*([)\]}},]+)[ \t]*$", r"\1\n\2", case.text, flags=re.M)
        yield _rule(apart, 0.5, "what follows the heredoc's marker moved to the next line")


def _end_of_heredoc(text: str, opener: Open) -> int | None:
    """The offset of the first line in an open heredoc that looks like the code behind it."""
    level = len(indent_of(text, opener.start))
    offset = text.find("\n", opener.start) + 1
    while 0 < offset < len(text):
        line = line_at(text, offset)
        body = line.lstrip(" \t")
        if len(line) - len(body) <= level and re.match(r"[})\]]+,?\s*$|[\w-]+\s*(=|\{|\"[^\"]*\".*\{)", body):
            return offset
        offset = text.find("\n", offset) + 1
    return None


def _line_rules(content: str) -> Iterator[tuple[str, float, str]]:
    """Other spellings of one line."""
    yield re.sub(r"^(\s*[\w-]+)\s*:\s*(?=\S)", r"\1 = ", content), 0.8, "= in place of :"
    yield re.sub(r"^(\s*)\"([\w-]+)\"\s*[=:]", r"\1\2 =", content), 0.9, "argument's name without quotes"
    yield re.sub(r"^(\s*[\w-]+)[ \t]+(?=[^\s={:])", r"\1 = ", content), 1.0, "= added"
    yield re.sub(r"^(\s*[\w-]+)[ \t]*\{", r"\1 = {", content), 1.2, "= added"
    yield re.sub(r"[,;]\s*$", "", content), 0.8, "comma at the end of the line removed"
    yield re.sub(r"\s*:=\s*|\s*==\s*(?=[^=]*$)", " = ", content, count=1), 1.2, "= in place of another sign"
    if "'" in content:
        yield re.sub(r"'([^'\"\n]*)'", r'"\1"', content), 0.8, "double quotes"
        yield content.replace("'", '"'), 1.1, "double quotes"
    if "`" in content:
        yield content.replace("`", '"'), 1.0, "double quotes"
    if len(re.findall(r"(?<!\\)\"", content)) % 2:
        yield re.sub(r"([,)\]}\s]*)$", r'"\1', content, count=1), 0.8, "string closed"
        yield f'{content.rstrip()}"', 0.9, "string closed"
        yield re.sub(r"(\"[\w.-]+)(?=\s*\{\}?\s*$)", r'\1"', content), 0.7, "string closed"
        yield re.sub(r"(?<=\s)([\w.-]+\")(?=\s*\{\}?\s*$)", r'"\1', content), 0.7, "string opened"
        yield re.sub(r"(\"[\w.-]+)(?=[ \t]+\")", r'\1"', content, count=1), 0.8, "string closed"
        yield re.sub(r"(?<![\w\"\]])(?=[\w./${:-]+\"\s*[,)\]}]*$)", '"', content, count=1), 1.2, "string opened"
    yield re.sub(r"\\(?![nrt\"\\uU])", r"\\\\", content), 0.9, "backslash doubled"
    yield re.sub(r"(?<!&)&(?!&)", "&&", content), 1.0, "operator spelt out"
    yield re.sub(r"(?<!\|)\|(?!\|)", "||", content), 1.0, "operator spelt out"
    yield re.sub(r"\band\b", "&&", re.sub(r"\bor\b", "||", content)), 1.2, "operator spelt out"
    yield re.sub(r"\bnot\s+", "!", content), 1.2, "operator spelt out"
    yield re.sub(r"(?<=[\w\"\])])[ \t]+(?=[\w-]+[ \t]*=[^=])", "\n", content), 1.3, "one argument a line"
    yield re.sub(r";[ \t]*(?=\S)", "\n", content), 1.0, "one argument a line"
    yield _spread(content), 1.1, "block on several lines"


def _spread(content: str) -> str:
    """A block that stands on one line with each argument on its own."""
    match = re.fullmatch(r"(\s*)([^{]*\{)[ \t]*(\S.*\S)[ \t]*\}[ \t]*", content)
    if match is None:
        return content
    inner = re.sub(r"(?:[,;][ \t]*|[ \t]+)(?=[\w-]+[ \t]*=[^=])", f"\n{match[1]}  ", match[3])
    return f"{match[1]}{match[2]}\n{match[1]}  {inner}\n{match[1]}}}"


def _at_report(case: Case) -> Iterator[Candidate]:
    """Small changes where the parser stopped."""
    before = case.text[: case.at].rstrip()
    if before and before[-1] not in ",{[(=":
        yield _rule(f"{before},{case.text[len(before) :]}", 0.9, "comma added")
        if "\n" not in case.text[len(before) : case.at]:
            yield _rule(f"{before}\n{case.text[len(before) :].lstrip(' ')}", 1.2, "line ended")
    if "false expression" in case.target.message:
        yield _rule(f"{before} : null{case.text[len(before) :]}", 0.8, "conditional completed")
    # A brace that begins a block stands on the line of the block's header.
    joined = re.sub(r"^([ \t]*[\w-]+(?:[ \t]+\"[^\"\n]*\")*)[ \t]*\r?\n[ \t]*\{", r"\1 {", case.text, flags=re.M)
    yield _rule(joined, 0.8, "brace moved to the block's header")
    opened = case.offset(case.target.line, 10**9)
    yield _rule(case.splice(opened, opened, " {"), 1.2, "block opened")
    if case.at < len(case.text) and case.text[case.at] in "}])":
        yield _rule(case.splice(case.at, case.at + 1, ""), 1.4, "surplus closer removed")
