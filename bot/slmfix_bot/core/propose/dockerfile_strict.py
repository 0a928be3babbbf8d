"""Rules for what hadolint refuses although it builds. Each changes every place at once: they are independent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.propose.case import Candidate, Case
from slmfix_bot.core.propose.dockerfile_text import CONTINUES, first_row, last_row, with_rows
from slmfix_bot.core.report import RepairSource
from slmfix_bot.core.text import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_UNPACKED = re.compile(r"\.(?:tar|t?gz|Z|t?bz2?|t?xz|lzma|zst)\b|https?://|ftp://|git@|<<")
_ARCHIVE_NAME = re.compile(r"URL|TAR|ARCHIVE|TGZ|ROOTFS|DOWNLOAD", re.I)


def propose_strict(case: Case) -> Iterator[Candidate]:
    """The mechanical change for the target's rule, at all its places; with all the others as well, where there are."""
    rule = case.target.rule
    if rule not in _CHANGES:
        return
    changed = _CHANGES[rule](case)
    if changed != case.text:
        yield Candidate(changed, RepairSource.LINTER, 0.5, rule)


def _rows(case: Case) -> list[int]:
    """Rows (0-based) of the diagnostics of the target's rule, in order."""
    return sorted({d.line - 1 for d in case.diagnostics if d.rule == case.target.rule and d.line <= len(case.lines)})


def _maintainer(case: Case) -> str:
    changes = []
    for row in _rows(case):
        end = last_row(case.lines, row)
        content = "".join(case.lines[row : end + 1]).rstrip()
        found = re.fullmatch(r"(\s*)(maintainer)\s+(\S[\s\S]*)", content, re.I)
        if found:
            label = "label" if found[2].islower() else "LABEL"
            changes.append((row, end + 1, [f"{found[1]}{label} maintainer={_quoted(found[3])}"]))
    return with_rows(case.lines, changes)


def _quoted(value: str) -> str:
    """In double quotes; those that enclose all of it stay, others inside are escaped."""
    whole = re.fullmatch(r"\"([^\"\\]*)\"|'([^'\\]*)'", value)
    if whole:
        value = whole[1] if whole[1] is not None else whole[2]
    return '"' + re.sub(r'(?<!\\)(["$`])', r"\\\1", value) + '"'


def _copy(case: Case) -> str:
    text = case.text
    for diagnostic in sorted(case.diagnostics, key=lambda d: (d.line, d.column or 0), reverse=True):
        if diagnostic.rule != "add-for-copy" or not diagnostic.found:
            continue
        start = case.offset(diagnostic.line, diagnostic.column)
        stop = case.starts[last_row(case.lines, diagnostic.line - 1) + 1]
        if not _is_unpacked(case.text, case.text[start:stop]):
            word = "copy" if diagnostic.found.islower() else "COPY"
            text = text[:start] + word + text[start + len(diagnostic.found) :]
    return text


def _is_unpacked(text: str, instruction: str) -> bool:
    """Whether ADD may fetch or unpack one of the sources, perhaps by the value of a variable."""
    words = re.split(r"[\s\",\[\]]+", instruction.strip())
    sources = [word for word in words[1:-1] if not word.startswith("--")]
    for source in sources:
        if _UNPACKED.search(source):
            return True
        for name in re.findall(r"\$\{?(\w+)", source):
            values = re.findall(rf"\b{re.escape(name)}[= ]([^\n]*)", text)
            if any(_UNPACKED.search(value) for value in values) or (_ARCHIVE_NAME.search(name) and source[0] == "$"):
                return True
    return False


def _without_found(case: Case) -> str:
    """Without what a diagnostic calls superfluous, and the blanks behind it."""
    text = case.text
    for diagnostic in sorted(case.diagnostics, key=lambda d: (d.line, d.column or 0), reverse=True):
        if diagnostic.rule == case.target.rule and diagnostic.found:
            start = case.offset(diagnostic.line, diagnostic.column)
            end = start + len(diagnostic.found)
            if text.startswith(diagnostic.found, start):
                behind = text[end:]
                text = text[:start] + (behind.lstrip(" \t") if diagnostic.found.startswith("sudo") else behind)
    return text


