"""Faults of GitHub workflows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slmfix_training.faults.corrupt_text import (
    drop,
    fence,
    misspell,
    near_names,
    prose_head,
    prose_tail,
    swap,
    truncate,
)
from slmfix_training.faults.corrupt_yaml import shift

if TYPE_CHECKING:
    from random import Random

    from slmfix_training.faults.corrupt_text import Fault

M = re.MULTILINE
SLIPS = {
    "runs-on": ("runs_on", "run-on", "runson", "runs-in", "os"),
    "steps": ("step", "tasks"),
    "uses": ("use", "action", "user"),
    "run": ("runs", "command", "script", "cmd"),
    "with": ("wiht", "params", "args", "withs"),
    "name": ("title", "names"),
    "needs": ("need", "depends_on", "depends-on", "requires"),
    "env": ("envs", "environment_variables", "variables"),
    "if": ("when", "only_if", "condition"),
    "strategy": ("strategies", "matrix"),
    "matrix": ("matrices", "axes"),
    "branches": ("branch",),
    "paths": ("path",),
    "jobs": ("job",),
    "timeout-minutes": ("timeout", "timeout_minutes", "timeout-minute"),
    "working-directory": ("working_directory", "workdir", "cwd", "working-dir"),
    "continue-on-error": ("continue_on_error", "ignore-errors", "allow-failure"),
    "fail-fast": ("fail_fast", "failfast"),
    "permissions": ("permission",),
    "services": ("service",),
    "outputs": ("output",),
    "types": ("type",),
    "tags": ("tag",),
    "on": ("trigger", "events"),
    "schedule": ("cron",),
    "include": ("includes",),
    "shell": ("sh",),
    "id": ("ID_", "step_id"),
}
KEY = re.compile(r"^([ ]*(?:- )?)([a-z][\w-]*):(?=[ \t]|$)", M)
EVENTS = {
    "push": ("pushes", "commit", "on_push"),
    "pull_request": ("pull-request", "pullrequest", "pull_requests", "merge_request", "pr"),
    "workflow_dispatch": ("workflow-dispatch", "dispatch", "manual", "workflow_dispatched"),
    "schedule": ("scheduled", "cron"),
    "release": ("releases", "released"),
    "workflow_call": ("workflow-call", "call"),
    "issues": ("issue",),
    "issue_comment": ("issue-comment", "comment"),
    "pull_request_target": ("pull-request-target",),
}
CONTEXT = re.compile(r"(\$\{\{[^}\n]*?)\b(github|secrets|matrix|env|inputs|steps|needs|runner|vars|job)\.([\w-]+)")
CONTEXTS = "github secrets matrix env inputs steps needs runner vars".split()
FUNCTION = re.compile(
    r"\b(hashFiles|startsWith|endsWith|contains|toJSON|fromJSON|format|always|failure|success|cancelled)\("
)
FUNCTIONS = {
    "hashFiles": ("hashfile", "hash_files", "hashFile"),
    "startsWith": ("startWith", "starts_with"),
    "endsWith": ("endWith", "ends_with"),
    "contains": ("contain", "includes"),
    "toJSON": ("toJson_", "to_json"),
    "fromJSON": ("parseJSON", "from_json"),
    "always": ("alway",),
    "failure": ("failed",),
    "success": ("succeeded",),
    "cancelled": ("canceled",),
    "format": ("fmt",),
}


def wrong_key(text: str, rng: Random) -> str | None:
    """A key that is not one: underscores, a synonym, a plural."""
    found = list(KEY.finditer(text))
    known = [m for m in found if m[2] in SLIPS]
    if not found:
        return None
    match = rng.choice(known if known and rng.random() < 0.8 else found)
    key = match[2]
    forms = [*SLIPS.get(key, ()) * 2, *(near_names(key.replace("-", "_"), rng)), key.replace("-", "_")]
    new = rng.choice([form for form in forms if form != key] or [key + "s"])
    return text[: match.start(2)] + new + text[match.end(2) :]


def wrong_event(text: str, rng: Random) -> str | None:
    """An event that GitHub does not send."""
    found = list(
        re.finditer(r"(?<=[\s\[,])(" + "|".join(sorted(EVENTS, key=len, reverse=True)) + r")(?=[\s:,\]]|$)", text, M)
    )
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start(1)] + rng.choice(EVENTS[match[1]]) + text[match.end(1) :]


def wrong_context(text: str, rng: Random) -> str | None:
    """An expression that asks a context for what is not in it, or a context that is not there."""
    found = list(CONTEXT.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    kind = rng.random()
    if kind < 0.35:
        others = [*(c for c in CONTEXTS if c != match[2]), match[2] + "s", "context", "params", "variables"]
        return text[: match.start(2)] + rng.choice(others) + text[match.end(2) :]
    if kind < 0.8:
        return text[: match.start(3)] + rng.choice(near_names(match[3], rng)) + text[match.end(3) :]
    return text[: match.start(2)] + text[match.start(3) :]


def wrong_function(text: str, rng: Random) -> str | None:
    """A function of expressions under another name."""
    found = list(FUNCTION.finditer(text))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start(1)] + rng.choice((*FUNCTIONS[match[1]], misspell(match[1], rng))) + text[match.end(1) :]


def missing_key(text: str, rng: Random) -> str | None:
    """A short line that a job or step needs is not there."""
    found = list(
        re.finditer(r"^ *(?:runs-on: [\w-]+|steps:|jobs:|on: [\w-]+|- cron: [^\n]*|type: \w+)[ \t]*\n", text, M)
    )
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start()] + text[match.end() :]


def wrong_need(text: str, rng: Random) -> str | None:
    """A job that waits for one that does not exist."""
    found = list(re.finditer(r"^ *needs: *\[?([\w-]+)", text, M))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.start(1)] + rng.choice(near_names(match[1].replace("-", "_"), rng)) + text[match.end(1) :]


def repeated_key(text: str, rng: Random) -> str | None:
    """A key of a step or job stands there twice, the second time with the same value."""
    found = list(re.finditer(r"^ {4,}(?:runs-on|name|if|uses|shell|id): [^\n|>]*\n", text, M))
    if not found:
        return None
    match = rng.choice(found)
    return text[: match.end()] + match[0].replace("- ", "  ", 1) + text[match.end() :]


SYNTAX: tuple[Fault, ...] = (
    (30, "option-name", wrong_key),
    (8, "missing-argument", missing_key),
    (7, "unknown-name", wrong_event),
    (14, "unknown-name", wrong_context),
    (4, "unknown-name", wrong_function),
    (4, "unknown-name", wrong_need),
    (0.3, "redeclaration", repeated_key),
    (
        10,
        "option-value",
        swap(
            r"^( *(?:timeout-minutes|max-parallel): *)(\d+)", r"\1'\2m'", r"\1\2m", r"\1\2 minutes", r"\1-\2", flags=M
        ),
    ),
    (
        8,
        "option-value",
        swap(
            r"^( *(?:fail-fast|continue-on-error|required|cancel-in-progress): *)(true|false)",
            r"\1'\2'",
            r"\1yes",
            r"\1on",
            r"\1\2,",
            flags=M,
        ),
    ),
    (6, "option-value", swap(r"^( *shell: *)\w+", r"\1dash", r"\1/bin/bash", r"\1zsh", flags=M)),
    (
        6,
        "option-value",
        swap(r"^( *- cron: *)['\"]?([^'\"\n]*?) \*['\"]?$", r"\1'\2'", r"\1\2 *", r"\1'\2 * *'", flags=M),
    ),
    (6, "option-value", swap(r"^( *permissions:) *[\w-]+$", r"\1 all", r"\1 write", flags=M)),
    (
        8,
        "option-value",
        swap(
            r"^( *(?:contents|packages|pull-requests|id-token|issues|actions|checks): *)(?:read|write)$",
            r"\1yes",
            r"\1readonly",
            r"\1admin",
            r"\1reads",
            flags=M,
        ),
    ),
    (6, "option-value", swap(r"^( *(?:- )?uses: *[\w./-]+)@[\w.]+", r"\1", r"\1@", r"\1:latest", flags=M)),
    (
        4,
        "missing-argument",
        swap(r"^( *(?:- )?(?:run|uses|if|runs-on|name|env|with|branches|needs):) [^\n|>]*$", r"\1", r"\1 ''", flags=M),
    ),
    (
        3,
        "option-name",
        swap(
            r"^( +)(?:runs-on|needs|if|timeout-minutes): [^\n]*\n",
            r"\g<0>\1image: ubuntu\n",
            r"\g<0>\1stage: build\n",
            r"\g<0>\1script: make\n",
            flags=M,
        ),
    ),
    (5, "jinja", swap(r"\$\{\{ ?(.*?) ?\}\}", r"{{ \1 }}", r"${ \1 }", r"${{ \1 }", r"${{\1", r"$\1", r"\${{ \1 }}")),
    (3, "jinja", swap(r"(\$\{\{[^}'\n]*)'([^'\n]*)'", r'\1"\2"', r"\1\2", r"\1'\2")),
    (2, "jinja", swap(r"(\$\{\{[^}\n]*?) (?:==|!=|&&|\|\|) ", r"\1 = ", r"\1 and ", r"\1 or ", r"\1 === ")),
    (4, "indentation", shift),
    (1, "indentation", swap(r"^ {2,8}(?=\S)", "\t", flags=M)),
    (3, "separator", swap(r"^( *(?:- )?[\w-]+): (?=\S)", r"\1:", r"\1 ", r"\1 = ", flags=M)),
    (3, "separator", swap(r"^( *)- (?=[\w'\"])", r"\1-", r"\1", flags=M)),
    (2, "separator", swap(r"^( *[\w-]+):$", r"\1", flags=M)),
    (1.8, "quotes", drop(r"['\"]")),
    (1.8, "quotes", swap(r": ([^'\"\n]*)$", r": '\1", r": \1: value", r": \"\1\" extra", r": @\1", r": *\1", flags=M)),
    (0.6, "quotes", swap(r": ['\"](\*[^'\"\n]*)['\"]", r": \1", flags=M)),
    (1.2, "unclosed", drop(r"[\[\]{}]")),
    (1, "keyword", swap(r"^( *(?:- )?run:) \|\n", r"\1\n", r"\1 |-|\n", flags=M)),
    (1, "truncation", truncate),
    (1.8, "residue", fence("workflow")),
    (0.18, "residue", prose_tail("workflow")),
    (0.18, "residue", prose_head("workflow")),
)
