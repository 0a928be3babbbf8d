"""Files whose program publishes a JSON Schema: compose, CI configurations, OpenAPI and their like.

Syntax is judged by the plain validators first, so that their messages and repairs apply; a file that parses is then
judged by the schema of its kind. What a template computes is never judged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from slmfix_bot.errors import CannotJudge
from slmfix_bot.validators.ansible_document import Document, get, items, literal
from slmfix_bot.validators.ansible_yaml import parse
from slmfix_bot.validators.governed_report import in_order, report, soften
from slmfix_bot.validators.json import JSON
from slmfix_bot.validators.schema_judge import SchemaJudge
from slmfix_bot.validators.schema_scalar import Reading
from slmfix_bot.validators.schema_table import read_member, read_schema
from slmfix_bot.validators.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Callable

    from slmfix_bot.core.diagnostic import Diagnostic
    from slmfix_bot.core.program import Program

MAX_CHARACTERS = 2_000_000
_PLACEHOLDER = re.compile(r"(?<![$\"'\w])\{\{")


def check_plain(program: Program) -> tuple[Diagnostic, ...]:
    """The word of the plain validator of YAML or JSON. Raises CannotJudge for a template that does not parse."""
    found = (JSON if is_json(program) else YAML).check(program)
    if _PLACEHOLDER.search(program.text) and any(diagnostic.rule == "syntax" for diagnostic in found):
        msg = "a template, not YAML"
        raise CannotJudge(msg)
    return found


def is_json(program: Program) -> bool:
    """Whether the file says that it is JSON, by its suffix or, without a path, by its first sign."""
    if program.path:
        return program.path.endswith(".json")
    return program.text.lstrip().startswith("{")


def read_nodes(program: Program) -> tuple[yaml.Node, ...]:
    """The documents of a text that the plain validator accepts. Raises CannotJudge for what has no tree."""
    if len(program.text) > MAX_CHARACTERS:
        msg = "too large to judge by a schema"
        raise CannotJudge(msg)
    roots, error = parse(program.text)
    if error is not None:
        msg = "the schema cannot be applied to this spelling of JSON"
        raise CannotJudge(msg) from error
    return roots


def always(_root: yaml.Node) -> str:
    """The answer of a kind with one schema."""
    return ""


@dataclass(frozen=True, kw_only=True)
class GovernedValidator:
    """One kind of file. `schema` is the schema's name; `choose` completes it by a look at the document, and None means
    that the document is of another kind. `lenient` are rules and keys whose contradictions are warnings, because the
    program that reads the file does not refuse them: docs/decisions/0011 has the figures."""

    language: str
    schema: str
    reading: Reading = Reading.YAML
    lenient: frozenset[str] = frozenset()
    choose: Callable[[yaml.Node], str | None] = always
    subject: str = "the file"

    @property
    def name(self) -> str:
        """As reports show it."""
        return f"{self.language} schema"

    @property
    def languages(self) -> tuple[str, ...]:
        """The one key of the registry."""
        return (self.language,)

    def version(self) -> str:
        """What the schemas were taken from."""
        index: dict[str, Any] = read_member("schemas", "index")
        return " ".join(index["sources"])

    def check(self, program: Program) -> tuple[Diagnostic, ...]:
        """Syntax errors, else what contradicts the schema."""
        plain = check_plain(program)
        if any(found.rule == "syntax" for found in plain):
            return plain
        document = Document(text=program.text, path=program.path)
        document.diagnostics.extend(soften(found) if found.rule in self.lenient else found for found in plain)
        for root in read_nodes(program):
            kind = self.choose(root)
            if kind is None or not isinstance(root, yaml.MappingNode | yaml.SequenceNode):
                continue
            reading = Reading.JSON if is_json(program) else self.reading
            judge = SchemaJudge(read_schema(self.schema + kind), reading)
            report(document, judge.judge(root, judge.resolve("#"), self.subject), self.lenient)
        return in_order(document.diagnostics)


def _compose(root: yaml.Node) -> str | None:
    """Files of the first version have services at the top and no word that says so."""
    keys = {item.key for item in items(root)}
    return "" if keys & {"services", "include"} else None


def _cloudbuild(root: yaml.Node) -> str | None:
    """A build has steps; another file may have the name."""
    return "" if get(root, "steps") is not None else None


def _circleci(root: yaml.Node) -> str | None:
    """The schema is of version 2.1."""
    version = get(root, "version")
    return "" if version is not None and literal(version) == "2.1" else None


def _drone(root: yaml.Node) -> str | None:
    """Files of versions before 1.0 have no kind."""
    return "" if get(root, "kind") is not None else None


def _readthedocs(root: yaml.Node) -> str | None:
    """Files of the first version do not say so."""
    return "" if get(root, "version") is not None else None


def _openapi(root: yaml.Node) -> str | None:
    swagger, version = get(root, "swagger"), get(root, "openapi")
    if swagger is not None:
        return "2.0" if literal(swagger) == "2.0" else None
    text = (literal(version) or "") if version is not None else ""
    return next((known for known in ("3.0", "3.1") if text.startswith(f"{known}.")), None)


def _mapping(root: yaml.Node) -> str | None:
    """What is a list at the top is of an older version."""
    return "" if isinstance(root, yaml.MappingNode) else None


# Readers in Ruby and Python take the last of equal keys.
_LAST_WINS = frozenset({"duplicate-key"})
# The images and versions that Read the Docs offers come and go; `python.version` went with them.
_OF_ITS_TIME = _LAST_WINS | frozenset({"'os'", "'golang'", "'nodejs'", "'python'", "'ruby'", "'rust'", "version"})
_ALL = frozenset({"duplicate-key", "unknown-key", "missing-key", "wrong-type", "wrong-choice", "schema"})
_KINDS: tuple[GovernedValidator, ...] = (
    GovernedValidator(
        language="azure-pipelines",
        schema="azure-pipelines",
        reading=Reading.TEXT,
        choose=_mapping,
        # Tasks come from a market place too, and what a task does with an input is its own affair.
        lenient=frozenset({"'task'", "'inputs'"}),
    ),
    GovernedValidator(language="bamboo", schema="bamboo-spec", reading=Reading.TEXT),
    GovernedValidator(language="bitbucket-pipelines", schema="bitbucket-pipelines", reading=Reading.TEXT),
    GovernedValidator(language="buildkite", schema="buildkite", reading=Reading.TEXT),
    GovernedValidator(language="changie", schema="changie", reading=Reading.TEXT),
    GovernedValidator(language="circleci", schema="circle-ci", reading=Reading.TEXT, choose=_circleci),
    GovernedValidator(language="citation", schema="citation-file-format", reading=Reading.TEXT),
    GovernedValidator(
        language="cloudbuild",
        schema="cloudbuild",
        reading=Reading.TEXT,
        choose=_cloudbuild,
        lenient=frozenset({"unknown-key"}),
    ),
    GovernedValidator(language="codecov", schema="codecov", reading=Reading.TEXT, lenient=_ALL),
    GovernedValidator(language="compose", schema="compose-spec", choose=_compose),
    GovernedValidator(
        language="dependabot", schema="dependabot", reading=Reading.TEXT, lenient=_LAST_WINS | {"reviewers"}
    ),
    GovernedValidator(
        language="drone", schema="drone-ci", reading=Reading.TEXT, choose=_drone, lenient=frozenset({"missing-key"})
    ),
    GovernedValidator(language="github-discussion", schema="github-discussion", lenient=_LAST_WINS),
    GovernedValidator(language="github-issue-config", schema="github-issue-config", lenient=_LAST_WINS),
    GovernedValidator(
        language="github-issue-form", schema="github-issue-forms", lenient=_LAST_WINS | {"'render'", "id"}
    ),
    GovernedValidator(language="gitlab-ci", schema="gitlab-ci", reading=Reading.TEXT, lenient=_LAST_WINS),
    GovernedValidator(
        language="openapi", schema="openapi-v", choose=_openapi, lenient=frozenset({"missing-key", "schema"})
    ),
    GovernedValidator(
        language="pre-commit", schema="pre-commit-config", choose=_mapping, lenient=_LAST_WINS | {"unknown-key"}
    ),
    GovernedValidator(language="pre-commit-hooks", schema="pre-commit-hooks", lenient=_LAST_WINS | {"unknown-key"}),
    GovernedValidator(language="readthedocs", schema="readthedocs", choose=_readthedocs, lenient=_OF_ITS_TIME),
    GovernedValidator(language="taskfile", schema="taskfile", reading=Reading.TEXT),
    GovernedValidator(language="travis", schema="travis", reading=Reading.TEXT, lenient=_ALL),
    GovernedValidator(language="woodpecker", schema="woodpecker-ci", reading=Reading.TEXT),
)
GOVERNED = {kind.language: kind for kind in _KINDS}


def governed_validator(language: str) -> GovernedValidator:
    """The validator of one kind of file."""
    return GOVERNED[language]
