"""Rules for Ansible files that parse but have their lines at the wrong depth: keywords among a module's options,
options among the keywords of a task, and entries of a list without their dash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.report import RepairSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_KEYWORDS = frozenset(
    """any_errors_fatal args async become become_exe become_flags become_method become_user changed_when check_mode
    connection delay delegate_facts delegate_to diff environment failed_when ignore_errors ignore_unreachable listen
    local_action loop loop_control module_defaults no_log notify poll register remote_user retries run_once tags
    throttle timeout until vars when with_dict with_fileglob with_first_found with_items with_nested with_sequence
    with_subelements with_together""".split()
)
_TESTS = frozenset(
    """changed exists failed failure finished match reachable regex search skip skipped started subset succeeded success
    successful superset unreachable version version_compare""".split()
)
_KEY = re.compile(r"[ \t]*(?:- +)?([\w.]+) *:(?: |$)")


def propose_ansible(case: Case) -> Iterator[Candidate]:
    """What the rule of the target suggests."""
    for rule in _RULES.get(case.target.rule, ()):
        for text, cost, note in rule(case):
            if text != case.text:
                yield Candidate(text, RepairSource.SEARCH, cost, note)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _content(case: Case, row: int) -> str:
    return case.lines[row].rstrip("\r\n")


def _key(case: Case, row: int) -> str:
    match = _KEY.match(_content(case, row))
    return match[1] if match else ""


def _depth(case: Case, row: int) -> int:
    """Columns in front of the key of a line; the dash of an entry is in front of its first key."""
    match = re.match(r" *(?:- +)*", case.lines[row])
    return match.end() if match else 0


def _rows(case: Case, rule: str) -> list[int]:
    """The rows of all diagnostics of one rule, those of blocks that belong to a row before left out."""
    rows = sorted({d.line - 1 for d in case.diagnostics if d.rule == rule and d.line <= len(case.lines)})
    return [row for row in rows if _key(case, row)]


def _head(case: Case, row: int) -> int | None:
    """The row of the key that the row's mapping belongs to."""
    own = _depth(case, row)
    return next((above for above in range(row - 1, -1, -1) if _key(case, above) and _depth(case, above) < own), None)


def _end(case: Case, row: int) -> int:
    """The row behind a key and all that is deeper, for the first key of an entry, too."""
    own = _depth(case, row)
    end = row + 1
    while end < len(case.lines) and (not case.lines[end].strip() or _indent(case.lines[end]) > own):
        end += 1
    while end > row + 1 and not case.lines[end - 1].strip():
        end -= 1
    return end


def _shift(lines: list[str], by: int) -> list[str]:
    if by >= 0:
        return [" " * by + line if line.strip() else line for line in lines]
    return [line[min(-by, _indent(line)) :] if line.strip() else line for line in lines]


def _keywords_among_options(case: Case) -> Iterator[tuple[str, float, str]]:
    """`register` and the like below a module's options go behind them, at the depth of the module."""
    row = case.target.line - 1
    head = _head(case, row) if case.target.found in _KEYWORDS else None
    if head is None:
        return
    rows = [other for other in _rows(case, "unknown-option") if _key(case, other) in _KEYWORDS]
    rows = [other for other in rows if _head(case, other) == head and _depth(case, other) == _depth(case, row)]
    by = _depth(case, head) - _depth(case, row)
    stop = _end(case, head)
    moved: list[str] = []
    kept: list[str] = []
    at = head + 1
    for other in rows:
        kept += case.lines[at:other]
        at = _end(case, other)
        moved += _shift(case.lines[other:at], by)
    kept += case.lines[at:stop]
    if kept and not kept[-1].endswith("\n"):
        kept[-1] += "\n"
    yield case.splice(case.starts[head + 1], case.starts[stop], "".join(kept + moved)), 0.7, "keywords of the task"


