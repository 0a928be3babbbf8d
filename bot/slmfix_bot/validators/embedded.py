"""Judges the programs inside a file, each by its own language's validator, when the file itself is in order."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

from slmfix_bot.core.edit import Edit, apply_edits, diff_edits
from slmfix_bot.core.embedded import inner_text, to_host_column, to_host_line, with_inner_text
from slmfix_bot.core.program import Program
from slmfix_bot.core.rules import is_about_signs
from slmfix_bot.core.text import bare_lines
from slmfix_bot.errors import CannotJudge, MissingToolError, ToolError
from slmfix_bot.validators.base import Explainer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.embedded import Embedded
    from slmfix_bot.validators.base import Validator

# host language -> "module:function(program) -> embedded programs" below this package
FINDERS = {
    "ansible": "embedded_ansible:find_scripts",
    "bash": "sql_embedded:find_sql",
    "dockerfile": "dockerfile_scripts:find_scripts",
    "kubernetes": "embedded_promql:find_expressions",
    "make": "embedded_make:find_scripts",
    "python": "sql_embedded:find_sql",
    "sh": "sql_embedded:find_sql",
    "workflow": "workflow_scripts:find_scripts",
    "yaml": "embedded_promql:find_expressions",
}
MAX_PROGRAMS = 200  # of one file


def check_embedded(program: Program, validators: Mapping[str, Validator], *, quick: bool) -> tuple[Diagnostic, ...]:
    """The diagnostics of all inner programs in the order of the host's lines.

    One that cannot be judged is passed over: the host was, and what its strings mean is a guess anyway.
    """
    diagnostics: list[Diagnostic] = []
    for place in find_embedded(program)[:MAX_PROGRAMS]:
        if place.language not in validators:
            continue
        diagnostics += _check(program, place, validators[place.language], quick=quick)
    return tuple(diagnostics)


def find_embedded(program: Program) -> Sequence[Embedded]:
    """Where the inner programs stand."""
    finder = FINDERS.get(program.language)
    if finder is None:
        return ()
    module, _, name = finder.partition(":")
    find: Callable[[Program], Sequence[Embedded]] = getattr(import_module(f"slmfix_bot.validators.{module}"), name)
    return find(program)


def _check(host: Program, place: Embedded, validator: Validator, *, quick: bool) -> list[Diagnostic]:
    inner = Program(
        language=place.language,
        text=inner_text(host.text, place),
        path=host.path,
        dialect=place.dialect,
        schema=host.schema if place.language == "sql" else None,
        files=host.files,
    )
    try:
        found = validator.check(inner)
        if found and not quick and isinstance(validator, Explainer):
            found = validator.explain(inner, found)
    except (CannotJudge, MissingToolError, ToolError, RecursionError):
        return []
    return [_in_host(host.text, place, inner, diagnostic) for diagnostic in found if _is_sure(inner, place, diagnostic)]


def _is_sure(inner: Program, place: Embedded, diagnostic: Diagnostic) -> bool:
    """What is filled in may change what a linter says of its line, though hardly whether the line parses."""
    if is_about_signs(diagnostic.rule) and not diagnostic.rule.startswith("SC"):
        return True
    line = (bare_lines(inner.text) or [""])[min(diagnostic.line, inner.text.count("\n")) - 1]
    return not any(stand_in in line for stand_in, _ in place.holes)


def _in_host(host: str, place: Embedded, inner: Program, diagnostic: Diagnostic) -> Diagnostic:
    def column(line: int, value: int | None) -> int | None:
        return None if value is None else to_host_column(host, place, line, value)

    related = diagnostic.related_line
    return replace(
        diagnostic,
        message=f"{place.language}: {diagnostic.message}",
        line=to_host_line(place, diagnostic.line),
        end_line=to_host_line(place, diagnostic.end_line),
        column=column(diagnostic.line, diagnostic.column),
        end_column=column(diagnostic.end_line, diagnostic.end_column),
        related_line=None if related is None else to_host_line(place, related),
        fix=_fix_in_host(host, place, inner.text, diagnostic.fix),
        embedded=place,
    )


def _fix_in_host(host: str, place: Embedded, inner: str, fix: tuple[Edit, ...]) -> tuple[Edit, ...]:
    fixed = with_inner_text(host, place, apply_edits(inner, fix)) if fix else None
    return () if fixed is None else diff_edits(host, fixed)
