"""Rules for Python: missing imports, unclosed strings and brackets, lost bodies and indentation."""

from __future__ import annotations

import re
import sys
from textwrap import dedent
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.propose.python_brackets import propose_completions, propose_python_brackets
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Iterator

_FROM = {
    "typing": "Any Callable Dict FrozenSet Generic Iterable Iterator List Mapping Optional Sequence Set Tuple Union",
    "collections": "Counter OrderedDict defaultdict deque namedtuple",
    "functools": "cache cmp_to_key lru_cache partial reduce wraps",
    "itertools": "accumulate chain combinations count cycle groupby permutations product repeat zip_longest",
    "math": "ceil factorial floor gcd isqrt log log2 pi sqrt",
    "dataclasses": "dataclass field",
    "datetime": "date timedelta",
    "pathlib": "Path",
    "fractions": "Fraction",
    "decimal": "Decimal",
    "abc": "ABC abstractmethod",
    "enum": "Enum",
    "hashlib": "md5 sha256",
    "heapq": "heapify heappop heappush",
    "bisect": "bisect_left bisect_right",
    "copy": "deepcopy",
    "contextlib": "contextmanager",
    "string": "ascii_letters ascii_lowercase ascii_uppercase",
}
_CONSTANTS = {"true": "True", "false": "False", "null": "None", "nil": "None", "none": "None", "undefined": "None"}
_IMPORTS = {name: f"from {module} import {name}" for module, names in _FROM.items() for name in names.split()}
_IMPORTS |= {"np": "import numpy as np", "pd": "import pandas as pd", "plt": "import matplotlib.pyplot as plt"}
_MAX_LINE = 2000  # characters; the rules for one line are quadratic in them


def _rule(text: str, cost: float, note: str, source: RepairSource = RepairSource.SEARCH) -> Candidate:
    return Candidate(text, source, cost, note)


def propose_python(case: Case) -> Iterator[Candidate]:
    """All rules for Python."""
    for rule in (_strings, propose_python_brackets, _bodies, _indentation, _colon, propose_completions, _comparison):
        for candidate in rule(case):
            if candidate.text != case.text:
                yield candidate


def propose_imports(case: Case) -> Iterator[Candidate]:
    """The import that a well-known undefined name lacks, at the head of the file or of the function."""
    name = case.target.found
    if not name:
        return
    constant = _CONSTANTS.get(name)
    if constant:
        text = re.sub(rf"(?<![\w.\"']){name}(?![\w\"'(=])", constant, case.text)
        yield _rule(text, 0.4, f"{name} -> {constant}", RepairSource.SCHEMA)
    statement = _IMPORTS.get(name)
    if name in sys.stdlib_module_names and re.search(rf"\b{name}\.\w", case.text):
        statement = f"import {name}"
    if statement is None:
        return
    places = [_import_line(case), *_enclosing_body(case)]
    for rank, (line, indent) in enumerate(places):
        at = case.starts[min(line - 1, len(case.lines))]
        gap = "\n\n" if rank == 0 and line == 1 and re.match(r"def |class |@", case.text) else ""
        text = case.splice(at, at, f"{indent}{statement}\n{gap}")
        yield _rule(text, 0.4 + rank, statement, RepairSource.SCHEMA)


def _import_line(case: Case) -> tuple[int, str]:
    """The line behind the last import of the head of the file, or behind its docstring and comments."""
    last = 0
    for number, line in enumerate(case.lines, start=1):
        if re.match(r"(?:import|from)\s", line):
            last = number
        elif re.match(r"(?:def|class|@|if|for|while|with|try)\b", line):
            break
    if last:
        return last + 1, ""
    head = re.match(r"(?:#[^\n]*\n)*(?:(\"\"\"|''')[\s\S]*?\1[ \t]*\n)?", case.text)
    return (case.text[: head.end()].count("\n") + 1 if head else 1), ""


def _enclosing_body(case: Case) -> Iterator[tuple[int, str]]:
    """The first line of the body of the function around the report, for changes that do not hold the file's head."""
    for number in range(case.target.line, 0, -1):
        header = re.match(r"(\s*)(?:async )?def .*:\s*$", case.lines[number - 1].rstrip("\n"))
        if header and number < case.target.line:
            yield number + 1, header[1] + "    "
            return


def _strings(case: Case) -> Iterator[Candidate]:
    text = case.text
    for quote in ('"""', "'''"):
        if text.count(quote) % 2:
            body = text.rstrip()
            yield _rule(body + "\n" * body.endswith("\\") + quote + text[len(body) :], 1.4, "string closed at the end")
            opener = text.rfind(quote)
            line = text.count("\n", 0, opener) + 1
            indent = re.match(r"\s*", case.lines[line - 1])
            closed = body + "\n" + (indent[0] if indent else "") + quote + "\n"
            yield _rule(closed, 1.6, "docstring closed at the end")
            yield from _docstring_end(case, line, quote)
            yield _rule(case.splice(opener, opener + 3, ""), 2.5, "stray triple quote removed")
    start, line_text = case.offset(case.target.line, 1), case.lines[case.target.line - 1 : case.target.line]
    content = (line_text or [""])[0].rstrip("\r\n")
    if len(content) > _MAX_LINE:
        return
    for quote in "'\"":
        if content.count(quote) % 2:
            end = start + len(content.rstrip())
            yield _rule(case.splice(end, end, quote), 1.4, "string closed")
            for closers in (")", "])", "]", "}", "})"):
                yield _rule(case.splice(end, end, quote + closers), 2.0, "string and bracket closed")
            for tail in re.finditer(r"[)\]},:]+\s*$", content):
                spot = start + tail.start()
                yield _rule(case.splice(spot, spot, quote), 1.2, "string closed")
            for match in re.finditer(quote, content):
                spot = start + match.start()
                yield _rule(case.splice(spot, spot + 1, ""), 2.3, "stray quote removed")
                yield _rule(case.splice(spot, spot, "\\"), 1.9, "quote escaped")