def _as_user(case: Case) -> str:
    """USER in front of a RUN whose commands are all under sudo, and the user from before again behind the last such."""
    lines = split_lines(_without_found(case))
    if len(lines) != len(case.lines):
        return case.text
    runs: dict[int, tuple[int, str, str]] = {}
    for diagnostic in case.diagnostics:
        if diagnostic.rule == case.target.rule and diagnostic.related_line:
            named = re.search(r"-\w*u\s*([\w.-]+)", diagnostic.found or "")
            start = first_row(case.lines, diagnostic.line - 1)
            before = re.search(r"runs as '([^']+)'", diagnostic.message)
            user = before[1] if before else "root"
            runs[start] = (diagnostic.related_line, named[1] if named else "root", user)
    changes: list[tuple[int, int, list[str]]] = []
    current = ""
    for start, (end, target, back) in sorted(runs.items()):
        if target != current:
            changes.append((start, start, [f"USER {target}"]))
        following = next((row for row in range(end, len(lines)) if lines[row].strip()), -1)
        current = target if following in runs else ""
        if not current:
            changes.append((end, end, [f"USER {back}"]))
    return with_rows(lines, changes)


def _user_at(case: Case, row: int) -> str:
    """The user that is set before a row, in the same stage."""
    for line in reversed(case.lines[:row]):
        found = re.match(r"\s*(USER|FROM)\s+(\S+)\s*$", line, re.I)
        if found:
            return found[2] if found[1].upper() == "USER" else "root"
    return "root"


def _workdir(case: Case) -> str:
    """Joined with the folder before it in the same stage, else below the root."""
    changes = []
    wrong, base = set(_rows(case)), ""
    for row, line in enumerate(case.lines):
        line = re.sub(r"(WORKDIR\s+)\[\s*(\"[^\",]*\")\s*\]", r"\1\2", line, flags=re.I)
        found = re.match(r"(\s*(?:ONBUILD\s+)?WORKDIR\s+)([\"']?)([^\"'\n\r]*?)\2\s*$", line, re.I)
        if re.match(r"\s*FROM\s", line, re.I):
            base = ""
        if not found:
            continue
        place = found[3]
        if row in wrong and re.match(r"~(?:/|$)", place):
            user = _user_at(case, row)
            place = ("/root" if user == "root" else f"/home/{user}") + place[1:].rstrip("/")
            changes.append((row, row + 1, [f"{found[1]}{found[2]}{place}{found[2]}"]))
        elif row in wrong and place.startswith("/"):
            changes.append((row, row + 1, [f"{found[1]}{place}"]))
        elif row in wrong and not place.startswith(("{", "%")):
            parts = [part for part in place.replace("\\", "/").split("/") if part not in {"", "."}]
            while parts[:1] == [".."]:
                parts, base = parts[1:], base.rpartition("/")[0]
            slash = "/" if place.endswith("/") and parts else ""
            place = "/".join([base.rstrip("/"), *parts]) + slash or "/"
            changes.append((row, row + 1, [f"{found[1]}{found[2]}{place}{found[2]}"]))
        base = place
    return with_rows(case.lines, changes)


def _container_ports(case: Case) -> str:
    """Only the port of the container."""
    changes = [
        (row, row + 1, [re.sub(r"(?<!\S)[\w.]*:(?=\d)", "", case.lines[row].rstrip("\r\n"))]) for row in _rows(case)
    ]
    return with_rows(case.lines, changes)


def _blank_lines(case: Case) -> str:
    return with_rows(case.lines, [(row, row + 1, [""]) for row in _rows(case)])


def _ports(case: Case) -> str:
    """Without quotes; a default value moves to an ARG."""
    changes = []
    for row in _rows(case):
        content = case.lines[row].rstrip("\r\n")
        defaults = re.findall(r"\$\{(\w+):?-([^}]*)\}", content)
        bare = re.sub(r"\$\{(\w+):?-[^}]*\}", r"${\1}", content)
        bare = re.sub(r"[\"']([^\"'\s]+)[\"']", r"\1", bare)
        if not CONTINUES.search(content) and first_row(case.lines, row) == row:
            changes.append((row, row + 1, [*(f"ARG {name}={value}" for name, value in defaults), bare]))
    return with_rows(case.lines, changes)


def _folder(case: Case) -> str:
    """A slash behind the destination."""
    target = case.target
    line = case.lines[target.line - 1]
    start = line.find(target.found or "", max(0, (target.column or 1) - 1))
    if start < 0 or not target.found:
        return case.text
    at = case.starts[target.line - 1] + start + len(target.found)
    return case.splice(at, at, "/")


_CHANGES: Mapping[str, Callable[[Case], str]] = {
    "maintainer": _maintainer,
    "add-for-copy": _copy,
    "superfluous-sudo": _without_found,
    "superfluous-host-port": _container_ports,
    "sudo-for-user": _as_user,
    "relative-workdir": _workdir,
    "blank-continuation": _blank_lines,
    "quoted-port": _ports,
    "folder-needed": _folder,
}