def _options_among_keywords(case: Case) -> Iterator[tuple[str, float, str]]:
    """Options at the depth of their module go below it."""
    row = case.target.line - 1
    if not 0 <= row < len(case.lines):
        return
    depth = _depth(case, row)
    module = None
    for above in range(row - 1, -1, -1):
        if not case.lines[above].strip():
            continue
        if _indent(case.lines[above]) < depth and _depth(case, above) != depth:
            break
        key = _key(case, above)
        if _depth(case, above) == depth and key and key not in _KEYWORDS | {"name"}:
            reported = {d.line - 1 for d in case.diagnostics if d.rule == "unknown-keyword"}
            if above not in reported:
                module = above
                break
        if case.lines[above].lstrip().startswith("- ") and _depth(case, above) == depth:
            break
    if module is None:
        return
    if not re.search(r":\s*(?:#.*)?$", _content(case, module)):
        yield from _as_pair(case, module, row)
        return
    stop = _end(case, module)
    inner = [_indent(line) for line in case.lines[module + 1 : stop] if line.strip()]
    by = (inner[0] if inner else depth + 2) - depth
    options = [other for other in _rows(case, "unknown-keyword") if other > module and _depth(case, other) == depth]
    own = next((n for n in range(module + 1, len(case.lines)) if _is_entry(case, n)), len(case.lines))
    options = [other for other in options if other == row or other < own]
    if not inner:
        # Behind a module without options a name is one of them.
        options = sorted({*options, *(n for n in range(module + 1, options[-1]) if _is_name(case, n, depth))})
    moved = [line for other in options for line in _shift(case.lines[other : _end(case, other)], by)]
    rest: list[str] = []
    at = stop
    for other in options:
        rest += case.lines[at:other]
        at = _end(case, other)
    text = "".join([*case.lines[:stop], *moved, *rest, *case.lines[at:]])
    yield text, 0.7, "options of the module"


def _is_name(case: Case, row: int, depth: int) -> bool:
    return _key(case, row) == "name" and _depth(case, row) == depth and not _is_entry(case, row)


def _as_pair(case: Case, module: int, row: int) -> Iterator[tuple[str, float, str]]:
    """The option of the row behind the module's other options, if they are written as `name=value`."""
    option = re.fullmatch(r"\s*([\w.]+): +([\w./-]+)\s*", _content(case, row))
    if option and re.search(r"\w=\S+\s*$", _content(case, module)):
        end = case.starts[module] + len(_content(case, module).rstrip())
        rest = case.text[end : case.starts[row]] + case.text[case.starts[row + 1] :]
        yield f"{case.text[:end]} {option[1]}={option[2]}{rest}", 0.8, "options of the module"


def _is_entry(case: Case, row: int) -> bool:
    return case.lines[row].lstrip().startswith("- ") and _indent(case.lines[row]) < _depth(case, row)


def _flattened(case: Case) -> Iterator[tuple[str, float, str]]:
    """What stands right behind a module without options, at its depth, are its options up to the next keyword."""
    module = (case.target.related_line or 0) - 1
    if module < 0 or not re.search(r":\s*$", _content(case, module)):
        return
    depth = _depth(case, module)
    end = module + 1
    while end < len(case.lines) and _depth(case, end) >= depth and not _is_entry(case, end):
        if _depth(case, end) == depth and (not _key(case, end) or _key(case, end) in _KEYWORDS):
            break
        end += 1
    if end > module + 1 and _depth(case, module + 1) == depth:
        moved = "".join(_shift(case.lines[module + 1 : end], 2))
        yield case.splice(case.starts[module + 1], case.starts[end], moved), 0.7, "options of the module"


def _lost_dash(case: Case) -> Iterator[tuple[str, float, str]]:
    """A second name in one entry is the name of the next entry."""
    last = min(case.target.line, len(case.lines)) - 1
    depth = _depth(case, last)
    for row in range(last, -1, -1):
        line = case.lines[row]
        if _depth(case, row) == depth and line.lstrip().startswith("- "):
            return
        if _indent(line) == depth >= 2 and _key(case, row) == "name":
            yield case.splice(case.starts[row] + depth - 2, case.starts[row] + depth, "- "), 0.8, "dash added"
            return