def _docstring_end(case: Case, line: int, quote: str) -> Iterator[Candidate]:
    """Close a docstring before the first line that looks like code at its own indentation."""
    indent = re.match(r"[ \t]*", case.lines[line - 1])
    prefix = indent[0] if indent else ""
    for number in range(line + 1, len(case.lines) + 1):
        content = case.lines[number - 1]
        if re.match(
            rf"{prefix}(?:[A-Za-z_][\w.\[\]]*\s*(?:=[^=]|\+=|\()|return\b|if .*:|for .*:|while .*:|def |import |from )",
            content,
        ):
            at = case.starts[number - 1]
            yield _rule(case.splice(at, at, f"{prefix}{quote}\n"), 1.2, "docstring closed before the code")


def _bodies(case: Case) -> Iterator[Candidate]:
    """A header without a body."""
    for number in dict.fromkeys((case.target.related_line, case.target.line, case.target.line - 1, len(case.lines))):
        if not number or not 1 <= number <= len(case.lines):
            continue
        content = case.lines[number - 1]
        header = re.match(
            r"(\s*)(?:async |)(?:def|class|if|elif|else|for|while|try|except|finally|with)\b.*:\s*(?:#.*)?$",
            content.rstrip(),
        )
        if header:
            at = case.starts[number]
            newline = "" if content.endswith("\n") else "\n"
            yield _rule(case.splice(at, at, f"{newline}{header[1]}    pass\n"), 2.2, "empty body filled")
            following = number
            while following < len(case.lines) and case.lines[following].strip():
                following += 1
            if following > number:
                body = "".join("    " + line if line.strip() else line for line in case.lines[number:following])
                yield _rule(case.splice(case.starts[number], case.starts[following], body), 1.6, "body indented")
                one = "    " + case.lines[number]
                yield _rule(case.splice(case.starts[number], case.starts[number + 1], one), 1.5, "body indented")


def _indentation(case: Case) -> Iterator[Candidate]:
    """Give the reported line the indentation of an earlier line, and all lines that of the first."""
    yield _rule(dedent(case.text), 0.9, "indentation of the whole text removed")
    number = case.target.line
    if "ndent" not in case.target.message or not 1 <= number <= len(case.lines):
        return
    content = case.lines[number - 1]
    above = (line for line in case.lines[max(0, number - 12) : number - 1] if line.strip())
    levels = {line[: len(line) - len(line.lstrip(" \t"))] for line in above}
    previous = next((line for line in reversed(case.lines[: number - 1]) if line.strip()), "")
    near = previous[: len(previous) - len(previous.lstrip())]
    for level in sorted(levels, key=lambda level: (level != near, -len(level))):
        start = case.starts[number - 1]
        text = case.splice(start, start + len(content), level + content.lstrip())
        yield _rule(text, 1.2 + 0.2 * (level != near), "indentation aligned")


def _colon(case: Case) -> Iterator[Candidate]:
    for number in (case.target.line, case.target.line - 1):
        if 1 <= number <= len(case.lines):
            content = case.lines[number - 1].rstrip()
            if re.match(r"\s*(?:async |)(?:def|class|if|elif|else|for|while|try|except|finally|with)\b", content):
                end = case.starts[number - 1] + len(content)
                yield _rule(case.splice(end, end, ":"), 1.2, "colon added")
                yield _rule(case.splice(end, end, ": pass"), 2.4, "header completed")


def _comparison(case: Case) -> Iterator[Candidate]:
    """An assignment where a comparison was meant; `else if`; a header whose tail was cut off."""
    printed = re.sub(r"^([ \t]*)print[ \t]+([^\s(=][^\n]*)$", r"\1print(\2)", case.text, flags=re.M)
    yield _rule(printed, 0.9, "print statement to call")
    yield _rule(re.sub(r"\belse if\b", "elif", case.text), 1.0, "else if to elif")
    body = case.text.rstrip()
    if re.fullmatch(r"[ \t]*def \w+", body[body.rfind("\n") + 1 :]):
        yield _rule(body + "(): pass\n", 2.0, "header completed")
    if not 1 <= case.target.line <= len(case.lines):
        return
    start, content = case.starts[case.target.line - 1], case.lines[case.target.line - 1]
    if len(content) > _MAX_LINE:
        return
    for match in re.finditer(r"(?<![=!<>+*/%&|^:-])=(?!=)", content):
        yield _rule(case.splice(start + match.start(), start + match.end(), "=="), 1.4, "= to ==")
