"""The `validators:` key of `.slmfix.yml`: what the JSON Schema cannot check, and the way to `CustomValidator`."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import replace
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from slmfix_bot.core.options import CustomValidator, LanguageOptions
from slmfix_bot.core.problem_matcher import GROUPS, compile_pattern, parse_matchers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from slmfix_bot.adapters.yaml_document import Lines

MAX_CONTENTS = 8 << 20
PLACEHOLDERS = ("{file}", "{path}")
Problem = tuple[tuple["str | int", ...], str]
_LISTS = ("files", "syntax_rules", "keywords", "files_from_base", "success_codes")
_SCRIPT = re.compile(r"\.(?:py|js|mjs|cjs|ts|rb|pl|sh|bash|php|lua|jar|awk)$")


def custom_languages(document: Any) -> tuple[str, ...]:
    """The languages that the entries of a configuration declare, in their order."""
    entries = document.get("validators") if isinstance(document, dict) else None
    rows = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return tuple(dict.fromkeys(str(row["language"]) for row in rows if isinstance(row.get("language"), str)))


def argv_of(command: str | Sequence[str]) -> tuple[str, ...]:
    """The argument vector; text is split as a shell would, but no shell ever sees it. Raises ValueError."""
    return tuple(shlex.split(command)) if isinstance(command, str) else tuple(command)


def problems(document: Any, lines: Lines, known: Collection[str]) -> list[tuple[int, str]]:
    """(line, message) of every mistake that the schema does not see; `known` are the built-in languages, or none to
    let a language do without files."""
    entries = document.get("validators", []) if isinstance(document, dict) else []
    found: list[tuple[int, str]] = []
    names: set[str] = set()
    for index, entry in enumerate(entries):
        for path, message in _entry_problems(entry, document, known):
            where = ("validators", index, *path)
            found.append((lines.get(where) or lines.get(where[:3]) or lines.get(where[:2], 1), message))
        if entry["name"] in names:
            found.append((lines.get(("validators", index, "name"), 1), f"a second validator {entry['name']!r}"))
        names.add(entry["name"])
    return found


def _entry_problems(entry: Mapping[str, Any], document: Mapping[str, Any], known: Collection[str]) -> Iterator[Problem]:
    language, settings = entry["language"], document.get("languages") or {}
    included = (settings.get(language) or {}).get("include") if isinstance(settings, dict) else None
    if known and language not in known and not entry.get("files") and not included:
        near = get_close_matches(language, known, n=1, cutoff=0.6)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        yield (
            ("language",),
            f'the language {language!r} is not built in: add its files, as in files: ["*.{language}"]{hint}',
        )
    yield from _command_problems(entry)
    yield from _pattern_problems(entry)
    for path in (*entry.get("files_from_base", ()), *_pattern_paths(entry)):
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts or path != str(PurePosixPath(path)):
            yield ("files_from_base",), f"{path!r} is not a path inside the repository, such as tools/lint.py"


def _command_problems(entry: Mapping[str, Any]) -> Iterator[Problem]:
    needed = entry.get("files_from_base", ())
    for key in ("command", "version_command"):
        if key not in entry:
            continue
        try:
            argv = argv_of(entry[key])
        except ValueError as error:
            yield (key,), f"{key}: {error}"
            continue
        if not argv or not argv[0]:
            yield (key,), f"{key}: there is no program"
            continue
        if argv[0] in {"sh", "bash"} and "-c" in argv and any(p in part for part in argv for p in PLACEHOLDERS):
            yield (key,), f"{key}: a name of a file inside of shell code is code; give the program and its arguments"
        if "/" in argv[0] and not argv[0].startswith("/") and _relative(argv[0]) not in needed:
            yield (key,), _from_base(key, argv[0])
        for part in argv[1:]:
            is_path = not part.startswith(("-", "/")) and _SCRIPT.search(part) and "{" not in part
            if is_path and _relative(part) not in needed:
                yield (key,), _from_base(key, part)
            for placeholder in re.findall(r"\{[a-z_]{0,12}\}", part):
                if placeholder not in PLACEHOLDERS:
                    near = get_close_matches(placeholder, PLACEHOLDERS, n=1)
                    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(PLACEHOLDERS)}"
                    yield (key,), f"{key}: unknown placeholder {placeholder}; {hint}"


def _relative(part: str) -> str:
    return part.removeprefix("./")


def _from_base(key: str, part: str) -> str:
    return (
        f"{key}: {part} looks like a file of the repository, and in a pull request that would be the change's own "
        f"version; list it under files_from_base, or give a program on PATH or an absolute path"
    )


def _pattern_problems(entry: Mapping[str, Any]) -> Iterator[Problem]:
    output, pattern = entry["output"], entry.get("pattern")
    if output in {"regex", "problem-matcher"} and pattern is None:
        yield ("output",), f"output: {output} needs a pattern"
    elif output not in {"regex", "problem-matcher"} and pattern is not None:
        yield ("pattern",), f"pattern: only regex and problem-matcher have one; output is {output}"
    elif output == "regex":
        yield from _regex_problems("pattern", pattern)
    elif output == "problem-matcher" and isinstance(pattern, list):
        try:
            parse_matchers(json.dumps(pattern))
        except ValueError as error:
            yield ("pattern",), f"pattern: {error}"
    if "expected_pattern" in entry:
        yield from _regex_problems("expected_pattern", entry["expected_pattern"])


def _regex_problems(key: str, pattern: object) -> Iterator[Problem]:
    if not isinstance(pattern, str):
        yield (key,), f"{key}: expected one regular expression as text"
        return
    try:
        groups = compile_pattern(pattern).groupindex
    except re.error as error:
        yield (key,), f"{key}: not a regular expression: {error}"
        return
    if key == "expected_pattern":
        return
    for name in groups:
        if name not in GROUPS:
            near = get_close_matches(name, GROUPS, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(GROUPS)}"
            yield (key,), f"{key}: unknown group {name!r}; {hint}"
    if "line" not in groups:
        yield (key,), f"{key}: it needs a group (?P<line>...)"


def _pattern_paths(entry: Mapping[str, Any]) -> tuple[str, ...]:
    is_path = entry["output"] == "problem-matcher" and isinstance(entry.get("pattern"), str)
    return (entry["pattern"],) if is_path else ()


def build_validator(entry: Mapping[str, Any]) -> CustomValidator:
    """An entry that `problems` had nothing to say about."""
    fields: dict[str, Any] = {key: tuple(value) if key in _LISTS else value for key, value in entry.items()}
    for key in ("command", "version_command"):
        if key in fields:
            fields[key] = argv_of(fields[key])
    if path := "".join(_pattern_paths(entry)):
        fields |= {"pattern": None, "pattern_file": path}
    elif entry["output"] == "problem-matcher":
        fields["pattern"] = json.dumps(entry["pattern"])
    return CustomValidator(**fields)


def with_contents(validator: CustomValidator, read: Callable[[str], bytes | None], where: str) -> CustomValidator:
    """The validator with the repository files that it needs; `read` gets them from the place that is trusted, which
    `where` names ("at commit 1234"). When one cannot be had, the validator is refused with that reason."""
    contents: list[tuple[str, str]] = []
    pattern = validator.pattern
    for path in (*validator.files_from_base, *filter(None, (validator.pattern_file,))):
        data = read(path)
        if data is None:
            return replace(validator, refused=f"{validator.name}: {path} does not exist {where}")
        contents.append((path, data.decode(errors="surrogateescape")))
    if sum(len(text) for _, text in contents) > MAX_CONTENTS:
        return replace(validator, refused=f"{validator.name}: files_from_base are larger than {MAX_CONTENTS >> 20} MiB")
    if validator.pattern_file:
        pattern = contents.pop()[1]
        try:
            parse_matchers(pattern)
        except ValueError as error:
            return replace(validator, refused=f"{validator.name}: {validator.pattern_file} {where}: {error}")
    return replace(validator, contents=tuple(contents), pattern=pattern)


def with_files(
    languages: Mapping[str, LanguageOptions], validators: Sequence[CustomValidator]
) -> dict[str, LanguageOptions]:
    """The settings by language, with the validators' `files` among the patterns that are of the language."""
    merged = dict(languages)
    for validator in validators:
        if validator.files:
            old = merged.get(validator.language, LanguageOptions())
            merged[validator.language] = replace(old, include=(*old.include, *validator.files))
    return merged
