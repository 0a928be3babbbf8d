"""Prompt format `whole-program/1`: the paper's setting, in which a model answers with the whole revised program.

The shape follows SLMFix (arXiv 2511.19422, appendix B.2): a role, the user's request, the program, the validator's
feedback, and the beginning of the answer in a code fence. Who opens a pull request states no request; it is then said
to be unknown, which is a real difference to the paper.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_bot.core.prompt import MAX_NAMES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program

WHOLE_PROGRAM_FORMAT = "whole-program/1"
MAX_DIAGNOSTICS = 8
_TITLES = {
    "ansible": ("Ansible", "Ansible playbook", "yaml"),
    "bash": ("Bash", "Bash script", "bash"),
    "dockerfile": ("Docker", "Dockerfile", "dockerfile"),
    "json": ("JSON", "JSON document", "json"),
    "python": ("Python", "Python program", "python"),
    "sql": ("SQL", "SQL statement", "sql"),
    "terraform": ("Terraform", "Terraform configuration", "hcl"),
    "toml": ("TOML", "TOML document", "toml"),
    "verilog": ("Verilog", "Verilog module", "verilog"),
    "workflow": ("GitHub Actions", "GitHub workflow", "yaml"),
    "yaml": ("YAML", "YAML document", "yaml"),
}
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*\n", re.M)


def render_feedback(diagnostics: Sequence[Diagnostic]) -> str:
    """One line a diagnostic, with the legal names that the validator knows."""
    lines = []
    for one in diagnostics[:MAX_DIAGNOSTICS]:
        names = f" (known names: {', '.join(one.expected[:MAX_NAMES])})" if one.expected else ""
        lines.append(f"line {one.line}: {f'{one.rule}: ' if one.rule else ''}{one.message}{names}")
    return "\n".join(lines)


def render_messages(program: Program, diagnostics: Sequence[Diagnostic], request: str = "") -> list[dict[str, str]]:
    """The chat messages for a program; for SQL the schema is part of the request."""
    area, kind, fence = _TITLES.get(program.language, (program.language, f"{program.language} program", ""))
    schema = f"Schema:\n{program.schema.strip()}\n\n" if program.schema else ""
    task = (
        f"You know {area} well. Below is a {kind} that may be wrong, what its user asked for, and what a validator "
        "says about its errors. Correct every error that the validator reports, keep to the request, and change "
        f"nothing else. Answer with the corrected {kind} only, in a code fence."
    )
    body = (
        f"User query: {request.strip() or '(unknown)'}\n\n{schema}"
        f"Original {kind}:\n```{fence}\n{_ended(program.text)}```\n\n"
        f"Validator feedback:\n{render_feedback(diagnostics)}"
    )
    return [{"role": "system", "content": task}, {"role": "user", "content": body}]


def extract_program(answer: str, original: str) -> str:
    """The program in an answer: what stands in the first fence (to its end or the answer's), else everything. The
    final newline is the original's, since a fence cannot say whether there was one."""
    text = answer
    if opened := _FENCE.search(answer):
        closed = re.compile(rf"^[ \t]*{re.escape(opened[1])}[ \t]*$", re.M).search(answer, opened.end())
        text = answer[opened.end() : closed.start() if closed else len(answer)]
    return _ended(text.rstrip("\r\n")) if original.endswith("\n") else text.rstrip("\r\n")


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"