def _lists(case: Case) -> Iterator[tuple[str, float, str]]:
    """One entry of a list without its dash: the first line gets it, the others follow."""
    row = next((n for n in range(case.target.line - 1, len(case.lines)) if _key(case, n)), None)
    if row is None:
        return
    if re.match(r"\s*(?:tasks|pre_tasks|post_tasks|handlers|block|rescue|always|roles)\s*:\s*$", _content(case, row)):
        row += 1
        if row >= len(case.lines) or not _key(case, row):
            return
    indent = _indent(case.lines[row])
    if indent >= 2:
        # Deeper than what would be its entry's dash: only the dash is lost.
        outer = next((_indent(line) for line in reversed(case.lines[:row]) if _KEY.match(line)), -2)
        if indent - outer > 2 or outer < 0:
            yield case.splice(case.starts[row] + indent - 2, case.starts[row] + indent, "- "), 0.8, "dash added"
    end = row
    while end < len(case.lines) and (not case.lines[end].strip() or _indent(case.lines[end]) >= indent):
        end += 1
    first, *others = case.lines[row:end]
    text = "".join([first[:indent], "- ", first[indent:], *_shift(others, 2)])
    yield case.splice(case.starts[row], case.starts[end], text), 0.9, "dash added"


def _tests(case: Case) -> Iterator[tuple[str, float, str]]:
    """Tests in the notation of filters, which ansible-core read until 2.9: `x | failed` is `x is failed`."""
    names = {d.found for d in case.diagnostics if d.rule == case.target.rule and d.found in _TESTS}
    if case.target.found in names:
        pattern = rf" *\| *({'|'.join(map(re.escape, sorted(names)))})\b"
        yield re.sub(pattern, r" is \1", case.text), 0.6, "test in place of a filter"


def _empty(case: Case) -> Iterator[tuple[str, float, str]]:
    """An empty mapping where a list belongs."""
    row = case.target.line - 1
    match = re.search(r":\s*(\{\})\s*(?:#.*)?$", _content(case, row))
    if match:
        start = case.starts[row]
        yield case.splice(start + match.start(1), start + match.end(1), "[]"), 0.8, "empty list"


def _blank(case: Case) -> Iterator[tuple[str, float, str]]:
    """A key and its value without the blank that parts them are one text."""
    row = case.target.line - 1
    match = re.match(r"(\s*(?:- +)?[A-Za-z_][\w.]*:)(?=[^\s:])", _content(case, row))
    if match:
        place = case.starts[row] + match.end()
        yield case.splice(place, place, " "), 0.7, "blank behind the colon"


def _colon(case: Case) -> Iterator[tuple[str, float, str]]:
    """A lone word in front of a deeper block is its key."""
    for row in range(case.target.line - 1, min(case.target.line + 1, len(case.lines) - 1)):
        content = _content(case, row)
        deeper = _indent(case.lines[row + 1]) > _indent(content)
        if deeper and re.fullmatch(r"\s*(?:- +)?[A-Za-z_][\w.-]*", content.rstrip()):
            place = case.starts[row] + len(content.rstrip())
            yield case.splice(place, place, ":"), 0.8, "colon added"


_RULES: Mapping[str, tuple[Callable[[Case], Iterator[tuple[str, float, str]]], ...]] = {
    "unknown-option": (_keywords_among_options,),
    "unknown-keyword": (_options_among_keywords,),
    "two-modules": (_flattened, _lost_dash),
    "not-a-list": (_empty, _lists, _colon),
    "invalid-type": (_blank, _colon),
    "not-a-mapping": (_blank,),
    "unknown-filter": (_tests,),
}
