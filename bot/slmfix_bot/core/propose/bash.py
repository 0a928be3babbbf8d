"""Rules for Bash and sh: flattened one-liners, quotes, unclosed blocks, placeholders."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice, pairwise
from typing import TYPE_CHECKING

from slmfix_bot.core.lexer import Kind
from slmfix_bot.core.propose.bash_lines import joined_arrays
from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.shell_tests import end_of_test, openers

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSER = {
    "if": "fi",
    "for": "done",
    "while": "done",
    "until": "done",
    "case": "esac",
    "select": "done",
    "{": "}",
    "(": ")",
}
_NEED_BREAK = {"then", "do", "else", "elif", "fi", "done", "esac"}
_OPENERS = {"if", "for", "while", "until", "case"}
_AFTER_OK = {
    ";",
    ";;",
    "&&",
    "||",
    "|",
    "&",
    "(",
    "{",
    "then",
    "do",
    "else",
    "elif",
    "!",
    "$(",
    "`",
    "if",
    "while",
    "until",
    ")",
    "in",
}
_PLACEHOLDER = re.compile(r"(?<![<$\w])<([^<>\n|&;]{1,60})>(?!>)")


def _rule(text: str, cost: float, note: str) -> Candidate:
    return Candidate(text, RepairSource.SEARCH, cost, note)


def propose_bash(case: Case) -> Iterator[Candidate]:
    """All rules for shell scripts."""
    for rule in (_shebang, _keywords, _separators, _quotes, _closers, _placeholders, _dangling, _expansions, _tests):
        for candidate in rule(case):
            if candidate.text != case.text:
                yield candidate


def _shebang(case: Case) -> Iterator[Candidate]:
    if case.text[:1].isspace() and case.text.lstrip().startswith("#!"):
        yield _rule(case.text.lstrip(), 0.2, "shebang moved to the first line")


def _separators(case: Case) -> Iterator[Candidate]:
    """Keywords that stand behind a command without `;`, as when a script was flattened into one line."""
    closing, opening = [], []
    values = set(_ends_of_values(case))
    for previous, token in pairwise(case.code):
        if token.kind is not Kind.WORD or "\n" in case.text[previous.end : token.start]:
            continue
        is_ok = previous.text in _AFTER_OK and previous.start not in values
        if is_ok or previous.end == token.start:
            continue
        if token.text in _NEED_BREAK:
            closing.append(previous.end)
        elif token.text in _OPENERS and not previous.text.startswith("-"):
            opening.append(previous.end)
    if closing:
        yield _rule(_insert(case.text, closing, ";"), 0.8, "commands separated")
    if opening:
        yield _rule(_insert(case.text, sorted(closing + opening), ";"), 1.1, "commands separated")
    for place in (closing + opening)[:12]:
        yield _rule(_insert(case.text, [place], ";"), 2.0, "command separated")
    collapsed = re.sub(r"\\[ \t]{2,}", " ", case.text)
    yield _rule(collapsed, 1.0, "flattened line continuation removed")


def _ends_of_values(case: Case) -> Iterator[int]:
    """Offsets of the parentheses that close a `$(`: what stands behind one is another word or command."""
    stack: list[str] = []
    for token in case.code:
        if token.text in {"(", "$(", "((", "$(("}:
            stack.append(token.text)
        elif token.text in {")", "))"} and stack and stack.pop() == "$(":
            yield token.start


def _insert(text: str, places: list[int], what: str) -> str:
    for place in reversed(places):
        text = text[:place] + what + text[place:]
    return text


_ENDS = re.compile(r"\s*(?:[0-9&]?>|\||&&|;|\))|(?<=\S)\s*$|(?=\s\\;)|\s(?=-\w|\{\})")


def _quotes(case: Case) -> Iterator[Candidate]:
    """Close an open quote on the line where it opens: before a redirection, a pipe or the end of the line."""
    text = case.text
    for quote in "\"'`":
        marks = [match.start() for match in re.finditer(rf"(?<!\\){quote}", text)]
        if len(marks) % 2 == 0:
            continue
        if quote == "'":
            yield _rule(re.sub(r"(?<=[a-z])'(?=(?:s|t|m|re|ve|ll|d)\b)", r"'\\''", text), 0.9, "apostrophe escaped")
        end = len(text.rstrip())
        yield _rule(case.splice(end, end, quote), 1.4, "quote closed at the end")
        for place in _odd_marks(text, marks)[-6:]:
            line_end = text.find("\n", place)
            rest = text[place + 1 : line_end if line_end >= 0 else len(text)]
            for rank, match in enumerate(islice(_ENDS.finditer(rest), 6)):
                spot = place + 1 + match.start()
                yield _rule(case.splice(spot, spot, quote), 1.2 + 0.15 * rank, "quote closed")
            for match in islice(re.finditer(r"(?<=\S)(?=\s)", rest), 8):
                spot = place + 1 + match.start()
                yield _rule(case.splice(spot, spot, quote), 2.6, "quote closed")
        for place in marks[-8:]:
            yield _rule(case.splice(place, place + 1, ""), 2.4, "stray quote removed")


def _odd_marks(text: str, marks: list[int]) -> list[int]:
    """The last quote of every line that has an odd number of them: one of those opens what is never closed."""
    by_line: dict[int, list[int]] = {}
    for mark in marks:
        by_line.setdefault(text.rfind("\n", 0, mark), []).append(mark)
    return [found[-1] for found in by_line.values() if len(found) % 2]


def _closed_above(case: Case, place: int, opener: int, closer: str) -> str:
    """A closer on a line of its own, indented as its opener, behind the last code before the place."""
    head = case.text[opener - len(case.text[:opener].rpartition("\n")[2]) : opener]
    indent = head[: len(head) - len(head.lstrip())]
    end = len(case.text[:place].rstrip())
    return case.splice(end, end, f"\n{indent}{closer}")


def _closers(case: Case) -> Iterator[Candidate]:
    """Blocks that are never closed get their closer at the end; closers of nothing go."""
    stack: list[str] = []
    opened: list[int] = []
    expects_command = True
    ends = {"fi", "done", "esac"}
    for token in case.code:
        if stack and token.text in ends and stack[-1] in ends - {token.text} and expects_command:
            swapped = case.splice(token.start, token.end, stack[-1])
            yield _rule(swapped, 0.9, f"{token.text} -> {stack[-1]}")
            if len(stack) > 1 and stack[-2] == token.text:
                yield _rule(_closed_above(case, token.start, opened[-1], stack[-1]), 0.95, f"{stack[-1]} added")
            stack.pop()
            opened.pop()
            continue
        word = token.text
        if word in _CLOSER and (expects_command or word in "({"):
            stack.append(_CLOSER[word])
            opened.append(token.start)
        elif word in {"$(", "$(("}:
            stack.append(")" if word == "$(" else "))")
            opened.append(token.start)
        elif stack and word == stack[-1]:
            stack.pop()
            opened.pop()
        expects_command = word in _AFTER_OK or "\n" in case.text[token.end : token.end + 1]
    if not stack:
        return
    body = case.text.rstrip()
    tail = case.text[len(body) :]
    multi = "\n" in body
    closers = list(reversed(stack))
    if stack[-1] in {")", "))"}:
        line_end = len(case.text[: _end_of_line(case.text, opened[-1])].rstrip())
        yield _rule(case.splice(line_end, line_end, stack[-1]), 1.1, "parenthesis closed on its line")
    separator = "\n" if multi else "; "
    joined = separator.join(closers) if not set(closers) & {")", "))"} else " ".join(closers)
    glue = "" if closers[0] in {")", "))"} else separator
    yield _rule(re.sub(r"(?<!;);$", "", body) + glue + joined + tail, 1.3, "blocks closed at the end")
    yield _rule(body + closers[0] + tail, 1.6, "block closed at the end")


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _keywords(case: Case) -> Iterator[Candidate]:
    """`do` or `then` that is missing in front of the reported command; `else if` with a single `fi`."""
    before = [token for token in case.code if token.end <= case.at]
    opener = case.offset(case.target.related_line, 10**9) if case.target.related_line else 0
    for name in case.target.expected:
        if name in {"do", "then"}:
            places = [len(case.text[:opener].rstrip())] if opener else []
            places += [before[-1].end] if before and before[-1].text != name else []
            for place in places:
                yield _rule(case.splice(place, place, f"; {name}"), 0.8, f"{name} added")
    yield _rule(re.sub(r"\belse[ \t]+if\b", "elif", case.text), 1.0, "else if to elif")


def _placeholders(case: Case) -> Iterator[Candidate]:
    """`<file>` is a redirection to the shell; as a quoted word it is what the author meant."""
    if not _PLACEHOLDER.search(case.text):
        return
    yield _rule(_PLACEHOLDER.sub(r"'<\1>'", case.text), 1.2, "placeholders quoted")
    yield _rule(_PLACEHOLDER.sub(r"\1", case.text), 2.2, "placeholder brackets removed")


_DANGLING = " \t\r\n\f\v|&;\\<>("


def _dangling(case: Case) -> Iterator[Candidate]:
    stripped = case.text.rstrip()
    tail = case.text[len(stripped) :]
    whole = stripped.rstrip(_DANGLING)
    if whole != stripped:
        yield _rule(whole + tail, 1.3, "dangling operator removed")
    signs = Counter(token.text for token in case.code)
    surplus = signs[")"] > sum(signs[opener] for opener in ("(", "$(")) + 2 * signs["(("]
    for token in [t for t in case.code if abs(t.start - case.at) < 40]:
        if token.text in {"(", ")", "`"}:
            yield _rule(case.splice(token.start, token.end, "\\" + token.text), 2.2, f"{token.text} escaped")
        if token.text in {"(", ")"}:
            # A parenthesis right behind a word that nothing opened is a slip; `:)` and the like are text.
            is_slip = token.text == ")" and surplus and re.match(r"[\w\"'/]", case.text[token.start - 1])
            yield _rule(case.splice(token.start, token.end, ""), 2.0 if is_slip else 2.6, f"{token.text} removed")


def _expansions(case: Case) -> Iterator[Candidate]:
    """What ShellCheck calls an error in expansions and `find -exec`."""
    text = case.text
    yield _rule(joined_arrays(text), 1.4, "array joined with [*]")
    start, end = case.offset(case.target.line, 1), case.offset(case.target.line + 1, 1)
    yield _rule(case.splice(start, end, joined_arrays(text[start:end])), 1.2, "[*]")
    quoted = re.sub(r"(?<![\"\w])(\$\{!?\w+\[@\]\}|\$@)(?![\"\w])", r'"\1"', text)
    yield _rule(quoted, 1.1, "array expansion quoted")
    yield _rule(re.sub(r"(-exec\s[^|;&+]*?\S)\s*(\||$|&&)", r"\1 \\; \2", text), 1.6, "-exec terminated")
    yield _rule(re.sub(r"(\bfor \w+ in )[`$]\(?ls ([^\s`)*]+)/?[`)]", r"\1\2/*", text), 2.5, "glob in place of ls")


def _tests(case: Case) -> Iterator[Candidate]:
    """`[` and `[[` of the reported line that lack their closing bracket, or the blank before it."""
    start, end = case.offset(case.target.line, 1), case.offset(case.target.line + 1, 1)
    for opener, place in openers(case.text[start:end])[:6]:
        closer = "]" * len(opener)
        stop = end_of_test(case.text[:end], start + place)
        words = case.text[start + place : stop].rstrip()
        last = start + place + len(words)
        if not words.endswith("]"):
            yield _rule(case.splice(last, last, f" {closer}"), 0.9, f"{closer} added")
        elif not re.search(rf"\s{re.escape(closer)}$", words):
            bare = len(words.rstrip("]").rstrip())
            yield _rule(case.splice(start + place + bare, last, f" {closer}"), 0.8, f"blank before {closer}")
