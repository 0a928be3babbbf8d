"""Dockerfiles, read by a parser of our own; nothing is built, and no image or file is looked up.

Two measures: `docker` reports what makes the build fail; `hadolint` also what hadolint calls an error. Text without a
path was brought by somebody who knows it to be rejected, so it is measured by the stricter one; a file of a repository
is not, because well-kept published files fail it (docs/decisions/0010-dockerfile-and-workflows.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slmfix_bot.core.diagnostic import Diagnostic
from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.dockerfile_parse import parse
from slmfix_bot.validators.dockerfile_stages import TEMPLATE, check_stages
from slmfix_bot.validators.dockerfile_strict import check_strict

if TYPE_CHECKING:
    from slmfix_bot.core.program import Program

STRICT = "hadolint"
VERSION = "1"


class DockerfileValidator:
    """The rules of `dockerfile_*.py`."""

    name = "slmfix dockerfile"
    languages = ("dockerfile",)

    def version(self) -> str:
        """That of the rule set."""
        return VERSION

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """All errors of the text in order. Raises CannotJudge for a template."""
        dockerfile = parse(program.text)
        found = [*dockerfile.errors, *check_stages(dockerfile)]
        strict = program.dialect == STRICT if program.dialect else not program.path
        if found and not strict and TEMPLATE.search(program.text):
            msg = "a template, not a Dockerfile"
            raise CannotJudge(msg)
        if not dockerfile.instructions:
            found.append(Diagnostic(rule="syntax", message="a Dockerfile without instructions", line=1, column=1))
        if strict:
            known = {(one.line, one.column) for one in found}
            found += [one for one in check_strict(dockerfile) if (one.line, one.column) not in known]
        return tuple(sorted(found, key=lambda one: (one.line, one.column or 0)))


DOCKERFILE = DockerfileValidator()
